namespace Hebb.Benchmarks;

/// <summary>A decoder as GPT-2 has them (Radford et al., 2019): norms before attention and before the two-layer network, learned positions.</summary>
internal sealed partial class Gpt : Module
{
    public Gpt(int vocabulary, int context, int layers, int width, int heads)
    {
        Tokens = new(vocabulary, width);
        Positions = new(context, width);
        Blocks = new([.. Enumerable.Range(0, layers).Select(_ => (Module)new GptBlock(width, heads))]);
        Norm = new(width);
        Head = new(width, vocabulary, bias: false);
    }

    public Embedding Tokens { get; }

    public Embedding Positions { get; }

    public Sequential Blocks { get; }

    public LayerNorm Norm { get; }

    public Linear Head { get; }

    /// <summary>[N, T] to [N T, vocabulary].</summary>
    protected override Tensor Forward(Tensor x) => Head.Call(Norm.Call(Blocks.Call(Tokens.Call(x) + Positions.Weight.Value))).Flatten(0, 1);
}

internal sealed partial class GptBlock(int width, int heads) : Module
{
    public LayerNorm Norm1 { get; } = new(width);

    public LayerNorm Norm2 { get; } = new(width);

    public Linear Qkv { get; } = new(width, 3 * width);

    public Linear Projection { get; } = new(width, width);

    public Linear Up { get; } = new(width, 4 * width);

    public Linear Down { get; } = new(4 * width, width);

    protected override Tensor Forward(Tensor x)
    {
        int n = x.Shape[0], t = x.Shape[1];
        var parts = Qkv.Call(Norm1.Call(x)).Reshape(n, t, 3, heads, width / heads).Permute(2, 0, 3, 1, 4).Unbind();
        var y = Tensor.ScaledDotProductAttention(parts[0], parts[1], parts[2], causal: true);
        x = x + Projection.Call(y.Transpose(1, 2).Reshape(n, t, width));
        return x + Down.Call(Up.Call(Norm2.Call(x)).Gelu(approximate: true));
    }
}
