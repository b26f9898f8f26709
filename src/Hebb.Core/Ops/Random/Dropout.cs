using System.Numerics;
using Hebb.Cpu;
using Hebb.Cpu.Simd;
using Hebb.Ops;
using Hebb.Transforms;

namespace Hebb;

/// <summary>
/// Elements kept with probability 1 - p and divided by it, the others 0. Inputs: x and a key; keys [.., 2] serve the examples along x's first axes. The mask is
/// a function of the key: it is worked out again in the backward pass, which is the op itself.
/// </summary>
internal sealed class DropoutOp : Primitive
{
    private double _p;

    public DropoutOp(double p) => _p = p;

    public DropoutOp()
    {
    }

    public override string Name => "dropout";

    public override string DisplayName => "Dropout";

    public override Saved Saves => Saved.Input1;

    public override bool HasDecomposition => true;

    public override BatchRule Batching => BatchRule.Own;

    private double Factor => _p < 1 ? 1 / (1 - _p) : 0;

    public override void Describe(AttributeVisitor v) => v.Float("p", ref _p);

    public override void Infer(ReadOnlySpan<TensorSpec> inputs, Span<TensorSpec> outputs)
    {
        if (!inputs[0].DType.IsFloat)
            throw new DTypeException($"Dropout: {inputs[0].DType.Name} is not supported; it takes floats");
        var keys = RandomKey.Check(DisplayName, inputs[1]);
        if (keys.Rank > inputs[0].Shape.Rank || inputs[0].Shape[..keys.Rank] != keys)
            throw new ShapeException($"Dropout: keys {inputs[1].Shape} do not fit {inputs[0].Shape}");
        outputs[0] = inputs[0];
    }

    public override void Run(CpuContext c, ReadOnlySpan<Tensor> inputs, ReadOnlySpan<Tensor> outputs)
    {
        if (inputs[0].DType == DType.Float64)
            Run<double>(inputs[0], inputs[1], outputs[0]);
        else
            Run<float>(inputs[0], inputs[1], outputs[0]);
    }

    private unsafe void Run<T>(Tensor x, Tensor key, Tensor y) where T : unmanaged, INumber<T>
    {
        long keys = key.Count / 2, count = keys == 0 ? 0 : x.Count / keys;
        for (long k = 0; k < keys; k++)
            ParallelFor.Ranges(count, 16 << 10, new Body<T>(RandomKey.Read(key, k), x.Data<T>() + k * count, y.Data<T>() + k * count, (float)_p, T.CreateTruncating(Factor)));
    }

    private readonly unsafe struct Body<T>(PhiloxKey key, T* x, T* y, float p, T factor) : IRangeBody where T : unmanaged, INumber<T>
    {
        private const int Tile = 1024;

        public void Invoke(long begin, long end)
        {
            float* u = stackalloc float[Tile];
            byte* keep = stackalloc byte[Tile];
            for (long at = begin; at < end; at += Tile)
            {
                int n = (int)Math.Min(Tile, end - at);
                Philox.Uniform(key, (ulong)at, u, n);
                var chosen = new Choose(u, keep, n, p);
                Isa.Dispatch<Choose, float>(ref chosen);
                var kernel = new Kernel(x + at, y + at, keep, n, factor);
                Isa.Dispatch<Kernel, T>(ref kernel);
            }
        }

        private readonly struct Choose(float* u, byte* keep, int n, float p) : ISimdKernel<float>
        {
            // The tiles hold whole vectors: what lies past n is not read again.
            public void Run<V>() where V : unmanaged, ISimd<V, float>
            {
                float* from = u;
                byte* to = keep;
                V least = V.Create(p);
                for (int i = 0; i < n; i += V.Count)
                    V.GreaterEqual(V.Load(from + i), least).StoreMask(to + i);
            }
        }

        private readonly struct Kernel(T* x, T* y, byte* keep, int n, T factor) : ISimdKernel<T>
        {
            public void Run<V>() where V : unmanaged, ISimd<V, T>
            {
                T* from = x, to = y;
                byte* mask = keep;
                V by = V.Create(factor);
                int i = 0;
                for (; i <= n - V.Count; i += V.Count)
                    (V.LoadMask(mask + i) & (V.Load(from + i) * by)).Store(to + i);
                if (i < n)
                    (V.LoadMask(mask + i) & (V.LoadPartial(from + i, n - i) * by)).StorePartial(to + i, n - i);
            }
        }
    }

    public override Tensor[] Decompose(ReadOnlySpan<Tensor> inputs)
    {
        var (x, key) = (inputs[0], inputs[1]);
        return [Tensor.Where(Mask(key, x.Shape[(key.Rank - 1)..]), x * Factor, 0.0)];
    }

    /// <summary>True at the elements that are kept.</summary>
    private Tensor Mask(Tensor key, in Shape shape) => Tensor.Rand(shape, DType.Float32, key: key).GreaterEqual(_p);

    // Linear in x for a given key.
    public override void Vjp(in VjpContext c) => c.Set(0, Engine.Apply(this, c.Grad(), c.Input(1)));

    public override void Jvp(in JvpContext c) => c.Set(0, Engine.Apply(this, c.Tangent(0), c.Input(1)));

    public override Tensor[] Batch(BatchContext c)
    {
        if (c.IsBatched(1))
            return [Engine.Apply(this, c.Expanded(0), c.Values[1])];
        var (key, shape) = (c.Values[1], c.Specs[0].Shape);
        return [Tensor.Where(Mask(key, shape[(key.Rank - 1)..]), c.Values[0] * Factor, 0.0)];
    }
}

public sealed partial class Tensor
{
    /// <summary>Dropout (Srivastava et al., 2014): every element 0 with probability <paramref name="p"/>, else divided by 1 - p, so that its mean stays.</summary>
    /// <param name="p">0 to 1.</param>
    /// <param name="training">False gives the tensor as it is.</param>
    /// <param name="rng">The stream that the key is taken from; by default <see cref="Rng.Default"/>.</param>
    /// <param name="key">A key of one's own, in place of a stream: the same key gives the same mask. See <see cref="RandomKey"/>.</param>
    /// <exception cref="HebbException">It is no probability.</exception>
    /// <exception cref="DTypeException">The elements are not floats.</exception>
    public Tensor Dropout(double p = 0.5, bool training = true, Rng? rng = null, Tensor? key = null)
    {
        CheckProbability("Dropout", p);
        return training && p > 0 ? Engine.Apply(new DropoutOp(p), this, RandomPrimitive.Key(rng, key)) : this;
    }

    /// <summary>Dropout of whole channels of [N, C, L] or [C, L] (Tompson et al., 2015). See <see cref="Dropout"/>.</summary>
    /// <exception cref="ShapeException">The tensor has neither 2 nor 3 axes.</exception>
    public Tensor Dropout1d(double p = 0.5, bool training = true, Rng? rng = null, Tensor? key = null) => DropChannels("Dropout1d", 1, p, training, rng, key);

    /// <summary>Dropout of whole channels of [N, C, H, W] or [C, H, W]. See <see cref="Dropout1d"/>.</summary>
    /// <exception cref="ShapeException">The tensor has neither 3 nor 4 axes.</exception>
    public Tensor Dropout2d(double p = 0.5, bool training = true, Rng? rng = null, Tensor? key = null) => DropChannels("Dropout2d", 2, p, training, rng, key);

    /// <summary>Dropout of whole channels of [N, C, D, H, W] or [C, D, H, W]. See <see cref="Dropout1d"/>.</summary>
    /// <exception cref="ShapeException">The tensor has neither 4 nor 5 axes.</exception>
    public Tensor Dropout3d(double p = 0.5, bool training = true, Rng? rng = null, Tensor? key = null) => DropChannels("Dropout3d", 3, p, training, rng, key);

    /// <summary>
    /// Alpha dropout (Klambauer et al., 2017), for selu networks: every element set to selu's limit with probability <paramref name="p"/>, then all scaled and moved
    /// so that mean 0 and variance 1 stay.
    /// </summary>
    /// <inheritdoc cref="Dropout"/>
    public Tensor AlphaDropout(double p = 0.5, bool training = true, Rng? rng = null, Tensor? key = null)
    {
        const double Limit = -1.0507009873554804934193349852946 * 1.6732632423543772848170429916717;
        CheckProbability("AlphaDropout", p);
        if (!DType.IsFloat)
            throw new DTypeException($"AlphaDropout: {DType.Name} is not supported; it takes floats");
        if (!training || p == 0)
            return this;
        if (p == 1)
            return this * 0.0;
        double scale = 1 / Math.Sqrt((1 - p) * (1 + p * Limit * Limit));
        var keep = Rand(Shape, DType.Float32, rng, key).GreaterEqual(p);
        return Where(keep, this, Limit) * scale - scale * Limit * p;
    }

    private Tensor DropChannels(string op, int places, double p, bool training, Rng? rng, Tensor? key)
    {
        CheckProbability(op, p);
        if (Rank != places + 1 && Rank != places + 2)
            throw new ShapeException($"{op}: {Shape} has {Rank} axes, not {places + 1} or {places + 2}");
        if (!training || p == 0)
            return this;
        var sizes = Shape.ToArray();
        Array.Fill(sizes, 1, Rank - places, places);
        return this * Ones(sizes, DType).Dropout(p, true, rng, key);
    }

    private static void CheckProbability(string op, double p)
    {
        if (!(p is >= 0 and <= 1))
            throw new HebbException($"{op}: probability {p} is not between 0 and 1");
    }
}
