namespace Hebb.Onnx;

/// <summary>Activation functions.</summary>
internal static class ActivationOperators
{
    public static void Register(OperatorTable table)
    {
        table.Add("Celu", 12, c => c[0].Celu(c.Float("alpha", 1)));
        table.Add("Clip", 1, c => Clip(c[0], c.HasAttribute("min") ? Tensor.Scalar(c.Float("min", 0), c[0].DType) : null, c.HasAttribute("max") ? Tensor.Scalar(c.Float("max", 0), c[0].DType) : null));
        table.Add("Clip", 11, c => Clip(c[0], c.Tensor(1), c.Tensor(2)));
        table.Add("Elu", 1, c => c[0].Elu(c.Float("alpha", 1)));
        table.Add("Gelu", 20, c => c[0].Gelu(c.Text("approximate", "none") == "tanh"));
        table.Add("GeGLU", 28, c => Wide(Same(c), a => a.Gelu(c.Text("approximate", "none") == "tanh") * c[1].To(a.DType)));
        table.Add("HardSigmoid", 1, c => (c[0] * (double)c.Float("alpha", 0.2f) + (double)c.Float("beta", 0.5f)).Clamp(0.0, 1.0));
        table.Add("HardSwish", 14, c => c[0].Hardswish());
        table.Add("LeakyRelu", 1, c => c[0].LeakyRelu(c.Float("alpha", 0.01f)));
        table.Add("Mish", 18, c => c[0].Mish());
        table.Add("PRelu", 1, PRelu);
        table.Add("Relu", 1, c => c[0].DType.IsFloat ? c[0].Relu() : c[0].ClampMin(Tensor.Zeros([], c[0].DType)));
        table.Add("Selu", 1, Selu);
        table.Add("Shrink", 9, Shrink);
        table.Add("Sigmoid", 1, c => c[0].Sigmoid());
        table.Add("Softplus", 1, c => c[0].Softplus());
        table.Add("Softsign", 1, c => c[0].Softsign());
        table.Add("SwiGLU", 28, c => Wide(Same(c), a => Swish(a, c.Float("alpha", 1)) * c[1].To(a.DType)));
        table.Add("Swish", 24, c => Swish(c[0], c.Float("alpha", 1)));
        table.Add("ThresholdedRelu", 1, c => c[0].Threshold(c.Float("alpha", 1), 0));
    }

    /// <summary>x sigmoid(alpha x).</summary>
    public static Tensor Swish(Tensor x, double alpha) => alpha == 1 ? x.Silu() : x * (x * alpha).Sigmoid();

    // Where the least is above the greatest, the greatest wins.
    private static Tensor Clip(Tensor x, Tensor? min, Tensor? max)
    {
        if (min is not null)
            x = x.ClampMin(min.Reshape(Shape.Create([])));
        return max is null ? x : x.ClampMax(max.Reshape(Shape.Create([])));
    }

    private static Tensor PRelu(NodeCall c)
    {
        var (x, slope) = (c[0], c[1]);
        // Before version 7 one slope a channel came without axes for the rest.
        if (c.Version < 7 && slope.Rank == 1 && slope.Count > 1)
            slope = Broadcasting.Channels(slope, x.Rank);
        return Tensor.Where(x < Tensor.Zeros([], x.DType), x * slope, x);
    }

    private static Tensor Selu(NodeCall c)
    {
        double alpha = c.Float("alpha", c.Version < 6 ? 1.6732f : 1.67326319217681884765625f), gamma = c.Float("gamma", c.Version < 6 ? 1.0507f : 1.05070102214813232421875f);
        return c[0].Elu(alpha) * gamma;
    }

    private static Tensor Shrink(NodeCall c)
    {
        var x = c[0];
        double bias = c.Float("bias", 0), lambda = c.Float("lambd", 0.5f);
        var wide = x.DType.IsFloat ? x : x.To(DType.Float64);
        return Tensor.Where(wide < -lambda, wide + bias, Tensor.Where(wide > lambda, wide - bias, 0.0)).To(x.DType);
    }

    // Gates are not broadcast.
    private static Tensor Same(NodeCall c) => c[0].Shape == c[1].Shape ? c[0] : throw new ShapeException($"{c.Node.OpType}: {c[0].Shape} and {c[1].Shape} must be the same shape");

    // Half floats are rounded once, at the end.
    private static Tensor Wide(Tensor x, Func<Tensor, Tensor> f) => x.DType.IsHalf ? f(x.To(DType.Float32)).To(x.DType) : f(x);
}
