using System.Numerics;
using System.Runtime.CompilerServices;
using Hebb.Cpu.Simd;

namespace Hebb.Cpu;

/// <summary>What an average divides by: by axis and output, how many elements of the window count; or one number for all.</summary>
unsafe struct PoolingDivisors<T>
    where T : unmanaged, INumber<T>
{
    public T* Count0, Count1, Count2;

    public static PoolingDivisors<T> Make(in PoolingGeometry g, bool countPadding, long divisor, in Scratch scratch) => new()
    {
        Count0 = Axis(g, 0, countPadding, divisor, scratch),
        Count1 = Axis(g, 1, countPadding, divisor > 0 ? 1 : 0, scratch),
        Count2 = Axis(g, 2, countPadding, divisor > 0 ? 1 : 0, scratch),
    };

    static T* Axis(in PoolingGeometry g, int axis, bool countPadding, long fixedCount, in Scratch scratch)
    {
        T* counts = scratch.Take<T>(Math.Max(1, g.Output[axis]));
        long low = countPadding ? -g.PadBegin[axis] : 0, high = g.Input[axis] + (countPadding ? g.PadEnd[axis] : 0);
        for (long o = 0; o < g.Output[axis]; o++)
        {
            long count = fixedCount;
            for (long t = 0; t < g.Kernel[axis] && fixedCount == 0; t++)
            {
                long place = (o * g.Stride[axis]) - g.PadBegin[axis] + (t * g.Dilation[axis]);
                count += place >= low && place < high ? 1 : 0;
            }
            counts[o] = T.CreateTruncating(Math.Max(1, count));    // a window of padding alone gives 0, not NaN
        }
        return counts;
    }
}

/// <summary>Mean over windows, from planes laid out as for convolution.</summary>
readonly unsafe struct PoolingAverage<T, V>(ShiftPlan<T> plan, PoolingDivisors<T> divisors) : IRangeBody
    where T : unmanaged, INumber<T>
    where V : unmanaged, ISimd<V, T>
{
    public static void Run(in PoolingGeometry g, bool countPadding, long divisor, T* x, T* y, in Scratch scratch)
    {
        var divisors = PoolingDivisors<T>.Make(g, countPadding, divisor, scratch);
        if (g.Input[0] == 1 && PoolingRows<T, V, SumFold>.Fits(g))
        {
            for (long i = 0; i < g.Output[1]; i++)
                divisors.Count1[i] *= divisors.Count0[0];
            PoolingRows<T, V, SumFold>.Run(g, x, y, divisors.Count1, divisors.Count2);
            return;
        }
        ShiftPlan<T> plan = ShiftPlan<T>.Forward(g.AsConv(), x, null, null, y, scratch);
        long work = Math.Max(1, g.Kernel.Product * g.Output.Product / V.Count);
        ParallelFor.Ranges(g.Planes, Math.Max(1, (1 << 14) / work), new PoolingAverage<T, V>(plan, divisors));
    }

    public void Invoke(long begin, long end)
    {
        using var scratch = Scratch.Open();
        T* cells = scratch.Take<T>(plan.ChannelCells + V.Count);
        Axes outputs = plan.Parts[0].Count;
        for (long plane = begin; plane < end; plane++)
        {
            for (long block = 0; block < plan.Blocks; block++)
            {
                PlaneCopy<T, V>.Load(plan, plan.Source + (plane * plan.SourceSize), block * plan.BlockCells, cells);
                Axes start = default, count = outputs;
                start[plan.BlockAxis] = block * plan.BlockCells;
                count[plan.BlockAxis] = Math.Min(plan.BlockCells, outputs[plan.BlockAxis] - start[plan.BlockAxis]);
                for (long i0 = 0; i0 < count[0]; i0++)
                {
                    for (long i1 = 0; i1 < count[1]; i1++)
                    {
                        long o0 = start[0] + i0, o1 = start[1] + i1, to = (((o0 * outputs[1]) + o1) * outputs[2]) + start[2];
                        Row(
                            cells + (((i0 * plan.Extent[1]) + i1) * plan.Extent[2]),
                            plan.Target + (plane * plan.TargetSize) + to,
                            count[2],
                            divisors.Count0[o0] * divisors.Count1[o1],
                            divisors.Count2 + start[2]);
                    }
                }
            }
        }
    }

    [MethodImpl(Jit.Full)]
    void Row(T* cells, T* to, long count, T outer, T* inner)
    {
        int taps = plan.Parts[0].TapCount;
        int* offsets = plan.Parts[0].Offsets;
        for (long i = 0; i < count; i += V.Count)
        {
            int lanes = (int)Math.Min(V.Count, count - i);
            V sum = V.Zero;
            for (int t = 0; t < taps; t++)
                sum += V.Load(cells + i + offsets[t]);
            (sum / (V.Create(outer) * V.LoadPartial(inner + i, lanes))).StorePartial(to + i, lanes);
        }
    }
}

/// <summary>The gradient of <see cref="PoolingAverage{T, V}"/>: each output's share goes back to all that it met, outputs in order.</summary>
readonly unsafe struct PoolingAverageGrad<T, V>(PoolingGeometry g, PoolingDivisors<T> divisors, T* dy, T* dx) : IRangeBody
    where T : unmanaged, INumber<T>
    where V : unmanaged, ISimd<V, T>
{
    public static void Run(in PoolingGeometry g, bool countPadding, long divisor, T* dy, T* dx, in Scratch scratch)
    {
        long work = Math.Max(1, g.Kernel.Product * g.Output.Product);
        var divisors = PoolingDivisors<T>.Make(g, countPadding, divisor, scratch);
        ParallelFor.Ranges(g.Planes, Math.Max(1, (1 << 15) / work), new PoolingAverageGrad<T, V>(g, divisors, dy, dx));
    }

    public void Invoke(long begin, long end)
    {
        using var scratch = Scratch.Open();
        T* share = scratch.Take<T>(g.Output[2]);
        long inSize = g.Input.Product, outSize = g.Output.Product;
        for (long plane = begin; plane < end; plane++)
        {
            T* to = dx + (plane * inSize), from = dy + (plane * outSize);
            new Span<T>(to, checked((int)inSize)).Clear();
            for (long o0 = 0; o0 < g.Output[0]; o0++)
            {
                for (long o1 = 0; o1 < g.Output[1]; o1++, from += g.Output[2])
                {
                    T outer = divisors.Count0[o0] * divisors.Count1[o1];
                    for (long i = 0; i < g.Output[2]; i++)
                        share[i] = from[i] / (outer * divisors.Count2[i]);
                    Rows(share, o0, o1, to);
                }
            }
        }
    }

    void Rows(T* share, long o0, long o1, T* plane)
    {
        for (long t0 = 0; t0 < g.Kernel[0]; t0++)
        {
            long s0 = (o0 * g.Stride[0]) - g.PadBegin[0] + (t0 * g.Dilation[0]);
            for (long t1 = 0; t1 < g.Kernel[1]; t1++)
            {
                long s1 = (o1 * g.Stride[1]) - g.PadBegin[1] + (t1 * g.Dilation[1]);
                if (s0 >= 0 && s0 < g.Input[0] && s1 >= 0 && s1 < g.Input[1])
                    Row(share, plane + (((s0 * g.Input[1]) + s1) * g.Input[2]));
            }
        }
    }

    [MethodImpl(Jit.Full)]
    void Row(T* share, T* row)
    {
        long step = g.Stride[2];
        for (long t = 0; t < g.Kernel[2]; t++)
        {
            long start = (t * g.Dilation[2]) - g.PadBegin[2];
            long first = start >= 0 ? 0 : ((-start - 1) / step) + 1;
            long end = start >= g.Input[2] ? 0 : Math.Min(g.Output[2], ((g.Input[2] - 1 - start) / step) + 1);
            T* to = row + start;
            if (step == 1)
            {
                for (; first < end; first += V.Count)
                {
                    int lanes = (int)Math.Min(V.Count, end - first);
                    (V.LoadPartial(to + first, lanes) + V.LoadPartial(share + first, lanes)).StorePartial(to + first, lanes);
                }
                continue;
            }
            for (long i = first; i < end; i++)
                to[i * step] += share[i];
        }
    }
}
