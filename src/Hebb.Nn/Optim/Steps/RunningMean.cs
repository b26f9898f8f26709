namespace Hebb.Optim;

/// <summary>Means that forget, as decompositions of optimizers' steps write them.</summary>
internal static class RunningMean
{
    /// <summary>The mean after one more value.</summary>
    /// <param name="mean">The mean so far.</param>
    /// <param name="value">What comes, of its shape.</param>
    /// <param name="kept">How much of the mean stays, 0 to 1.</param>
    public static Tensor Of(Tensor mean, Tensor value, double kept) => mean * kept + value * (1 - kept);

    /// <summary>The mean after one more value, where how much stays is a number of the step, Float64 [].</summary>
    /// <inheritdoc cref="Of(Tensor, Tensor, double)"/>
    public static Tensor Of(Tensor mean, Tensor value, Tensor kept)
    {
        var share = kept.To(mean.DType);
        return mean * share + value * (1.0 - share);
    }

    /// <summary>A rate by what the mean, begun at zero, has of its full size after some steps: the correction of its bias, in the type of what it scales.</summary>
    /// <param name="rate">The rate, Float64 [].</param>
    /// <param name="kept">How much of the mean stays a step, Float64 [].</param>
    /// <param name="step">Steps so far, Float64 [].</param>
    /// <param name="type">Of the result.</param>
    public static Tensor Corrected(Tensor rate, Tensor kept, Tensor step, DType type) => (rate / (1.0 - kept.Pow(step))).To(type);
}
