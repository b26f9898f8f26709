using System.Numerics;
using Hebb.Cpu.Simd;
using Hebb.Ops;
using Hebb.Transforms;

namespace Hebb;

/// <summary>log(sum(exp(x))) over some axes, without overflow.</summary>
internal sealed class LogSumExpOp : ReducePrimitive
{
    public LogSumExpOp(int[] axes, bool keepDim) : base(axes, keepDim)
    {
    }

    public LogSumExpOp() : base([], false)
    {
    }

    public override string Name => "logsumexp";

    public override string DisplayName => "LogSumExp";

    public override Saved Saves => Saved.Input0 | Saved.Output0;

    public override bool HasDecomposition => true;

    public override Tensor[] Decompose(ReadOnlySpan<Tensor> inputs)
    {
        var x = inputs[0];
        if (Axes.Length == 0)
            return [x];
        Tensor y;
        if (Counted(x.Shape) > 0)
        {
            var most = x.Amax(Axes, keepDim: true).Detach();
            most = Tensor.Where(most.IsInf(), 0.0, most);
            y = (x - most).Exp().Sum(Axes, keepDim: true).Log() + most;
        }
        else
        {
            y = x.Sum(Axes, keepDim: true) + double.NegativeInfinity;
        }
        return [KeepDim ? y : y.Reshape(ReduceAxes.Result(x.Shape, Axes, keepDim: false))];
    }

    // The largest, then differences, exponentials and their sum.
    public override long Flops(ReadOnlySpan<TensorSpec> inputs, ReadOnlySpan<TensorSpec> outputs) => 4 * inputs[0].Sizes.Count;

    public override void Infer(ReadOnlySpan<TensorSpec> inputs, Span<TensorSpec> outputs) =>
        outputs[0] = inputs[0] with { Shape = Result(inputs[0]), DType = RequireFloat(inputs[0].DType) };

    public override unsafe void Run(CpuContext c, ReadOnlySpan<Tensor> inputs, ReadOnlySpan<Tensor> outputs)
    {
        var y = outputs[0];
        if (y.DType == DType.Float64)
            Run(c, inputs[0], y.Data<double>(), c.Scratch<double>(0, y.Count), y.Count);
        else
            Run(c, inputs[0], y.Data<float>(), c.Scratch<float>(0, y.Count), y.Count);
    }

    private unsafe void Run<T>(CpuContext c, Tensor x, T* y, T* most, long outputs) where T : unmanaged, IFloatingPointIeee754<T>
    {
        Reductions.Run(c, default(MaxReducer<T>), x, Axes, x.DType, most);
        for (long i = 0; i < outputs; i++)
        {
            if (T.IsInfinity(most[i]))
                most[i] = T.Zero;
        }
        Reductions.Run(c, default(ExpReducer<T>), x, Axes, x.DType, y, most);
        for (long i = 0; i < outputs; i++)
            y[i] = T.Log(y[i]) + most[i];
    }

    private readonly struct ExpReducer<T> : IReducer<T> where T : unmanaged, INumber<T>
    {
        public static bool IsSum => true;

        public static bool HasShift => true;

        public T Identity => T.Zero;

        public V Map<V>(V x, V shift) where V : unmanaged, ISimd<V, T> => VectorMath.Exp<V, T>(x - shift);

        public V Combine<V>(V a, V b) where V : unmanaged, ISimd<V, T> => a + b;
    }

    public override void Vjp(in VjpContext c)
    {
        var shape = c.InputSpec(0).Shape;
        c.Set(0, Weights(c.Input(0), c.Output()) * Kept(c.Grad(), shape));
    }

    public override void Jvp(in JvpContext c)
    {
        var sum = Weights(c.Input(0), c.Output()) * c.Tangent(0);
        c.Set(0, Axes.Length == 0 ? sum : sum.Sum(Axes, KeepDim));
    }

    /// <summary>exp(x - y), which add up to 1; 0 where all x are -infinity.</summary>
    private Tensor Weights(Tensor x, Tensor y) => (x - Kept(Tensor.Where(y.IsNegInf(), 0.0, y), x.Shape)).Exp();

    public override Primitive Shifted(int rank) => new LogSumExpOp(ShiftedAxes, KeepDim);
}

public sealed partial class Tensor
{
    /// <summary>The logarithm of the sum of the exponentials along an axis, without overflow; -infinity where there is nothing.</summary>
    public Tensor LogSumExp(int axis, bool keepDim = false) => LogSumExp([axis], keepDim);

    /// <summary>The logarithm of the sum of the exponentials over several axes; none named means all. Integers become Float32.</summary>
    /// <exception cref="ShapeException">An axis does not exist or is named twice.</exception>
    /// <exception cref="DTypeException">The elements are complex.</exception>
    public Tensor LogSumExp(ReadOnlySpan<int> axes, bool keepDim = false) =>
        Engine.Apply(new LogSumExpOp(ReduceAxes.Normalize("LogSumExp", Shape, axes), keepDim), DType.IsInteger || DType == DType.Bool ? To(DType.Float32) : this);
}
