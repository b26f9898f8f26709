using Hebb.Transforms;

namespace Hebb.OpTests;

/// <summary>Losses by class: cross_entropy, nll_loss and the picking behind them.</summary>
internal static class LossRows
{
    private static readonly double[] ClassWeights = [0.5, 2, 1, 0.25, 3];

    [Rows]
    public static IEnumerable<OpCase> CrossEntropies()
    {
        foreach (var (shape, name) in new[] { (new[] { 4, 5 }, "rows"), ([2, 5, 3], "columns"), ([1, 5, 2, 2], "images"), ([5], "single"), ([0, 5], "empty"), ([3, 1], "one_class") })
        {
            int classes = shape.Length == 1 ? shape[0] : shape[1];
            int[] targets = shape.Length == 1 ? [] : [shape[0], .. shape[2..]];
            foreach (bool weighted in new[] { false, true })
            {
                foreach (double smoothing in new[] { 0, 0.2 })
                {
                    foreach (var reduction in new[] { Reduction.Mean, Reduction.Sum, Reduction.None })
                    {
                        if (name != "rows" && (weighted || smoothing != 0) && reduction != Reduction.Mean || (name == "empty" && reduction == Reduction.Mean))
                            continue;
                        yield return new($"cross_entropy_{name}{(weighted ? "_weighted" : "")}{(smoothing > 0 ? "_smoothed" : "")}_{reduction}".ToLowerInvariant(),
                            weighted ? [In.Real(shape), In.Ints(0, classes, targets), In.Between(0.3, 2, classes)] : [In.Real(shape), In.Ints(0, classes, targets)],
                            x => Tensor.CrossEntropy(x[0], x[1], weighted ? x[2] : null, ignoreIndex: name == "single" ? -100 : 2, labelSmoothing: smoothing, reduction: reduction))
                        {
                            Reference = x => [CrossEntropy(x[0], x[1], weighted ? x[2].ToArray<double>() : null, name == "single" ? -100 : 2, smoothing, reduction)],
                        };
                    }
                }
            }
        }
        yield return new("cross_entropy_large", [In.Between(-700, 700, 3, 40), In.Ints(0, 40, 3)], x => Tensor.CrossEntropy(x[0], x[1])) { DTypes = [DType.Float32], Reference = x => [CrossEntropy(x[0], x[1], null, -100, 0, Reduction.Mean)] };
        yield return new("cross_entropy_int32", [In.Real(3, 4), In.Ints(0, 4, 3)], x => Tensor.CrossEntropy(x[0], x[1].To(DType.Int32))) { Reference = x => [CrossEntropy(x[0], x[1], null, -100, 0, Reduction.Mean)] };
        foreach (bool weighted in new[] { false, true })
        {
            foreach (var shape in new int[][] { [3, 5], [2, 5, 3], [5] })
            {
                yield return new($"cross_entropy_probabilities_{shape.Length}{(weighted ? "_weighted" : "")}", [In.Real(shape), In.Between(0, 1, shape)],
                    x => Tensor.CrossEntropy(x[0], x[1], weighted ? Weights(5) : null, labelSmoothing: 0.1))
                {
                    Reference = x => [ByProbability(x[0], x[1], weighted ? ClassWeights : null, 0.1)],
                };
            }
        }
    }

    [Rows]
    public static IEnumerable<OpCase> NllLosses()
    {
        foreach (var (shape, name) in new[] { (new[] { 4, 5 }, "rows"), ([2, 5, 3], "columns"), ([5], "single") })
        {
            int[] targets = shape.Length == 1 ? [] : [shape[0], .. shape[2..]];
            foreach (bool weighted in new[] { false, true })
            {
                foreach (var reduction in new[] { Reduction.Mean, Reduction.None })
                {
                    yield return new($"nll_loss_{name}{(weighted ? "_weighted" : "")}_{reduction}".ToLowerInvariant(), [In.Real(shape), In.Ints(0, 5, targets)],
                        x => Tensor.NllLoss(x[0], x[1], weighted ? Weights(5) : null, ignoreIndex: name == "single" ? -100 : 1, reduction: reduction))
                    {
                        Reference = x => [Nll(x[0], x[1], weighted ? ClassWeights : null, name == "single" ? -100 : 1, reduction)],
                    };
                }
            }
        }
        yield return new("place_class", [In.Real(2, 3), In.Ints(0, 4, 2, 3)], x => Engine.Apply(new PlaceClassOp(4, -1), x[0], x[1]))
        {
            Reference = x =>
            {
                var y = new double[24];
                for (int i = 0; i < 6; i++)
                    y[(i / 3 * 4 + x[1].ToArray<long>()[i]) * 3 + i % 3] = x[0].ToArray<double>()[i];
                return [Tensor.From(y, [2, 4, 3])];
            },
        };
    }

    private static Tensor Weights(int classes) => Tensor.From(ClassWeights[..classes]);

    /// <summary>Calls back for every sample: its place, its scores, its target.</summary>
    private static Tensor Each(Tensor x, Tensor target, double[]? weights, int ignore, Reduction reduction, Func<double[], int, double> loss)
    {
        int n = x.Rank == 1 ? 1 : x.Shape[0], classes = x.Shape[x.Rank == 1 ? 0 : 1], inner = (int)(x.Count / Math.Max(1, n * classes));
        double[] values = x.ToArray<double>();
        long[] targets = target.ToArray<long>();
        var losses = new double[targets.Length];
        double total = 0;
        for (int i = 0; i < losses.Length; i++)
        {
            int t = (int)targets[i];
            if (t == ignore)
                continue;
            total += weights?[t] ?? 1;
            losses[i] = loss(Enumerable.Range(0, classes).Select(c => values[(i / inner * classes + c) * inner + i % inner]).ToArray(), t);
        }
        return reduction == Reduction.None ? Tensor.From(losses, target.Shape) : Tensor.Scalar(losses.Sum() / (reduction == Reduction.Mean ? total : 1), DType.Float64);
    }

    private static Tensor Nll(Tensor x, Tensor target, double[]? weights, int ignore, Reduction reduction) => Each(x, target, weights, ignore, reduction, (v, t) => -v[t] * (weights?[t] ?? 1));

    private static Tensor CrossEntropy(Tensor x, Tensor target, double[]? weights, int ignore, double smoothing, Reduction reduction) =>
        Each(x, target, weights, ignore, reduction, (v, t) =>
        {
            double[] p = LogSoftmax(v);
            return -(1 - smoothing) * p[t] * (weights?[t] ?? 1) - smoothing / v.Length * p.Select((e, c) => e * (weights?[c] ?? 1)).Sum();
        });

    private static double[] LogSoftmax(double[] v) => v.Select(e => e - v.Max() - Math.Log(v.Sum(o => Math.Exp(o - v.Max())))).ToArray();

    private static Tensor ByProbability(Tensor x, Tensor target, double[]? weights, double smoothing)
    {
        int axis = x.Rank == 1 ? 0 : 1, classes = x.Shape[axis];
        var p = Naive.Along(x, axis, LogSoftmax);
        var scaled = Naive.Along(target, axis, v => v.Select((e, c) => (e * (1 - smoothing) + smoothing / classes) * (weights?[c] ?? 1)).ToArray());
        double sum = p.ToArray<double>().Zip(scaled.ToArray<double>(), (a, b) => -a * b).Sum();
        return Tensor.Scalar(sum / (x.Count / classes), DType.Float64);
    }

    [Rows]
    public static IEnumerable<ErrorCase> Errors()
    {
        static Tensor Targets(params long[] t) => Tensor.From(t);
        yield return new("cross_entropy_range", () => Tensor.CrossEntropy(Tensor.Zeros([2, 10]), Targets(3, 17)), typeof(DataException), "CrossEntropy: target 17 at position 1 is none of the 10 classes (0 to 9)");
        yield return new("cross_entropy_negative", () => Tensor.CrossEntropy(Tensor.Zeros([2, 10]), Targets(-1, 3)), typeof(DataException), "CrossEntropy: target -1 at position 0 is none of the 10 classes");
        yield return new("nll_range", () => Tensor.NllLoss(Tensor.Zeros([2, 3]), Targets(3, 0)), typeof(DataException), "NllLoss: target 3 at position 0 is none of the 3 classes (0 to 2)");
        yield return new("place_range", () => Engine.Apply(new PlaceClassOp(2, -1), Tensor.Zeros([1]), Targets(5)), typeof(DataException), "PlaceClass: target 5 at position 0 is none of the 2 classes");
        yield return new("cross_entropy_smoothing", () => Tensor.CrossEntropy(Tensor.Zeros([2, 3]), Targets(1, 0), labelSmoothing: 1.5), typeof(HebbException), "CrossEntropy: label smoothing 1.5 is not between 0 and 1");
        yield return ErrorCase.Shape("cross_entropy_shape", () => Tensor.CrossEntropy(Tensor.Zeros([2, 3]), Targets(1, 0, 1)), "CrossEntropy: input [2, 3] needs targets [2], not [3]");
        yield return ErrorCase.Shape("cross_entropy_weight", () => Tensor.CrossEntropy(Tensor.Zeros([2, 3]), Targets(1, 0), Tensor.Ones([2])), "CrossEntropy: class weights are [2], not [3]");
        yield return ErrorCase.Shape("cross_entropy_scalar", () => Tensor.CrossEntropy(Tensor.Scalar(1), Targets(1)), "CrossEntropy: input [] has no class axis");
        yield return ErrorCase.Shape("cross_entropy_probability_shape", () => Tensor.CrossEntropy(Tensor.Zeros([2, 3]), Tensor.Zeros([2])), "CrossEntropy: input [2, 3] needs probabilities of that shape, or class numbers [2]; the target is float32[2]");
        yield return ErrorCase.DType("cross_entropy_bool", () => Tensor.CrossEntropy(Tensor.Zeros([2, 3]), Tensor.Zeros([2], DType.Bool)), "CrossEntropy: targets are bool, not class numbers");
        yield return ErrorCase.DType("cross_entropy_ints", () => Tensor.CrossEntropy(Tensor.Zeros([2, 3], DType.Int64), Targets(1, 0)), "CrossEntropy: input is int64, not a float type");
        yield return ErrorCase.Shape("nll_scalar", () => Tensor.NllLoss(Tensor.Scalar(1), Targets(1)), "NllLoss: input [] has no class axis");
    }
}
