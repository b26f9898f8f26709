namespace Hebb;

/// <summary>What dropout layers share: they act in train mode only, and take their randomness from a stream.</summary>
public abstract class DropoutLayer : Module
{
    private protected DropoutLayer(double p, Rng? rng)
    {
        if (!(p is >= 0 and <= 1))
            throw new HebbException($"{GetType().Name}: probability {p} is not between 0 and 1");
        (P, Rng) = (p, rng);
    }

    /// <summary>The probability of an element, or of a whole channel, to be dropped: 0 to 1.</summary>
    public double P { get; }

    private protected Rng? Rng { get; }

    public override string ToString() => $"{GetType().Name}({P})";
}

/// <summary>In train mode sets each element to 0 with probability p and divides the others by 1 - p (Srivastava et al., 2014); in eval mode gives its input back.</summary>
/// <param name="p">The probability, 0 to 1.</param>
/// <param name="rng">The stream of keys; by default <see cref="Rng.Default"/>.</param>
public sealed class Dropout(double p = 0.5, Rng? rng = null) : DropoutLayer(p, rng)
{
    protected override Tensor Forward(Tensor x) => x.Dropout(P, Training, Rng);
}

/// <summary>Dropout of whole channels of [N, C, L] or [C, L] (Tompson et al., 2015).</summary>
/// <inheritdoc cref="Dropout"/>
public sealed class Dropout1d(double p = 0.5, Rng? rng = null) : DropoutLayer(p, rng)
{
    protected override Tensor Forward(Tensor x) => x.Dropout1d(P, Training, Rng);
}

/// <summary>Dropout of whole channels of [N, C, H, W] or [C, H, W].</summary>
/// <inheritdoc cref="Dropout"/>
public sealed class Dropout2d(double p = 0.5, Rng? rng = null) : DropoutLayer(p, rng)
{
    protected override Tensor Forward(Tensor x) => x.Dropout2d(P, Training, Rng);
}

/// <summary>Dropout of whole channels of [N, C, D, H, W] or [C, D, H, W].</summary>
/// <inheritdoc cref="Dropout"/>
public sealed class Dropout3d(double p = 0.5, Rng? rng = null) : DropoutLayer(p, rng)
{
    protected override Tensor Forward(Tensor x) => x.Dropout3d(P, Training, Rng);
}

/// <summary>Dropout for networks of <see cref="SELU"/>: mean 0 and variance 1 stay (Klambauer et al., 2017).</summary>
/// <inheritdoc cref="Dropout"/>
public sealed class AlphaDropout(double p = 0.5, Rng? rng = null) : DropoutLayer(p, rng)
{
    protected override Tensor Forward(Tensor x) => x.AlphaDropout(P, Training, Rng);
}
