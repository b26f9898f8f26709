using Hebb.Ops;
using Hebb.Transforms;

namespace Hebb;

/// <summary>Resampling of one axis by linear or cubic interpolation, or its adjoint.</summary>
internal abstract class ResamplePrimitive : Primitive
{
    private protected int Axis, Size;
    private protected bool Cubic, AlignCorners;
    private protected double Scale;

    /// <param name="axis">Which.</param>
    /// <param name="size">Its size, in the output.</param>
    /// <param name="cubic">Whether four neighbours are weighed, not two.</param>
    /// <param name="alignCorners">Whether the first and last elements keep their places.</param>
    /// <param name="scale">The scale that was asked for, 0 where only a size was: then it follows from the sizes.</param>
    private protected ResamplePrimitive(int axis, int size, bool cubic, bool alignCorners, double scale)
    {
        Axis = axis;
        Size = size;
        Cubic = cubic;
        AlignCorners = alignCorners;
        Scale = scale;
    }

    private protected ResamplePrimitive()
    {
    }

    public sealed override bool IsLinear => true;

    public sealed override Saved Saves => Saved.None;

    public sealed override BatchRule Batching => BatchRule.ShiftAxis;

    public sealed override void Describe(AttributeVisitor v)
    {
        v.Int("axis", ref Axis);
        v.Int("size", ref Size);
        v.Bool("cubic", ref Cubic);
        v.Bool("align_corners", ref AlignCorners);
        v.Float("scale", ref Scale);
    }

    /// <summary>Each resampled element is weighed from two or four, or into them.</summary>
    private protected long Flops(TensorSpec resampled) => (Cubic ? 8 : 4) * resampled.Sizes.Count;
}

/// <summary>One axis resampled by linear or cubic interpolation.</summary>
internal sealed class ResampleOp : ResamplePrimitive
{
    public ResampleOp(int axis, int size, bool cubic, bool alignCorners, double scale) : base(axis, size, cubic, alignCorners, scale)
    {
    }

    public ResampleOp()
    {
    }

    public override string Name => "resample";

    public override string DisplayName => "Interpolate";

    public override long Flops(ReadOnlySpan<TensorSpec> inputs, ReadOnlySpan<TensorSpec> outputs) => Flops(outputs[0]);

    public override void Infer(ReadOnlySpan<TensorSpec> inputs, Span<TensorSpec> outputs)
    {
        if (!inputs[0].DType.IsFloat)
            throw new DTypeException($"Interpolate: {inputs[0].DType.Name} values can't be weighed; cast them to a float type, or use the mode Nearest");
        if (inputs[0].Shape[Axis] == 0 || Size == 0)
            throw new ShapeException($"Interpolate: axis {Axis} of {inputs[0].Shape} to {Size}; neither may be empty");
        outputs[0] = inputs[0] with { Shape = inputs[0].Shape.With(Axis, Size) };
    }

    public override unsafe void Run(CpuContext c, ReadOnlySpan<Tensor> inputs, ReadOnlySpan<Tensor> outputs)
    {
        var (x, y) = (inputs[0], outputs[0]);
        int size = x.Shape[Axis];
        long outer = x.Shape[..Axis].Count, inner = x.Shape[(Axis + 1)..].Count;
        var taps = Resampling.Taps.Create(size, Size, Cubic, AlignCorners, Scale);
        if (x.DType == DType.Float32)
            Resampling.Forward(x.Data<float>(), y.Data<float>(), outer, size, Size, inner, taps);
        else
            Resampling.Forward(x.Data<double>(), y.Data<double>(), outer, size, Size, inner, taps);
    }

    public override void Vjp(in VjpContext c) => c.Set(0, Engine.Apply(new ResampleBackOp(Axis, c.InputSpec(0).Shape[Axis], Cubic, AlignCorners, Scale), c.Grad()));

    public override Primitive Shifted(int rank) => new ResampleOp(Axis + 1, Size, Cubic, AlignCorners, Scale);
}

/// <summary>The adjoint of resampling an axis; the size is that before resampling, which comes out here.</summary>
internal sealed class ResampleBackOp : ResamplePrimitive
{
    public ResampleBackOp(int axis, int size, bool cubic, bool alignCorners, double scale) : base(axis, size, cubic, alignCorners, scale)
    {
    }

    public ResampleBackOp()
    {
    }

    public override string Name => "resample_back";

    public override string DisplayName => "ResampleBack";

    public override long Flops(ReadOnlySpan<TensorSpec> inputs, ReadOnlySpan<TensorSpec> outputs) => Flops(inputs[0]);

    public override void Infer(ReadOnlySpan<TensorSpec> inputs, Span<TensorSpec> outputs) => outputs[0] = inputs[0] with { Shape = inputs[0].Shape.With(Axis, Size) };

    public override unsafe void Run(CpuContext c, ReadOnlySpan<Tensor> inputs, ReadOnlySpan<Tensor> outputs)
    {
        var (y, x) = (inputs[0], outputs[0]);
        int result = y.Shape[Axis];
        long outer = x.Shape[..Axis].Count, inner = x.Shape[(Axis + 1)..].Count;
        var taps = Resampling.Taps.Create(Size, result, Cubic, AlignCorners, Scale);
        if (x.DType == DType.Float32)
            Resampling.Backward(x.Data<float>(), y.Data<float>(), outer, Size, result, inner, taps);
        else
            Resampling.Backward(x.Data<double>(), y.Data<double>(), outer, Size, result, inner, taps);
    }

    public override void Vjp(in VjpContext c) => c.Set(0, Engine.Apply(new ResampleOp(Axis, c.InputSpec(0).Shape[Axis], Cubic, AlignCorners, Scale), c.Grad()));

    public override Primitive Shifted(int rank) => new ResampleBackOp(Axis + 1, Size, Cubic, AlignCorners, Scale);
}
