using Hebb.Cpu;
using Hebb.Ops;
using Hebb.Transforms;

namespace Hebb;

/// <summary>Normally distributed.</summary>
internal sealed class NormalOp : RandomPrimitive
{
    private double _mean, _std;

    public NormalOp(Shape shape, DType dtype, double mean, double std) : base(shape, dtype)
    {
        _mean = mean;
        _std = std;
    }

    public NormalOp() : base([], DType.Float32)
    {
    }

    public override string Name => "random_normal";

    public override string DisplayName => "Normal";

    public override void Describe(AttributeVisitor v)
    {
        base.Describe(v);
        v.Float("mean", ref _mean);
        v.Float("std", ref _std);
    }

    protected override unsafe void Fill(PhiloxKey key, long start, Tensor y, long at, long count)
    {
        bool plain = _mean == 0 && _std == 1;
        if (y.DType == DType.Float64)
        {
            double* to = y.Data<double>() + at;
            Philox.Normal(key, (ulong)start, to, count);
            if (!plain)
                Scale(to, count, _std, _mean);
            return;
        }
        float* single = y.Data<float>() + at;
        Philox.Normal(key, (ulong)start, single, count);
        if (!plain)
            Scale(single, count, (float)_std, (float)_mean);
    }
}

public sealed partial class Tensor
{
    /// <summary>Random numbers, normally distributed with mean 0 and variance 1.</summary>
    /// <param name="shape">How many.</param>
    /// <param name="dtype">A float type.</param>
    /// <param name="rng">The stream that the key is taken from; by default <see cref="Rng.Default"/>.</param>
    /// <param name="key">A key of one's own, in place of a stream: the same key gives the same numbers. See <see cref="RandomKey"/>.</param>
    /// <exception cref="DTypeException">The type is not a float type.</exception>
    public static Tensor RandN(Shape shape, DType dtype = DType.Float32, Rng? rng = null, Tensor? key = null) => Normal(0, 1, shape, dtype, rng, key);

    /// <summary>Random numbers, normally distributed. See <see cref="RandN"/>.</summary>
    public static Tensor Normal(double mean, double std, Shape shape, DType dtype = DType.Float32, Rng? rng = null, Tensor? key = null) =>
        Engine.Apply(new NormalOp(shape, dtype, mean, std), RandomPrimitive.Key(rng, key));

    /// <summary>Random numbers, normally distributed, with a mean and a standard deviation for each, which broadcast.</summary>
    /// <exception cref="ShapeException">Mean and deviation don't broadcast.</exception>
    public static Tensor Normal(Tensor mean, Tensor std, Rng? rng = null, Tensor? key = null) =>
        mean + std * RandN(Hebb.Shape.Broadcast(mean.Shape, std.Shape, "Normal"), DTypes.Promote(mean.DType, std.DType), rng, key);
}
