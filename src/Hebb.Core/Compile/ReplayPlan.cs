using Hebb.Modules;
using Hebb.Ops;
using Hebb.Transforms;

namespace Hebb.Compile;

/// <summary>A graph with its values numbered, and for every node the values that nothing reads after it.</summary>
internal sealed class ReplayPlan
{
    private readonly record struct Step(Primitive Primitive, int[] Inputs, int FirstOutput, int Outputs, int[] Dead, string? Path, string? Line, bool IsCheckpointed);

    private readonly GraphLeaf[] _leaves;
    private readonly Step[] _steps;
    private readonly int[] _outputs;
    private readonly int _inputs, _values, _widest;

    public ReplayPlan(GraphInput[] inputs, GraphNode[] nodes, GraphValue[] outputs)
    {
        var numbers = new Dictionary<GraphValue, int>(ReferenceEqualityComparer.Instance);
        foreach (var input in inputs)
            numbers.Add(input, numbers.Count);
        var leaves = new List<GraphLeaf>();
        foreach (var leaf in nodes.SelectMany(n => n.Inputs).Concat(outputs).OfType<GraphLeaf>())
        {
            if (numbers.TryAdd(leaf, numbers.Count))
                leaves.Add(leaf);
        }
        _leaves = [.. leaves];
        _inputs = inputs.Length;

        var lastUse = new Dictionary<int, int>();
        var steps = new (int[] Inputs, int FirstOutput)[nodes.Length];
        for (int i = 0; i < nodes.Length; i++)
        {
            int[] reads = [.. nodes[i].Inputs.Select(Number)];
            steps[i] = (reads, numbers.Count);
            foreach (int read in reads)
                lastUse[read] = i;
            foreach (var output in nodes[i].Outputs)
            {
                // An output that nothing reads dies where it was made.
                lastUse[numbers.Count] = i;
                numbers.Add(output, numbers.Count);
            }
            _widest = Math.Max(_widest, reads.Length);
        }
        _outputs = [.. outputs.Select(Number)];
        foreach (int output in _outputs)
            lastUse.Remove(output);
        var dead = lastUse.ToLookup(p => p.Value, p => p.Key);
        _steps = new Step[nodes.Length];
        for (int i = 0; i < nodes.Length; i++)
            _steps[i] = new Step(nodes[i].Primitive, steps[i].Inputs, steps[i].FirstOutput, nodes[i].Outputs.Count, [.. dead[i]], nodes[i].Path, nodes[i].Line, nodes[i].IsCheckpointed);
        _values = numbers.Count;

        int Number(GraphValue value) => numbers.TryGetValue(value, out int number) ? number : throw new HebbException("a graph reads a value that nothing before has made");
    }

    public GraphLeaf[] Leaves => _leaves;

    public Tensor[] Run(ReadOnlySpan<Tensor> inputs) => Run(inputs, Array.ConvertAll(_leaves, leaf => leaf.Read()));

    /// <param name="inputs">What the caller gives.</param>
    /// <param name="leaves">What stands for each of <see cref="Leaves"/>.</param>
    public Tensor[] Run(ReadOnlySpan<Tensor> inputs, ReadOnlySpan<Tensor> leaves)
    {
        var values = new Tensor[_values];
        inputs.CopyTo(values);
        leaves.CopyTo(values.AsSpan(_inputs));
        var read = new Tensor[_widest];
        var thread = EngineThread.Current;
        var (outer, line, checkpointed) = (ModulePath.Current, thread.ReplayedLine, thread.IsCheckpointed);
        try
        {
            foreach (ref readonly var step in _steps.AsSpan())
            {
                for (int i = 0; i < step.Inputs.Length; i++)
                    read[i] = values[step.Inputs[i]];
                // Errors name the module that was traced.
                ModulePath.Current = step.Path ?? outer;
                thread.ReplayedLine = step.Line ?? line;
                thread.IsCheckpointed = checkpointed || step.IsCheckpointed;
                var outputs = values.AsSpan(step.FirstOutput, step.Outputs);
                if (step.Primitive is Alias { IsDetached: true })
                    outputs[0] = read[0].Detach();
                else
                    Engine.Execute(step.Primitive, read.AsSpan(0, step.Inputs.Length), outputs);
                foreach (int slot in step.Dead)
                    values[slot] = null!;
            }
        }
        finally
        {
            ModulePath.Current = outer;
            thread.ReplayedLine = line;
            thread.IsCheckpointed = checkpointed;
        }
        return Array.ConvertAll(_outputs, o => values[o]);
    }
}
