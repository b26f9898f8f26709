namespace Hebb;

/// <summary>What is measured where nothing was asked for.</summary>
internal static class DefaultMetrics
{
    /// <summary>Accuracy where targets are class numbers or Bool; otherwise nothing.</summary>
    public static Metric[] For(Tensor output, Tensor target) =>
        ClassPairs.IsByClass(output, target) || (target.DType == DType.Bool && target.Count == output.Count) ? [new Accuracy()] : [];

    /// <summary>What <see cref="For"/> had chosen when a checkpoint was written.</summary>
    public static Metric[] Named(IReadOnlyList<string> names) => names.Contains("accuracy") ? [new Accuracy()] : [];

    public static Metric[] Fresh(IEnumerable<Metric> metrics) => [.. metrics.Select(m => m.Fresh())];
}
