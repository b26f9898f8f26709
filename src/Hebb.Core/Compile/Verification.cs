using Hebb.Modules;

namespace Hebb.Compile;

/// <summary>
/// One run of a plan with the traced ops applied beside it. After every step its results are compared with those of the ops that it stands for, whatever a pass made of
/// them; from there on the traced ops work with the step's results, so that a difference is the doing of the step that it is found in.
/// </summary>
internal sealed class Verification : PlanObserver
{
    /// <summary>What another order of sums may change, of the largest value.</summary>
    private const double Tolerance = 1e-6;

    private readonly Graph _traced;
    private readonly Dictionary<GraphNode, int> _order = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<GraphValue, Tensor> _values = new(ReferenceEqualityComparer.Instance);

    private Verification(Graph traced)
    {
        _traced = traced;
        for (int i = 0; i < traced.Nodes.Count; i++)
            _order.Add(traced.Nodes[i], i);
    }

    /// <summary>Runs a plan as <see cref="CpuPlan.Run"/> does, verified.</summary>
    /// <param name="traced">What the plan was made of, before all passes.</param>
    /// <param name="plan">What runs.</param>
    /// <param name="inputs">What the caller gives.</param>
    /// <param name="outputs">What is written.</param>
    /// <exception cref="VerificationException">A step's results are not those of the ops that it stands for. The outputs are as far as the plan came.</exception>
    public static void Run(Graph traced, CpuPlan plan, ReadOnlySpan<Tensor> inputs, ReadOnlySpan<Tensor> outputs)
    {
        using var noGrad = GradMode.NoGrad();
        using var scope = TensorScope.Open();
        var verification = new Verification(traced);
        for (int i = 0; i < inputs.Length; i++)
            verification._values.Add(traced.Inputs[i], inputs[i]);
        // Read once for both: random keys are drawn by reading them. What the plan changes the ops see as it was.
        var leaves = plan.ReadLeaves();
        foreach (var (leaf, tensor) in leaves)
            verification._values.Add(leaf, plan.Writes(leaf) ? tensor.Detach().Clone() : tensor);
        plan.Run(inputs, outputs, leaves, verification);
        for (int i = 0; i < outputs.Length; i++)
        {
            int number = plan.OutputNumber(i);
            var node = (plan.Graph.Outputs[number] as GraphResult)?.Node;
            verification.Compare(traced.Outputs[number], outputs[i], node, $"output {i}");
        }
    }

    public override void After(PlanStep step, ReadOnlySpan<Tensor> outputs)
    {
        if (step.Node is not { } node)
            return;
        for (int i = 0; i < outputs.Length; i++)
        {
            var value = node.Outputs[i].Traced ?? node.Outputs[i];
            // What a pass made up has no counterpart.
            if (_order.ContainsKey(value.Node))
                Compare(value, outputs[i], node, node.Outputs.Count > 1 ? $"output {i}" : null);
        }
    }

    private void Compare(GraphValue value, Tensor compiled, GraphNode? node, string? which)
    {
        var expected = Value(value);
        if (TensorBits.Equal(expected, compiled))
            return;
        double tolerance = node is { IsReassociated: true } ? RelativeTolerance(compiled.DType) : 0;
        if (TensorDifference.Find(expected, compiled, tolerance) is { } difference)
            throw Error(node, which, difference);
        _values[value] = compiled.Clone();
    }

    // Halves are rounded after the sum: another order may move them to the next.
    private static double RelativeTolerance(DType dtype) => dtype switch
    {
        DType.Float16 => 1.0 / (1 << 10),
        DType.BFloat16 => 1.0 / (1 << 7),
        _ => Tolerance,
    };

    private static VerificationException Error(GraphNode? node, string? which, TensorDifference difference)
    {
        string from = node is null ? "" : PlanReport.From(node);
        return new VerificationException($"Verify: compiled {(node is null ? "function" : PlanReport.Op(node))}: {(which is null ? "" : which + " ")}{difference}") { At = from.Length > 0 ? from : null };
    }

    /// <summary>A value of the traced graph. What it needs is computed first, in the order of the trace.</summary>
    private Tensor Value(GraphValue value)
    {
        if (_values.TryGetValue(value, out var known))
            return known;
        var needed = new SortedSet<int>();
        var stack = new Stack<GraphValue>();
        stack.Push(value);
        while (stack.TryPop(out var next))
        {
            if (_values.ContainsKey(next))
                continue;
            if (next is GraphLeaf leaf)
                _values.Add(leaf, leaf.Read());
            else if (next is GraphResult result && needed.Add(_order[result.Node]))
            {
                foreach (var input in result.Node.Inputs)
                    stack.Push(input);
            }
        }
        foreach (int at in needed)
            Apply(_traced.Nodes[at]);
        return _values[value];
    }

    private void Apply(GraphNode node)
    {
        var inputs = new Tensor[node.Inputs.Count];
        for (int i = 0; i < inputs.Length; i++)
            inputs[i] = _values[node.Inputs[i]];
        string? outer = ModulePath.Current;
        ModulePath.Current = node.Path;
        Tensor[] outputs;
        try
        {
            outputs = Transforms.Engine.ApplyAll(node.Primitive, inputs);
        }
        finally
        {
            ModulePath.Current = outer;
        }
        // One that was compared before stays what the plan made of it.
        for (int i = 0; i < outputs.Length; i++)
            _values.TryAdd(node.Outputs[i], outputs[i]);
    }
}

/// <summary>A compiled function gave other values than its ops do one by one: a fault of Hebb, or a tensor changed from outside while it ran.</summary>
public sealed class VerificationException(string message) : HebbException(message);
