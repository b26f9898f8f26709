using System.Numerics;
using Hebb.Cpu.Simd;
using Hebb.Ops;
using Hebb.Transforms;

namespace Hebb;

/// <summary>Variance and mean over some axes, in two passes: the mean, then the squares of the distances from it.</summary>
internal sealed class VarMeanOp : ReducePrimitive
{
    private double _correction;

    public VarMeanOp(int[] axes, bool keepDim, double correction) : base(axes, keepDim) => _correction = correction;

    public VarMeanOp() : base([], false)
    {
    }

    public override string Name => "var_mean";

    public override string DisplayName => "Var";

    public override int Outputs => 2;

    public override bool AcceptsHalf => true;

    public override Saved Saves => Saved.Input0 | Saved.Output1;

    public override void Describe(AttributeVisitor v)
    {
        base.Describe(v);
        v.Float("correction", ref _correction);
    }

    public override void Infer(ReadOnlySpan<TensorSpec> inputs, Span<TensorSpec> outputs) =>
        outputs[0] = outputs[1] = inputs[0] with { Shape = Result(inputs[0]), DType = RequireFloat(inputs[0].DType) };

    // The mean, then differences, squares and their sum.
    public override long Flops(ReadOnlySpan<TensorSpec> inputs, ReadOnlySpan<TensorSpec> outputs) => 4 * inputs[0].Sizes.Count;

    public override void Run(CpuContext c, ReadOnlySpan<Tensor> inputs, ReadOnlySpan<Tensor> outputs) => Run(c, inputs[0], outputs[0], outputs[1], Axes, _correction);

    /// <summary>Writes variances and, if asked for, means; both contiguous and of x's type.</summary>
    public static unsafe void Run(CpuContext c, Tensor x, Tensor variance, Tensor? mean, int[] axes, double correction)
    {
        var compute = OpDomains.Compute(x.DType);
        var spec = variance.Spec with { DType = compute };
        var (v, m) = (compute == x.DType ? variance : new Tensor(spec), compute == x.DType && mean is not null ? mean : new Tensor(spec));
        double count = 1;
        foreach (int axis in axes)
            count *= x.Shape[axis];
        if (compute == DType.Float64)
            Run(c, x, v.Data<double>(), m.Data<double>(), axes, compute, v.Count, count, Math.Max(0, count - correction));
        else
            Run(c, x, v.Data<float>(), m.Data<float>(), axes, compute, v.Count, count, Math.Max(0, count - correction));
        if (v != variance)
            Copying.Convert(v, variance);
        if (mean is not null && m != mean)
            Copying.Convert(m, mean);
        GC.KeepAlive(v);
        GC.KeepAlive(m);
    }

    private static unsafe void Run<T>(CpuContext c, Tensor x, T* variance, T* mean, int[] axes, DType compute, long outputs, double count, double freedom) where T : unmanaged, INumber<T>
    {
        Reductions.Run(c, default(SumReducer<T>), x, axes, compute, mean);
        for (long i = 0; i < outputs; i++)
            mean[i] = T.CreateTruncating(double.CreateTruncating(mean[i]) / count);
        Reductions.Run(c, default(DistanceReducer<T>), x, axes, compute, variance, mean);
        for (long i = 0; i < outputs; i++)
            variance[i] = T.CreateTruncating(double.CreateTruncating(variance[i]) / freedom);
    }

    /// <summary>Adds up the squares of the distances from the shift.</summary>
    private readonly struct DistanceReducer<T> : IReducer<T> where T : unmanaged, INumber<T>
    {
        public static bool IsSum => true;

        public static bool HasShift => true;

        public T Identity => T.Zero;

        public V Map<V>(V x, V shift) where V : unmanaged, ISimd<V, T> => (x - shift) * (x - shift);

        public V Combine<V>(V a, V b) where V : unmanaged, ISimd<V, T> => a + b;
    }

    public override void Vjp(in VjpContext c)
    {
        var shape = c.InputSpec(0).Shape;
        double count = Counted(shape);
        var distance = c.Input(0) - Kept(c.Output(1), shape);
        Tensor? gradient = null;
        if (c.HasGrad(0))
            gradient = distance * (Kept(c.Grad(0), shape) * (2 / Math.Max(0, count - _correction)));
        if (c.HasGrad(1))
        {
            var mean = Kept(c.Grad(1), shape) * (1 / count);
            gradient = gradient is null ? mean.Expand(shape) : gradient + mean;
        }
        c.Set(0, gradient!);
    }

    public override void Jvp(in JvpContext c)
    {
        var shape = c.Input(0).Shape;
        double count = Counted(shape);
        var distance = c.Input(0) - Kept(c.Output(1), shape);
        c.Set(0, Total(distance * c.Tangent(0)) * (2 / Math.Max(0, count - _correction)));
        c.Set(1, Total(c.Tangent(0)) * (1 / count));
    }

    private Tensor Total(Tensor x) => Axes.Length == 0 ? x : x.Sum(Axes, KeepDim);

    public override Primitive Shifted(int rank) => new VarMeanOp(ShiftedAxes, KeepDim, _correction);
}

public sealed partial class Tensor
{
    /// <summary>The variance of all elements, with Bessel's correction: divided by their number less one.</summary>
    public Tensor Var() => VarMean(ReadOnlySpan<int>.Empty).Var;

    /// <summary>The variance along an axis. <paramref name="correction"/> is taken off the number of elements that squares are divided by: 1 for a sample, 0 for a whole population.</summary>
    public Tensor Var(int axis, double correction = 1, bool keepDim = false) => VarMean([axis], correction, keepDim).Var;

    /// <summary>The variance over several axes; none named means all.</summary>
    /// <exception cref="ShapeException">An axis does not exist or is named twice.</exception>
    /// <exception cref="DTypeException">The elements are not floats.</exception>
    public Tensor Var(ReadOnlySpan<int> axes, double correction = 1, bool keepDim = false) => VarMean(axes, correction, keepDim).Var;

    /// <summary>Variance and mean over several axes; none named means all.</summary>
    /// <param name="axes">Negative ones count from the end.</param>
    /// <param name="correction">Taken off the number of elements that squares are divided by: 1 for a sample, 0 for a whole population.</param>
    /// <param name="keepDim">Keeps reduced axes, with size 1.</param>
    /// <exception cref="ShapeException">An axis does not exist or is named twice.</exception>
    /// <exception cref="DTypeException">The elements are not floats.</exception>
    public (Tensor Var, Tensor Mean) VarMean(ReadOnlySpan<int> axes, double correction = 1, bool keepDim = false)
    {
        var outputs = Engine.ApplyAll(new VarMeanOp(ReduceAxes.Normalize("Var", Shape, axes), keepDim, correction), this);
        return (outputs[0], outputs[1]);
    }
}
