namespace Hebb.OpTests;

/// <summary>Softmax and losses against stored values of another framework, gradients too. Weights come last and are not differentiated.</summary>
public class LossGoldens
{
    private static readonly Dictionary<string, Func<Tensor[], Tensor>> Functions = new()
    {
        ["softmax_last"] = x => x[0].Softmax(-1),
        ["softmax_axis1"] = x => x[0].Softmax(1),
        ["log_softmax_last"] = x => x[0].LogSoftmax(-1),
        ["log_softmax_axis1"] = x => x[0].LogSoftmax(1),
        ["ce"] = x => Tensor.CrossEntropy(x[0], x[1]),
        ["ce_none"] = x => Tensor.CrossEntropy(x[0], x[1], reduction: Reduction.None),
        ["ce_weight"] = x => Tensor.CrossEntropy(x[0], x[1], x[2]),
        ["ce_ignore"] = x => Tensor.CrossEntropy(x[0], x[1], ignoreIndex: 3),
        ["ce_all"] = x => Tensor.CrossEntropy(x[0], x[1], x[2], 1, 0.1),
        ["ce_all_sum"] = x => Tensor.CrossEntropy(x[0], x[1], x[2], 3, 0.3, Reduction.Sum),
        ["ce_probabilities"] = x => Tensor.CrossEntropy(x[0], x[1], x[2], labelSmoothing: 0.1),
        ["nll"] = x => Tensor.NllLoss(x[0], x[1], x[2], 3),
        ["huber"] = x => Tensor.HuberLoss(x[0], x[1], 0.8),
        ["smooth_l1"] = x => Tensor.SmoothL1Loss(x[0], x[1], 2, Reduction.None),
        ["bce"] = x => Tensor.BinaryCrossEntropy(x[0], x[1]),
        ["bce_logits"] = x => Tensor.BinaryCrossEntropyWithLogits(x[0], x[1], reduction: Reduction.None),
        ["bce_logits_pos"] = x => Tensor.BinaryCrossEntropyWithLogits(x[0], x[1], posWeight: x[2]),
        ["mse"] = x => Tensor.MseLoss(x[0], x[1]),
        ["l1"] = x => Tensor.L1Loss(x[0], x[1], Reduction.None),
        ["kl_log"] = x => Tensor.KlDivergence(x[0], x[1], logTarget: true, reduction: Reduction.Sum),
        ["ce_probabilities_maps"] = x => Tensor.CrossEntropy(x[0], x[1], reduction: Reduction.None),
        ["kl"] = x => Tensor.KlDivergence(x[0], x[1], reduction: Reduction.BatchMean),
    };

    public static IEnumerable<TheoryDataRow<string>> Names => Golden.Names("losses").Select(n => new TheoryDataRow<string>(n));

    [Theory, MemberData(nameof(Names)), Trait("Isa", "slice")]
    public void Agrees(string name)
    {
        int differentiated = Golden.Load("losses", name).Outputs.Length - 1;
        Golden.Verify("losses", name, xs =>
        {
            int seen = 0;
            var weights = xs.Where(x => x.DType.IsFloat && seen++ >= differentiated).ToArray();
            return Golden.WithGradients(xs.Except(weights).ToArray(), leaves => Functions[name]([.. leaves, .. weights]));
        });
    }
}
