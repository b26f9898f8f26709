namespace Hebb.OpTests;

/// <summary>Losses by element: squared, absolute, Huber's, binary cross-entropies, Kullback-Leibler.</summary>
internal static class LossElementRows
{
    [Rows]
    public static IEnumerable<OpCase> Cases()
    {
        foreach (var reduction in new[] { Reduction.Mean, Reduction.Sum, Reduction.None, Reduction.BatchMean })
        {
            OpCase Row(string name, In a, In b, Func<Tensor, Tensor, Tensor> run, Func<double, double, double> reference) => new($"{name}_{reduction}".ToLowerInvariant(), [a, b], x => run(x[0], x[1]))
            {
                Reference = x => [Reduce(Tensor.From(x[0].ToArray<double>().Zip(x[1].ToArray<double>(), reference).ToArray(), x[0].Shape), reduction)],
            };
            In real = In.Real(3, 4), far = In.Between(2.5, 4.5, 3, 4), probability = In.Between(0.05, 0.95, 3, 4);
            yield return Row("mse_loss", real, real, (a, b) => Tensor.MseLoss(a, b, reduction), (a, b) => (a - b) * (a - b));
            yield return Row("l1_loss", real, far, (a, b) => Tensor.L1Loss(a, b, reduction), (a, b) => Math.Abs(a - b));
            yield return Row("huber_loss", real, real, (a, b) => Tensor.HuberLoss(a, b, 0.7, reduction), (a, b) => Huber(a - b, 0.7));
            yield return Row("smooth_l1_loss", real, real, (a, b) => Tensor.SmoothL1Loss(a, b, 1.5, reduction), (a, b) => Huber(a - b, 1.5) / 1.5);
            yield return Row("binary_cross_entropy", probability, probability, (a, b) => Tensor.BinaryCrossEntropy(a, b, reduction: reduction), (p, t) => -(t * Math.Log(p) + (1 - t) * Math.Log(1 - p)));
            yield return Row("binary_cross_entropy_with_logits", real, probability, (a, b) => Tensor.BinaryCrossEntropyWithLogits(a, b, reduction: reduction), (x, t) => t * Math.Log(1 + Math.Exp(-x)) + (1 - t) * Math.Log(1 + Math.Exp(x)));
            yield return Row("kl_divergence", real, probability, (a, b) => Tensor.KlDivergence(a, b, reduction: reduction), (x, t) => t * (Math.Log(t) - x));
            yield return Row("kl_divergence_log", real, real, (a, b) => Tensor.KlDivergence(a, b, logTarget: true, reduction: reduction), (x, t) => Math.Exp(t) * (t - x));
        }
        yield return new("smooth_l1_zero", [In.Real(3), In.Between(2.5, 4, 3)], x => Tensor.SmoothL1Loss(x[0], x[1], 0)) { Reference = x => [Tensor.Scalar(x[0].ToArray<double>().Zip(x[1].ToArray<double>(), (a, b) => Math.Abs(a - b)).Average(), DType.Float64)] };
        yield return new("bce_weighted", [In.Between(0.05, 0.95, 2, 3), In.Between(0, 1, 2, 3), In.Real(3)], x => Tensor.BinaryCrossEntropy(x[0], x[1], x[2], Reduction.None))
        {
            Reference = x => [Tensor.From(Enumerable.Range(0, 6).Select(i => -x[2].ToArray<double>()[i % 3] * (x[1].ToArray<double>()[i] * Math.Log(x[0].ToArray<double>()[i]) + (1 - x[1].ToArray<double>()[i]) * Math.Log(1 - x[0].ToArray<double>()[i]))).ToArray(), [2, 3])],
        };
        yield return new("bce_logits_weighted", [In.Real(2, 3), In.Between(0, 1, 2, 3), In.Between(0.2, 2, 3), In.Between(0.2, 2, 3)], x => Tensor.BinaryCrossEntropyWithLogits(x[0], x[1], x[2], x[3], Reduction.None))
        {
            Reference = x =>
            {
                double[] s = x[0].ToArray<double>(), t = x[1].ToArray<double>(), w = x[2].ToArray<double>(), p = x[3].ToArray<double>();
                return [Tensor.From(s.Select((v, i) => w[i % 3] * (p[i % 3] * t[i] * Math.Log(1 + Math.Exp(-v)) + (1 - t[i]) * Math.Log(1 + Math.Exp(v)))).ToArray(), [2, 3])];
            },
        };
        yield return new("bce_at_the_ends", () => [Tensor.From([0.0, 1, 0, 1]), Tensor.From([0.0, 1, 1, 0])], x => [Tensor.BinaryCrossEntropy(x[0], x[1], reduction: Reduction.None)])
        {
            Gradient = false,
            Vmap = false,
            Reference = _ => [Tensor.From([0.0, 0, 100, 100])],
        };
        yield return new("bce_logits_far", () => [Tensor.From([-1000.0, 1000, 1000, -1000]), Tensor.From([0.0, 1, 0, 1])], x => [Tensor.BinaryCrossEntropyWithLogits(x[0], x[1], reduction: Reduction.None)])
        {
            Gradient = false,
            Vmap = false,
            Reference = _ => [Tensor.From([0.0, 0, 1000, 1000])],
        };
    }

    private static double Huber(double e, double delta) => Math.Abs(e) <= delta ? e * e / 2 : delta * (Math.Abs(e) - delta / 2);

    private static Tensor Reduce(Tensor losses, Reduction reduction)
    {
        double sum = losses.ToArray<double>().Sum();
        return reduction switch
        {
            Reduction.None => losses,
            Reduction.Sum => Tensor.Scalar(sum, DType.Float64),
            Reduction.BatchMean => Tensor.Scalar(sum / losses.Shape[0], DType.Float64),
            _ => Tensor.Scalar(sum / losses.Count, DType.Float64),
        };
    }

    [Rows]
    public static IEnumerable<ErrorCase> Errors()
    {
        yield return ErrorCase.Shape("mse_shapes", () => Tensor.MseLoss(Tensor.Zeros([2, 3]), Tensor.Zeros([2])), "MseLoss: input [2, 3] and target [2] differ");
        yield return ErrorCase.Shape("mse_column", () => Tensor.MseLoss(Tensor.Zeros([3, 1]), Tensor.Zeros([3])), "MseLoss: input [3, 1] and target [3] differ");
        yield return ErrorCase.Shape("l1_shapes", () => Tensor.L1Loss(Tensor.Zeros([2, 3]), Tensor.Zeros([3])), "L1Loss: input [2, 3] and target [3] differ");
        yield return ErrorCase.Shape("huber_shapes", () => Tensor.HuberLoss(Tensor.Zeros([2, 3]), Tensor.Zeros([3])), "HuberLoss: input [2, 3] and target [3] differ");
        yield return ErrorCase.Shape("smooth_l1_shapes", () => Tensor.SmoothL1Loss(Tensor.Zeros([2, 3]), Tensor.Zeros([3])), "SmoothL1Loss: input [2, 3] and target [3] differ");
        yield return ErrorCase.Shape("kl_shapes", () => Tensor.KlDivergence(Tensor.Zeros([2, 3]), Tensor.Zeros([3])), "KlDivergence: input [2, 3] and target [3] differ");
        yield return ErrorCase.DType("mse_bool", () => Tensor.MseLoss(Tensor.Zeros([3], DType.Bool), Tensor.Zeros([3], DType.Bool)), "Sub: bool is not supported");
        yield return ErrorCase.Shape("bce_shapes", () => Tensor.BinaryCrossEntropy(Tensor.Zeros([2, 3]), Tensor.Zeros([3])), "BinaryCrossEntropy: input [2, 3] and target [3] differ");
        yield return ErrorCase.Shape("bce_logits_shapes", () => Tensor.BinaryCrossEntropyWithLogits(Tensor.Zeros([2, 3]), Tensor.Zeros([3])), "BinaryCrossEntropyWithLogits: input [2, 3] and target [3] differ");
        yield return new("huber_delta", () => Tensor.HuberLoss(Tensor.Zeros([2]), Tensor.Zeros([2]), 0), typeof(HebbException), "HuberLoss: delta 0 is not positive");
        yield return new("smooth_l1_beta", () => Tensor.SmoothL1Loss(Tensor.Zeros([2]), Tensor.Zeros([2]), -1), typeof(HebbException), "SmoothL1Loss: beta -1 is negative");
    }
}
