using System.Numerics;
using Hebb.Cpu;
using Hebb.Ops;
using Hebb.Transforms;

namespace Hebb;

/// <summary>The sign and the logarithm of the absolute determinant of square matrices.</summary>
internal sealed class SlogdetOp : Primitive
{
    public static SlogdetOp Instance { get; } = new();

    public override string Name => "slogdet";

    public override string DisplayName => "Slogdet";

    public override int Outputs => 2;

    public override Saved Saves => Saved.Input0;

    public override BatchRule Batching => BatchRule.Broadcast;

    public override void Infer(ReadOnlySpan<TensorSpec> inputs, Span<TensorSpec> outputs)
    {
        Matrices.CheckSquare("Slogdet", inputs[0]);
        outputs[0] = outputs[1] = inputs[0] with { Shape = Matrices.Batch(inputs[0].Shape) };
    }

    public override long Flops(ReadOnlySpan<TensorSpec> inputs, ReadOnlySpan<TensorSpec> outputs) => 2 * inputs[0].Sizes.Count * inputs[0].Shape[-1] / 3;

    public override void Run(CpuContext c, ReadOnlySpan<Tensor> inputs, ReadOnlySpan<Tensor> outputs)
    {
        if (inputs[0].DType == DType.Float32)
            Compute<float>(inputs[0], outputs[0], outputs[1]);
        else
            Compute<double>(inputs[0], outputs[0], outputs[1]);
    }

    private static unsafe void Compute<T>(Tensor x, Tensor sign, Tensor log) where T : unmanaged, IFloatingPointIeee754<T>
    {
        int n = x.Shape[-1];
        Matrices.ForEach(sign.Count, (long)n * n * n, new Body<T>(x.Data<T>(), sign.Data<T>(), log.Data<T>(), n));
    }

    // The sign is constant wherever it has a derivative.
    public override void Vjp(in VjpContext c)
    {
        if (c.HasGrad(1))
            c.Set(0, c.Input(0).Inverse().MT * c.Grad(1).Unsqueeze(-1).Unsqueeze(-1));
    }

    private readonly unsafe struct Body<T>(T* x, T* sign, T* log, int n) : IRangeBody
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        public void Invoke(long begin, long end)
        {
            using var lu = new Scratch<T>((long)n * n);
            using var pivots = new Scratch<int>(n);
            for (long i = begin; i < end; i++)
            {
                BlockOps.Copy(n, n, x + i * n * n, n, lu.Pointer, n);
                LuFactorization.Factor(n, n, lu.Pointer, n, pivots.Pointer);
                (sign[i], log[i]) = LuFactorization.SignLogDeterminant(n, lu.Pointer, n, pivots.Pointer);
            }
        }
    }
}

public sealed partial class Tensor
{
    /// <summary>
    /// The sign and the natural logarithm of the absolute determinant of matrices [..., n, n], each [...]: (0, -inf) for a singular one.
    /// Does not overflow where <see cref="Det"/> does.
    /// </summary>
    /// <exception cref="ShapeException">The matrices are not square.</exception>
    /// <exception cref="DTypeException">Not a real floating type.</exception>
    public (Tensor Sign, Tensor LogAbs) Slogdet()
    {
        var outputs = Engine.ApplyAll(SlogdetOp.Instance, this);
        return (outputs[0], outputs[1]);
    }
}
