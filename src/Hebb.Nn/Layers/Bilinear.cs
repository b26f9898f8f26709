namespace Hebb;

/// <summary>
/// Every output a bilinear form of two inputs: y_o = x1^T W_o x2 + b_o. [..., in1] and [..., in2] give [..., out]; call it with both.
/// Weight [out, in1, in2] and bias [out] start uniform within 1 / sqrt(in1).
/// </summary>
public sealed partial class Bilinear : Module
{
    /// <param name="in1">The size of the first input's last axis.</param>
    /// <param name="in2">The size of the second input's last axis.</param>
    /// <param name="outFeatures">The number of outputs.</param>
    /// <param name="bias">Whether a bias is added.</param>
    /// <param name="rng">Where first values come from; by default <see cref="Rng.Default"/>.</param>
    public Bilinear(int in1, int in2, int outFeatures, bool bias = true, Rng? rng = null)
    {
        var initial = new InitialValues(rng);
        Weight = InitialValues.Make(() => initial.FanIn(0, [outFeatures, in1, in2], in1));
        Bias = bias ? InitialValues.Make(() => initial.FanIn(1, [outFeatures], in1)) : null;
    }

    /// <summary>[out, in1, in2].</summary>
    public Parameter Weight { get; }

    /// <summary>[out]; null without.</summary>
    public Parameter? Bias { get; }

    protected override Tensor Forward(ReadOnlySpan<Tensor> inputs)
    {
        if (inputs.Length != 2)
            throw new HebbException($"Bilinear takes two tensors, not {inputs.Length}");
        var (x1, x2) = (inputs[0], inputs[1]);
        var (count, in1, in2) = (Weight.Shape[0], Weight.Shape[1], Weight.Shape[2]);
        if (x1.Rank == 0 || x2.Rank == 0 || x1.Shape[-1] != in1 || x2.Shape[-1] != in2 || x1.Shape[..^1] != x2.Shape[..^1])
            throw new ShapeException($"Bilinear: inputs {x1.Shape} and {x2.Shape} are not [..., {in1}] and [..., {in2}] of one batch");
        var forms = x1.MatMul(Weight.Value.Permute(1, 0, 2).Reshape(in1, count * in2)).Reshape(x1.Shape[..^1].Concat([count, in2]));
        var y = forms.MatMul(x2.Unsqueeze(-1)).Squeeze(-1);
        return Bias is null ? y : y + Bias.Value;
    }

    public override string ToString() => $"Bilinear({Weight.Shape[1]}, {Weight.Shape[2]}, {Weight.Shape[0]})";
}
