using System.Collections.Concurrent;
using Hebb.Memory;
using Hebb.Transforms;

namespace Hebb.Compile;

/// <summary>
/// A graph ready to run: kernel calls in a row, all that they write planned into one arena. Any number of threads may run it at once, each in an arena of its own,
/// if it changes no tensors from outside.
/// </summary>
internal sealed class CpuPlan
{
    private readonly ConcurrentBag<PlanInstance> _free = [];
    private readonly PlanBuilder _builder;
    private readonly MemoryPlan _memory;
    private readonly GraphLeaf[] _leaves;
    private readonly int _firstWrite;
    private readonly int[] _written;
    private readonly GraphKey[] _keys;

    /// <summary>A plan of a graph that changes nothing.</summary>
    public CpuPlan(Graph graph) : this(graph, graph.Outputs.Count, [], [])
    {
    }

    /// <param name="graph">What to run. Its outputs are results, then values for <paramref name="targets"/>, then more results.</param>
    /// <param name="firstWrite">The first output that is written to a target.</param>
    /// <param name="targets">Leaves that change.</param>
    /// <param name="keys">Random keys in the order in which they are drawn, those included that nothing reads.</param>
    public CpuPlan(Graph graph, int firstWrite, IReadOnlyList<GraphLeaf> targets, IReadOnlyList<GraphKey> keys)
    {
        Graph = graph;
        _firstWrite = firstWrite;
        _builder = new PlanBuilder(graph, firstWrite, targets);
        _memory = MemoryPlan.Of([.. _builder.Arena.Select(r => new Lifetime(r.Spec.DType.BytesFor(r.Spec.Shape.Count), r.First, r.Last))]);
        _leaves = [.. _builder.Leaves];
        _written = [.. targets.Select(t => Array.IndexOf(_leaves, t))];
        _keys = [.. keys];
        OutputSpecs = [.. _builder.Outputs.Select(r => r.Spec)];
    }

    /// <summary>Bytes of memory for what is neither input, leaf nor output.</summary>
    public long ArenaBytes => _memory.Bytes;

    /// <summary>The same with the plans inside control ops.</summary>
    public long HeldBytes => ArenaBytes + Steps.Sum(s => s.Primitive is ControlPrimitive op ? op.PlannedBytes : 0);

    /// <summary>What was planned.</summary>
    public Graph Graph { get; }

    public PlanBuilder Builder => _builder;

    public MemoryPlan Memory => _memory;

    public IReadOnlyList<PlanStep> Steps => _builder.Steps;

    /// <summary>Shapes and types of what comes out.</summary>
    public TensorSpec[] OutputSpecs { get; }

    /// <summary>Which of the graph's outputs an output of the plan is.</summary>
    public int OutputNumber(int output) => output < _firstWrite ? output : output + _written.Length;

    /// <summary>The leaves, read now: random keys in the order in which they are drawn.</summary>
    public Dictionary<GraphLeaf, Tensor> ReadLeaves()
    {
        var values = new Dictionary<GraphLeaf, Tensor>(ReferenceEqualityComparer.Instance);
        foreach (var leaf in _keys.Concat<GraphLeaf>(_builder.Sources.Select(s => s.Leaf)).Concat(_leaves))
        {
            if (!values.ContainsKey(leaf))
                values.Add(leaf, leaf.Read());
        }
        return values;
    }

    /// <summary>Whether the plan changes a leaf.</summary>
    public bool Writes(GraphLeaf leaf) => Array.Exists(_written, w => ReferenceEquals(_leaves[w], leaf));

    /// <summary>Whether an input shares memory with what the plan writes to.</summary>
    public bool Overlaps(ReadOnlySpan<Tensor> inputs)
    {
        foreach (int written in _written)
        {
            var storage = _leaves[written].Read().Storage;
            foreach (var input in inputs)
            {
                if (ReferenceEquals(input.Storage, storage))
                    return true;
            }
        }
        return false;
    }

    /// <summary>Runs it into outputs that exist: contiguous, of the shapes and types that it gives, sharing memory with nothing that it reads or changes.</summary>
    /// <param name="inputs">What the caller gives.</param>
    /// <param name="outputs">What is written.</param>
    /// <param name="leaves">What stands for the leaves; read now if not given.</param>
    /// <param name="observer">Is told of every step.</param>
    public void Run(ReadOnlySpan<Tensor> inputs, ReadOnlySpan<Tensor> outputs, IReadOnlyDictionary<GraphLeaf, Tensor>? leaves = null, PlanObserver? observer = null)
    {
        if (!_free.TryTake(out var instance))
            instance = new PlanInstance(_builder, _memory, _keys);
        // What fails half-way leaves nothing behind: the next run writes all anew.
        try
        {
            for (int i = 0; i < inputs.Length; i++)
                instance.AttachInput(i, inputs[i]);
            for (int i = 0; i < _leaves.Length; i++)
                instance.AttachLeaf(i, leaves is null ? _leaves[i].Read() : leaves[_leaves[i]]);
            for (int i = 0; i < outputs.Length; i++)
                instance.AttachOutput(i, outputs[i]);
            var thread = EngineThread.Current;
            instance.Run(thread, leaves, observer ?? thread.Profile);
        }
        finally
        {
            instance.Detach();
            _free.Add(instance);
        }
    }
}
