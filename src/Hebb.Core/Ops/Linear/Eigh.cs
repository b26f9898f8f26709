using System.Numerics;
using Hebb.Cpu;
using Hebb.Ops;
using Hebb.Transforms;

namespace Hebb;

/// <summary>Eigenvalues, ascending, and eigenvectors of symmetric matrices. Only one triangle is read.</summary>
internal sealed class EighOp : Primitive
{
    private bool _upper;

    public EighOp(bool upper) => _upper = upper;

    public EighOp()
    {
    }

    public override string Name => "eigh";

    public override string DisplayName => "Eigh";

    public override int Outputs => 2;

    public override Saved Saves => Saved.Output0 | Saved.Output1;

    public override BatchRule Batching => BatchRule.Broadcast;

    public override void Describe(AttributeVisitor v) => v.Bool("upper", ref _upper);

    public override void Infer(ReadOnlySpan<TensorSpec> inputs, Span<TensorSpec> outputs)
    {
        Matrices.CheckSquare("Eigh", inputs[0]);
        outputs[0] = inputs[0] with { Shape = inputs[0].Shape.Remove(-1) };
        outputs[1] = inputs[0];
    }

    // Golub and Van Loan, "Matrix Computations", section 8.3.
    public override long Flops(ReadOnlySpan<TensorSpec> inputs, ReadOnlySpan<TensorSpec> outputs) => 9 * inputs[0].Sizes.Count * inputs[0].Shape[-1];

    public override void Run(CpuContext c, ReadOnlySpan<Tensor> inputs, ReadOnlySpan<Tensor> outputs)
    {
        if (inputs[0].DType == DType.Float32)
            Decompose<float>(inputs[0], outputs[0], outputs[1]);
        else
            Decompose<double>(inputs[0], outputs[0], outputs[1]);
    }

    private unsafe void Decompose<T>(Tensor x, Tensor values, Tensor vectors) where T : unmanaged, IFloatingPointIeee754<T>
    {
        int n = x.Shape[-1];
        var batch = Matrices.Batch(x.Shape);
        Matrices.ForEach(batch.Count, 9L * n * n * n, new Body<T>(x.Data<T>(), values.Data<T>(), vectors.Data<T>(), n, _upper, batch));
    }

    // V (diag(g) + (V'G) / (w_j - w_i)) V', symmetrised.
    public override void Vjp(in VjpContext c)
    {
        var (w, v) = (c.Output(0), c.Output(1));
        var inner = v * c.Grad(0).Unsqueeze(-2);
        if (c.HasGrad(1))
            inner += v.MatMul(v.MT.MatMul(c.Grad(1)) * Matrices.InverseGaps(w));
        c.Set(0, Matrices.Symmetric(inner.MatMul(v.MT)));
    }

    // By hand, so that equal eigenvalues spoil the tangents of the vectors alone.
    public override void Jvp(in JvpContext c)
    {
        var (w, v) = (c.Output(0), c.Output(1));
        var moved = Matrices.Symmetric(c.Tangent(0)).MatMul(v);
        c.Set(0, (v * moved).Sum(-2));
        c.Set(1, v.MatMul(v.MT.MatMul(moved) * Matrices.InverseGaps(w)));
    }

    private readonly unsafe struct Body<T>(T* x, T* values, T* vectors, int n, bool upper, Shape batch) : IRangeBody
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        public void Invoke(long begin, long end)
        {
            for (long i = begin; i < end; i++)
                Spectra.Check("Eigh", SymmetricEigen.Decompose(upper, n, x + i * n * n, n, values + i * n, vectors + i * n * n, n), batch, i);
        }
    }
}

public sealed partial class Tensor
{
    /// <summary>
    /// The eigenvalues [..., n], ascending, and orthonormal eigenvectors [..., n, n], as columns, of symmetric matrices [..., n, n]. Each
    /// vector is so signed that its largest component is positive. The gradient of the vectors is infinite where eigenvalues are equal.
    /// </summary>
    /// <param name="upper">Reads only the upper triangle; otherwise only the lower one.</param>
    /// <exception cref="LinearAlgebraException">A matrix holds NaN or infinity.</exception>
    /// <exception cref="ShapeException">The matrices are not square.</exception>
    /// <exception cref="DTypeException">Not a real floating type.</exception>
    public (Tensor Values, Tensor Vectors) Eigh(bool upper = false)
    {
        var outputs = Engine.ApplyAll(new EighOp(upper), this);
        return (outputs[0], outputs[1]);
    }

    /// <summary>
    /// The eigenvalues [..., n] of symmetric matrices, ascending. See <see cref="Eigh"/>; their gradient also exists where some are equal.
    /// </summary>
    /// <exception cref="LinearAlgebraException">A matrix holds NaN or infinity.</exception>
    /// <exception cref="ShapeException">The matrices are not square.</exception>
    public Tensor Eigvalsh(bool upper = false) => Eigh(upper).Values;
}
