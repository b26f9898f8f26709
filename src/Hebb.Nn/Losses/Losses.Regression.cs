namespace Hebb;

public static partial class Losses
{
    /// <summary>The mean squared error. Output and target have one shape.</summary>
    /// <exception cref="ShapeException">The shapes differ.</exception>
    public static Tensor MeanSquaredError(Tensor output, Tensor target) => Tensor.MseLoss(output, Like(nameof(MeanSquaredError), output, target));

    /// <summary>The mean absolute error. Output and target have one shape.</summary>
    /// <exception cref="ShapeException">The shapes differ.</exception>
    public static Tensor L1(Tensor output, Tensor target) => (output - Like(nameof(L1), output, target)).Abs().Mean();

    /// <summary>Half the squared error up to a distance of 1, beyond it linear (Huber, 1964).</summary>
    /// <exception cref="ShapeException">The shapes differ.</exception>
    public static Tensor Huber(Tensor output, Tensor target) => Tensor.HuberLoss(output, Like(nameof(Huber), output, target));

    /// <summary><see cref="Huber"/> that turns linear at <paramref name="delta"/>, above 0, in units of the target.</summary>
    public static LossFunction HuberWith(double delta)
    {
        if (!(delta > 0))
            throw new HebbException($"Huber: delta {delta} is not above 0");
        return (output, target) => Tensor.HuberLoss(output, Like(nameof(Huber), output, target), delta);
    }

    /// <summary>The mean absolute error, rounded off to a parabola within a distance of 1 (Girshick, 2015).</summary>
    /// <exception cref="ShapeException">The shapes differ.</exception>
    public static Tensor SmoothL1(Tensor output, Tensor target) => Tensor.HuberLoss(output, Like(nameof(SmoothL1), output, target));

    /// <summary><see cref="SmoothL1"/> that is a parabola within a distance of <paramref name="beta"/>, 0 or more, in units of the target.</summary>
    public static LossFunction SmoothL1With(double beta)
    {
        if (!(beta >= 0))
            throw new HebbException($"SmoothL1: beta {beta} is below 0");
        return beta == 0 ? L1 : (output, target) => Tensor.HuberLoss(output, Like(nameof(SmoothL1), output, target), beta) * (1 / beta);
    }
}
