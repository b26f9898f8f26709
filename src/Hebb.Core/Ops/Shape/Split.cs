using Hebb.Ops;
using Hebb.Transforms;

namespace Hebb;

/// <summary>Consecutive parts of an axis, as views. Its adjoint joins them in one pass, where single slices would each fill the whole.</summary>
internal sealed class SplitOp : ViewPrimitive
{
    private int _axis;
    private int[] _sizes;

    public SplitOp(int axis, int[] sizes)
    {
        _axis = axis;
        _sizes = sizes;
    }

    public SplitOp() => _sizes = [];

    public override string Name => "split";

    public override string DisplayName => "Split";

    public override int Outputs => _sizes.Length;

    public override BatchRule Batching => BatchRule.ShiftAxis;

    public override void Describe(AttributeVisitor v)
    {
        v.Int("axis", ref _axis);
        v.Ints("sizes", ref _sizes);
    }

    public override void Infer(ReadOnlySpan<TensorSpec> inputs, Span<TensorSpec> outputs)
    {
        var shape = inputs[0].Shape;
        IndexShapes.CheckElement(DisplayName, inputs[0].DType);
        long sum = 0;
        foreach (int size in _sizes)
            sum += size;
        if (sum != shape[_axis])
            throw new ShapeException($"Split: parts of {string.Join(" + ", _sizes)} are {sum}, axis {_axis} of {shape} has {shape[_axis]}");
        for (int i = 0; i < _sizes.Length; i++)
            outputs[i] = inputs[0] with { Shape = shape.With(_axis, _sizes[i]) };
    }

    internal override Tensor View(Tensor x, in Shape shape) => throw new HebbException("Split: has several views");

    internal override void Views(Tensor x, ReadOnlySpan<TensorSpec> specs, Span<Tensor> outputs)
    {
        long stride = x.Stride(_axis), at = x.Offset;
        for (int i = 0; i < outputs.Length; i++)
        {
            var strides = new long[x.Rank];
            x.CopyStrides(strides);
            outputs[i] = Tensor.Strided(x, specs[i].Shape, strides, at);
            at += _sizes[i] * stride;
        }
    }

    public override void Vjp(in VjpContext c)
    {
        int only = -1, count = 0;
        for (int i = 0; i < _sizes.Length; i++)
        {
            if (c.HasGrad(i))
                (only, count) = (i, count + 1);
        }
        if (count == 1)
        {
            var shape = c.InputSpec(0).Shape;
            var (starts, steps) = (new int[shape.Rank], new int[shape.Rank]);
            Array.Fill(steps, 1);
            for (int i = 0; i < only; i++)
                starts[_axis] += _sizes[i];
            c.Set(0, Engine.Apply(new SliceScatterOp(shape, starts, shape.With(_axis, _sizes[only]).ToArray(), steps), c.Grad(only)));
            return;
        }
        var parts = new Tensor[_sizes.Length];
        for (int i = 0; i < parts.Length; i++)
            parts[i] = c.Grad(i);
        c.Set(0, Tensor.Cat(parts, _axis));
    }

    public override Primitive Shifted(int rank) => new SplitOp(_axis + 1, _sizes);
}

public sealed partial class Tensor
{
    /// <summary>Parts of <paramref name="size"/> along an axis; the last may be smaller. They share memory.</summary>
    /// <exception cref="ShapeException">The size is below 1, or there is no such axis.</exception>
    public Tensor[] Split(int size, int axis = 0)
    {
        if (size < 1)
            throw new ShapeException($"Split: parts of {size}");
        int length = Rank == 0 ? throw new ShapeException("Split: a scalar has no axis to split") : Shape[axis];
        var sizes = new int[Math.Max(1, (int)(((long)length + size - 1) / size))];
        Array.Fill(sizes, size);
        sizes[^1] = length - (sizes.Length - 1) * size;
        return Split(sizes, axis);
    }

    /// <summary>Parts of given sizes along an axis. They share memory.</summary>
    /// <exception cref="ShapeException">The sizes do not add up to the axis, or there is no such axis.</exception>
    public Tensor[] Split(ReadOnlySpan<int> sizes, int axis = 0)
    {
        if (Rank == 0)
            throw new ShapeException("Split: a scalar has no axis to split");
        foreach (int size in sizes)
        {
            if (size < 0)
                throw new ShapeException($"Split: a part of {size}");
        }
        return sizes.IsEmpty && Shape[axis] == 0 ? [] : Engine.ApplyAll(new SplitOp(Shape.Axis(axis), sizes.ToArray()), this);
    }

    /// <summary>At most <paramref name="count"/> parts of equal size along an axis; the last may be smaller, and there may be fewer, as in PyTorch. They share memory.</summary>
    /// <exception cref="ShapeException">The count is below 1, or there is no such axis.</exception>
    public Tensor[] Chunk(int count, int axis = 0)
    {
        if (count < 1)
            throw new ShapeException($"Chunk: {count} parts");
        int length = Rank == 0 ? throw new ShapeException("Chunk: a scalar has no axis to split") : Shape[axis];
        if (length == 0)
            return Split(new int[count], axis);
        return Split((int)(((long)length + count - 1) / count), axis);
    }

    /// <summary>Every index of an axis as a tensor of its own, without that axis. They share memory.</summary>
    /// <exception cref="ShapeException">There is no such axis.</exception>
    public Tensor[] Unbind(int axis = 0)
    {
        if (Rank == 0)
            throw new ShapeException("Unbind: a scalar has no axis to split");
        axis = Shape.Axis(axis);
        var sizes = new int[Shape[axis]];
        Array.Fill(sizes, 1);
        var shape = Shape.Remove(axis);
        return Array.ConvertAll(Split(sizes, axis), part => part.Reshape(shape));
    }
}
