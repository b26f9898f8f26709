using Hebb.Onnx.Proto;

namespace Hebb.Onnx;

/// <summary>What all graphs of a model share while it is read: its functions, its folder, its state.</summary>
internal sealed class ModelContext(ExternalData? external)
{
    private readonly HashSet<string> _names = [];
    private HashSet<string>? _fixed;

    public ExternalData? External { get; } = external;

    public Dictionary<(string Domain, string Name, string Overload), OnnxFunction> Functions { get; } = [];

    /// <summary>Parameters and buffers by name, in the order of the file.</summary>
    public List<(string Name, InitialValue Value)> State { get; } = [];

    /// <summary>
    /// What an initialiser becomes: a parameter if it is of a float type; a buffer if its values decide shapes, or are running statistics, or are of another type. Those of inner
    /// graphs are constants.
    /// </summary>
    public InitialValue Initial(string name, OnnxValue value, GraphProto graph, bool isMain)
    {
        if (!isMain || value is not OnnxTensor { Tensor: var tensor } || !_names.Add(name))
            return new InitialConstant(value is OnnxTensor { Tensor: var inner } ? TensorScope.Escape(inner) : value);
        InitialValue initial = tensor.DType.IsFloat && !IsReadAtOnce(name, graph) ? new InitialParameter(new Parameter(tensor)) : new InitialBuffer(tensor);
        State.Add((name, initial));
        return initial;
    }

    /// <summary>Whether an operator reads the values themselves, or keeps them as statistics.</summary>
    private bool IsReadAtOnce(string name, GraphProto graph)
    {
        _fixed ??= [.. graph.Node.SelectMany(FixedInputs)];
        return _fixed.Contains(name);
    }

    private static IEnumerable<string> FixedInputs(NodeProto node)
    {
        int[] places = node.OpType switch
        {
            "BatchNormalization" => [3, 4],
            "Resize" => [1, 2, 3],
            "Upsample" => [1],
            "Range" => [0, 1, 2],
            "Dropout" => [1],
            "NonMaxSuppression" => [3, 4],
            "OneHot" => [2],
            _ => [],
        };
        return places.Where(i => i < node.Input.Count).Select(i => node.Input[i]);
    }
}
