namespace Hebb;

/// <summary>
/// The first layer of a vision transformer (Dosovitskiy et al., 2021): a picture cut into squares, each through one linear layer: [N, C, H, W] gives [N, squares, dimensions], row by row. In state dicts
/// <c>proj</c>, as in timm.
/// </summary>
public sealed partial class PatchEmbedding : Module
{
    private readonly int _patch;

    /// <param name="channels">The number of channels.</param>
    /// <param name="dimensions">The number of features of a square.</param>
    /// <param name="patch">The side of a square.</param>
    /// <param name="bias">Whether a bias is added.</param>
    /// <param name="rng">Where first values come from; by default <see cref="Rng.Default"/>.</param>
    public PatchEmbedding(int channels, int dimensions, int patch = 16, bool bias = true, Rng? rng = null)
    {
        _patch = patch;
        Proj = new Conv2d(channels, dimensions, patch, patch, bias: bias, rng: rng);
    }

    public Conv2d Proj { get; }

    protected override Tensor Forward(Tensor x)
    {
        if (x.Rank != 4 || x.Shape[2] % _patch != 0 || x.Shape[3] % _patch != 0)
            throw new ShapeException($"PatchEmbedding: input {x.Shape} is not [N, C, H, W] with sides that fall into squares of {_patch}");
        return Proj.Call(x).Flatten(2).Transpose(1, 2);
    }

    public override string ToString() => $"PatchEmbedding({Proj.InChannels}, {Proj.OutChannels}, {_patch})";
}

/// <summary>Puts learned vectors before the first step of [N, steps, dimensions], such as the class token of a vision transformer (Dosovitskiy et al., 2021). They start normally distributed.</summary>
public sealed partial class LearnedTokens : Module
{
    /// <param name="dimensions">The number of features.</param>
    /// <param name="count">How many vectors.</param>
    /// <param name="std">The standard deviation of first values.</param>
    /// <param name="rng">Where first values come from; by default <see cref="Rng.Default"/>.</param>
    public LearnedTokens(int dimensions, int count = 1, double std = 0.02, Rng? rng = null)
    {
        if (dimensions < 0 || count < 0)
            throw new ShapeException($"LearnedTokens({dimensions}, {count}): sizes can't be negative");
        var initial = new InitialValues(rng);
        Weight = InitialValues.Make(() => initial.Normal(0, [1, count, dimensions], std));
    }

    /// <summary>[1, count, dimensions].</summary>
    public Parameter Weight { get; }

    protected override Tensor Forward(Tensor x)
    {
        if (x.Rank != 3 || x.Shape[2] != Weight.Shape[2])
            throw new ShapeException($"LearnedTokens: input {x.Shape} is not [N, steps, {Weight.Shape[2]}]");
        return Tensor.Cat([Weight.Value.Expand(x.Shape[0], Weight.Shape[1], x.Shape[2]), x], 1);
    }

    public override string ToString() => $"LearnedTokens({Weight.Shape[2]}, {Weight.Shape[1]})";
}
