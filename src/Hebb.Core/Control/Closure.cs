using Hebb.Compile;

namespace Hebb.Transforms;

/// <summary>
/// The functions that a user gives to one control op, written down as graphs. What they use but are not given (other tensors, parameters of modules, random
/// keys) becomes inputs that they share, so that gradients, batches and compiled plans see it.
/// </summary>
internal sealed class Closure
{
    private readonly List<Graph> _graphs = [];
    private readonly Dictionary<Tensor, int> _places = new(ReferenceEqualityComparer.Instance);
    private readonly List<Tensor> _tensors = [];
    private readonly List<GraphKey> _keys = [];

    /// <summary>What the functions use but are not given; the first inputs of every body.</summary>
    public Tensor[] Tensors => [.. _tensors];

    /// <summary>How many random keys the functions draw.</summary>
    public int KeyCount => _keys.Count;

    /// <summary>Traces a function.</summary>
    /// <exception cref="TraceException">The function reads values, its shapes depend on them, or it changes a tensor in place.</exception>
    public void Add(Func<Tensor[], Tensor[]> f, TensorSpec[] inputs)
    {
        var graph = Tracing.CaptureWhole(f, inputs);
        _graphs.Add(graph);
        foreach (var leaf in graph.Leaves)
        {
            if (leaf is GraphKey key)
                _keys.Add(key);
            else if (!IsNumber(leaf) && _places.TryAdd(leaf.Read(), _tensors.Count))
                _tensors.Add(leaf.Read());
        }
    }

    /// <summary>A fresh key for each that the functions draw, [count, 2].</summary>
    public Tensor DrawKeys() => Tensor.Stack(_keys.ConvertAll(key => key.Read()).ToArray());

    /// <summary>A function as a body whose inputs are <see cref="Tensors"/> and its own.</summary>
    public Body Body(int function) => Close(function, (graph, given, all) => graph.Run(given, Leaves(graph, all, null)), 0);

    /// <summary>The same with the keys, [count, 2], in front of its own inputs.</summary>
    public Body BodyWithKeys(int function) => Close(function, (graph, given, all) => graph.Run(given[1..], Leaves(graph, all, given[0])), 1);

    /// <summary>The same for a body that runs again and again: it gives the keys for its next run in front of its own outputs.</summary>
    public Body BodyThatSplitsKeys(int function) => Close(
        function,
        (graph, given, all) =>
        {
            // [count, 2, 2]: of every key one to use now and one to go on with.
            var split = RandomKey.Split(given[0]);
            return [split.Select(1, 1), .. graph.Run(given[1..], Leaves(graph, all, split.Select(1, 0)))];
        },
        1);

    private Body Close(int function, Func<Graph, Tensor[], Tensor[], Tensor[]> run, int keys)
    {
        var graph = _graphs[function];
        int closed = _tensors.Count;
        TensorSpec[] own = [.. graph.Inputs.Select(x => x.Spec)], key = keys == 0 ? [] : [new TensorSpec([_keys.Count, 2], DType.UInt32)];
        return Transforms.Body.Capture(all => run(graph, all[closed..], all), [.. _tensors.Select(t => t.Spec), .. key, .. own]);
    }

    private Tensor[] Leaves(Graph graph, Tensor[] all, Tensor? keys)
    {
        var result = new Tensor[graph.Leaves.Count];
        for (int i = 0; i < result.Length; i++)
        {
            result[i] = graph.Leaves[i] switch
            {
                GraphKey key => keys!.Select(0, _keys.IndexOf(key)),
                var leaf when IsNumber(leaf) => leaf.Read(),
                var leaf => all[_places[leaf.Read()]],
            };
        }
        return result;
    }

    // What was no number when it was added stays none.
    private bool IsNumber(GraphLeaf leaf) => leaf is GraphConstant constant && !_places.ContainsKey(constant.Tensor) && EngineThread.Current.Numbers.Holds(constant.Tensor);
}
