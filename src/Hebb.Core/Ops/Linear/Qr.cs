using System.Numerics;
using Hebb.Cpu;
using Hebb.Ops;
using Hebb.Transforms;

namespace Hebb;

/// <summary>A = Q R with orthonormal columns in Q and R upper triangular.</summary>
internal sealed class QrOp : Primitive
{
    private bool _complete;

    public QrOp(bool complete) => _complete = complete;

    public QrOp()
    {
    }

    public override string Name => "qr";

    public override string DisplayName => "Qr";

    public override int Outputs => 2;

    public override Saved Saves => Saved.Input0 | Saved.Output0 | Saved.Output1;

    public override BatchRule Batching => BatchRule.Broadcast;

    public override void Describe(AttributeVisitor v) => v.Bool("complete", ref _complete);

    public override void Infer(ReadOnlySpan<TensorSpec> inputs, Span<TensorSpec> outputs)
    {
        Matrices.Check("Qr", inputs[0]);
        var shape = inputs[0].Shape;
        int m = shape[-2], n = shape[-1], columns = _complete ? m : Math.Min(m, n);
        outputs[0] = inputs[0] with { Shape = shape.With(-1, columns) };
        outputs[1] = inputs[0] with { Shape = shape.With(-2, columns) };
    }

    // Reflections, and their product.
    public override long Flops(ReadOnlySpan<TensorSpec> inputs, ReadOnlySpan<TensorSpec> outputs) => 4 * inputs[0].Sizes.Count * Math.Min(inputs[0].Shape[-2], inputs[0].Shape[-1]);

    public override void Run(CpuContext c, ReadOnlySpan<Tensor> inputs, ReadOnlySpan<Tensor> outputs)
    {
        if (inputs[0].DType == DType.Float32)
            Factor<float>(inputs[0], outputs[0], outputs[1]);
        else
            Factor<double>(inputs[0], outputs[0], outputs[1]);
    }

    private static unsafe void Factor<T>(Tensor x, Tensor q, Tensor r) where T : unmanaged, IFloatingPointIeee754<T>
    {
        int m = x.Shape[-2], n = x.Shape[-1];
        Matrices.ForEach(Matrices.Batch(x.Shape).Count, 4L * m * n * Math.Min(m, n), new Body<T>(x.Data<T>(), q.Data<T>(), r.Data<T>(), m, n, q.Shape[-1]));
    }

    public override void Vjp(in VjpContext c)
    {
        var (q, r) = (c.Output(0), c.Output(1));
        int m = c.InputSpec(0).Shape[-2], n = c.InputSpec(0).Shape[-1];
        if (_complete && m > n)
            throw new GradientException($"Qr: the complete factors of a tall matrix, {c.InputSpec(0).Shape}, have no derivative: the added columns of Q are arbitrary");
        if (m >= n)
        {
            c.Set(0, Tall(q, r, c.Grad(0), c.Grad(1)));
            return;
        }

        // A = [X, Y] with X square: X = Q U and Y = Q V, where R = [U, V].
        var y = c.Input(0).Narrow(-1, m, n - m);
        var (gu, gv) = (c.Grad(1).Narrow(-1, 0, m), c.Grad(1).Narrow(-1, m, n - m));
        var gx = Tall(q, r.Narrow(-1, 0, m), c.Grad(0) + y.MatMul(gv.MT), gu);
        c.Set(0, Tensor.Cat([gx, q.MatMul(gv)], gx.Rank - 1));
    }

    // (G_Q + Q copyltu(R G_R' - G_Q' Q)) R^-T, where copyltu mirrors the lower triangle (Walter and Lehmann 2018).
    private static Tensor Tall(Tensor q, Tensor r, Tensor gq, Tensor gr)
    {
        var w = r.MatMul(gr.MT) - gq.MT.MatMul(q);
        var lower = w * Matrices.Triangle(w.Shape[-1], 1, 0.5, 0, w.DType);
        var b = gq + q.MatMul(lower + lower.MT);
        return r.SolveTriangular(b, upper: true, left: false, transpose: true);
    }

    private readonly unsafe struct Body<T>(T* x, T* q, T* r, int m, int n, int columns) : IRangeBody
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        public void Invoke(long begin, long end)
        {
            int k = Math.Min(m, n);
            using var factors = new Scratch<T>((long)m * n);
            using var tau = new Scratch<T>(k);
            for (long i = begin; i < end; i++)
            {
                BlockOps.Copy(m, n, x + i * m * n, n, factors.Pointer, n);
                QrFactorization.Factor(m, n, factors.Pointer, n, tau.Pointer);
                QrFactorization.FormQ(m, columns, k, factors.Pointer, n, tau.Pointer, q + i * m * columns, columns);
                QrFactorization.CopyR(columns, n, factors.Pointer, n, r + i * columns * n, n);
            }
        }
    }
}

public sealed partial class Tensor
{
    /// <summary>
    /// The QR factors of matrices A [..., m, n]: orthonormal columns Q and upper triangular R with A = Q R, by Householder reflections.
    /// Signs are LAPACK's: the diagonal of R may be negative.
    /// </summary>
    /// <param name="complete">Q is [..., m, m] and R [..., m, n]; otherwise Q is [..., m, k] and R [..., k, n] with k the smaller of m and n.</param>
    /// <exception cref="ShapeException">Fewer than two axes.</exception>
    /// <exception cref="DTypeException">Not a real floating type.</exception>
    public (Tensor Q, Tensor R) Qr(bool complete = false)
    {
        var outputs = Engine.ApplyAll(new QrOp(complete), this);
        return (outputs[0], outputs[1]);
    }
}
