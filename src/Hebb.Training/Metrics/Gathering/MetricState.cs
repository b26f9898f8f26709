namespace Hebb;

/// <summary>Between a metric's fields and the tensors of a checkpoint.</summary>
internal static class MetricState
{
    public static Tensor Of(long value) => Tensor.From<long>([value]);

    public static Tensor Of(double value) => Tensor.From<double>([value]);

    public static long Long(this IReadOnlyDictionary<string, Tensor> state, string metric, string name) => state.Array<long>(metric, name, 1)[0];

    public static double Double(this IReadOnlyDictionary<string, Tensor> state, string metric, string name) => state.Array<double>(metric, name, 1)[0];

    /// <param name="state">The entries.</param>
    /// <param name="metric">Whose they are, for errors.</param>
    /// <param name="name">The entry.</param>
    /// <param name="length">The number of elements that it must have; -1 for any.</param>
    public static T[] Array<T>(this IReadOnlyDictionary<string, Tensor> state, string metric, string name, int length = -1) where T : unmanaged
    {
        if (!state.TryGetValue(name, out var tensor))
            throw new CheckpointException($"the state of {metric} has no '{name}'");
        if (tensor.DType != DTypes.Of<T>() || (length >= 0 && tensor.Count != length))
            throw new CheckpointException($"the state of {metric}: '{name}' is {tensor.DType.Name}{tensor.Shape}, not {(length < 0 ? "a list" : length.ToString())} of {DTypes.Of<T>().Name}");
        return tensor.ToArray<T>();
    }
}
