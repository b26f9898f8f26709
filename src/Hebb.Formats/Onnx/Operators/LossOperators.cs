namespace Hebb.Onnx;

/// <summary>Losses of classifiers: scores [N, C, …], labels [N, …].</summary>
internal static class LossOperators
{
    public static void Register(OperatorTable table)
    {
        table.Add("NegativeLogLikelihoodLoss", 12, c => Loss(c, c[0]));
        table.AddAll("SoftmaxCrossEntropyLoss", 12, c =>
        {
            var logs = c[0].LogSoftmax(1);
            return [Loss(c, logs), logs];
        });
    }

    private static Tensor Loss(NodeCall c, Tensor logs)
    {
        var labels = c[1].To(DType.Int64);
        var weights = c.Tensor(2);
        long? ignored = c.HasAttribute("ignore_index") ? c.Int("ignore_index") : null;
        // What is ignored may be no class at all: it takes the first, and weighs nothing.
        Tensor? counts = ignored is { } index ? labels.NotEqual(index) : null;
        var safe = counts is null ? labels : Tensor.Where(counts, labels, 0L);
        var losses = -logs.Gather(1, safe.Unsqueeze(1)).Squeeze(1);
        var weight = weights is not null ? weights.Take(safe) : counts is not null ? Tensor.Ones(labels.Shape, logs.DType) : null;
        if (weight is not null && counts is not null)
            weight = Tensor.Where(counts, weight, 0.0);
        if (weight is not null)
            losses *= weight;
        return c.Text("reduction", "mean") switch
        {
            "none" => losses,
            "sum" => losses.Sum(),
            "mean" => weight is null ? losses.Mean() : losses.Sum() / weight.Sum(),
            var other => throw new FormatException($"there is no reduction '{other}'"),
        };
    }
}
