using System.Numerics;
using Hebb.Cpu;
using Hebb.Ops;
using Hebb.Transforms;

namespace Hebb;

/// <summary>The lower Cholesky factor of symmetric positive definite matrices. Only lower triangles are read.</summary>
internal sealed class CholeskyOp : Primitive
{
    public static CholeskyOp Instance { get; } = new();

    public override string Name => "cholesky";

    public override string DisplayName => "Cholesky";

    public override Saved Saves => Saved.Output0;

    public override BatchRule Batching => BatchRule.Broadcast;

    public override void Infer(ReadOnlySpan<TensorSpec> inputs, Span<TensorSpec> outputs)
    {
        Matrices.CheckSquare("Cholesky", inputs[0]);
        outputs[0] = inputs[0];
    }

    public override long Flops(ReadOnlySpan<TensorSpec> inputs, ReadOnlySpan<TensorSpec> outputs) => inputs[0].Sizes.Count * inputs[0].Shape[-1] / 3;

    public override void Run(CpuContext c, ReadOnlySpan<Tensor> inputs, ReadOnlySpan<Tensor> outputs)
    {
        if (outputs[0].DType == DType.Float32)
            Factor<float>(inputs[0], outputs[0]);
        else
            Factor<double>(inputs[0], outputs[0]);
    }

    private static unsafe void Factor<T>(Tensor x, Tensor y) where T : unmanaged, IFloatingPointIeee754<T>
    {
        int n = x.Shape[-1];
        var batch = Matrices.Batch(x.Shape);
        Matrices.ForEach(batch.Count, (long)n * n * n / 3, new Body<T>(x.Data<T>(), y.Data<T>(), n, batch));
    }

    // S = L^-T P L^-1 with P the lower half of L'G, its diagonal halved, symmetrised (Murray 2016).
    public override void Vjp(in VjpContext c)
    {
        var l = c.Output();
        var p = l.MT.MatMul(c.Grad()) * Matrices.Triangle(l.Shape[-1], 1, 0.5, 0, l.DType);
        var half = l.SolveTriangular(p, upper: false, transpose: true);
        var s = l.SolveTriangular(half.MT, upper: false, transpose: true);
        c.Set(0, Matrices.Symmetric(s));
    }

    private readonly unsafe struct Body<T>(T* x, T* y, int n, Shape batch) : IRangeBody
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        public void Invoke(long begin, long end)
        {
            for (long i = begin; i < end; i++)
            {
                T* to = y + i * n * n;
                BlockOps.Copy(n, n, x + i * n * n, n, to, n);
                int bad = CholeskyFactorization.Factor(n, to, n);
                if (bad >= 0)
                    throw new LinearAlgebraException($"Cholesky: {Matrices.Which(batch, i)} is not positive definite: its leading minor of order {bad + 1} is not");
            }
        }
    }
}

public sealed partial class Tensor
{
    /// <summary>
    /// The Cholesky factor of symmetric positive definite matrices [..., n, n]: the lower triangular L with A = L L'. Only the lower
    /// triangle of A is read; the gradient is symmetric.
    /// </summary>
    /// <param name="upper">Gives U = L' instead, with A = U'U; still read from the lower triangle.</param>
    /// <exception cref="LinearAlgebraException">A matrix is not positive definite; the message names the leading minor.</exception>
    /// <exception cref="ShapeException">The matrices are not square.</exception>
    /// <exception cref="DTypeException">Not a real floating type.</exception>
    public Tensor Cholesky(bool upper = false)
    {
        var l = Engine.Apply(CholeskyOp.Instance, this);
        return upper ? l.MT : l;
    }

    /// <summary>The X of A X = B, where this tensor is the lower Cholesky factor of A (see <see cref="Cholesky"/>).</summary>
    /// <param name="b">[..., n, k]; the batches broadcast.</param>
    /// <exception cref="ShapeException">The shapes do not fit.</exception>
    public Tensor CholeskySolve(Tensor b) => SolveTriangular(SolveTriangular(b, upper: false), upper: false, transpose: true);
}
