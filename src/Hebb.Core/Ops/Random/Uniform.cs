using Hebb.Cpu;
using Hebb.Ops;
using Hebb.Transforms;

namespace Hebb;

/// <summary>Uniform between two numbers.</summary>
internal sealed class UniformOp : RandomPrimitive
{
    private double _low, _high;

    public UniformOp(Shape shape, DType dtype, double low, double high) : base(shape, dtype)
    {
        _low = low;
        _high = high;
    }

    public UniformOp() : base([], DType.Float32)
    {
    }

    public override string Name => "random_uniform";

    public override string DisplayName => "Uniform";

    public override void Describe(AttributeVisitor v)
    {
        base.Describe(v);
        v.Float("low", ref _low);
        v.Float("high", ref _high);
    }

    protected override unsafe void Fill(PhiloxKey key, long start, Tensor y, long at, long count)
    {
        if (y.DType == DType.Float64)
        {
            double* to = y.Data<double>() + at;
            Philox.Uniform(key, (ulong)start, to, count);
            if (_low != 0 || _high != 1)
                Scale(to, count, _high - _low, _low);
            return;
        }
        float* single = y.Data<float>() + at;
        Philox.Uniform(key, (ulong)start, single, count);
        if (DType.IsHalf)
        {
            // As many bits as the type holds: rounding would give 1.
            float steps = DType == DType.Float16 ? 2048 : 256;
            for (long i = 0; i < count; i++)
                single[i] = MathF.Floor(single[i] * steps) / steps;
        }
        if (_low != 0 || _high != 1)
            Scale(single, count, (float)(_high - _low), (float)_low);
    }
}

public sealed partial class Tensor
{
    /// <summary>Random numbers, uniform on [0, 1).</summary>
    /// <param name="shape">How many.</param>
    /// <param name="dtype">A float type.</param>
    /// <param name="rng">The stream that the key is taken from; by default <see cref="Rng.Default"/>.</param>
    /// <param name="key">A key of one's own, in place of a stream: the same key gives the same numbers. See <see cref="RandomKey"/>.</param>
    /// <exception cref="DTypeException">The type is not a float type.</exception>
    public static Tensor Rand(Shape shape, DType dtype = DType.Float32, Rng? rng = null, Tensor? key = null) => Uniform(0, 1, shape, dtype, rng, key);

    /// <summary>Random numbers, uniform from <paramref name="low"/> to <paramref name="high"/>, which comes up only by rounding. See <see cref="Rand"/>.</summary>
    public static Tensor Uniform(double low, double high, Shape shape, DType dtype = DType.Float32, Rng? rng = null, Tensor? key = null) =>
        Engine.Apply(new UniformOp(shape, dtype, low, high), RandomPrimitive.Key(rng, key));
}
