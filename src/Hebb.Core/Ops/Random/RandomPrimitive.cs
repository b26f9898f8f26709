using Hebb.Cpu;
using Hebb.Cpu.Simd;
using Hebb.Transforms;

namespace Hebb.Ops;

/// <summary>
/// Random numbers of a shape from a key. Several keys, [.., 2], give as many draws. Element i of a draw is a function of the key and i, in row-major order; a
/// transform that carries examples sees one key as shared: all get the same numbers.
/// </summary>
internal abstract class RandomPrimitive(Shape shape, DType dtype) : Primitive
{
    /// <summary>Elements a thread takes at once.</summary>
    private const long BlockSize = 64 << 10;

    private Shape _shape = shape;
    private DType _dtype = dtype;

    protected DType DType => _dtype;

    public override Saved Saves => Saved.None;

    public override BatchRule Batching => BatchRule.Own;

    public override void Describe(AttributeVisitor v)
    {
        v.Shape("shape", ref _shape);
        v.DType("dtype", ref _dtype);
    }

    public override void Infer(ReadOnlySpan<TensorSpec> inputs, Span<TensorSpec> outputs)
    {
        CheckType();
        outputs[0] = new TensorSpec(RandomKey.Check(DisplayName, inputs[0]).Concat(_shape), _dtype, inputs[0].Device);
    }

    /// <exception cref="DTypeException">The op does not give this type.</exception>
    protected virtual void CheckType()
    {
        if (!_dtype.IsFloat)
            throw new DTypeException($"{DisplayName}: {_dtype.Name} is not a float type");
    }

    public override void Run(CpuContext c, ReadOnlySpan<Tensor> inputs, ReadOnlySpan<Tensor> outputs)
    {
        long count = _shape.Count;
        if (count == 0)
            return;
        for (long i = 0, keys = inputs[0].Count / 2; i < keys; i++)
            ParallelFor.Ranges(count, BlockSize, new Body(this, RandomKey.Read(inputs[0], i), outputs[0], i * count));
    }

    private readonly struct Body(RandomPrimitive owner, PhiloxKey key, Tensor y, long offset) : IRangeBody
    {
        public void Invoke(long begin, long end) => owner.Fill(key, begin, y, offset + begin, end - begin);
    }

    /// <summary>Writes elements <paramref name="start"/> and on of a key's stream to elements of <paramref name="y"/>, Float32 where it is to hold halves.</summary>
    protected abstract void Fill(PhiloxKey key, long start, Tensor y, long at, long count);

    /// <summary>y * factor + offset, in place.</summary>
    protected static unsafe void Scale<T>(T* y, long count, T factor, T offset) where T : unmanaged
    {
        var kernel = new ScaleKernel<T>(y, count, factor, offset);
        Isa.Dispatch<ScaleKernel<T>, T>(ref kernel);
    }

    private readonly unsafe struct ScaleKernel<T>(T* y, long count, T factor, T offset) : ISimdKernel<T> where T : unmanaged
    {
        public void Run<V>() where V : unmanaged, ISimd<V, T>
        {
            for (long i = 0; i < count; i += V.Count)
            {
                int n = (int)Math.Min(V.Count, count - i);
                RowMath.Store<V, T>(RowMath.Load<V, T>(y + i, n) * V.Create(factor) + V.Create(offset), y + i, n);
            }
        }
    }

    public override Tensor[] Batch(BatchContext c) => [Engine.Apply(this, c.Values[0])];

    /// <summary>The key that a call is to use: its own, or the next of a stream.</summary>
    public static Tensor Key(Rng? rng, Tensor? key) => key ?? (rng ?? Rng.Default).NextKey();
}
