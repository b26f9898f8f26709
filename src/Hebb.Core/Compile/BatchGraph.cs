using Hebb.Transforms;

namespace Hebb.Compile;

/// <summary>
/// A graph for every batch size. The function is traced at two sizes; integers that differ are taken for linear in the size, and a third trace checks them.
/// A function for which that fails keeps the batch size that it was traced at, and <see cref="FixedReason"/> says why.
/// </summary>
public sealed class BatchGraph
{
    /// <summary>Graphs of this many sizes are kept; further ones are made anew each time.</summary>
    private const int MaxKept = 64;

    internal static readonly int[] Candidates = [5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53, 59, 61, 67, 71, 73, 79, 83, 89, 97, 101, 103, 107, 109, 113];

    private readonly Lock _lock = new();
    private readonly Dictionary<int, Graph> _kept = [];
    private readonly bool[] _batched;
    private readonly bool _fromFile;

    /// <param name="example">The graph at one batch size.</param>
    /// <param name="exampleBatch">That size.</param>
    /// <param name="batched">For every input whether its first axis is the batch.</param>
    /// <param name="form">What in it follows from the batch size; null for a graph of that size only.</param>
    /// <param name="fixedReason">Why it is of that size only.</param>
    /// <param name="fromFile">Checks every op at every batch size as <see cref="AttributeChecks"/> does.</param>
    public BatchGraph(Graph example, int exampleBatch, IEnumerable<bool> batched, BatchForm? form, string? fixedReason = null, bool fromFile = false)
    {
        _fromFile = fromFile;
        (Example, ExampleBatch, Form, FixedReason) = (example, exampleBatch, form, fixedReason);
        _batched = [.. batched];
        _kept[exampleBatch] = example;
    }

    /// <summary>The graph at <see cref="ExampleBatch"/>.</summary>
    public Graph Example { get; }

    public int ExampleBatch { get; }

    /// <summary>What in <see cref="Example"/> follows from the batch size; null if the size is fixed.</summary>
    public BatchForm? Form { get; }

    /// <summary>Whether it runs at every batch size.</summary>
    public bool IsDynamic => Form is not null;

    /// <summary>Why the batch size is fixed.</summary>
    public string? FixedReason { get; }

    /// <summary>For every input whether its first axis is the batch.</summary>
    public IReadOnlyList<bool> Batched => _batched;

    /// <summary>Traces a function.</summary>
    /// <param name="function">From tensors to tensors; called up to four times.</param>
    /// <param name="inputs">Shapes and types at some batch size. The batch is the first axis of every input whose first axis is as long as that of the first.</param>
    /// <param name="module">Whose parameters and buffers keep their names.</param>
    /// <param name="names">Names of the inputs.</param>
    /// <exception cref="TraceException">The function can't be traced at all.</exception>
    public static BatchGraph Trace(Func<Tensor[], Tensor[]> function, ReadOnlySpan<TensorSpec> inputs, Module? module = null, IReadOnlyList<string>? names = null)
    {
        TensorSpec[] specs = inputs.ToArray();
        int batch = specs.Length > 0 && specs[0].Shape.Rank > 0 ? specs[0].Shape[0] : 0;
        bool[] batched = Array.ConvertAll(specs, s => s.Shape.Rank > 0 && s.Shape[0] == batch);
        if (!batched.AsSpan().Contains(true))
            return new BatchGraph(Tracing.Trace(function, specs, module, names), batch, batched, null, "no input has an axis");
        var sizes = Sizes(specs, batched, module);
        try
        {
            var graph = At(sizes[0], lines: true);
            var result = new BatchGraph(graph, sizes[0], batched, BatchUnifier.Unify(graph, sizes[0], At(sizes[1]), sizes[1]));
            BatchUnifier.Check(result.At(sizes[2]), At(sizes[2]), [sizes[2]]);
            return result;
        }
        catch (HebbException e)
        {
            // What fails at any size fails here, with an error about the sizes that the user knows.
            return new BatchGraph(Tracing.Trace(function, specs, module, names), batch, batched, null, e.Message);
        }

        Graph At(int size, bool lines = false) => Tracing.Trace(function, WithBatch(specs, batched, size), module, names, lines);
    }

    /// <summary>Traces a module's call, in the mode that it is in.</summary>
    public static BatchGraph Trace(Module module, params ReadOnlySpan<TensorSpec> inputs) => Trace(xs => [Tracing.Call(module, xs)], inputs, module);

    /// <summary>The graph for a batch size.</summary>
    /// <exception cref="ShapeException">The size is fixed to another, or the graph does not work at this one.</exception>
    public Graph At(int batch)
    {
        lock (_lock)
        {
            if (_kept.TryGetValue(batch, out var kept))
                return kept;
        }
        var graph = Build(batch);
        lock (_lock)
        {
            if (_kept.Count < MaxKept)
                _kept.TryAdd(batch, graph);
        }
        return graph;
    }

    /// <summary>Applies the ops to tensors of any batch size, the same for all batched inputs.</summary>
    /// <exception cref="ShapeException">Shapes differ from those traced in more than the batch size, or batch sizes differ.</exception>
    public Tensor[] Run(params ReadOnlySpan<Tensor> inputs)
    {
        int batch = ExampleBatch;
        for (int i = 0; i < inputs.Length && i < _batched.Length; i++)
        {
            if (_batched[i] && inputs[i].Rank > 0)
            {
                batch = inputs[i].Shape[0];
                break;
            }
        }
        return At(batch).Run(inputs);
    }

    private Graph Build(int batch)
    {
        if (Form is null)
            throw new ShapeException($"the graph takes batches of {ExampleBatch}, not {batch}: {FixedReason}");
        return Form.Build(Example, WithBatch(Specs(), _batched, batch), [batch], Infer);

        TensorSpec[] Specs()
        {
            var specs = new TensorSpec[Example.Inputs.Count];
            for (int i = 0; i < specs.Length; i++)
                specs[i] = Example.Inputs[i].Spec;
            return specs;
        }
    }

    private TensorSpec[] Infer(Primitive primitive, TensorSpec[] inputs, GraphNode node)
    {
        if (!_fromFile)
        {
            var specs = new TensorSpec[node.Outputs.Count];
            primitive.Infer(inputs, specs);
            return specs;
        }
        try
        {
            // Sizes of a file that fit one batch size need not fit another.
            return AttributeChecks.Infer(primitive, inputs);
        }
        catch (FormatException e)
        {
            throw new ShapeException($"{e.Message}{(node.Path is null ? "" : $" (at {node.Path})")}", e);
        }
    }

    private static TensorSpec[] WithBatch(TensorSpec[] specs, bool[] batched, int size)
    {
        var sized = new TensorSpec[specs.Length];
        for (int i = 0; i < sized.Length; i++)
            sized[i] = batched[i] ? specs[i] with { Shape = specs[i].Shape.With(0, size) } : specs[i];
        return sized;
    }

    /// <summary>Three batch sizes that are no other size in sight, so that none is mistaken for the batch.</summary>
    private static int[] Sizes(TensorSpec[] specs, bool[] batched, Module? module)
    {
        var taken = new HashSet<int>(specs.SelectMany((s, i) => batched[i] ? s.Shape[1..] : s.Shape));
        foreach (var parameter in module?.Parameters().Where(p => p.IsMaterialized) ?? [])
            taken.UnionWith(parameter.Shape);
        int[] free = [.. Candidates.Where(c => !taken.Contains(c)).Take(3)];
        return free.Length == 3 ? free : [127, 131, 137];
    }
}
