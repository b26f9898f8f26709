namespace Hebb;

/// <summary>Layer normalisation (Ba et al., 2016): every example brought to mean 0 and variance 1 over its last axes, then scaled and moved by learned numbers.</summary>
public sealed partial class LayerNorm : Module
{
    private readonly double _eps;

    /// <summary>Over the last axis.</summary>
    /// <param name="size">The size of the last axis.</param>
    /// <param name="eps">Added to the variance.</param>
    /// <param name="affine">Whether weight and bias are learned.</param>
    /// <param name="bias">False for a weight alone.</param>
    public LayerNorm(int size, double eps = 1e-5, bool affine = true, bool bias = true) : this([size], eps, affine, bias)
    {
    }

    /// <summary>Over the last axes.</summary>
    /// <param name="normalizedShape">The sizes of the last axes.</param>
    /// <param name="eps">Added to the variance.</param>
    /// <param name="affine">Whether weight and bias are learned.</param>
    /// <param name="bias">False for a weight alone.</param>
    public LayerNorm(Shape normalizedShape, double eps = 1e-5, bool affine = true, bool bias = true)
    {
        (NormalizedShape, _eps) = (normalizedShape, eps);
        Weight = affine ? InitialValues.Ones(normalizedShape) : null;
        Bias = affine && bias ? InitialValues.Zeros(normalizedShape) : null;
    }

    /// <summary>The sizes of the last axes.</summary>
    public Shape NormalizedShape { get; }

    /// <summary>Of the normalised shape; null if not affine.</summary>
    public Parameter? Weight { get; }

    /// <summary>Of the normalised shape; null if there is none.</summary>
    public Parameter? Bias { get; }

    protected override Tensor Forward(Tensor x) => x.LayerNorm(NormalizedShape, Weight?.Value, Bias?.Value, _eps);

    public override string ToString() => $"LayerNorm({NormalizedShape})";
}

/// <summary>Root-mean-square normalisation (Zhang and Sennrich, 2019): every example divided by the root of its mean square over its last axes, times learned numbers.</summary>
public sealed partial class RMSNorm : Module
{
    private readonly double? _eps;

    /// <summary>Over the last axis.</summary>
    /// <param name="size">The size of the last axis.</param>
    /// <param name="eps">Added to the mean square; by default the machine precision of the input's type.</param>
    /// <param name="affine">Whether a weight is learned.</param>
    public RMSNorm(int size, double? eps = null, bool affine = true) : this([size], eps, affine)
    {
    }

    /// <summary>Over the last axes.</summary>
    /// <param name="normalizedShape">The sizes of the last axes.</param>
    /// <param name="eps">Added to the mean square; by default the machine precision of the input's type.</param>
    /// <param name="affine">Whether a weight is learned.</param>
    public RMSNorm(Shape normalizedShape, double? eps = null, bool affine = true)
    {
        (NormalizedShape, _eps) = (normalizedShape, eps);
        Weight = affine ? InitialValues.Ones(normalizedShape) : null;
    }

    /// <summary>The sizes of the last axes.</summary>
    public Shape NormalizedShape { get; }

    /// <summary>Of the normalised shape; null if not affine.</summary>
    public Parameter? Weight { get; }

    protected override Tensor Forward(Tensor x) => x.RmsNorm(NormalizedShape, Weight?.Value, _eps);

    public override string ToString() => $"RMSNorm({NormalizedShape})";
}

/// <summary>Group normalisation (Wu and He, 2018): groups of channels of every example brought to mean 0 and variance 1, then channels scaled and moved by learned numbers.</summary>
public sealed partial class GroupNorm : Module
{
    private readonly double _eps;

    /// <param name="groups">How many groups.</param>
    /// <param name="channels">The size of axis 1, a multiple of <paramref name="groups"/>.</param>
    /// <param name="eps">Added to the variance.</param>
    /// <param name="affine">Whether weight and bias are learned.</param>
    /// <exception cref="ShapeException">Channels don't fall into equal groups.</exception>
    public GroupNorm(int groups, int channels, double eps = 1e-5, bool affine = true)
    {
        if (groups < 1 || channels % groups != 0)
            throw new ShapeException($"GroupNorm: {channels} channels don't fall into {groups} equal groups");
        (Groups, Channels, _eps) = (groups, channels, eps);
        if (affine)
            (Weight, Bias) = (InitialValues.Ones([channels]), InitialValues.Zeros([channels]));
    }

    /// <summary>How many groups.</summary>
    public int Groups { get; }

    /// <summary>The size of axis 1.</summary>
    public int Channels { get; }

    /// <summary>[channels]; null if not affine.</summary>
    public Parameter? Weight { get; }

    /// <summary>[channels]; null if not affine.</summary>
    public Parameter? Bias { get; }

    protected override Tensor Forward(Tensor x)
    {
        if (x.Rank < 2 || x.Shape[1] != Channels)
            throw new ShapeException($"GroupNorm: input {x.Shape} is not [N, {Channels}, …]");
        return x.GroupNorm(Groups, Weight?.Value, Bias?.Value, _eps);
    }

    public override string ToString() => $"GroupNorm({Groups}, {Channels})";
}
