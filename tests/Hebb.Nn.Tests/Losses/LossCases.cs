namespace Hebb.Nn.Tests;

/// <summary>The losses of Goldens/losses.py and Goldens/paper_losses.py under their names, as functions of their inputs.</summary>
internal static class LossCases
{
    private static Tensor Classes => Tensor.From([0.5, 2.0, 1.5]);

    public static Tensor Run(string name, Tensor[] x) => name switch
    {
        "hinge_embedding" => Losses.HingeEmbedding(x[0], x[1], 1.5),
        "margin_ranking" => Losses.MarginRanking(x[0], x[1], x[2], 0.3),
        "multi_margin" => Losses.MultiMargin(x[0], x[1]),
        "multi_margin_squared" => Losses.MultiMargin(x[0], x[1], 2, 0.7, Classes),
        "multi_label_margin" or "multi_label_margin_single" => Losses.MultiLabelMargin(x[0], x[1]),
        "soft_margin" => Losses.SoftMargin(x[0], x[1]),
        "multi_label_soft_margin" => Losses.MultiLabelSoftMarginWith(Classes.To(x[0].DType))(x[0], x[1]),
        "poisson" => Losses.PoissonNegativeLogLikelihood(x[0], x[1]),
        "poisson_full" => Losses.PoissonNegativeLogLikelihoodWith(logInput: false, full: true, reduction: Reduction.Sum)(x[0], x[1]),
        "gaussian" => Losses.GaussianNegativeLogLikelihood(x[0], x[1], x[2]),
        "gaussian_full" => Losses.GaussianNegativeLogLikelihood(x[0], x[1], x[2], full: true, reduction: Reduction.Sum),
        "cosine_embedding" => Losses.CosineEmbedding(x[0], x[1], x[2], 0.1),
        "triplet" => Losses.TripletMargin(x[0], x[1], x[2]),
        "triplet_swap" => Losses.TripletMargin(x[0], x[1], x[2], 0.5, 1, swap: true, reduction: Reduction.None),
        "triplet_distance" => Losses.TripletMarginWithDistance(x[0], x[1], x[2], (a, b) => 1.0 - (a * b).Sum(1) / (a.Norm(1) * b.Norm(1)), 0.8),
        "ctc" => Losses.Ctc(x[0].LogSoftmax(2), x[1]),
        "ctc_lengths" => Losses.Ctc(x[0].LogSoftmax(2), x[1], x[2], x[3], zeroInfinity: true, reduction: Reduction.None),
        "ctc_blank" => Losses.Ctc(x[0].LogSoftmax(1), x[1], blank: 3, reduction: Reduction.Sum),
        "ctc_empty" => Losses.Ctc(x[0].LogSoftmax(2), x[1], Tensor.From([7L, 6, 1]), Tensor.From([0L, 1, 0])),
        "ctc_paths" => Losses.Ctc(x[0].LogSoftmax(1), x[1]),
        "sequence" => Losses.SequenceCrossEntropyWith(0.1)(x[0], x[1]),
        "distillation" => Losses.Distillation(x[0], x[1], x[2], 3, 0.3),
        "transducer" => Losses.Transducer(x[0], x[1]),
        "transducer_lengths" => Losses.Transducer(x[0], x[1], x[2], x[3], reduction: Reduction.Sum),
        "transducer_blank" => Losses.Transducer(x[0], x[1], blank: 0),
        "r1" => Losses.R1Penalty(v => v.Sin().MatMul(x[1]), x[0], 5),
        _ => Shaped(name, x) ?? Generative(name, x) ?? Reduced(name, x) ?? throw new ArgumentException(name),
    };

    private static Tensor? Shaped(string name, Tensor[] x) => name switch
    {
        "binary_focal" => Losses.BinaryFocal(x[0], x[1]),
        "binary_focal_with" => Losses.BinaryFocalWith(0.6, 1.5)(x[0], x[1]),
        "focal" => Losses.Focal(x[0], x[1]),
        "focal_with" => Losses.FocalWith(0.7, Tensor.From([0.5, 2.0, 1.0]))(x[0], x[1]),
        "dice" => Losses.Dice(x[0], x[1]),
        "dice_squared" => Losses.DiceWith(0.5, squared: true)(x[0], x[1]),
        "tversky" => Losses.Tversky(x[0], x[1]),
        "tversky_focal" => Losses.TverskyWith(0.4, 0.6, 0.1, 4.0 / 3)(x[0], x[1]),
        "iou" => Losses.IoU(x[0], x[1]),
        "giou" => Losses.GIoU(x[0], x[1]),
        "diou" => Losses.DIoU(x[0], x[1]),
        "ciou" => Losses.CIoU(x[0], x[1]),
        "contrastive" => Losses.Contrastive(x[0], x[1], x[2], 2),
        "info_nce" => Losses.InfoNCE(x[0], x[1], temperature: 0.2),
        "info_nce_negatives" => Losses.InfoNCE(x[0], x[1], x[2]),
        "nt_xent" => Losses.NtXent(x[0], x[1]),
        "supervised_contrastive" => Losses.SupervisedContrastive(x[0], x[1], 0.3),
        "cosine_similarity" => Losses.CosineSimilarity(x[0], x[1]),
        _ => null,
    };

    private static Tensor? Generative(string name, Tensor[] x) => name switch
    {
        "quantile" => Losses.Quantile(0.9)(x[0], x[1]),
        "quantiles" => Losses.Quantiles(0.1, 0.5, 0.8)(x[0], x[1]),
        "log_cosh" => Losses.LogCosh(x[0], x[1]),
        "msle" => Losses.MeanSquaredLogarithmicError(x[0], x[1]),
        "mape" => Losses.MeanAbsolutePercentageError(x[0], x[1]),
        "hinge" => Losses.Hinge(x[0], x[1]),
        "squared_hinge" => Losses.SquaredHinge(x[0], x[1]),
        "wasserstein_critic" => Losses.WassersteinCritic(x[0], x[1]),
        "wasserstein_generator" => Losses.WassersteinGenerator(x[0]),
        "hinge_critic" => Losses.HingeCritic(x[0], x[1]),
        "discriminator" => Losses.Discriminator(x[0], x[1]),
        "generator" => Losses.Generator(x[0]),
        "least_squares_critic" => Losses.LeastSquaresCritic(x[0], x[1]),
        "least_squares_generator" => Losses.LeastSquaresGenerator(x[0]),
        "normal_divergence" => Losses.NormalDivergence(x[0], x[1]),
        "normal_divergence_of_two" => Losses.NormalDivergence(x[0], x[1], x[2], x[3]),
        "bernoulli_elbo" => Losses.BernoulliElbo(x[0], x[1], x[2], x[3], 0.5),
        "gaussian_elbo" => Losses.GaussianElbo(x[0], x[1], x[2], x[3], variance: 0.3),
        _ => null,
    };

    private static Tensor? Reduced(string name, Tensor[] x) => name switch
    {
        "cross_entropy_each" => Losses.CrossEntropyWith(0.1, Of(x, 0.5, 1, 2, 0.1), ignoreIndex: 3, reduction: Reduction.None)(x[0], x[1]),
        "cross_entropy_sum" => Losses.CrossEntropyWith(reduction: Reduction.Sum)(x[0], x[1]),
        "nll_each" => Losses.NegativeLogLikelihoodWith(Of(x, 0.5, 1, 2, 0.1), reduction: Reduction.None)(x[0], x[1]),
        "bce_each" => Losses.BinaryCrossEntropyWith(Of(x, 3, 1, 0.2), Reduction.None)(x[0], x[1]),
        "bce_logits_sum" => Losses.BinaryCrossEntropyWithLogitsWith(weight: Of(x, 3, 1, 0.2), reduction: Reduction.Sum)(x[0], x[1]),
        "kl_log" => Losses.KullbackLeiblerWith(logTarget: true)(x[0], x[1]),
        "kl_mean" => Losses.KullbackLeiblerWith(reduction: Reduction.Mean)(x[0], x[1]),
        "mse_each" => Losses.MeanSquaredErrorWith(Reduction.None)(x[0], x[1]),
        "l1_sum" => Losses.L1With(Reduction.Sum)(x[0], x[1]),
        "huber_each" => Losses.HuberWith(0.4, Reduction.None)(x[0], x[1]),
        "smooth_l1_sum" => Losses.SmoothL1With(0.4, Reduction.Sum)(x[0], x[1]),
        "soft_margin_each" => Losses.SoftMarginWith(Reduction.None)(x[0], x[1]),
        _ => null,
    };

    private static Tensor Of(Tensor[] x, params double[] values) => Tensor.From(values).To(x[0].DType);
}
