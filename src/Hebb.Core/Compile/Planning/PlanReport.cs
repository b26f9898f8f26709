using Hebb.Diagnostics;
using Hebb.Transforms;

namespace Hebb.Compile;

/// <summary>A kernel of a plan, as it is told to people.</summary>
/// <param name="Op">Its op; for fused ones all of them.</param>
/// <param name="Results">Shapes and types of what it writes.</param>
/// <param name="Bytes">Read and written.</param>
/// <param name="Flops">By the convention of <see cref="Primitive.Flops"/>.</param>
/// <param name="Place">Where results lie: offsets in the arena, outputs of the caller, or tensors that change in place.</param>
/// <param name="From">Module path and source line; empty if unknown.</param>
internal sealed record PlanRow(string Op, string Results, long Bytes, long Flops, string Place, string From);

/// <summary>What a plan does and needs, to be read: <c>HEBB_DEBUG=plan</c> and <see cref="CompiledFunction.Describe"/> print it.</summary>
internal sealed class PlanReport
{
    private readonly CpuPlan _plan;
    private readonly Graph _traced;

    /// <param name="traced">The ops before all passes.</param>
    /// <param name="plan">What became of them.</param>
    public PlanReport(Graph traced, CpuPlan plan)
    {
        (_traced, _plan) = (traced, plan);
        Rows = [.. plan.Steps.Select(Row)];
        Peak = PlanPeak.Of(plan);
    }

    public IReadOnlyList<PlanRow> Rows { get; }

    /// <summary>What lives in the arena where most does.</summary>
    public PlanPeak Peak { get; }

    public PlanSummary Summary => new(_traced.Nodes.Count, Rows.Count - Copies, Copies, Rows.Sum(r => r.Flops), Rows.Sum(r => r.Bytes), _plan.ArenaBytes, Peak.Values);

    private int Copies => _plan.Steps.Count(s => s.Primitive is null);

    /// <summary>One line a kernel, then totals; after those the same of the functions inside control ops.</summary>
    public override string ToString() => $"plan of a function of {Signature()}\n{Table()}{Totals()}\n{Inside()}";

    private string Inside()
    {
        var text = new System.Text.StringBuilder();
        for (int i = 0; i < _plan.Steps.Count; i++)
        {
            if (_plan.Steps[i].Primitive is not ControlPrimitive op)
                continue;
            for (int b = 0; b < op.Bodies.Length; b++)
                text.Append($"\ninside kernel {i}, {op.BodyNames[b]} of {op.DisplayName}: ").Append(new PlanReport(op.Bodies[b].Graph, op.Bodies[b].Plan));
        }
        return text.ToString();
    }

    private TextTable Table()
    {
        var table = new TextTable("#", "OP", "RESULT", "READ+WRITE", "FLOP", "WHERE", "FROM");
        for (int i = 0; i < Rows.Count; i++)
        {
            var row = Rows[i];
            table.Add(i.ToString(System.Globalization.CultureInfo.InvariantCulture), row.Op, row.Results, Units.Bytes(row.Bytes), Units.Short(row.Flops), row.Place, row.From);
        }
        return table;
    }

    private string Signature() => _traced.Inputs.Count == 0 ? "no inputs" : string.Join(", ", _traced.Inputs.Select(i => $"{i.Name}: {i.Spec}"));

    private string Totals()
    {
        int copies = Copies, kernels = Rows.Count - copies;
        int views = _plan.Graph.Nodes.Count - kernels, gone = _traced.Nodes.Count - _plan.Graph.Nodes.Count;
        string ops = $"{Units.Plural(_traced.Nodes.Count, "op")} traced: {gone} folded, merged or fused, {Units.Plural(views, "view")}";
        string work = $"{Units.Plural(kernels, "kernel")}, {Units.Plural(copies, "copy", "copies")}, {Units.Short(Rows.Sum(r => r.Flops))}FLOP, {Units.Bytes(Rows.Sum(r => r.Bytes))} read and written";
        string memory = $"arena {Units.Bytes(_plan.ArenaBytes)}, of which {Units.Bytes(Peak.Bytes)} at the peak hold values{(Peak.Step < 0 ? "" : $" (kernel {Peak.Step})")}";
        return $"{ops}\n{work}\n{memory}";
    }

    private PlanRow Row(PlanStep step)
    {
        var handles = _plan.Builder.Handles;
        var inputs = Array.ConvertAll(step.Inputs, i => handles[i].Spec);
        var outputs = Array.ConvertAll(step.Outputs, i => handles[i].Spec);
        long bytes = inputs.Concat(outputs).Sum(s => s.DType.BytesFor(s.Shape.Count));
        return new PlanRow(step.Node is null ? "copy" : Op(step.Node), string.Join(", ", outputs), bytes, step.Primitive?.Flops(inputs, outputs) ?? 0,
            string.Join(", ", step.Outputs.Select(o => Place(handles[o]))), step.Node is null ? "" : From(step.Node));
    }

    /// <summary>The op of a node; for one that does the work of several, these too.</summary>
    public static string Op(GraphNode node) =>
        node.Origins is { Count: > 1 } origins ? $"{node.Primitive}: {string.Join(" + ", origins.Select(o => o.Op))}" : node.Primitive.ToString();

    /// <summary>Module paths and source lines of the ops of a node.</summary>
    public static string From(GraphNode node) =>
        string.Join("; ", node.Origins.Select(o => string.Join(" at ", new[] { o.Path, o.Line }.OfType<string>())).Where(from => from.Length > 0).Distinct());

    private string Place(Handle handle) => handle.Root.Kind switch
    {
        RootKind.Arena => "@" + (_plan.Memory.Offsets[handle.Root.Index] + handle.Offset),
        RootKind.Output => $"output {handle.Root.Index}",
        _ => "in place",
    };
}
