using Hebb.Ops;
using Hebb.Transforms;

namespace Hebb;

/// <summary>A regular part of each axis: start, step, count. Steps may be negative. A view.</summary>
internal sealed class SliceOp : ViewPrimitive
{
    private int[] _starts, _counts, _steps;

    public SliceOp(int[] starts, int[] counts, int[] steps)
    {
        _starts = starts;
        _counts = counts;
        _steps = steps;
    }

    public SliceOp() => _starts = _counts = _steps = [];

    public override string Name => "slice";

    public override string DisplayName => "Slice";

    public override BatchRule Batching => BatchRule.Own;

    public override void Describe(AttributeVisitor v)
    {
        v.Ints("starts", ref _starts);
        v.Ints("counts", ref _counts);
        v.Ints("steps", ref _steps);
    }

    public override void Infer(ReadOnlySpan<TensorSpec> inputs, Span<TensorSpec> outputs)
    {
        var shape = inputs[0].Shape;
        IndexShapes.CheckElement(DisplayName, inputs[0].DType);
        for (int i = 0; i < _starts.Length; i++)
        {
            int last = _starts[i] + (_counts[i] - 1) * _steps[i];
            if (_counts[i] > 0 && ((uint)_starts[i] >= (uint)shape[i] || (uint)last >= (uint)shape[i]))
                throw new ShapeException($"Slice: {_counts[i]} elements from {_starts[i]} in steps of {_steps[i]} are not all in axis {i} of {shape}");
        }
        outputs[0] = inputs[0] with { Shape = Shape.Create(_counts) };
    }

    public override void CheckAttributes(ReadOnlySpan<TensorSpec> inputs) => CheckPart(Name, inputs[0].Shape, _starts, _counts, _steps);

    /// <exception cref="FormatException">There is not one start, count and step for each axis, or they lead out of it.</exception>
    internal static void CheckPart(string op, in Shape shape, int[] starts, int[] counts, int[] steps)
    {
        if (starts.Length != shape.Rank || counts.Length != shape.Rank || steps.Length != shape.Rank)
            throw new FormatException($"{op}: {starts.Length} starts, {counts.Length} counts and {steps.Length} steps for the {shape.Rank} axes of {shape}");
        for (int i = 0; i < starts.Length; i++)
        {
            long last = starts[i] + (counts[i] - 1L) * steps[i];
            if (counts[i] > 0 && (starts[i] < 0 || starts[i] >= shape[i] || last < 0 || last >= shape[i]))
                throw new FormatException($"{op}: {counts[i]} elements from {starts[i]} in steps of {steps[i]} are not all in axis {i} of {shape}");
        }
    }

    internal override Tensor View(Tensor x, in Shape shape) => Part(x, _starts, _counts, _steps);

    /// <summary>The part of a tensor as a view of its memory.</summary>
    public static Tensor Part(Tensor x, ReadOnlySpan<int> starts, ReadOnlySpan<int> counts, ReadOnlySpan<int> steps)
    {
        Span<long> old = stackalloc long[Shape.MaxRank];
        x.CopyStrides(old);
        var strides = new long[x.Rank];
        long offset = x.Offset;
        for (int i = 0; i < strides.Length; i++)
        {
            strides[i] = old[i] * steps[i];
            offset += counts[i] == 0 ? 0 : old[i] * starts[i];
        }
        return Tensor.Strided(x, Shape.Create(counts), strides, offset);
    }

    public override void Vjp(in VjpContext c)
    {
        var shape = c.InputSpec(0).Shape;
        c.Set(0, IsTurn(shape) ? Engine.Apply(this, c.Grad()) : Engine.Apply(new SliceScatterOp(shape, _starts, _counts, _steps), c.Grad()));
    }

    /// <summary>Whether all elements stay and some axes are walked backwards: then it is its own adjoint.</summary>
    private bool IsTurn(in Shape shape)
    {
        for (int i = 0; i < _counts.Length; i++)
        {
            if (_counts[i] != shape[i] || Math.Abs(_steps[i]) != 1)
                return false;
        }
        return true;
    }

    public override Tensor[] Batch(BatchContext c) =>
        [Engine.Apply(new SliceOp([0, .. _starts], [c.Size, .. _counts], [1, .. _steps]), c.Values[0])];
}

/// <summary>Zeros of a shape with the input in a regular part of it: the adjoint of a slice.</summary>
internal sealed class SliceScatterOp : Primitive
{
    private Shape _shape;
    private int[] _starts, _counts, _steps;

    public SliceScatterOp(Shape shape, int[] starts, int[] counts, int[] steps)
    {
        _shape = shape;
        _starts = starts;
        _counts = counts;
        _steps = steps;
    }

    public SliceScatterOp() => _starts = _counts = _steps = [];

    public override string Name => "slice_scatter";

    public override string DisplayName => "SliceScatter";

    public override bool IsLinear => true;

    public override bool AcceptsHalf => true;

    public override Saved Saves => Saved.None;

    public override BatchRule Batching => BatchRule.Own;

    public override void Describe(AttributeVisitor v)
    {
        v.Shape("shape", ref _shape);
        v.Ints("starts", ref _starts);
        v.Ints("counts", ref _counts);
        v.Ints("steps", ref _steps);
    }

    public override void CheckAttributes(ReadOnlySpan<TensorSpec> inputs)
    {
        SliceOp.CheckPart(Name, _shape, _starts, _counts, _steps);
        if (inputs[0].Shape != Shape.Create(_counts))
            throw new FormatException($"{Name}: {inputs[0].Shape} is to fill a part of {Shape.Create(_counts)}");
    }

    public override long Flops(ReadOnlySpan<TensorSpec> inputs, ReadOnlySpan<TensorSpec> outputs) => 0;

    public override void Infer(ReadOnlySpan<TensorSpec> inputs, Span<TensorSpec> outputs) => outputs[0] = inputs[0] with { Shape = _shape };

    public override unsafe void Run(CpuContext c, ReadOnlySpan<Tensor> inputs, ReadOnlySpan<Tensor> outputs)
    {
        var y = outputs[0];
        System.Runtime.InteropServices.NativeMemory.Clear(y.Pointer, (nuint)y.DType.BytesFor(y.Count));
        Span<long> strides = stackalloc long[Shape.MaxRank];
        y.CopyStrides(strides);
        long offset = 0;
        for (int i = 0; i < _starts.Length; i++)
        {
            offset += strides[i] * _starts[i];
            strides[i] *= _steps[i];
        }
        StridedCopy.Into(inputs[0], y, strides, offset);
    }

    public override void Vjp(in VjpContext c) => c.Set(0, Engine.Apply(new SliceOp(_starts, _counts, _steps), c.Grad()));

    public override Tensor[] Batch(BatchContext c) =>
        [Engine.Apply(new SliceScatterOp(_shape.Insert(0, c.Size), [0, .. _starts], [c.Size, .. _counts], [1, .. _steps]), c.Values[0])];
}

public sealed partial class Tensor
{
    /// <summary>Elements <paramref name="start"/> to <paramref name="end"/> (not included) of an axis, every <paramref name="step"/>-th. Out-of-range ends are clipped, negative ones count from the end, as in Python; a negative step walks backwards. Shares memory.</summary>
    /// <exception cref="ShapeException">The step is zero, or there is no such axis.</exception>
    public Tensor Slice(int axis, int? start = null, int? end = null, int step = 1)
    {
        axis = Shape.Axis(axis);
        var (first, count) = SliceBounds.Resolve(Shape[axis], start, end, step);
        return first == 0 && count == Shape[axis] && step == 1 ? this : SliceAxis(axis, first, count, step);
    }

    /// <summary><paramref name="count"/> elements of an axis from <paramref name="start"/> on. Shares memory.</summary>
    /// <exception cref="ShapeException">They are not all there.</exception>
    public Tensor Narrow(int axis, int start, int count) => SliceAxis(Shape.Axis(axis), start < 0 ? start + Shape[axis] : start, count, 1);

    /// <summary>One index of an axis, the axis removed. Shares memory.</summary>
    /// <exception cref="ShapeException">The index is out of range.</exception>
    public Tensor Select(int axis, int index)
    {
        axis = Shape.Axis(axis);
        int size = Shape[axis], i = index < 0 ? index + size : index;
        if ((uint)i >= (uint)size)
            throw new ShapeException($"Select: index {index} is out of range for axis {axis} of {Shape}");
        return SliceAxis(axis, i, 1, 1).Reshape(Shape.Remove(axis));
    }

    private Tensor SliceAxis(int axis, int start, int count, int step)
    {
        var starts = new int[Rank];
        var steps = new int[Rank];
        Array.Fill(steps, 1);
        var counts = Shape.ToArray();
        (starts[axis], counts[axis], steps[axis]) = (start, count, step);
        return Engine.Apply(new SliceOp(starts, counts, steps), this);
    }
}
