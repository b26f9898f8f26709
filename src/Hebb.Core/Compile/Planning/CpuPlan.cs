using System.Collections.Concurrent;
using Hebb.Memory;
using Hebb.Transforms;

namespace Hebb.Compile;

/// <summary>A graph ready to run: kernel calls in a row, all that they write planned into one arena. Any number of threads may run it at once, each in an arena of its own.</summary>
internal sealed class CpuPlan
{
    private readonly ConcurrentBag<PlanInstance> _free = [];
    private readonly PlanBuilder _builder;
    private readonly MemoryPlan _memory;
    private readonly GraphLeaf[] _leaves;

    public CpuPlan(Graph graph)
    {
        Graph = graph;
        _builder = new PlanBuilder(graph);
        _memory = MemoryPlan.Of([.. _builder.Arena.Select(r => new Lifetime(r.Spec.DType.BytesFor(r.Spec.Shape.Count), r.First, r.Last))]);
        _leaves = [.. graph.Leaves];
        OutputSpecs = [.. _builder.Outputs.Select(r => r.Spec)];
    }

    /// <summary>Bytes of memory for what is neither input, leaf nor output.</summary>
    public long ArenaBytes => _memory.Bytes;

    /// <summary>What was planned.</summary>
    public Graph Graph { get; }

    public PlanBuilder Builder => _builder;

    public MemoryPlan Memory => _memory;

    public IReadOnlyList<PlanStep> Steps => _builder.Steps;

    /// <summary>Shapes and types of what comes out.</summary>
    public TensorSpec[] OutputSpecs { get; }

    /// <summary>Runs it into outputs that exist: contiguous, of the shapes and types that it gives, sharing memory with nothing that it reads.</summary>
    /// <param name="inputs">What the caller gives.</param>
    /// <param name="outputs">What is written.</param>
    /// <param name="leaves">What stands for each of the graph's leaves; read now if not given.</param>
    /// <param name="observer">Is told of every step.</param>
    public void Run(ReadOnlySpan<Tensor> inputs, ReadOnlySpan<Tensor> outputs, Tensor[]? leaves = null, PlanObserver? observer = null)
    {
        if (!_free.TryTake(out var instance))
            instance = new PlanInstance(_builder, _memory);
        // What fails half-way leaves nothing behind: the next run writes all anew.
        try
        {
            for (int i = 0; i < inputs.Length; i++)
                instance.Attach(_builder.Inputs[i], inputs[i]);
            for (int i = 0; i < _leaves.Length; i++)
                instance.Attach(_builder.Leaves[i], leaves is null ? _leaves[i].Read() : leaves[i]);
            for (int i = 0; i < outputs.Length; i++)
                instance.Attach(_builder.Outputs[i], outputs[i]);
            instance.Run(EngineThread.Current, observer);
        }
        finally
        {
            instance.Detach();
            _free.Add(instance);
        }
    }
}
