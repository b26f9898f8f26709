namespace Hebb;

public static partial class Losses
{
    /// <summary>The negative log-likelihood of counts whose expected values are exp(output), without what depends on the target alone.</summary>
    /// <exception cref="ShapeException">The shapes differ.</exception>
    public static Tensor PoissonNegativeLogLikelihood(Tensor output, Tensor target) => PoissonNegativeLogLikelihoodWith()(output, target);

    /// <summary><see cref="PoissonNegativeLogLikelihood"/> with options.</summary>
    /// <param name="logInput">Whether the output is the logarithm of the expected value; else the value itself.</param>
    /// <param name="full">Adds Stirling's approximation of log(target!), for targets above 1.</param>
    /// <param name="eps">Added to an expected value before its logarithm is taken.</param>
    /// <param name="reduction">By default the mean.</param>
    public static LossFunction PoissonNegativeLogLikelihoodWith(bool logInput = true, bool full = false, double eps = 1e-8, Reduction reduction = Reduction.Mean) => (output, target) =>
    {
        target = Like(nameof(PoissonNegativeLogLikelihood), output, target);
        var losses = logInput ? output.Exp() - target * output : output - target * (output + eps).Log();
        if (full)
        {
            var t = target.ClampMin(1);
            losses += Tensor.Where(target.Greater(1.0), t * t.Log() - t + (t * (2 * Math.PI)).Log() * 0.5, 0.0);
        }
        return reduction.Apply(losses);
    };

    /// <summary>The negative log-likelihood of targets under normal distributions (Nix and Weigend, 1994).</summary>
    /// <param name="output">Means.</param>
    /// <param name="target">What was measured, of the same shape.</param>
    /// <param name="variance">Variances: of the same shape, or without its last axis, or with 1 there.</param>
    /// <param name="full">Adds the constant log(2 pi) / 2.</param>
    /// <param name="eps">The least variance. As in PyTorch the gradient passes there too.</param>
    /// <param name="reduction">By default the mean.</param>
    /// <exception cref="ShapeException">The shapes don't fit.</exception>
    public static Tensor GaussianNegativeLogLikelihood(Tensor output, Tensor target, Tensor variance, bool full = false, double eps = 1e-6, Reduction reduction = Reduction.Mean)
    {
        target = Like(nameof(GaussianNegativeLogLikelihood), output, target);
        if (variance.Shape != output.Shape && output.Rank > 0 && variance.Shape == output.Shape[..^1])
            variance = variance.Unsqueeze(-1);
        if (!variance.Shape.ExpandsTo(output.Shape) || variance.Rank != output.Rank || (output.Rank > 0 && variance.Shape[..^1] != output.Shape[..^1]))
            throw new ShapeException($"GaussianNegativeLogLikelihood: variance {variance.Shape} is neither {output.Shape} nor that without its last axis");
        var kept = variance + (variance.ClampMin(eps) - variance).Detach();
        var losses = (kept.Log() + (output - target).Square() / kept) * 0.5;
        return reduction.Apply(full ? losses + 0.5 * Math.Log(2 * Math.PI) : losses);
    }

    /// <summary>The pinball loss (Koenker and Bassett, 1978): its minimum is the quantile <paramref name="quantile"/>, between 0 and 1, of the target.</summary>
    /// <exception cref="HebbException">It is not between 0 and 1.</exception>
    public static LossFunction Quantile(double quantile)
    {
        if (!(quantile is > 0 and < 1))
            throw new HebbException($"Quantile: {quantile} is not between 0 and 1");
        return (output, target) => Pinball(Like(nameof(Quantile), output, target) - output, Tensor.Scalar(quantile, output.DType)).Mean();
    }

    /// <summary><see cref="Quantile(double)"/> of several quantiles at once: outputs [..., quantiles], targets [...].</summary>
    /// <exception cref="HebbException">One is not between 0 and 1, or there are none.</exception>
    public static LossFunction Quantiles(params double[] quantiles)
    {
        if (quantiles.Length == 0 || !quantiles.All(q => q is > 0 and < 1))
            throw new HebbException($"Quantiles: [{string.Join(", ", quantiles)}] are not numbers between 0 and 1");
        double[] all = [.. quantiles];
        return (output, target) =>
        {
            if (output.Shape != target.Shape.Concat([all.Length]))
                throw new ShapeException($"Quantiles: output {output.Shape} is not {target.Shape.Concat([all.Length])}: the target's axes and {all.Length} quantiles");
            return Pinball(target.To(output.DType).Unsqueeze(-1) - output, Tensor.From(all).To(output.DType)).Mean();
        };
    }

    private static Tensor Pinball(Tensor error, Tensor quantile) => Tensor.Where(error.GreaterEqual(0.0), error * quantile, error * (quantile - 1.0));

    /// <summary>The logarithm of the hyperbolic cosine of the error: squared near 0, absolute far off, smooth everywhere.</summary>
    /// <exception cref="ShapeException">The shapes differ.</exception>
    public static Tensor LogCosh(Tensor output, Tensor target)
    {
        var error = (output - Like(nameof(LogCosh), output, target)).Abs();
        return (error + (error * -2.0).Softplus(1, double.PositiveInfinity) - Math.Log(2)).Mean();
    }

    /// <summary>The mean squared difference of log(1 + output) and log(1 + target); negative numbers count as 0.</summary>
    /// <exception cref="ShapeException">The shapes differ.</exception>
    public static Tensor MeanSquaredLogarithmicError(Tensor output, Tensor target) =>
        (output.Relu().Log1p() - Like(nameof(MeanSquaredLogarithmicError), output, target).Relu().Log1p()).Square().Mean();

    /// <summary>The mean absolute error in percent of the target, whose size counts as at least 1e-7.</summary>
    /// <exception cref="ShapeException">The shapes differ.</exception>
    public static Tensor MeanAbsolutePercentageError(Tensor output, Tensor target)
    {
        target = Like(nameof(MeanAbsolutePercentageError), output, target);
        return ((output - target).Abs() / target.Abs().ClampMin(1e-7)).Mean() * 100;
    }
}
