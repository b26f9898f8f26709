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
        foreach (var node in nodes)
            AddLeaves(node.Inputs);
        AddLeaves(outputs);
        _leaves = [.. leaves];
        _inputs = inputs.Length;

        int values = numbers.Count;
        foreach (var node in nodes)
            values += node.Outputs.Count;
        // For every value the node that reads it last; none of those that the caller gives or gets.
        var lastUse = new int[values];
        for (int value = 0; value < values; value++)
            lastUse[value] = -1;
        var reads = new int[nodes.Length][];
        for (int i = 0; i < nodes.Length; i++)
        {
            reads[i] = Numbers(nodes[i].Inputs);
            foreach (int read in reads[i])
                lastUse[read] = i;
            foreach (var output in nodes[i].Outputs)
            {
                // An output that nothing reads dies where it was made.
                lastUse[numbers.Count] = i;
                numbers.Add(output, numbers.Count);
            }
            _widest = Math.Max(_widest, reads[i].Length);
        }
        _outputs = Numbers(outputs);
        foreach (int output in _outputs)
            lastUse[output] = -1;
        var dead = new int[nodes.Length];
        foreach (int last in lastUse)
        {
            if (last >= 0)
                dead[last]++;
        }
        _steps = new Step[nodes.Length];
        int first = numbers.Count;
        for (int i = nodes.Length - 1; i >= 0; i--)
        {
            first -= nodes[i].Outputs.Count;
            _steps[i] = new Step(nodes[i].Primitive, reads[i], first, nodes[i].Outputs.Count, new int[dead[i]], nodes[i].Path, nodes[i].Line, nodes[i].IsCheckpointed);
        }
        for (int value = 0; value < lastUse.Length; value++)
        {
            if (lastUse[value] is >= 0 and var last)
                _steps[last].Dead[--dead[last]] = value;
        }
        _values = values;

        void AddLeaves(IReadOnlyList<GraphValue> read)
        {
            for (int i = 0; i < read.Count; i++)
            {
                if (read[i] is GraphLeaf leaf && numbers.TryAdd(leaf, numbers.Count))
                    leaves.Add(leaf);
            }
        }

        int[] Numbers(IReadOnlyList<GraphValue> read)
        {
            var found = new int[read.Count];
            for (int i = 0; i < found.Length; i++)
                found[i] = numbers.TryGetValue(read[i], out int number) ? number : throw new HebbException("a graph reads a value that nothing before has made");
            return found;
        }
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
