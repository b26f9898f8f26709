namespace Hebb.Tflite;

/// <summary>The constants of a model that is being made: floats become parameters, whole numbers with a scale buffers, others stay constants.</summary>
internal sealed class TfliteState(TfliteWeights weights)
{
    private readonly Dictionary<string, Func<Tensor>> _real = [], _stored = [];

    public OrderedDictionary<string, Parameter> Parameters { get; } = [];

    /// <summary>Quantised weights as they are stored.</summary>
    public OrderedDictionary<string, Tensor> Buffers { get; } = [];

    /// <summary>A constant as real numbers, float32 where it is of half precision or has a scale.</summary>
    public Func<Tensor> Real(TfliteTensor tensor) => Once(_real, tensor, () => weights.Real(tensor));

    /// <summary>A constant as it is stored.</summary>
    public Func<Tensor> Stored(TfliteTensor tensor) => tensor.IsQuantized ? Once(_stored, tensor, () => weights.Stored(tensor)) : Real(tensor);

    private Func<Tensor> Once(Dictionary<string, Func<Tensor>> known, TfliteTensor tensor, Func<Tensor> read)
    {
        if (known.TryGetValue(tensor.Name, out var get))
            return get;
        var value = read();
        if (value.DType.IsFloat)
        {
            var parameter = new Parameter(value);
            Parameters.Add(tensor.Name, parameter);
            get = () => parameter.Value;
        }
        else if (tensor.IsQuantized)
        {
            string name = Parameters.ContainsKey(tensor.Name) ? $"{tensor.Name}#stored" : tensor.Name;
            Buffers.Add(name, value);
            get = () => Buffers[name];
        }
        else
        {
            get = () => value;
        }
        known.Add(tensor.Name, get);
        return get;
    }
}
