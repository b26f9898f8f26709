namespace Hebb.OpTests;

/// <summary>Reductions against stored values of another framework, gradients too.</summary>
public class ReduceGoldens
{
    private static readonly Dictionary<string, Func<Tensor, Tensor>> Functions = new()
    {
        ["sum"] = x => x.Sum([0, 2]),
        ["mean"] = x => x.Mean(1, keepDim: true),
        ["prod"] = x => x.Prod(1),
        ["amax"] = x => x.Amax(1),
        ["amin"] = x => x.Amin(0),
        ["max"] = x => x.Max(1).Values,
        ["min"] = x => x.Min(1).Values,
        ["var"] = x => x.Var([0, 1]),
        ["std"] = x => x.Std(2, correction: 0),
        ["logsumexp"] = x => x.LogSumExp([0, 2]),
        ["norm_1"] = x => x.Norm([1, 2], 1),
        ["norm_2"] = x => x.Norm([1, 2], 2),
        ["norm_3"] = x => x.Norm([1, 2], 3),
        ["norm_0.5"] = x => x.Norm([1, 2], 0.5),
        ["norm_inf"] = x => x.Norm([1, 2], double.PositiveInfinity),
        ["norm_-inf"] = x => x.Norm([1, 2], double.NegativeInfinity),
        ["norm_2_zero"] = x => x.Norm(1),
        ["norm_inf_ties"] = x => x.Norm(1, double.PositiveInfinity),
        ["cumsum"] = x => x.CumSum(1),
        ["cumprod"] = x => x.CumProd(1),
        ["logcumsumexp"] = x => x.LogCumSumExp(1),
        ["cummax"] = x => x.CumMax(1).Values,
        ["cummin"] = x => x.CumMin(1).Values,
        ["median"] = x => x.Median(1).Values,
        ["odd_cummax"] = x => x.CumMax(1).Values,
        ["odd_cummax_indices"] = x => x.CumMax(1).Indices,
        ["odd_cummin"] = x => x.CumMin(1).Values,
        ["odd_cummin_indices"] = x => x.CumMin(1).Indices,
        ["odd_median"] = x => x.Median(1).Values,
        ["odd_sum"] = x => x.Sum(1),
        ["odd_mean"] = x => x.Mean(1),
        ["odd_prod"] = x => x.Prod(1),
        ["odd_amax"] = x => x.Amax(1),
        ["odd_amin"] = x => x.Amin(1),
        ["odd_argmax"] = x => x.ArgMax(1),
        ["odd_argmin"] = x => x.ArgMin(1),
        ["odd_var"] = x => x.Var(1),
        ["odd_logsumexp"] = x => x.LogSumExp(1),
        ["odd_norm_2"] = x => x.Norm(1),
        ["odd_norm_inf"] = x => x.Norm(1, double.PositiveInfinity),
        ["odd_any"] = x => x.Any(1),
        ["odd_all"] = x => x.All(1),
        ["odd_cumsum"] = x => x.CumSum(1),
        ["odd_logcumsumexp"] = x => x.LogCumSumExp(1),
    };

    public static IEnumerable<TheoryDataRow<string>> Names => Golden.Names("reduce").Select(n => new TheoryDataRow<string>(n));

    [Theory, MemberData(nameof(Names)), Trait("Isa", "slice")]
    public void Agrees(string name)
    {
        var function = Functions[name];
        bool gradient = Golden.Load("reduce", name).Outputs.Length > 1;
        Golden.Verify("reduce", name, xs => gradient ? Golden.WithGradients(xs, function) : [function(xs[0])]);
    }
}
