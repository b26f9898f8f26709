using System.Numerics;
using Hebb.Cpu;
using Hebb.Ops;
using Hebb.Transforms;

namespace Hebb;

/// <summary>The determinant of square matrices.</summary>
internal sealed class DetOp : Primitive
{
    public static DetOp Instance { get; } = new();

    public override string Name => "det";

    public override string DisplayName => "Det";

    public override Saved Saves => Saved.Input0;

    public override BatchRule Batching => BatchRule.Broadcast;

    public override void Infer(ReadOnlySpan<TensorSpec> inputs, Span<TensorSpec> outputs)
    {
        Matrices.CheckSquare("Det", inputs[0]);
        outputs[0] = inputs[0] with { Shape = Matrices.Batch(inputs[0].Shape) };
    }

    public override long Flops(ReadOnlySpan<TensorSpec> inputs, ReadOnlySpan<TensorSpec> outputs) => 2 * inputs[0].Sizes.Count * inputs[0].Shape[-1] / 3;

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
        Matrices.ForEach(y.Count, (long)n * n * n, new Body<T>(x.Data<T>(), y.Data<T>(), n));
    }

    public override void Vjp(in VjpContext c) => c.Set(0, Engine.Apply(CofactorOp.Instance, c.Input(0)) * c.Grad().Unsqueeze(-1).Unsqueeze(-1));

    private readonly unsafe struct Body<T>(T* x, T* y, int n) : IRangeBody
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
                y[i] = LuFactorization.Determinant(n, lu.Pointer, n, pivots.Pointer);
            }
        }
    }
}

public sealed partial class Tensor
{
    /// <summary>
    /// The determinants [...] of matrices [..., n, n]; 1 for n = 0. The first derivative also exists at singular matrices.
    /// </summary>
    /// <exception cref="ShapeException">The matrices are not square.</exception>
    /// <exception cref="DTypeException">Not a real floating type.</exception>
    public Tensor Det() => Engine.Apply(DetOp.Instance, this);
}
