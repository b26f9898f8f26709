using Hebb.Ops;
using Hebb.Transforms;

namespace Hebb;

/// <summary>Products of matrices in the last two axes; the axes before them are batches, which broadcast.</summary>
internal sealed class MatMulOp : Primitive
{
    public static MatMulOp Instance { get; } = new();

    public override string Name => "matmul";

    public override string DisplayName => "MatMul";

    public override bool AcceptsStrided => true;

    public override bool AcceptsHalf => true;

    public override Saved Saves => Saved.Inputs;

    public override BatchRule Batching => BatchRule.Own;

    public override void Infer(ReadOnlySpan<TensorSpec> inputs, Span<TensorSpec> outputs)
    {
        var (a, b) = (inputs[0], inputs[1]);
        if (a.DType != b.DType || !(a.DType.IsFloat || a.DType.IsInteger))
            throw new DTypeException($"MatMul: {a.DType.Name} by {b.DType.Name} is not supported");
        Check(a.Shape, b.Shape, matrices: true);
        var batch = Hebb.Shape.Broadcast(a.Shape[..^2], b.Shape[..^2], "MatMul");
        outputs[0] = a with { Shape = batch.Concat([a.Shape[-2], b.Shape[-1]]) };
    }

    /// <exception cref="ShapeException">The inner dimensions differ, or an operand has too few axes.</exception>
    internal static void Check(in Shape a, in Shape b, bool matrices)
    {
        int least = matrices ? 2 : 1;
        if (a.Rank < least || b.Rank < least)
            throw new ShapeException($"MatMul: {a} x {b}: an operand has fewer than {(matrices ? "two axes" : "one axis")}");
        int left = a[-1], right = b[Math.Max(-2, -b.Rank)];
        if (left != right)
            throw new ShapeException($"MatMul: {a} x {b}: inner dimensions {left} and {right} differ");
    }

    public override long Flops(ReadOnlySpan<TensorSpec> inputs, ReadOnlySpan<TensorSpec> outputs) => 2 * outputs[0].Sizes.Count * inputs[0].Shape[-1];

    public override void Run(CpuContext c, ReadOnlySpan<Tensor> inputs, ReadOnlySpan<Tensor> outputs) => MatMulKernel.Run(inputs[0], inputs[1], outputs[0]);

    public override void Vjp(in VjpContext c)
    {
        var g = c.Grad();
        var (left, right) = (c.InputSpec(0).Shape, c.InputSpec(1).Shape);
        if (c.Needs(0))
            c.Set(0, g.MatMul(c.Input(1).MT).SumTo(left));
        if (!c.Needs(1))
            return;

        // One matrix shared by a batch: the sum over the batch joins the sum over rows, in one product.
        if (right.Rank == 2 && left.Rank > 2 && g.Count > 0 && left.Count > 0)
            c.Set(1, c.Input(0).Reshape(-1, left[-1]).MT.MatMul(g.Reshape(-1, right[-1])));
        else
            c.Set(1, c.Input(0).MT.MatMul(g).SumTo(right));
    }

    public override void Jvp(in JvpContext c)
    {
        var left = c.Has(0) ? c.Tangent(0).MatMul(c.Input(1)) : null;
        var right = c.Has(1) ? c.Input(0).MatMul(c.Tangent(1)) : null;
        c.Set(0, left is null ? right! : right is null ? left : left + right);
    }

    public override Tensor[] Batch(BatchContext c)
    {
        var (a, b) = Systems.Align(c);
        return [Engine.Apply(this, a, b)];
    }
}

public sealed partial class Tensor
{
    /// <summary>
    /// The matrix product: [..., m, k] x [..., k, n] gives [..., m, n], the batches in front broadcast. A tensor of one axis is a row on
    /// the left and a column on the right, and that axis is missing from the result; two of them give their dot product. Types meet by
    /// promotion; integers wrap.
    /// </summary>
    /// <exception cref="ShapeException">The inner dimensions differ, the batches don't broadcast, or an operand is a scalar.</exception>
    /// <exception cref="DTypeException">Bool, or a type for storage only.</exception>
    public Tensor MatMul(Tensor other)
    {
        MatMulOp.Check(Shape, other.Shape, matrices: false);
        var dtype = AutocastState.Promote(DType, other.DType);
        var a = (Rank == 1 ? Unsqueeze(0) : this).To(dtype);
        var b = (other.Rank == 1 ? other.Unsqueeze(1) : other).To(dtype);
        var y = dtype.IsComplex ? ComplexMatMul(a, b) : Engine.Apply(MatMulOp.Instance, a, b);
        if (other.Rank == 1)
            y = y.Squeeze(-1);
        return Rank == 1 ? y.Squeeze(other.Rank == 1 ? -1 : -2) : y;
    }

    /// <summary>All products of an element of this tensor [m] and one of another [n]: [m, n].</summary>
    /// <exception cref="ShapeException">One of them does not have one axis.</exception>
    public Tensor Outer(Tensor other)
    {
        if (Rank != 1 || other.Rank != 1)
            throw new ShapeException($"Outer: {Shape} and {other.Shape}; both must have one axis");
        return Unsqueeze(1) * other;
    }

    // Four real products, which read real and imaginary parts where they lie.
    private static Tensor ComplexMatMul(Tensor a, Tensor b)
    {
        var (ar, ai, br, bi) = (a.Real(), a.Imag(), b.Real(), b.Imag());
        return Complex(ar.MatMul(br) - ai.MatMul(bi), ar.MatMul(bi) + ai.MatMul(br));
    }
}
