using System.Numerics;
using Hebb.Cpu;
using Hebb.Ops;
using Hebb.Transforms;

namespace Hebb;

/// <summary>
/// The cofactors of square matrices: the derivative of the determinant by each element. From the singular values, so that it also holds
/// where there is no inverse: with A = U S V', it is det(U V') U diag(product of the other singular values) V'.
/// </summary>
internal sealed class CofactorOp : Primitive
{
    public static CofactorOp Instance { get; } = new();

    public override string Name => "cofactor";

    public override string DisplayName => "Cofactor";

    public override Saved Saves => Saved.Input0;

    public override BatchRule Batching => BatchRule.Broadcast;

    public override void Infer(ReadOnlySpan<TensorSpec> inputs, Span<TensorSpec> outputs)
    {
        Matrices.CheckSquare("Cofactor", inputs[0]);
        outputs[0] = inputs[0];
    }

    public override long Flops(ReadOnlySpan<TensorSpec> inputs, ReadOnlySpan<TensorSpec> outputs) => 2 * inputs[0].Sizes.Count * inputs[0].Shape[-1];

    public override void Run(CpuContext c, ReadOnlySpan<Tensor> inputs, ReadOnlySpan<Tensor> outputs)
    {
        if (outputs[0].DType == DType.Float32)
            Compute<float>(inputs[0], outputs[0]);
        else
            Compute<double>(inputs[0], outputs[0]);
    }

    private static unsafe void Compute<T>(Tensor x, Tensor y) where T : unmanaged, IFloatingPointIeee754<T>
    {
        int n = x.Shape[-1];
        Matrices.ForEach(Matrices.Batch(x.Shape).Count, 20L * n * n * n, new Body<T>(x.Data<T>(), y.Data<T>(), n));
    }

    // Of det(A) A^-T, for matrices that have an inverse.
    public override void Vjp(in VjpContext c)
    {
        var t = c.Input(0).Inverse().MT;
        var det = c.Input(0).Det().Unsqueeze(-1).Unsqueeze(-1);
        var along = (c.Grad() * t).Sum([-2, -1], keepDim: true);
        c.Set(0, (along * t - t.MatMul(c.Grad().MT).MatMul(t)) * det);
    }

    private readonly unsafe struct Body<T>(T* x, T* y, int n) : IRangeBody
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        public void Invoke(long begin, long end)
        {
            using var matrices = new Scratch<T>(2L * n * n + n);
            using var copies = new Scratch<T>((long)n * n);
            using var others = new Scratch<double>(n);
            using var pivots = new Scratch<int>(n);
            T* u = matrices.Pointer, vt = u + (long)n * n, s = vt + (long)n * n;
            for (long i = begin; i < end; i++)
            {
                T* to = y + i * n * n;
                if (SingularValues.Decompose(n, n, x + i * n * n, n, s, u, n, n, vt, n, n) != SpectralStatus.Ok)
                {
                    new Span<T>(to, n * n).Fill(T.NaN);
                    continue;
                }
                double sign = Sign(u, copies.Pointer, pivots.Pointer) * Sign(vt, copies.Pointer, pivots.Pointer);
                ProductsOfOthers(s, others.Pointer);
                new Span<T>(to, n * n).Clear();
                for (int row = 0; row < n; row++)
                {
                    for (int k = 0; k < n; k++)
                        RowOps.Axpy(n, T.CreateTruncating(sign * others.Pointer[k]) * u[(long)row * n + k], vt + (long)k * n, to + (long)row * n);
                }
            }
        }

        private double Sign(T* matrix, T* copy, int* pivots)
        {
            BlockOps.Copy(n, n, matrix, n, copy, n);
            LuFactorization.Factor(n, n, copy, n, pivots);
            return double.CreateTruncating(LuFactorization.SignLogDeterminant(n, copy, n, pivots).Sign);
        }

        private void ProductsOfOthers(T* s, double* others)
        {
            double before = 1, after = 1;
            for (int k = 0; k < n; k++)
            {
                others[k] = before;
                before *= double.CreateTruncating(s[k]);
            }
            for (int k = n - 1; k >= 0; k--)
            {
                others[k] *= after;
                after *= double.CreateTruncating(s[k]);
            }
        }
    }
}
