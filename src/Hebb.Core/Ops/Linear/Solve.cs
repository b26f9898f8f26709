using System.Numerics;
using Hebb.Cpu;
using Hebb.Ops;
using Hebb.Transforms;

namespace Hebb;

/// <summary>The X of op(A) X = B, by LU with partial pivoting; op may transpose. Both inputs have the same batch.</summary>
internal sealed class SolveOp : Primitive
{
    private bool _transpose;

    public SolveOp(bool transpose) => _transpose = transpose;

    public SolveOp()
    {
    }

    public override string Name => "solve";

    public override string DisplayName => "Solve";

    public override Saved Saves => Saved.Input0 | Saved.Output0;

    public override BatchRule Batching => BatchRule.Own;

    public override void Describe(AttributeVisitor v) => v.Bool("transpose", ref _transpose);

    public override void Infer(ReadOnlySpan<TensorSpec> inputs, Span<TensorSpec> outputs) => outputs[0] = Systems.Infer("Solve", inputs);

    public override long Flops(ReadOnlySpan<TensorSpec> inputs, ReadOnlySpan<TensorSpec> outputs) => 2 * inputs[0].Sizes.Count * inputs[0].Shape[-1] / 3 + 2 * outputs[0].Sizes.Count * inputs[0].Shape[-1];

    public override void Run(CpuContext c, ReadOnlySpan<Tensor> inputs, ReadOnlySpan<Tensor> outputs)
    {
        if (outputs[0].DType == DType.Float32)
            Solve<float>(inputs[0], inputs[1], outputs[0]);
        else
            Solve<double>(inputs[0], inputs[1], outputs[0]);
    }

    private unsafe void Solve<T>(Tensor a, Tensor b, Tensor x) where T : unmanaged, IFloatingPointIeee754<T>
    {
        int n = x.Shape[-2], k = x.Shape[-1];
        var batch = Matrices.Batch(x.Shape);
        Matrices.ForEach(batch.Count, (long)n * n * (n + k), new Body<T>(a.Data<T>(), b.Data<T>(), x.Data<T>(), n, k, _transpose, batch));
    }

    public override void Vjp(in VjpContext c)
    {
        var gb = Engine.Apply(new SolveOp(!_transpose), c.Input(0), c.Grad());
        c.Set(1, gb);
        if (c.Needs(0))
            c.Set(0, -(_transpose ? c.Output().MatMul(gb.MT) : gb.MatMul(c.Output().MT)));
    }

    public override Tensor[] Batch(BatchContext c)
    {
        var (a, b) = Systems.Align(c);
        return [Systems.Apply(this, a, b)];
    }

    private readonly unsafe struct Body<T>(T* a, T* b, T* x, int n, int k, bool transpose, Shape batch) : IRangeBody
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        public void Invoke(long begin, long end)
        {
            using var lu = new Scratch<T>((long)n * n);
            using var pivots = new Scratch<int>(n);
            for (long i = begin; i < end; i++)
            {
                T* to = x + i * n * k;
                BlockOps.Copy(n, n, a + i * n * n, n, lu.Pointer, n);
                BlockOps.Copy(n, k, b + i * n * k, k, to, k);
                int zero = LuFactorization.Factor(n, n, lu.Pointer, n, pivots.Pointer);
                if (zero >= 0)
                    throw new LinearAlgebraException($"Solve: {Matrices.Which(batch, i)} is singular: pivot {zero} is zero");
                LuFactorization.Solve(transpose, n, k, lu.Pointer, n, pivots.Pointer, to, k);
            }
        }
    }
}

public sealed partial class Tensor
{
    /// <summary>Solves with this tensor as matrices A [..., n, n]: the X of A X = B, or of X A = B. Batches broadcast.</summary>
    /// <param name="b">[..., n, k], or [..., k, n] for X A = B. A tensor [n] of one axis is one right-hand side, and so is the result.</param>
    /// <param name="left">A X = B if true, X A = B if false.</param>
    /// <exception cref="LinearAlgebraException">A matrix is singular.</exception>
    /// <exception cref="ShapeException">A is not square, or the shapes do not fit.</exception>
    /// <exception cref="DTypeException">Not the same real floating type.</exception>
    public Tensor Solve(Tensor b, bool left = true)
    {
        if (b.Rank == 1)
            return Systems.Apply(new SolveOp(!left), this, b.Unsqueeze(-1)).Squeeze(-1);

        // X A = B is A' X' = B'.
        return left ? Systems.Apply(new SolveOp(false), this, b) : Systems.Apply(new SolveOp(true), this, b.Rank < 2 ? b : b.MT).MT;
    }
}
