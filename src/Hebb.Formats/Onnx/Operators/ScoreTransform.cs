namespace Hebb.Onnx;

/// <summary>What the models of <c>ai.onnx.ml</c> do to their scores [N, E] at the end.</summary>
internal static class ScoreTransform
{
    public const int None = 0, Softmax = 1, Logistic = 2, SoftmaxZero = 3, Probit = 4;

    private static readonly string[] Names = ["NONE", "SOFTMAX", "LOGISTIC", "SOFTMAX_ZERO", "PROBIT"];

    /// <summary>The transformation that a node asks for by name.</summary>
    public static int Of(NodeCall c)
    {
        string name = c.Text("post_transform", "NONE");
        return Array.IndexOf(Names, name) is var i and >= 0 ? i : throw new FormatException($"there is no transformation '{name}'");
    }

    public static Tensor Apply(Tensor y, int transform) => transform switch
    {
        None => y,
        Softmax => y.Softmax(-1),
        Logistic => y.Sigmoid(),
        // Scores that are 0 stay so, and take no part.
        SoftmaxZero => Tensor.Where(y.Equal(0), 0.0, Tensor.Where(y.Equal(0), double.NegativeInfinity, y).Softmax(-1)),
        Probit => (y * 2 - 1).ErfInv() * Math.Sqrt(2),
        _ => throw new FormatException($"there is no transformation {transform}"),
    };

    /// <summary>
    /// The scores of both classes [N, 2] from that of the second [N, 1], as runtimes write them: its opposite, or what is missing to 1 where
    /// scores are shares; of the transformations only the logistic one and probit are applied.
    /// </summary>
    public static Tensor Both(Tensor score, bool areShares, int transform)
    {
        if (transform == Probit)
            return Apply(score, Probit);
        return transform == Logistic ? Tensor.Cat([-score, score], -1).Sigmoid() : Tensor.Cat([areShares ? 1 - score : -score, score], -1);
    }
}
