using System.Numerics;
using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using Hebb.Cpu;
using Hebb.Ops;
using Hebb.Transforms;

namespace Hebb;

/// <summary>Sliding windows over an axis: the axis counts windows, a new last axis runs within one. A view in which elements overlap.</summary>
internal sealed class UnfoldOp : ViewPrimitive
{
    private int _axis, _size, _step, _dilation;

    public UnfoldOp(int axis, int size, int step, int dilation)
    {
        _axis = axis;
        _size = size;
        _step = step;
        _dilation = dilation;
    }

    public UnfoldOp()
    {
    }

    public override string Name => "unfold";

    public override string DisplayName => "Unfold";

    public override BatchRule Batching => BatchRule.ShiftAxis;

    public override void Describe(AttributeVisitor v)
    {
        v.Int("axis", ref _axis);
        v.Int("size", ref _size);
        v.Int("step", ref _step);
        v.Int("dilation", ref _dilation);
    }

    public override void Infer(ReadOnlySpan<TensorSpec> inputs, Span<TensorSpec> outputs)
    {
        var shape = inputs[0].Shape;
        IndexShapes.CheckElement(DisplayName, inputs[0].DType);
        long span = (long)_dilation * (_size - 1) + 1;
        if (_size < 1 || _step < 1 || _dilation < 1)
            throw new ShapeException($"Unfold: windows of {_size} in steps of {_step} with dilation {_dilation}; all must be positive");
        if (span > shape[_axis])
            throw new ShapeException($"Unfold: a window spans {span} elements, axis {_axis} of {shape} has {shape[_axis]}");
        outputs[0] = inputs[0] with { Shape = shape.With(_axis, (int)((shape[_axis] - span) / _step) + 1).Concat([_size]) };
    }

    internal override Tensor View(Tensor x, in Shape shape)
    {
        Span<long> old = stackalloc long[Shape.MaxRank];
        x.CopyStrides(old);
        var strides = new long[shape.Rank];
        old[..x.Rank].CopyTo(strides);
        strides[_axis] = old[_axis] * _step;
        strides[^1] = old[_axis] * _dilation;
        return Tensor.Strided(x, shape, strides, x.Offset);
    }

    public override void Vjp(in VjpContext c) => c.Set(0, Engine.Apply(new FoldOp(c.InputSpec(0).Shape[_axis], _axis, _step, _dilation), c.Grad()));

    public override Primitive Shifted(int rank) => new UnfoldOp(_axis + 1, _size, _step, _dilation);
}

/// <summary>Windows laid back over an axis and added where they overlap: the adjoint of taking them.</summary>
internal sealed class FoldOp : Primitive
{
    private int _length, _axis, _step, _dilation; // the length is that of the axis which comes out

    public FoldOp(int length, int axis, int step, int dilation)
    {
        _length = length;
        _axis = axis;
        _step = step;
        _dilation = dilation;
    }

    public FoldOp()
    {
    }

    public override string Name => "fold";

    public override string DisplayName => "Fold";

    public override bool AcceptsStrided => true;

    public override bool IsLinear => true;

    public override Saved Saves => Saved.None;

    public override BatchRule Batching => BatchRule.ShiftAxis;

    public override void Describe(AttributeVisitor v)
    {
        v.Int("length", ref _length);
        v.Int("axis", ref _axis);
        v.Int("step", ref _step);
        v.Int("dilation", ref _dilation);
    }

    public override void Infer(ReadOnlySpan<TensorSpec> inputs, Span<TensorSpec> outputs)
    {
        var shape = inputs[0].Shape;
        if (!inputs[0].DType.IsDifferentiable)
            throw new DTypeException($"Fold: {inputs[0].DType.Name} is not supported; it takes float and complex types");
        if (_step < 1 || _dilation < 1 || shape.Rank < 2 || shape[-1] < 1)
            throw new ShapeException($"Fold: windows {shape} in steps of {_step} with dilation {_dilation}; all must be positive");
        long span = (long)_dilation * (shape[-1] - 1) + 1, windows = span > _length ? 0 : (_length - span) / _step + 1;
        if (shape[_axis] != windows)
            throw new ShapeException($"Fold: {shape[_axis]} windows of {shape[-1]}; an axis of {_length} has {windows}");
        outputs[0] = inputs[0] with { Shape = shape[..^1].With(_axis, _length) };
    }

    public override long Flops(ReadOnlySpan<TensorSpec> inputs, ReadOnlySpan<TensorSpec> outputs) => inputs[0].Sizes.Count;

    public override void Run(CpuContext c, ReadOnlySpan<Tensor> inputs, ReadOnlySpan<Tensor> outputs)
    {
        switch (outputs[0].DType)
        {
            case DType.Float32:
                Run<float>(inputs[0], outputs[0]);
                break;
            case DType.Float64:
                Run<double>(inputs[0], outputs[0]);
                break;
            case DType.Complex128:
                Run<Complex>(inputs[0], outputs[0]);
                break;
            default:
                var wide = new Tensor(outputs[0].Spec with { DType = DType.Complex128 });
                Run<Complex>(Copying.To(inputs[0], DType.Complex128), wide);
                Copying.Convert(wide, outputs[0]);
                break;
        }
    }

    private unsafe void Run<T>(Tensor x, Tensor y) where T : unmanaged, INumberBase<T>
    {
        if (y.Count == 0)
            return;
        // The input without its last axis: [outer, windows, inner], of which each element of a window is one.
        if (!IndexKernel.Sides.TryCreate(Element(x), _axis, _axis + 1, out var sides))
        {
            x = Copying.Contiguous(x);
            IndexKernel.Sides.TryCreate(Element(x), _axis, _axis + 1, out sides);
        }
        long outer = y.Shape[.._axis].Count, inner = y.Shape[(_axis + 1)..].Count;
        long pieces = outer >= 8 ? 1 : Math.Clamp(Math.Min(inner / 16, x.Count / (32 << 10)), 1, 16);
        var body = new Body<T>(x.Data<T>(), y.Data<T>(), sides, x.Shape[_axis], x.Stride(_axis), x.Shape[^1], x.Stride(-1), _length, inner, _step, _dilation, pieces);
        ParallelFor.Run(outer * pieces, body);
        GC.KeepAlive(x);
    }

    private static Tensor Element(Tensor x)
    {
        Span<long> strides = stackalloc long[Shape.MaxRank];
        x.CopyStrides(strides);
        return new Tensor(x, x.Shape[..^1], strides[..(x.Rank - 1)].ToArray(), x.Offset);
    }

    private readonly unsafe struct Body<T>(
        T* x, T* y, IndexKernel.Sides sides, long windows, long windowStride, long size, long stride, long length, long inner, long step, long dilation, long pieces) : IBlockBody
        where T : unmanaged, INumberBase<T>
    {
        public void Invoke(long block)
        {
            (long outer, long piece) = Math.DivRem(block, pieces);
            long start = piece * inner / pieces, count = (piece + 1) * inner / pieces - start, innerStride = sides.AfterStride;
            T* to = y + outer * length * inner + start, from = x + sides.Offset(outer) + start * innerStride;
            for (long at = 0; at < length; at++)
                NativeMemory.Clear(to + at * inner, (nuint)(count * sizeof(T)));
            for (long j = 0; j < size; j++)
            {
                T* element = from + j * stride, place = to + j * dilation * inner;
                if (inner == 1)
                {
                    Add(place, step, element, windowStride, windows);
                    continue;
                }
                for (long window = 0; window < windows; window++)
                    Add(place + window * step * inner, 1, element + window * windowStride, innerStride, count);
            }
        }

        private static void Add(T* to, long toStep, T* from, long fromStep, long count)
        {
            if (toStep == 1 && fromStep == 1 && count >= 8)
            {
                var sum = new Span<T>(to, checked((int)count));
                TensorPrimitives.Add(sum, new ReadOnlySpan<T>(from, (int)count), sum);
                return;
            }
            for (long i = 0; i < count; i++)
                to[i * toStep] += from[i * fromStep];
        }
    }

    public override void Vjp(in VjpContext c) => c.Set(0, Engine.Apply(new UnfoldOp(_axis, c.InputSpec(0).Shape[-1], _step, _dilation), c.Grad()));

    public override Primitive Shifted(int rank) => new FoldOp(_length, _axis + 1, _step, _dilation);
}

public sealed partial class Tensor
{
    /// <summary>Sliding windows over an axis: the axis then counts windows, and a new last axis of <paramref name="size"/> runs within one. Shares memory.</summary>
    /// <param name="axis">The axis.</param>
    /// <param name="size">Elements in a window.</param>
    /// <param name="step">From one window to the next.</param>
    /// <param name="dilation">From one element of a window to the next.</param>
    /// <exception cref="ShapeException">A window is longer than the axis, or a number is below 1.</exception>
    public Tensor Unfold(int axis, int size, int step = 1, int dilation = 1) => Engine.Apply(new UnfoldOp(Shape.Axis(axis), size, step, dilation), this);
}
