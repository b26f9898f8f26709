using Hebb.Cpu;
using Hebb.Ops;

namespace Hebb;

public sealed partial class Tensor
{
    private const long RangeGrain = 16 << 10;

    /// <summary>From <paramref name="start"/> up to <paramref name="end"/>, not included, in steps. Int64 unless another type is asked for.</summary>
    /// <exception cref="ShapeException">The step is zero or leads away from the end, or there are more than 2^31 values.</exception>
    public static Tensor Arange(long start, long end, long step = 1, DType dtype = DType.Int64)
    {
        var distance = (Int128)end - start;
        if (step == 0 || (distance < 0) != (step < 0) && distance != 0)
            throw new ShapeException($"Arange: steps of {step} do not lead from {start} to {end}");
        return Range("Arange", (distance + step - Math.Sign(step)) / step, new Steps(start, step), DType.Int64, dtype);
    }

    /// <summary>0 up to <paramref name="end"/>, not included.</summary>
    /// <exception cref="ShapeException">The end is negative, or above 2^31.</exception>
    public static Tensor Arange(long end, DType dtype = DType.Int64) => Arange(0, end, 1, dtype);

    /// <summary>From <paramref name="start"/> up to <paramref name="end"/>, not included, in steps that need not be whole.</summary>
    /// <exception cref="ShapeException">The step is zero or leads away from the end, a number is not finite, or there are more than 2^31 values.</exception>
    public static Tensor Arange(double start, double end, double step, DType dtype = DType.Float32)
    {
        double count = (end - start) / step;
        if (step == 0 || count < 0 || !double.IsFinite(count) || !double.IsFinite(start))
            throw new ShapeException($"Arange: steps of {step} do not lead from {start} to {end}");
        return Range("Arange", count < 1e18 ? (Int128)Math.Ceiling(count) : Int128.MaxValue, new Even(start, start, step, long.MaxValue), DType.Float64, dtype);
    }

    /// <summary><paramref name="count"/> evenly spaced values from <paramref name="start"/> to <paramref name="end"/>, both included.</summary>
    /// <exception cref="ShapeException">The count is negative.</exception>
    public static Tensor Linspace(double start, double end, int count, DType dtype = DType.Float32) => Range("Linspace", count, Even.Between(start, end, count), DType.Float64, dtype);

    /// <summary><paramref name="count"/> powers of a base, from base^start to base^end, whose exponents are evenly spaced.</summary>
    /// <exception cref="ShapeException">The count is negative.</exception>
    public static Tensor Logspace(double start, double end, int count, double @base = 10, DType dtype = DType.Float32) =>
        Range("Logspace", count, new Powers(Even.Between(start, end, count), @base), DType.Float64, dtype);

    /// <summary>Ones on the diagonal of a matrix, zeros elsewhere.</summary>
    /// <exception cref="ShapeException">A size is negative.</exception>
    public static Tensor Eye(int rows, int? columns = null, DType dtype = DType.Float32)
    {
        // Elements smaller than a byte are stored after the fact.
        var y = Zeros([rows, columns ?? rows], dtype.Size == 0 ? DType.UInt8 : dtype);
        if (y.Count > 0)
            Copying.Scatter(Full([], 1, y.DType), DiagonalOp.Of(y, 0, 0, 1));
        return dtype.Size == 0 ? Copying.To(y, dtype) : y;
    }

    private interface IFormula
    {
        /// <summary>Writes values from index <paramref name="begin"/> on.</summary>
        unsafe void Fill(void* values, long begin, long count);
    }

    private readonly struct Steps(long start, long step) : IFormula
    {
        public unsafe void Fill(void* values, long begin, long count)
        {
            for (long i = 0; i < count; i++)
                ((long*)values)[i] = start + (begin + i) * step;
        }
    }

    /// <summary>start + i * step; from <paramref name="turn"/> on counted back from the end, so that both ends are exact.</summary>
    private readonly struct Even(double start, double end, double step, long turn, long last = 0) : IFormula
    {
        public static Even Between(double start, double end, int count) => count < 2 ? new(start, start, 0, 1) : new(start, end, (end - start) / (count - 1), count / 2, count - 1);

        public double At(long i) => i < turn ? start + i * step : end - (last - i) * step;

        public unsafe void Fill(void* values, long begin, long count)
        {
            for (long i = 0; i < count; i++)
                ((double*)values)[i] = At(begin + i);
        }
    }

    private readonly struct Powers(Even exponents, double @base) : IFormula
    {
        public unsafe void Fill(void* values, long begin, long count)
        {
            for (long i = 0; i < count; i++)
                ((double*)values)[i] = Math.Pow(@base, exponents.At(begin + i));
        }
    }

    private static unsafe Tensor Range<TFormula>(string op, Int128 count, TFormula formula, DType from, DType dtype) where TFormula : struct, IFormula
    {
        if (count < 0 || count > int.MaxValue)
            throw new ShapeException(count < 0 ? $"{op}: {count} values" : $"{op}: more values than the {int.MaxValue} that an axis can have");
        var y = Empty([(int)count], dtype);
        ParallelFor.Ranges((long)count, RangeGrain, new RangeBody<TFormula>(formula, y.Pointer, from, dtype));
        GC.KeepAlive(y);
        return y;
    }

    private readonly unsafe struct RangeBody<TFormula>(TFormula formula, byte* y, DType from, DType dtype) : IRangeBody where TFormula : struct, IFormula
    {
        public void Invoke(long begin, long end)
        {
            byte* tile = stackalloc byte[Operand.TileSize * 8];
            for (long at = begin; at < end; at += Operand.TileSize)
            {
                int count = (int)Math.Min(Operand.TileSize, end - at);
                formula.Fill(tile, at, count);
                Converting.Convert(tile, from, y + dtype.BytesFor(at), dtype, count);
            }
        }
    }
}
