using System.Runtime.InteropServices;
using Hebb.Ops;
using Hebb.Transforms;

namespace Hebb;

/// <summary>For each index a row of zeros with a one at its place.</summary>
internal sealed class OneHotOp : Primitive
{
    private int _classes;
    private DType _dtype;

    public OneHotOp(int classes, DType dtype)
    {
        _classes = classes;
        _dtype = dtype;
    }

    public OneHotOp()
    {
    }

    public override string Name => "one_hot";

    public override string DisplayName => "OneHot";

    public override Saved Saves => Saved.None;

    public override BatchRule Batching => BatchRule.Broadcast;

    public override void Describe(AttributeVisitor v)
    {
        v.Int("classes", ref _classes);
        v.DType("dtype", ref _dtype);
    }

    public override long Flops(ReadOnlySpan<TensorSpec> inputs, ReadOnlySpan<TensorSpec> outputs) => 0;

    public override void Infer(ReadOnlySpan<TensorSpec> inputs, Span<TensorSpec> outputs)
    {
        if (!inputs[0].DType.IsInteger)
            throw new DTypeException($"OneHot: the classes are {inputs[0].DType.Name}; they must be integers");
        if (_dtype.IsHalf || _dtype.IsStorageOnly)
            throw new DTypeException($"OneHot: {_dtype.Name} rows are not supported; cast them afterwards");
        outputs[0] = new TensorSpec(inputs[0].Shape.Concat([_classes]), _dtype);
    }

    public override unsafe void Run(CpuContext c, ReadOnlySpan<Tensor> inputs, ReadOnlySpan<Tensor> outputs)
    {
        var y = outputs[0];
        var index = Copying.To(inputs[0], DType.Int64);
        NativeMemory.Clear(y.Pointer, (nuint)y.DType.BytesFor(y.Count));
        UInt128 one = 0;
        ScalarValue.Write(1, _dtype, (byte*)&one);
        int size = _dtype.Size;
        for (long i = 0, count = index.Count; i < count; i++)
        {
            long at = index.Data<long>()[i];
            if ((ulong)at >= (ulong)_classes)
                throw new ShapeException($"OneHot: class {at} is out of range; there are {_classes} classes, from 0 on");
            Buffer.MemoryCopy(&one, y.Pointer + (i * _classes + at) * size, size, size);
        }
        GC.KeepAlive(index);
    }
}

public sealed partial class Tensor
{
    /// <summary>For each class number a row with 1 at its place and 0 elsewhere, along a new last axis.</summary>
    /// <param name="classes">How many classes there are; by default one more than the greatest number, which is read from the values.</param>
    /// <param name="dtype">Int64 unless another type is asked for.</param>
    /// <exception cref="ShapeException">A number is negative or too large.</exception>
    /// <exception cref="DTypeException">The numbers are no integers.</exception>
    public Tensor OneHot(int classes = -1, DType dtype = DType.Int64)
    {
        if (classes < 0 && DType.IsInteger)
        {
            long greatest = -1;
            foreach (long v in To(DType.Int64).ToArray<long>())
                greatest = Math.Max(greatest, v);
            if (greatest < 0)
                throw new ShapeException($"OneHot: the number of classes can't be told from {Spec}; give it");
            classes = checked((int)(greatest + 1));
        }
        return dtype.IsHalf ? Engine.Apply(new OneHotOp(classes, DType.Float32), this).To(dtype) : Engine.Apply(new OneHotOp(classes, dtype), this);
    }
}
