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

/// <summary>Drops whole channels of [N, C, …] like <see cref="AlphaDropout"/> does elements: to selu's limit, keeping mean 0 and variance 1 (Klambauer et al., 2017).</summary>
/// <inheritdoc cref="Dropout"/>
public sealed class FeatureAlphaDropout(double p = 0.5, Rng? rng = null) : DropoutLayer(p, rng)
{
    private const double Limit = -1.0507009873554804934193349852946 * 1.6732632423543772848170429916717;

    protected override Tensor Forward(Tensor x)
    {
        if (x.Rank < 2)
            throw new ShapeException($"FeatureAlphaDropout: input {x.Shape} is not [N, C, …]");
        if (!Training || P == 0)
            return x;
        if (P == 1)
            return x * 0.0;
        var kept = Tensor.Ones(x.Shape[..2].Concat([.. Enumerable.Repeat(1, x.Rank - 2)]), x.DType).Dropout(P, true, Rng).Greater(0.0);
        double scale = 1 / Math.Sqrt((1 - P) * (1 + P * Limit * Limit));
        return Tensor.Where(kept, x, Limit) * scale - scale * Limit * P;
    }
}

/// <summary>
/// Stochastic depth (Huang et al., 2016), for the branch beside a residual connection: in train mode sets each example's branch to 0 with probability p and divides the others by 1 - p.
/// </summary>
/// <param name="p">The probability, 0 to 1.</param>
/// <param name="perBatch">Drops the branch for all examples together or for none.</param>
/// <param name="rng">The stream of keys; by default <see cref="Rng.Default"/>.</param>
public sealed class StochasticDepth(double p, bool perBatch = false, Rng? rng = null) : DropoutLayer(p, rng)
{
    protected override Tensor Forward(Tensor x)
    {
        if (!Training || P == 0)
            return x;
        int[] sizes = [.. Enumerable.Repeat(1, x.Rank)];
        if (x.Rank > 0 && !perBatch)
            sizes[0] = x.Shape[0];
        return x * Tensor.Ones(sizes, x.DType).Dropout(P, true, Rng);
    }
}
