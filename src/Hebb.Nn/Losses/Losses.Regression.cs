namespace Hebb;

public static partial class Losses
{
    /// <summary>The mean squared error. Output and target have one shape.</summary>
    /// <exception cref="ShapeException">The shapes differ.</exception>
    public static Tensor MeanSquaredError(Tensor output, Tensor target) => Tensor.MseLoss(output, Like(nameof(MeanSquaredError), output, target));

    /// <summary>The squared errors: their sum, or each.</summary>
    public static LossFunction MeanSquaredErrorWith(Reduction reduction) => (output, target) => Tensor.MseLoss(output, Like(nameof(MeanSquaredError), output, target), reduction);

    /// <summary>The mean absolute error. Output and target have one shape.</summary>
    /// <exception cref="ShapeException">The shapes differ.</exception>
    public static Tensor L1(Tensor output, Tensor target) => Tensor.L1Loss(output, Like(nameof(L1), output, target));

    /// <summary>The absolute errors: their sum, or each.</summary>
    public static LossFunction L1With(Reduction reduction) => (output, target) => Tensor.L1Loss(output, Like(nameof(L1), output, target), reduction);

    /// <summary>Another name of <see cref="L1"/>.</summary>
    /// <exception cref="ShapeException">The shapes differ.</exception>
    public static Tensor MeanAbsoluteError(Tensor output, Tensor target) => L1(output, target);

    /// <summary>Half the squared error up to a distance of 1, beyond it linear (Huber, 1964).</summary>
    /// <exception cref="ShapeException">The shapes differ.</exception>
    public static Tensor Huber(Tensor output, Tensor target) => Tensor.HuberLoss(output, Like(nameof(Huber), output, target));

    /// <summary><see cref="Huber"/> that turns linear at <paramref name="delta"/>, above 0, in units of the target, or with another reduction.</summary>
    public static LossFunction HuberWith(double delta = 1, Reduction reduction = Reduction.Mean)
    {
        if (!(delta > 0))
            throw new HebbException($"Huber: delta {delta} is not above 0");
        return (output, target) => Tensor.HuberLoss(output, Like(nameof(Huber), output, target), delta, reduction);
    }

    /// <summary>The mean absolute error, rounded off to a parabola within a distance of 1 (Girshick, 2015).</summary>
    /// <exception cref="ShapeException">The shapes differ.</exception>
    public static Tensor SmoothL1(Tensor output, Tensor target) => Tensor.HuberLoss(output, Like(nameof(SmoothL1), output, target));

    /// <summary><see cref="SmoothL1"/> that is a parabola within a distance of <paramref name="beta"/>, 0 or more, in units of the target, or with another reduction.</summary>
    public static LossFunction SmoothL1With(double beta = 1, Reduction reduction = Reduction.Mean)
    {
        if (!(beta >= 0))
            throw new HebbException($"SmoothL1: beta {beta} is below 0");
        return beta == 0 ? L1With(reduction) : (output, target) => Tensor.HuberLoss(output, Like(nameof(SmoothL1), output, target), beta, reduction) * (1 / beta);
    }
}
