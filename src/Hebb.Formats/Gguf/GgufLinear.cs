using Hebb.Gguf;
using Hebb.Transforms;

namespace Hebb;

/// <summary>
/// A linear layer whose weight stays in the packed blocks of a GGUF file: [..., in] gives [..., out]. A few rows are multiplied with the blocks as they are; for more, tiles of
/// the matrix are made float32 one after another. The weight is not trained; gradients reach the input.
/// <code>var layer = new GgufLinear(GgufTensor.Pack(weight, GgufType.Q4_K));</code>
/// </summary>
public sealed class GgufLinear : Module
{
    private Tensor _stored;

    /// <param name="weight">[out, in]; numbers, or blocks of the types Q4_0, Q4_1, Q5_0, Q5_1, Q8_0, Q2_K to Q6_K.</param>
    /// <param name="bias">[out]; null for none.</param>
    /// <exception cref="ShapeException">The weight is no matrix, or the bias does not fit.</exception>
    /// <exception cref="DTypeException">Blocks of another type.</exception>
    public GgufLinear(GgufTensor weight, Tensor? bias = null)
    {
        if (weight.Shape.Rank != 2 || (bias is not null && (bias.Rank != 1 || bias.Shape[0] != weight.Shape[0])))
            throw new ShapeException($"GgufLinear: a weight {weight.Shape}{(bias is null ? "" : $" and a bias {bias.Shape}")}; they must be [out, in] and [out]");
        if (weight.Type.DType is null && !BlockProduct.Supports(weight.Type))
            throw new DTypeException($"GgufLinear: blocks of the type {weight.Type} are not multiplied");
        // Numbers are made float32 once; only blocks stay as they are.
        if (weight.Type.DType is not (null or DType.Float32))
            weight = GgufTensor.Of(weight.ToTensor().To(DType.Float32));
        (Weight, _stored, Bias) = (weight, weight.Stored, bias is null ? null : new Parameter(bias.To(DType.Float32)));
        Eval();
    }

    /// <summary>The weight as it is held: blocks, or float32.</summary>
    public GgufTensor Weight { get; private set; }

    /// <summary>[out]; null without.</summary>
    public Parameter? Bias { get; }

    protected override Tensor Forward(Tensor x)
    {
        if (Weight.Type.DType is not null)
            return x.Linear(Weight.ToTensor(), Bias?.Value);
        var y = Engine.Apply(new BlockLinearOp(Weight), x);
        return Bias is null ? y : y + Bias.Value;
    }

    protected override void VisitMembers(IModuleVisitor visitor)
    {
        visitor.Buffer("weight", _stored, stored => Weight = new GgufTensor(_stored = stored, Weight.Type, Weight.Shape), persistent: true);
        if (Bias is not null)
            visitor.Parameter("bias", Bias);
    }

    public override string ToString() => $"GgufLinear({Weight.Shape[1]}, {Weight.Shape[0]}, {Weight.Type})";
}
