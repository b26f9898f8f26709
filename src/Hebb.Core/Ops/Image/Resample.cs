using Hebb.Ops;
using Hebb.Transforms;

namespace Hebb;

/// <summary>One axis resampled by linear or cubic interpolation.</summary>
internal sealed class ResampleOp : Primitive
{
    private int _axis, _size;
    private bool _cubic, _alignCorners;
    private double _scale;

    public ResampleOp(int axis, int size, bool cubic, bool alignCorners, double scale)
    {
        _axis = axis;
        _size = size;
        _cubic = cubic;
        _alignCorners = alignCorners;
        _scale = scale;
    }

    public ResampleOp()
    {
    }

    public override string Name => "resample";

    public override string DisplayName => "Interpolate";

    public override bool IsLinear => true;

    public override Saved Saves => Saved.None;

    public override BatchRule Batching => BatchRule.ShiftAxis;

    public override void Describe(AttributeVisitor v)
    {
        v.Int("axis", ref _axis);
        v.Int("size", ref _size);
        v.Bool("cubic", ref _cubic);
        v.Bool("align_corners", ref _alignCorners);
        v.Float("scale", ref _scale);
    }

    public override long Flops(ReadOnlySpan<TensorSpec> inputs, ReadOnlySpan<TensorSpec> outputs) => (_cubic ? 8 : 4) * outputs[0].Sizes.Count;

    public override void Infer(ReadOnlySpan<TensorSpec> inputs, Span<TensorSpec> outputs)
    {
        if (!inputs[0].DType.IsFloat)
            throw new DTypeException($"Interpolate: {inputs[0].DType.Name} values can't be weighed; cast them to a float type, or use the mode Nearest");
        if (inputs[0].Shape[_axis] == 0 || _size == 0)
            throw new ShapeException($"Interpolate: axis {_axis} of {inputs[0].Shape} to {_size}; neither may be empty");
        outputs[0] = inputs[0] with { Shape = inputs[0].Shape.With(_axis, _size) };
    }

    public override unsafe void Run(CpuContext c, ReadOnlySpan<Tensor> inputs, ReadOnlySpan<Tensor> outputs)
    {
        var (x, y) = (inputs[0], outputs[0]);
        int size = x.Shape[_axis];
        long outer = x.Shape[.._axis].Count, inner = x.Shape[(_axis + 1)..].Count;
        var taps = Resampling.Taps.Create(size, _size, _cubic, _alignCorners, _scale);
        if (x.DType == DType.Float32)
            Resampling.Forward(x.Data<float>(), y.Data<float>(), outer, size, _size, inner, taps);
        else
            Resampling.Forward(x.Data<double>(), y.Data<double>(), outer, size, _size, inner, taps);
    }

    public override void Vjp(in VjpContext c) => c.Set(0, Engine.Apply(new ResampleBackOp(_axis, c.InputSpec(0).Shape[_axis], _cubic, _alignCorners, _scale), c.Grad()));

    public override Primitive Shifted(int rank) => new ResampleOp(_axis + 1, _size, _cubic, _alignCorners, _scale);
}

/// <summary>The adjoint of resampling an axis.</summary>
internal sealed class ResampleBackOp : Primitive
{
    private int _axis, _size;
    private bool _cubic, _alignCorners;
    private double _scale;

    // The size is that before resampling, which comes out here.
    public ResampleBackOp(int axis, int size, bool cubic, bool alignCorners, double scale)
    {
        _axis = axis;
        _size = size;
        _cubic = cubic;
        _alignCorners = alignCorners;
        _scale = scale;
    }

    public ResampleBackOp()
    {
    }

    public override string Name => "resample_back";

    public override string DisplayName => "ResampleBack";

    public override bool IsLinear => true;

    public override Saved Saves => Saved.None;

    public override BatchRule Batching => BatchRule.ShiftAxis;

    public override void Describe(AttributeVisitor v)
    {
        v.Int("axis", ref _axis);
        v.Int("size", ref _size);
        v.Bool("cubic", ref _cubic);
        v.Bool("align_corners", ref _alignCorners);
        v.Float("scale", ref _scale);
    }

    public override long Flops(ReadOnlySpan<TensorSpec> inputs, ReadOnlySpan<TensorSpec> outputs) => (_cubic ? 8 : 4) * inputs[0].Sizes.Count;

    public override void Infer(ReadOnlySpan<TensorSpec> inputs, Span<TensorSpec> outputs) => outputs[0] = inputs[0] with { Shape = inputs[0].Shape.With(_axis, _size) };

    public override unsafe void Run(CpuContext c, ReadOnlySpan<Tensor> inputs, ReadOnlySpan<Tensor> outputs)
    {
        var (y, x) = (inputs[0], outputs[0]);
        int result = y.Shape[_axis];
        long outer = x.Shape[.._axis].Count, inner = x.Shape[(_axis + 1)..].Count;
        var taps = Resampling.Taps.Create(_size, result, _cubic, _alignCorners, _scale);
        if (x.DType == DType.Float32)
            Resampling.Backward(x.Data<float>(), y.Data<float>(), outer, _size, result, inner, taps);
        else
            Resampling.Backward(x.Data<double>(), y.Data<double>(), outer, _size, result, inner, taps);
    }

    public override void Vjp(in VjpContext c) => c.Set(0, Engine.Apply(new ResampleOp(_axis, c.InputSpec(0).Shape[_axis], _cubic, _alignCorners, _scale), c.Grad()));

    public override Primitive Shifted(int rank) => new ResampleBackOp(_axis + 1, _size, _cubic, _alignCorners, _scale);
}
