using System.Numerics;
using System.Runtime.CompilerServices;
using Hebb.Cpu.Simd;
using Hebb.Ops;
using Hebb.Transforms;

namespace Hebb;

/// <summary>The p-norm over some axes: (sum |x|^p)^(1/p); the largest or smallest |x| for p = infinity or -infinity; the number of elements that are not 0 for p = 0.</summary>
internal sealed class NormOp : ReducePrimitive
{
    private double _p;

    public NormOp(double p, int[] axes, bool keepDim) : base(axes, keepDim) => _p = p;

    public NormOp() : base([], false)
    {
    }

    public override string Name => "norm";

    public override string DisplayName => "Norm";

    public override bool ReadsOnce => true;

    public override Saved Saves => Saved.Input0 | Saved.Output0;

    public override void Describe(AttributeVisitor v)
    {
        base.Describe(v);
        v.Float("p", ref _p);
    }

    public override long Flops(ReadOnlySpan<TensorSpec> inputs, ReadOnlySpan<TensorSpec> outputs) => 2 * inputs[0].Sizes.Count;

    public override void Infer(ReadOnlySpan<TensorSpec> inputs, Span<TensorSpec> outputs)
    {
        outputs[0] = inputs[0] with { Shape = Result(inputs[0]), DType = RequireFloat(inputs[0].DType) };
        if (double.IsInfinity(_p))
            RequireElements(inputs[0]);
    }

    public override unsafe void Run(CpuContext c, ReadOnlySpan<Tensor> inputs, ReadOnlySpan<Tensor> outputs)
    {
        var y = outputs[0];
        if (y.DType == DType.Float64)
            Run(c, inputs[0], y.Data<double>(), y.Count);
        else
            Run(c, inputs[0], y.Data<float>(), y.Count);
    }

    private unsafe void Run<T>(CpuContext c, Tensor x, T* y, long outputs) where T : unmanaged, IFloatingPointIeee754<T>
    {
        switch (_p)
        {
            case double.PositiveInfinity:
                Reductions.Run(c, default(Largest<T>), x, Axes, x.DType, y);
                break;
            case double.NegativeInfinity:
                Reductions.Run(c, default(Smallest<T>), x, Axes, x.DType, y);
                break;
            case 0:
                Reductions.Run(c, default(Nonzeros<T>), x, Axes, x.DType, y);
                break;
            case 1:
                Reductions.Run(c, default(Magnitudes<T>), x, Axes, x.DType, y);
                break;
            case 2:
                Reductions.Run(c, default(Squares<T>), x, Axes, x.DType, y);
                for (long i = 0; i < outputs; i++)
                    y[i] = T.Sqrt(y[i]);
                break;
            default:
                Reductions.Run(c, new Powers<T>(T.CreateTruncating(_p)), x, Axes, x.DType, y);
                for (long i = 0; i < outputs; i++)
                    y[i] = T.CreateTruncating(Math.Pow(double.CreateTruncating(y[i]), 1 / _p));
                break;
        }
    }

    private readonly struct Largest<T> : IReducer<T>, ILargest where T : unmanaged, INumber<T>
    {
        public T Identity => T.Zero;

        public V Map<V>(V x, V shift) where V : unmanaged, ISimd<V, T> => V.Abs(x);

        public V Combine<V>(V a, V b) where V : unmanaged, ISimd<V, T> => V.Max(a, b);
    }

    private readonly struct Smallest<T> : IReducer<T>, ISmallest where T : unmanaged, INumber<T>
    {
        public T Identity => Extremes.Highest<T>();

        public V Map<V>(V x, V shift) where V : unmanaged, ISimd<V, T> => V.Abs(x);

        public V Combine<V>(V a, V b) where V : unmanaged, ISimd<V, T> => V.Min(a, b);
    }

    private readonly struct Nonzeros<T> : IReducer<T> where T : unmanaged, INumber<T>
    {
        public static bool IsSum => true;

        public T Identity => T.Zero;

        public V Map<V>(V x, V shift) where V : unmanaged, ISimd<V, T> => V.Select(V.Equal(x, V.Zero), V.Zero, V.One);

        public V Combine<V>(V a, V b) where V : unmanaged, ISimd<V, T> => a + b;
    }

    private readonly struct Magnitudes<T> : IReducer<T> where T : unmanaged, INumber<T>
    {
        public static bool IsSum => true;

        public T Identity => T.Zero;

        public V Map<V>(V x, V shift) where V : unmanaged, ISimd<V, T> => V.Abs(x);

        public V Combine<V>(V a, V b) where V : unmanaged, ISimd<V, T> => a + b;
    }

    private readonly struct Squares<T> : IReducer<T> where T : unmanaged, INumber<T>
    {
        public static bool IsSum => true;

        public T Identity => T.Zero;

        public V Map<V>(V x, V shift) where V : unmanaged, ISimd<V, T> => x * x;

        public V Combine<V>(V a, V b) where V : unmanaged, ISimd<V, T> => a + b;
    }

    private readonly struct Powers<T>(T p) : IReducer<T> where T : unmanaged, INumber<T>
    {
        public static bool IsSum => true;

        public T Identity => T.Zero;

        public V Map<V>(V x, V shift) where V : unmanaged, ISimd<V, T> => VectorMath.Pow<V, T>(V.Abs(x), V.Create(p));

        public V Combine<V>(V a, V b) where V : unmanaged, ISimd<V, T> => a + b;
    }

    public override void Vjp(in VjpContext c)
    {
        var shape = c.InputSpec(0).Shape;
        c.Set(0, Slope(c.Input(0), Kept(c.Output(), shape), Kept(c.Grad(), shape)));
    }

    public override void Jvp(in JvpContext c)
    {
        var x = c.Input(0);
        var product = Slope(x, Kept(c.Output(), x.Shape), Tensor.Scalar(1, x.DType)) * c.Tangent(0);
        c.Set(0, Axes.Length == 0 ? product : product.Sum(Axes, KeepDim));
    }

    /// <summary>The derivative of the norm by each element, times what came for the norm. 0 where the norm has a corner.</summary>
    private Tensor Slope(Tensor x, Tensor y, Tensor g)
    {
        if (_p == 0)
            return Tensor.ZerosLike(x);
        if (_p == 1)
            return x.Sign() * g;
        if (double.IsInfinity(_p))
        {
            var chosen = x.Abs().Equal(y);
            var ties = Axes.Length == 0 ? chosen : chosen.Sum(Axes, keepDim: true);
            return x.Sign() * Tensor.Where(chosen, g / ties.To(x.DType), 0.0);
        }
        var none = y.Equal(0.0);
        var safe = Tensor.Where(none, 1.0, y);
        if (_p == 2)
            return x * Tensor.Where(none, 0.0, g / safe);
        var zero = x.Equal(0.0);
        var power = x.Sign() * Tensor.Where(zero, 1.0, x.Abs()).Pow(_p - 1);
        return power * Tensor.Where(none, 0.0, g / safe.Pow(_p - 1));
    }

    public override Primitive Shifted(int rank) => new NormOp(_p, ShiftedAxes, KeepDim);
}

public sealed partial class Tensor
{
    /// <summary>The Euclidean norm of all elements. For another one, name no axes: <c>x.Norm([], p)</c>.</summary>
    public Tensor Norm() => Norm(ReadOnlySpan<int>.Empty);

    /// <summary>The p-norm along an axis. See <see cref="Norm(ReadOnlySpan{int}, double, bool)"/>.</summary>
    public Tensor Norm(int axis, double p = 2, bool keepDim = false) => Norm([axis], p, keepDim);

    /// <summary>The p-norm over several axes, none named means all: (sum |x|^p)^(1/p), by default the Euclidean one.</summary>
    /// <param name="axes">Negative ones count from the end.</param>
    /// <param name="p">Any number; infinity gives the largest |x|, -infinity the smallest, 0 the number of elements that are not 0.</param>
    /// <param name="keepDim">Keeps reduced axes, with size 1.</param>
    /// <exception cref="ShapeException">An axis does not exist or is named twice; or is empty, where p is infinite.</exception>
    /// <exception cref="DTypeException">The elements are not floats.</exception>
    public Tensor Norm(ReadOnlySpan<int> axes, double p = 2, bool keepDim = false) =>
        Engine.Apply(new NormOp(p, ReduceAxes.Normalize("Norm", Shape, axes), keepDim), this);
}
