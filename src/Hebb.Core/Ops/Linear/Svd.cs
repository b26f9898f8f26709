using System.Numerics;
using Hebb.Cpu;
using Hebb.Ops;
using Hebb.Transforms;

namespace Hebb;

/// <summary>The singular value decomposition A = U diag(S) V'.</summary>
internal sealed class SvdOp : Primitive
{
    private bool _full;

    public SvdOp(bool full) => _full = full;

    public SvdOp()
    {
    }

    public override string Name => "svd";

    public override string DisplayName => "Svd";

    public override int Outputs => 3;

    public override Saved Saves => Saved.Input0 | Saved.Outputs;

    public override BatchRule Batching => BatchRule.Broadcast;

    public override void Describe(AttributeVisitor v) => v.Bool("full_matrices", ref _full);

    public override void Infer(ReadOnlySpan<TensorSpec> inputs, Span<TensorSpec> outputs)
    {
        Matrices.Check("Svd", inputs[0]);
        var shape = inputs[0].Shape;
        int m = shape[-2], n = shape[-1], k = Math.Min(m, n);
        outputs[0] = inputs[0] with { Shape = shape.With(-1, _full ? m : k) };
        outputs[1] = inputs[0] with { Shape = shape.Remove(-1).With(-1, k) };
        outputs[2] = inputs[0] with { Shape = shape.With(-2, _full ? n : k) };
    }

    // Golub and Van Loan, "Matrix Computations", section 8.6, for square matrices.
    public override long Flops(ReadOnlySpan<TensorSpec> inputs, ReadOnlySpan<TensorSpec> outputs) => 26 * inputs[0].Sizes.Count * Math.Min(inputs[0].Shape[-2], inputs[0].Shape[-1]);

    public override void Run(CpuContext c, ReadOnlySpan<Tensor> inputs, ReadOnlySpan<Tensor> outputs)
    {
        if (inputs[0].DType == DType.Float32)
            Decompose<float>(inputs[0], outputs);
        else
            Decompose<double>(inputs[0], outputs);
    }

    private static unsafe void Decompose<T>(Tensor x, ReadOnlySpan<Tensor> outputs) where T : unmanaged, IFloatingPointIeee754<T>
    {
        var batch = Matrices.Batch(x.Shape);
        long work = 20L * x.Shape[-2] * x.Shape[-1] * Math.Min(x.Shape[-2], x.Shape[-1]);
        Matrices.ForEach(batch.Count, work, new Body<T>(x, outputs[0], outputs[1], outputs[2]));
    }

    // Townsend 2016, Differentiating the singular value decomposition.
    public override void Vjp(in VjpContext c)
    {
        var (u, s, vt) = (c.Output(0), c.Output(1), c.Output(2));
        int m = u.Shape[-2], n = vt.Shape[-1], k = s.Shape[-1];
        bool vectors = c.HasGrad(0) || c.HasGrad(2);
        if (_full && m != n)
        {
            if (vectors)
                throw NoDerivative(c.InputSpec(0).Shape, k);
            (u, s, vt) = c.Input(0).Svd();
        }
        if (!vectors)
        {
            c.Set(0, (u * c.Grad(1).Unsqueeze(-2)).MatMul(vt));
            return;
        }

        var f = Matrices.InverseGaps(s * s);
        var core = Tensor.Eye(k, dtype: s.DType) * c.Grad(1).Unsqueeze(-2);
        Tensor? outside = null;
        if (c.HasGrad(0))
        {
            var inner = u.MT.MatMul(c.Grad(0));
            core += f * (inner - inner.MT) * s.Unsqueeze(-2);
            if (m > k)
                outside = ((c.Grad(0) - u.MatMul(inner)) / s.Unsqueeze(-2)).MatMul(vt);
        }
        if (c.HasGrad(2))
        {
            var inner = vt.MatMul(c.Grad(2).MT);
            core += s.Unsqueeze(-1) * (f * (inner - inner.MT));
            if (n > k)
            {
                var rest = u.MatMul((c.Grad(2) - inner.MT.MatMul(vt)) / s.Unsqueeze(-1));
                outside = outside is null ? rest : outside + rest;
            }
        }
        var gradient = u.MatMul(core).MatMul(vt);
        c.Set(0, outside is null ? gradient : gradient + outside);
    }

    // By hand, so that equal singular values spoil the tangents of the vectors alone.
    public override void Jvp(in JvpContext c)
    {
        var (u, s, vt) = (c.Output(0), c.Output(1), c.Output(2));
        int m = u.Shape[-2], n = vt.Shape[-1], k = s.Shape[-1];
        if (_full && m != n)
            throw NoDerivative(c.Input(0).Shape, k);
        var (left, right) = (u.MT.MatMul(c.Tangent(0)), c.Tangent(0).MatMul(vt.MT));
        var inner = u.MT.MatMul(right);
        var f = Matrices.InverseGaps(s * s);
        var (row, column) = (s.Unsqueeze(-2), s.Unsqueeze(-1));
        var du = u.MatMul(f * (inner * row + column * inner.MT));
        var dvt = (f * (column * inner + inner.MT * row)).MT.MatMul(vt);
        c.Set(1, (u * right).Sum(-2));
        c.Set(0, m > k ? du + (right - u.MatMul(inner)) / row : du);
        c.Set(2, n > k ? dvt + (left - inner.MatMul(vt)) / column : dvt);
    }

    private static GradientException NoDerivative(in Shape shape, int k) =>
        new($"Svd: the full vectors of {shape} have no derivative: those beyond the first {k} are arbitrary; use fullMatrices: false");

    private readonly unsafe struct Body<T>(Tensor x, Tensor u, Tensor s, Tensor vt) : IRangeBody
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        private readonly T* _x = x.Data<T>(), _u = u.Data<T>(), _s = s.Data<T>(), _vt = vt.Data<T>();
        private readonly int _m = x.Shape[-2], _n = x.Shape[-1], _columns = u.Shape[-1], _rows = vt.Shape[-2];
        private readonly Shape _batch = Matrices.Batch(x.Shape);

        public void Invoke(long begin, long end)
        {
            int k = Math.Min(_m, _n);
            for (long i = begin; i < end; i++)
            {
                var status = SingularValues.Decompose(
                    _m, _n, _x + i * _m * _n, _n, _s + i * k, _u + i * _m * _columns, _columns, _columns, _vt + i * _rows * _n, _n, _rows);
                Spectra.Check("Svd", status, _batch, i);
            }
        }
    }
}

public sealed partial class Tensor
{
    /// <summary>
    /// The singular value decomposition of matrices A [..., m, n]: U with orthonormal columns, the singular values S [..., k], descending,
    /// with k the smaller of m and n, and V' with orthonormal rows, so that A = U diag(S) V'. Each pair of vectors is so signed that the
    /// largest component of the left one is positive. The gradient of the vectors is infinite where singular values are equal, or zero and
    /// k below m or n.
    /// </summary>
    /// <param name="fullMatrices">U is [..., m, m] and V' [..., n, n]; otherwise U is [..., m, k] and V' [..., k, n].</param>
    /// <exception cref="LinearAlgebraException">A matrix holds NaN or infinity.</exception>
    /// <exception cref="ShapeException">Fewer than two axes.</exception>
    /// <exception cref="DTypeException">Not a real floating type.</exception>
    public (Tensor U, Tensor S, Tensor Vt) Svd(bool fullMatrices = false)
    {
        var outputs = Engine.ApplyAll(new SvdOp(fullMatrices), this);
        return (outputs[0], outputs[1], outputs[2]);
    }

    /// <summary>
    /// The singular values [..., k] of matrices, descending. See <see cref="Svd"/>; their gradient also exists where some are equal.
    /// </summary>
    /// <exception cref="LinearAlgebraException">A matrix holds NaN or infinity.</exception>
    /// <exception cref="ShapeException">Fewer than two axes.</exception>
    public Tensor Svdvals() => Svd().S;
}
