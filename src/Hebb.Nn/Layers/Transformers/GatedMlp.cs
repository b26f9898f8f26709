namespace Hebb;

/// <summary>
/// Two linear layers, of which the first is gated (Shazeer, 2020): down(f(gate(x)) * up(x)). In state dicts <c>gate_proj</c>, <c>up_proj</c> and <c>down_proj</c>, as in Llama.
/// </summary>
public sealed partial class GatedMlp : Module
{
    private readonly Func<Tensor, Tensor> _activation;

    /// <param name="dimensions">The number of features, before and after.</param>
    /// <param name="hidden">The number of features in between.</param>
    /// <param name="activation">f; by default SiLU.</param>
    /// <param name="bias">Whether biases are added.</param>
    /// <param name="rng">Where first values come from; by default <see cref="Rng.Default"/>.</param>
    public GatedMlp(int dimensions, int hidden, Func<Tensor, Tensor>? activation = null, bool bias = false, Rng? rng = null)
    {
        _activation = activation ?? (x => x.Silu());
        GateProj = new Linear(dimensions, hidden, bias, rng);
        UpProj = new Linear(dimensions, hidden, bias, rng);
        DownProj = new Linear(hidden, dimensions, bias, rng);
    }

    /// <summary>Gated by SiLU, as in Llama, Mistral and Qwen.</summary>
    public static GatedMlp SwiGLU(int dimensions, int hidden, bool bias = false, Rng? rng = null) => new(dimensions, hidden, x => x.Silu(), bias, rng);

    /// <summary>Gated by GELU, as in T5 1.1 and Gemma, which take its tanh approximation.</summary>
    public static GatedMlp GeGLU(int dimensions, int hidden, bool approximate = true, bool bias = false, Rng? rng = null) => new(dimensions, hidden, x => x.Gelu(approximate), bias, rng);

    /// <summary>Gated by ReLU.</summary>
    public static GatedMlp ReGLU(int dimensions, int hidden, bool bias = false, Rng? rng = null) => new(dimensions, hidden, x => x.Relu(), bias, rng);

    public Linear GateProj { get; }

    public Linear UpProj { get; }

    public Linear DownProj { get; }

    protected override Tensor Forward(Tensor x) => DownProj.Call(_activation(GateProj.Call(x)) * UpProj.Call(x));

    public override string ToString() => $"GatedMlp({DownProj.OutFeatures}, {GateProj.OutFeatures})";
}
