namespace Hebb.Onnx;

/// <summary>Linear models of <c>ai.onnx.ml</c>.</summary>
internal static class LinearModelOperators
{
    public static void Register(OperatorTable table)
    {
        table.Add(OperatorTable.MachineLearning, "LinearRegressor", 1, c => [ScoreTransform.Apply(Scores(c, (int)Math.Clamp(c.Int("targets", 1), 1, int.MaxValue)), ScoreTransform.Of(c))]);
        table.Add(OperatorTable.MachineLearning, "LinearClassifier", 1, Classify);
    }

    /// <summary>x coefficients^T + intercepts: [N, F] to [N, E].</summary>
    private static Tensor Scores(NodeCall c, int outputs)
    {
        var x = Features(c[0]);
        float[] weights = c.Floats("coefficients") ?? throw new FormatException("the attribute 'coefficients' is missing");
        if (weights.Length != (long)outputs * x.Shape[1])
            throw new ShapeException($"{weights.Length} coefficients do not fit {outputs} scores of {x.Shape[1]} features");
        var y = x.MatMul(Tensor.From(weights, [outputs, x.Shape[1]]).Permute(1, 0));
        return c.Floats("intercepts") is { Length: > 0 } bias ? y + Tensor.From(bias) : y;
    }

    /// <summary>Float32 features [N, F]; a vector is one row.</summary>
    public static Tensor Features(Tensor x)
    {
        x = x.To(DType.Float32);
        return x.Rank switch
        {
            1 => x.Unsqueeze(0),
            2 => x,
            _ => throw new ShapeException($"features [N, F] are needed, not {x.Shape}"),
        };
    }

    private static OnnxValue?[] Classify(NodeCall c)
    {
        var labels = new ClassLabels(c, "classlabels_ints");
        int outputs = c.Floats("intercepts") is { Length: > 0 } bias ? bias.Length : Math.Max(1, labels.Count);
        var scores = Scores(c, outputs);
        int transform = ScoreTransform.Of(c);
        if (outputs > 1)
            return [labels.At(scores.ArgMax(-1)), ScoreTransform.Apply(scores, transform)];
        // One score tells of the second class.
        var label = labels.At((scores > 0).To(DType.Int64).Flatten());
        return [label, labels.Count == 2 ? ScoreTransform.Both(scores, areShares: true, transform) : ScoreTransform.Apply(scores, transform)];
    }
}
