namespace Hebb;

/// <summary>
/// A layer of a transformer's encoder (Vaswani et al., 2017): attention of a sequence to itself, then two linear layers at each step, each with a residual connection and a layer normalisation.
/// PyTorch's state loads unchanged. For other norms, gated linear layers or experts see <see cref="TransformerBlock"/>.
/// </summary>
public sealed partial class TransformerEncoderLayer : Module
{
    private readonly Func<Tensor, Tensor> _activation;

    /// <param name="dModel">The number of features.</param>
    /// <param name="numHeads">How many heads attend.</param>
    /// <param name="dimFeedforward">The number of features between the two linear layers.</param>
    /// <param name="dropout">The probability, in train mode, of a number to be dropped: of attention's weights and after each step.</param>
    /// <param name="activation">Between the two linear layers; by default ReLU.</param>
    /// <param name="layerNormEps">Added to variances.</param>
    /// <param name="batchFirst">[examples, steps, features] in place of [steps, examples, features].</param>
    /// <param name="normFirst">Normalises before attention and linear layers (pre-norm; Xiong et al., 2020), not after.</param>
    /// <param name="rng">Where first values and dropout come from; by default <see cref="Rng.Default"/>.</param>
    /// <exception cref="ShapeException">Features don't fall into heads.</exception>
    public TransformerEncoderLayer(
        int dModel, int numHeads, int dimFeedforward = 2048, double dropout = 0.1, Func<Tensor, Tensor>? activation = null, double layerNormEps = 1e-5, bool batchFirst = false, bool normFirst = false,
        Rng? rng = null)
    {
        (_activation, NormFirst) = (activation ?? (x => x.Relu()), normFirst);
        SelfAttn = new MultiHeadAttention(dModel, numHeads, dropout, batchFirst: batchFirst, rng: rng);
        (Linear1, Linear2) = (new Linear(dModel, dimFeedforward, rng: rng), new Linear(dimFeedforward, dModel, rng: rng));
        (Norm1, Norm2) = (new LayerNorm(dModel, layerNormEps), new LayerNorm(dModel, layerNormEps));
        (Dropout, Dropout1, Dropout2) = (new Dropout(dropout, rng), new Dropout(dropout, rng), new Dropout(dropout, rng));
    }

    /// <summary>Whether it normalises before each part, not after.</summary>
    public bool NormFirst { get; }

    public MultiHeadAttention SelfAttn { get; }

    public Linear Linear1 { get; }

    public Dropout Dropout { get; }

    public Linear Linear2 { get; }

    public LayerNorm Norm1 { get; }

    public LayerNorm Norm2 { get; }

    public Dropout Dropout1 { get; }

    public Dropout Dropout2 { get; }

    /// <summary>The layer of a sequence, of which each step sees what the mask lets it see.</summary>
    /// <param name="x">[steps, examples, features], [examples, steps, features] if batch first, or [steps, features].</param>
    /// <param name="mask">Which steps are seen; null for all.</param>
    /// <exception cref="ShapeException">The shapes don't fit.</exception>
    public Tensor Call(Tensor x, AttentionMask? mask) => Enter([x], v => Run(v[0], mask));

    protected override Tensor Forward(Tensor x) => Run(x, null);

    private Tensor Run(Tensor x, AttentionMask? mask)
    {
        if (NormFirst)
        {
            x += Attend(Norm1.Call(x), mask);
            return x + Feed(Norm2.Call(x));
        }
        x = Norm1.Call(x + Attend(x, mask));
        return Norm2.Call(x + Feed(x));
    }

    private Tensor Attend(Tensor x, AttentionMask? mask) => Dropout1.Call(mask is null ? SelfAttn.Call(x) : SelfAttn.Call(x, mask));

    private Tensor Feed(Tensor x) => Dropout2.Call(Linear2.Call(Dropout.Call(_activation(Linear1.Call(x)))));

    public override string ToString() => $"TransformerEncoderLayer({SelfAttn.EmbedDim}, {SelfAttn.NumHeads}, {Linear1.OutFeatures}{(NormFirst ? ", normFirst: true" : "")})";
}
