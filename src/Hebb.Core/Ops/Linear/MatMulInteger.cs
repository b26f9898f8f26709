using Hebb.Ops;
using Hebb.Transforms;

namespace Hebb;

/// <summary>Products of matrices of 8-bit integers, less their zero points, with sums of 32 bits. Zero points are inputs after the two matrices.</summary>
internal sealed class MatMulIntegerOp : Primitive
{
    private bool _leftZero, _rightZero;

    public MatMulIntegerOp()
    {
    }

    public MatMulIntegerOp(bool leftZero, bool rightZero) => (_leftZero, _rightZero) = (leftZero, rightZero);

    public override string Name => "matmul_integer";

    public override string DisplayName => "MatMulInteger";

    public override bool AcceptsStrided => true;

    public override bool HasDecomposition => true;

    public override Saved Saves => Saved.None;

    public override BatchRule Batching => BatchRule.Own;

    public override void Describe(AttributeVisitor v)
    {
        v.Bool("left_zero", ref _leftZero);
        v.Bool("right_zero", ref _rightZero);
    }

    public override void CheckAttributes(ReadOnlySpan<TensorSpec> inputs)
    {
        int want = 2 + (_leftZero ? 1 : 0) + (_rightZero ? 1 : 0);
        if (inputs.Length != want)
            throw new FormatException($"{Name}: {inputs.Length} inputs; {want} are told");
    }

    public override void Infer(ReadOnlySpan<TensorSpec> inputs, Span<TensorSpec> outputs)
    {
        var (a, b) = (inputs[0], inputs[1]);
        if (!IsByte(a.DType) || !IsByte(b.DType))
            throw new DTypeException($"MatMulInteger: {a.DType.Name} by {b.DType.Name}; both must be int8 or uint8");
        MatMulOp.Check(a.Shape, b.Shape, matrices: true);
        int at = 2;
        if (_leftZero)
            CheckZero(inputs[at++], a, a.Shape[-2], "rows");
        if (_rightZero)
            CheckZero(inputs[at], b, b.Shape[-1], "columns");
        var batch = Shape.Broadcast(a.Shape[..^2], b.Shape[..^2], "MatMulInteger");
        outputs[0] = a with { Shape = batch.Concat([a.Shape[-2], b.Shape[-1]]), DType = DType.Int32 };
    }

    private static bool IsByte(DType dtype) => dtype is DType.Int8 or DType.UInt8;

    private static void CheckZero(in TensorSpec zero, in TensorSpec matrix, int count, string what)
    {
        if (zero.DType != matrix.DType)
            throw new DTypeException($"MatMulInteger: a zero point {zero.DType.Name} for {matrix.DType.Name}; the types must agree");
        if (zero.Shape.Rank > 1 || zero.Shape.Count != 1 && zero.Shape[0] != count)
            throw new ShapeException($"MatMulInteger: zero points {zero.Shape} for {matrix.Shape}; there must be one, or one for each of {count} {what}");
    }

    public override long Flops(ReadOnlySpan<TensorSpec> inputs, ReadOnlySpan<TensorSpec> outputs) => 2 * outputs[0].Sizes.Count * inputs[0].Shape[-1];

    public override void Run(CpuContext c, ReadOnlySpan<Tensor> inputs, ReadOnlySpan<Tensor> outputs) =>
        MatMulIntegerKernel.Run(inputs[0], inputs[1], _leftZero ? inputs[2] : null, _rightZero ? inputs[^1] : null, outputs[0]);

    public override Tensor[] Decompose(ReadOnlySpan<Tensor> inputs)
    {
        Tensor a = inputs[0].To(DType.Int32), b = inputs[1].To(DType.Int32);
        if (_leftZero)
            a -= inputs[2].To(DType.Int32).Reshape(-1, 1);
        if (_rightZero)
            b -= inputs[^1].To(DType.Int32).Reshape(1, -1);
        return [a.MatMul(b)];
    }

    public override Tensor[] Batch(BatchContext c) => c.OnlyFirst && c.Values[1].Rank == 2 ? [Engine.Apply(this, c.Values)] : c.Decomposed(this);
}

public sealed partial class Tensor
{
    /// <summary>
    /// The product of matrices of 8-bit integers with 32-bit sums: [..., m, k] x [..., k, n], each int8 or uint8, gives int32 [..., m, n], batches broadcast. A zero
    /// point is subtracted from each element first: one of its tensor's type, for all (one element) or for each row of this tensor [m], each column of the other
    /// [n]. Nothing saturates: the result is exact wherever it fits in 32 bits (always while k is below 2^15), else it wraps. It has no derivative. The product of
    /// scaled integers is this times both scales. As ONNX's MatMulInteger.
    /// </summary>
    /// <exception cref="ShapeException">The inner dimensions differ, the batches don't broadcast, an operand has fewer than two axes, or zero points don't fit.</exception>
    /// <exception cref="DTypeException">An operand is neither int8 nor uint8, or a zero point is not of its operand's type.</exception>
    public Tensor MatMulInteger(Tensor other, Tensor? zeroPoint = null, Tensor? otherZeroPoint = null)
    {
        var op = new MatMulIntegerOp(zeroPoint is not null, otherZeroPoint is not null);
        if (zeroPoint is null)
            return otherZeroPoint is null ? Engine.Apply(op, this, other) : Engine.Apply(op, this, other, otherZeroPoint);
        return otherZeroPoint is null ? Engine.Apply(op, this, other, zeroPoint) : Engine.Apply(op, this, other, zeroPoint, otherZeroPoint);
    }
}
