using System.Numerics;
using Hebb.Cpu;
using Hebb.Ops;
using Hebb.Transforms;

namespace Hebb;

/// <summary>The X of op(A) X = B for triangular A; op may transpose. Both inputs have the same batch.</summary>
internal sealed class SolveTriangularOp : Primitive
{
    private bool _upper;
    private bool _transpose;
    private bool _unit;

    public SolveTriangularOp(bool upper, bool transpose, bool unit)
    {
        _upper = upper;
        _transpose = transpose;
        _unit = unit;
    }

    public SolveTriangularOp()
    {
    }

    public override string Name => "solve_triangular";

    public override string DisplayName => "SolveTriangular";

    public override Saved Saves => Saved.Input0 | Saved.Output0;

    public override BatchRule Batching => BatchRule.Own;

    public override void Describe(AttributeVisitor v)
    {
        v.Bool("upper", ref _upper);
        v.Bool("transpose", ref _transpose);
        v.Bool("unit", ref _unit);
    }

    public override void Infer(ReadOnlySpan<TensorSpec> inputs, Span<TensorSpec> outputs) => outputs[0] = Systems.Infer("SolveTriangular", inputs);

    public override long Flops(ReadOnlySpan<TensorSpec> inputs, ReadOnlySpan<TensorSpec> outputs) => outputs[0].Sizes.Count * inputs[0].Shape[-1];

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
        Matrices.ForEach(
            Matrices.Batch(x.Shape).Count, (long)n * n * k, new Body<T>(a.Data<T>(), b.Data<T>(), x.Data<T>(), n, k, _upper, _transpose, _unit));
    }

    public override void Vjp(in VjpContext c)
    {
        var (a, x) = (c.Input(0), c.Output());
        var gb = Engine.Apply(new SolveTriangularOp(_upper, !_transpose, _unit), a, c.Grad());
        c.Set(1, gb);
        if (!c.Needs(0))
            return;
        var ga = -(_transpose ? x.MatMul(gb.MT) : gb.MatMul(x.MT));
        c.Set(0, ga * Matrices.Triangle(a.Shape[-1], _upper ? 0 : 1, _unit ? 0 : 1, _upper ? 1 : 0, a.DType));
    }

    public override Tensor[] Batch(BatchContext c)
    {
        var (a, b) = Systems.Align(c);
        return [Systems.Apply(this, a, b)];
    }

    private readonly unsafe struct Body<T>(T* a, T* b, T* x, int n, int k, bool upper, bool transpose, bool unit) : IRangeBody
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        public void Invoke(long begin, long end)
        {
            for (long i = begin; i < end; i++)
            {
                T* to = x + i * n * k;
                BlockOps.Copy(n, k, b + i * n * k, k, to, k);
                TriangularSolve.Left(upper, transpose, unit, n, k, a + i * n * n, n, to, k);
            }
        }
    }
}

public sealed partial class Tensor
{
    /// <summary>
    /// Solves with this tensor as triangular matrices A [..., n, n]: the X of A X = B, or of X A = B. Batches broadcast. A zero on the
    /// diagonal gives infinities or NaN.
    /// </summary>
    /// <param name="b">[..., n, k], or [..., k, n] for X A = B.</param>
    /// <param name="upper">Which triangle A is; the other is not read.</param>
    /// <param name="left">A X = B if true, X A = B if false.</param>
    /// <param name="transpose">Takes A transposed in the equation; <paramref name="upper"/> still speaks of A itself.</param>
    /// <param name="unit">Takes the diagonal as ones, without reading it.</param>
    /// <exception cref="ShapeException">A is not square, or the shapes do not fit.</exception>
    /// <exception cref="DTypeException">Not the same real floating type.</exception>
    public Tensor SolveTriangular(Tensor b, bool upper, bool left = true, bool transpose = false, bool unit = false)
    {
        // X A = B is A' X' = B'.
        var op = new SolveTriangularOp(upper, left ? transpose : !transpose, unit);
        return left ? Systems.Apply(op, this, b) : Systems.Apply(op, this, b.Rank < 2 ? b : b.MT).MT;
    }
}
