using Hebb.Compile;
using Hebb.Transforms;

namespace Hebb.Onnx.Export;

/// <summary>Control flow: <c>Control.Cond</c> as If, <c>Control.While</c> as Loop, <c>Control.Scan</c> as Scan.</summary>
internal static class ControlExports
{
    public static void Add(ExportTable table)
    {
        table.Add("cond", n =>
        {
            string[] operands = n.All[1..];
            var branches = Enumerable.Range(0, 2).Select(i =>
            {
                var inner = new InnerGraph(n.Model, n.Stem);
                return inner.Finish([], Results(n, i, Emit(n, i, inner, operands)));
            }).ToArray();
            Define(n, n.Ops("If", n.Node.Outputs.Count, [n.Op("Reshape", n.In(0), n.Model.Constant(Tensor.Zeros([0], DType.Int64)))], ("then_branch", branches[0]), ("else_branch", branches[1])));
        });
        table.Add("while", While);
        table.Add("scan", n =>
        {
            var scan = (ScanOp)n.Node.Primitive;
            if (n.Count > scan.Closed + scan.States)
                Scan(n, scan);
            else
                Counted(n, scan);
        });
    }

    private static ControlPrimitive Op(NodeExport n) => (ControlPrimitive)n.Node.Primitive;

    private static string[] Emit(NodeExport n, int body, InnerGraph into, string[] inputs) =>
        new GraphEmitter(n.Model, into.Nodes, Op(n).Bodies[body].Graph, n.Graph.Twin(n.Node).Bodies[body].Graph, n.Graph.Form.Control(n.Node)?.Bodies[body] ?? new BatchForm(), inputs).Emit();

    private static IEnumerable<(string, DType)> Results(NodeExport n, int body, string[] names) => names.Zip(Op(n).Bodies[body].Outputs, (name, spec) => (name, spec.DType));

    private static void Define(NodeExport n, string[] names)
    {
        for (int i = 0; i < names.Length; i++)
            n.Set(names[i], i);
    }

    private static (string Name, DType Type)[] Carried(NodeExport n, InnerGraph inner, int closed, int count) =>
        [.. Enumerable.Range(0, count).Select(i => (inner.Name($"state{i}"), n.Spec(closed + i).DType))];

    private static void While(NodeExport n)
    {
        int states = n.Node.Outputs.Count, closed = n.Count - states;
        string[] all = n.All, fixedInputs = all[..closed];
        var outside = new InnerGraph(n.Model, n.Stem);
        string begin = outside.Op("Identity", Emit(n, 0, outside, all)[0]);
        n.Into.AddRange(outside.Nodes);
        var inner = new InnerGraph(n.Model, n.Stem);
        var carried = Carried(n, inner, closed, states);
        string[] next = Emit(n, 1, inner, [.. fixedInputs, .. carried.Select(c => c.Name)]);
        string again = Emit(n, 0, inner, [.. fixedInputs, .. next])[0];
        var limit = n.Graph.Form.Control(n.Node)?.Sizes ?? [.. Op(n).Sizes.Select(s => new BatchSize(0, s))];
        string most = limit.Length == 0 ? "" : n.Op("Squeeze", n.Model.Size(limit[0]), n.Longs(0));
        var body = inner.Finish([(inner.Name("step"), DType.Int64), (inner.Name("goes_on"), DType.Bool), .. carried], [(again, DType.Bool), .. Results(n, 1, next)], scalars: 2);
        Define(n, n.Ops("Loop", states, [most, begin, .. all[closed..]], ("body", body)));
    }

    private static void Scan(NodeExport n, ScanOp scan)
    {
        int closed = scan.Closed, states = scan.States, slices = n.Count - closed - states, results = scan.Bodies[0].Outputs.Length - states;
        string[] all = n.All;
        var inner = new InnerGraph(n.Model, n.Stem);
        var carried = Carried(n, inner, closed, states);
        (string Name, DType Type)[] parts = [.. Enumerable.Range(0, slices).Select(i => (inner.Name($"slice{i}"), n.Spec(closed + states + i).DType))];
        string[] made = Emit(n, 0, inner, [.. all[..closed], .. carried.Select(c => c.Name), .. parts.Select(p => p.Name)]);
        int turned = scan.IsReverse ? 1 : 0;
        var attributes = new List<(string, object)>
        {
            ("body", inner.Finish([.. carried, .. parts], Results(n, 0, made))), ("num_scan_inputs", slices), ("scan_input_directions", Enumerable.Repeat(turned, slices).ToArray()),
        };
        if (results > 0)
            attributes.Add(("scan_output_directions", Enumerable.Repeat(turned, results).ToArray()));
        Define(n, n.Ops("Scan", states + results, all[closed..], [.. attributes]));
    }

    // Without anything to take slices of it is a loop of so many steps.
    private static void Counted(NodeExport n, ScanOp scan)
    {
        int closed = scan.Closed, states = scan.States, results = scan.Bodies[0].Outputs.Length - states;
        if (scan.IsReverse && results > 0)
            throw new ExportException("a scan from the last step to the first that takes slices of nothing");
        string[] all = n.All;
        var inner = new InnerGraph(n.Model, n.Stem);
        var carried = Carried(n, inner, closed, states);
        string[] made = Emit(n, 0, inner, [.. all[..closed], .. carried.Select(c => c.Name)]);
        var length = (n.Graph.Form.Control(n.Node)?.Sizes ?? [new BatchSize(0, scan.Sizes[0])])[0];
        string goesOn = inner.Name("goes_on");
        var body = inner.Finish([(inner.Name("step"), DType.Int64), (goesOn, DType.Bool), .. carried], [(goesOn, DType.Bool), .. Results(n, 0, made)], scalars: 2);
        Define(n, n.Ops("Loop", states + results, [n.Op("Squeeze", n.Model.Size(length), n.Longs(0)), "", .. all[closed..]], ("body", body)));
    }
}
