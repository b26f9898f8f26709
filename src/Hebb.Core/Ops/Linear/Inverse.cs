using System.Numerics;
using Hebb.Cpu;
using Hebb.Ops;
using Hebb.Transforms;

namespace Hebb;

/// <summary>The inverse of square matrices.</summary>
internal sealed class InverseOp : Primitive
{
    public static InverseOp Instance { get; } = new();

    public override string Name => "inverse";

    public override string DisplayName => "Inverse";

    public override Saved Saves => Saved.Output0;

    public override BatchRule Batching => BatchRule.Broadcast;

    public override void Infer(ReadOnlySpan<TensorSpec> inputs, Span<TensorSpec> outputs)
    {
        Matrices.CheckSquare("Inverse", inputs[0]);
        outputs[0] = inputs[0];
    }

    public override long Flops(ReadOnlySpan<TensorSpec> inputs, ReadOnlySpan<TensorSpec> outputs) => 2 * inputs[0].Sizes.Count * inputs[0].Shape[-1];

    public override void Run(CpuContext c, ReadOnlySpan<Tensor> inputs, ReadOnlySpan<Tensor> outputs)
    {
        if (outputs[0].DType == DType.Float32)
            Invert<float>(inputs[0], outputs[0]);
        else
            Invert<double>(inputs[0], outputs[0]);
    }

    private static unsafe void Invert<T>(Tensor x, Tensor y) where T : unmanaged, IFloatingPointIeee754<T>
    {
        int n = x.Shape[-1];
        var batch = Matrices.Batch(x.Shape);
        Matrices.ForEach(batch.Count, 2L * n * n * n, new Body<T>(x.Data<T>(), y.Data<T>(), n, batch));
    }

    public override void Vjp(in VjpContext c)
    {
        var t = c.Output().MT;
        c.Set(0, -t.MatMul(c.Grad()).MatMul(t));
    }

    public override void Jvp(in JvpContext c) => c.Set(0, -c.Output().MatMul(c.Tangent(0)).MatMul(c.Output()));

    private readonly unsafe struct Body<T>(T* x, T* y, int n, Shape batch) : IRangeBody
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        public void Invoke(long begin, long end)
        {
            using var lu = new Scratch<T>((long)n * n);
            using var pivots = new Scratch<int>(n);
            for (long i = begin; i < end; i++)
            {
                BlockOps.Copy(n, n, x + i * n * n, n, lu.Pointer, n);
                int zero = LuFactorization.Factor(n, n, lu.Pointer, n, pivots.Pointer);
                if (zero >= 0)
                    throw new LinearAlgebraException($"Inverse: {Matrices.Which(batch, i)} is singular: pivot {zero} is zero");
                LuFactorization.Inverse(n, lu.Pointer, n, pivots.Pointer, y + i * n * n, n);
            }
        }
    }
}

public sealed partial class Tensor
{
    /// <summary>The inverses of matrices [..., n, n]. To solve a system, <see cref="Solve"/> is faster and more accurate.</summary>
    /// <exception cref="LinearAlgebraException">A matrix is singular.</exception>
    /// <exception cref="ShapeException">The matrices are not square.</exception>
    /// <exception cref="DTypeException">Not a real floating type.</exception>
    public Tensor Inverse() => Engine.Apply(InverseOp.Instance, this);
}
