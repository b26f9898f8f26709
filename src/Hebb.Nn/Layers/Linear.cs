namespace Hebb;

/// <summary>
/// Every output a weighted sum of all inputs: y = x W^T + b, over the last axis: [..., in] gives [..., out].
/// Weight [out, in] and bias [out] start uniform within 1 / sqrt(in), as PyTorch's.
/// </summary>
public sealed partial class Linear : Module
{
    private readonly InitialValues _initial;

    /// <summary>A layer whose input size is that of the first tensor it sees.</summary>
    /// <param name="outFeatures">The number of outputs.</param>
    /// <param name="bias">Whether a bias is added.</param>
    /// <param name="rng">Where first values come from; by default <see cref="Rng.Default"/>.</param>
    public Linear(int outFeatures, bool bias = true, Rng? rng = null) : this(-1, outFeatures, bias, rng, lazy: true)
    {
    }

    /// <summary>A layer from <paramref name="inFeatures"/> inputs to <paramref name="outFeatures"/> outputs.</summary>
    /// <exception cref="ShapeException">A number is negative.</exception>
    public Linear(int inFeatures, int outFeatures, bool bias = true, Rng? rng = null) : this(inFeatures, outFeatures, bias, rng, lazy: false)
    {
    }

    private Linear(int inFeatures, int outFeatures, bool bias, Rng? rng, bool lazy)
    {
        if (outFeatures < 0 || (inFeatures < 0 && !lazy))
            throw new ShapeException($"Linear({(lazy ? "" : $"{inFeatures}, ")}{outFeatures}): sizes can't be negative");
        OutFeatures = outFeatures;
        _initial = new InitialValues(rng);
        Weight = Parameter.Lazy([outFeatures, inFeatures]);
        Bias = bias ? Parameter.Lazy([outFeatures]) : null;
        if (!lazy)
            Materialize(inFeatures);
    }

    /// <summary>[out, in].</summary>
    public Parameter Weight { get; }

    /// <summary>[out]; null without.</summary>
    public Parameter? Bias { get; }

    /// <summary>The number of outputs.</summary>
    public int OutFeatures { get; }

    /// <summary>The number of inputs; null until the first call where it is inferred.</summary>
    public int? InFeatures => Weight.IsMaterialized ? Weight.Shape[1] : null;

    private void Materialize(int inFeatures)
    {
        Weight.Materialize(() => _initial.FanIn(0, [OutFeatures, inFeatures], inFeatures));
        Bias?.Materialize(() => _initial.FanIn(1, [OutFeatures], inFeatures));
    }

    protected override Tensor Forward(Tensor x)
    {
        if (x.Rank == 0)
            throw new ShapeException($"Linear: {x.Shape} has no axis of inputs");
        if (!Weight.IsMaterialized || Bias is { IsMaterialized: false })
            Materialize(x.Shape[-1]);
        if (x.Shape[-1] != Weight.Shape[1])
            throw new ShapeException($"Linear: input {x.Shape}: the last axis is {x.Shape[-1]}, the layer takes {Weight.Shape[1]} inputs");
        return x.Linear(Weight.Value, Bias?.Value);
    }

    public override string ToString() => $"Linear({(InFeatures is { } n ? n.ToString() : "?")}, {OutFeatures}{(Bias is null ? ", bias: false" : "")})";
}
