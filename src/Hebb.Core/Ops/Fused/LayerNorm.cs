using System.Numerics;
using Hebb.Ops;
using Hebb.Transforms;

namespace Hebb;

/// <summary>
/// Normalisation over the last axes. Inputs: x and, if affine, weight and perhaps bias, of the shape of those axes. Outputs: y, 1 / deviation and, if centred,
/// mean of every row, which the backward pass reads; Float32 for halves.
/// </summary>
internal abstract class RowNormOp(int axes, double eps, bool centred) : Primitive
{
    private int _axes = axes;
    private double _eps = eps;

    /// <summary>How many last axes are normalised.</summary>
    protected int Axes => _axes;

    protected double Eps => _eps;

    protected bool Centred => centred;

    public override int Outputs => centred ? 3 : 2;

    public override Saved Saves => Saved.Input0 | Saved.Input1 | Saved.Output1 | Saved.Output2;

    public override bool HasDecomposition => true;

    public override BatchRule Batching => BatchRule.Own;

    public override void Describe(AttributeVisitor v)
    {
        v.Int("axes", ref _axes);
        v.Float("eps", ref _eps);
    }

    public override void Infer(ReadOnlySpan<TensorSpec> inputs, Span<TensorSpec> outputs)
    {
        var x = inputs[0];
        if (!x.DType.IsFloat)
            throw new DTypeException($"{DisplayName}: {x.DType.Name} is not supported; it takes floats");
        var normalized = x.Shape[(x.Shape.Rank - _axes)..];
        for (int i = 1; i < inputs.Length; i++)
        {
            if (inputs[i].Shape != normalized)
                throw new ShapeException($"{DisplayName}: {(i == 1 ? "weight" : "bias")} {inputs[i].Shape} is not of the normalised shape {normalized}");
        }
        outputs[0] = x;
        outputs[1] = x with { Shape = x.Shape[..(x.Shape.Rank - _axes)], DType = x.DType.IsHalf ? DType.Float32 : x.DType };
        if (centred)
            outputs[2] = outputs[1];
    }

    public override long Flops(ReadOnlySpan<TensorSpec> inputs, ReadOnlySpan<TensorSpec> outputs) => 8 * inputs[0].Sizes.Count;

    public override void Run(CpuContext c, ReadOnlySpan<Tensor> inputs, ReadOnlySpan<Tensor> outputs)
    {
        if (inputs[0].DType == DType.Float64)
            Run<double>(inputs, outputs);
        else
            Run<float>(inputs, outputs);
    }

    private unsafe void Run<T>(ReadOnlySpan<Tensor> inputs, ReadOnlySpan<Tensor> outputs) where T : unmanaged, IFloatingPointIeee754<T>
    {
        long rows = outputs[1].Count;
        RowNormKernels.Forward(
            inputs[0].Data<T>(), inputs.Length > 1 ? inputs[1].Data<T>() : null, inputs.Length > 2 ? inputs[2].Data<T>() : null,
            outputs[0].Data<T>(), outputs[1].Data<T>(), centred ? outputs[2].Data<T>() : null, rows, rows == 0 ? 0 : inputs[0].Count / rows, _eps);
    }

    public override Tensor[] Decompose(ReadOnlySpan<Tensor> inputs)
    {
        var x = inputs[0];
        int[] last = Last(x.Rank);
        var wide = x.DType.IsHalf ? x.To(DType.Float32) : x;
        var mean = centred ? wide.Mean(last, keepDim: true) : null;
        var distance = mean is null ? wide : wide - mean;
        var rstd = (distance.Square().Mean(last, keepDim: true) + _eps).Rsqrt();
        var y = distance * rstd;
        if (inputs.Length > 1)
            y *= inputs[1];
        if (inputs.Length > 2)
            y += inputs[2];
        var outer = x.Shape[..(x.Rank - _axes)];
        return mean is null ? [y.To(x.DType), rstd.Reshape(outer)] : [y.To(x.DType), rstd.Reshape(outer), mean.Reshape(outer)];
    }

    private int[] Last(int rank) => Enumerable.Range(rank - _axes, _axes).ToArray();

    public override void Vjp(in VjpContext c)
    {
        var (x, rstd) = (c.Input(0), c.Output(1));
        var mean = centred ? c.Output(2) : null;
        Tensor? gradient = null;
        if (c.HasGrad(0))
        {
            var op = new RowNormGradOp(_axes, centred, c.InputCount > 1);
            List<Tensor> inputs = [c.Grad(0), x, rstd];
            if (mean is not null)
                inputs.Add(mean);
            if (c.InputCount > 1)
                inputs.Add(c.Input(1));
            var outputs = Engine.ApplyAll(op, inputs.ToArray());
            gradient = outputs[0];
            for (int i = 1; i < c.InputCount; i++)
                c.Set(i, outputs[i]);
        }
        // What second derivatives send through the saved statistics.
        double count = Math.Max(1, x.Shape[(x.Rank - _axes)..].Count);
        if (c.HasGrad(1))
        {
            var r = Kept(rstd, x.Rank);
            var part = (mean is null ? x : x - Kept(mean, x.Rank)) * (r.Square() * r * Kept(c.Grad(1), x.Rank) * (-1 / count));
            gradient = gradient is null ? part : gradient + part;
        }
        if (mean is not null && c.HasGrad(2))
        {
            var part = (Kept(c.Grad(2), x.Rank) * (1 / count)).Expand(x.Shape);
            gradient = gradient is null ? part : gradient + part;
        }
        if (gradient is not null)
            c.Set(0, gradient);
    }

    /// <summary>A number for every row, made to broadcast with x.</summary>
    private Tensor Kept(Tensor y, int rank)
    {
        var sizes = new int[rank];
        Array.Fill(sizes, 1);
        y.Shape.Dims.CopyTo(sizes);
        return y.Reshape((Shape)sizes);
    }

    public override Tensor[] Batch(BatchContext c)
    {
        bool shared = true;
        for (int i = 1; i < c.Values.Length; i++)
            shared &= !c.IsBatched(i);
        if (shared)
            return Engine.ApplyAll(this, c.Values);
        // Weights differ by example: they come after the normalisation.
        var outputs = Engine.ApplyAll(this, c.Expanded(0));
        int rank = c.Specs[0].Shape.Rank;
        for (int i = 1; i < c.Values.Length; i++)
        {
            var scale = c.Expanded(i);
            while (scale.Rank <= rank)
                scale = scale.Unsqueeze(1);
            outputs[0] = i == 1 ? outputs[0] * scale : outputs[0] + scale;
        }
        return outputs;
    }

    /// <summary>Applies with the optional inputs that there are, in types that go together.</summary>
    public static Tensor Apply(string name, Tensor x, in Shape normalized, Tensor? weight, Tensor? bias, Func<int, Primitive> op)
    {
        int axes = normalized.Rank;
        if (axes == 0 || axes > x.Rank || x.Shape[(x.Rank - axes)..] != normalized)
            throw new ShapeException($"{name}: {x.Shape} does not end in the normalised shape {normalized}");
        if (weight is null)
        {
            var y = Engine.ApplyAll(op(axes), x)[0];
            return bias is null ? y : y + ChannelNorm.Fit(bias, x);
        }
        return bias is null ? Engine.ApplyAll(op(axes), x, ChannelNorm.Fit(weight, x))[0] : Engine.ApplyAll(op(axes), x, ChannelNorm.Fit(weight, x), ChannelNorm.Fit(bias, x))[0];
    }
}

/// <summary>(x - mean) / sqrt(var + eps) * weight + bias over the last axes.</summary>
internal sealed class LayerNormOp(int axes, double eps) : RowNormOp(axes, eps, centred: true)
{
    public LayerNormOp() : this(1, 0)
    {
    }

    public override string Name => "layer_norm";

    public override string DisplayName => "LayerNorm";
}

/// <summary>x / sqrt(mean(x^2) + eps) * weight over the last axes.</summary>
internal sealed class RmsNormOp(int axes, double eps) : RowNormOp(axes, eps, centred: false)
{
    public RmsNormOp() : this(1, 0)
    {
    }

    public override string Name => "rms_norm";

    public override string DisplayName => "RmsNorm";
}

public sealed partial class Tensor
{
    /// <summary>Layer normalisation (Ba, Kiros and Hinton, 2016): the last axes brought to mean 0 and variance 1, then weight and bias, elementwise.</summary>
    /// <param name="normalizedShape">The sizes of the axes to normalise, with which the tensor's shape must end.</param>
    /// <param name="weight">Of the normalised shape.</param>
    /// <param name="bias">Of the normalised shape.</param>
    /// <param name="eps">Added to the variance, which is that of a whole population.</param>
    /// <exception cref="ShapeException">The shapes don't fit.</exception>
    /// <exception cref="DTypeException">The elements are not floats.</exception>
    public Tensor LayerNorm(Shape normalizedShape, Tensor? weight = null, Tensor? bias = null, double eps = 1e-5) =>
        RowNormOp.Apply("LayerNorm", this, normalizedShape, weight, bias, axes => new LayerNormOp(axes, eps));

    /// <summary>Root-mean-square normalisation (Zhang and Sennrich, 2019): the last axes divided by the root of their mean square, then weight, elementwise.</summary>
    /// <param name="normalizedShape">The sizes of the axes to normalise, with which the tensor's shape must end.</param>
    /// <param name="weight">Of the normalised shape.</param>
    /// <param name="eps">Added to the mean square; by default the distance from 1 to the next number of the element type.</param>
    /// <exception cref="ShapeException">The shapes don't fit.</exception>
    /// <exception cref="DTypeException">The elements are not floats.</exception>
    public Tensor RmsNorm(Shape normalizedShape, Tensor? weight = null, double? eps = null)
    {
        double epsilon = eps ?? DType switch { DType.Float64 => double.BitIncrement(1) - 1, DType.Float16 => 1.0 / 1024, DType.BFloat16 => 1.0 / 128, _ => 1.0 / (1 << 23) };
        return RowNormOp.Apply("RmsNorm", this, normalizedShape, weight, null, axes => new RmsNormOp(axes, epsilon));
    }
}
