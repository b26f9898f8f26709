using System.Numerics;
using System.Runtime.CompilerServices;
using Hebb.Cpu.Simd;

namespace Hebb.Cpu;

/// <summary>
/// The gradient of the weights when a group has few input channels (first layers, depthwise): each weight is a dot product of a row of dy and
/// a shifted row of x, with vectors along the row. Two output channels by nine weights are summed at once.
/// </summary>
readonly unsafe struct WeightGradDots<T, V> : IBlockBody
    where T : unmanaged, INumber<T>
    where V : unmanaged, ISimd<V, T>
{
    const int AtOnce = 9;    // a 3x3 kernel
    const long RunsWanted = 16;
    const long SumsAtMost = 16 << 20;

    struct OneRow;

    struct TwoRows;

    readonly ShiftPlan<T> _plan;
    readonly T* _dy, _sums;
    readonly long _runs, _runImages;

    WeightGradDots(ShiftPlan<T> plan, T* dy, in Scratch scratch)
    {
        _plan = plan;
        _dy = dy;
        long size = plan.Groups * plan.Rows * plan.Parts[0].Terms;
        _runs = Math.Clamp(SumsAtMost / size, 1, Math.Min(RunsWanted, plan.Batch));
        _runImages = TiledGemm.CeilDiv(plan.Batch, _runs);
        _runs = TiledGemm.CeilDiv(plan.Batch, _runImages);
        _sums = scratch.Take<T>(_runs * size);
        new Span<T>(_sums, checked((int)(_runs * size))).Clear();
    }

    public static void Run(in ConvGeometry g, T* x, T* dy, T* dw, in Scratch scratch)
    {
        var w = new WeightGradDots<T, V>(ShiftPlan<T>.Forward(g, x, dw, null, null, scratch), dy, scratch);
        ParallelFor.Run(w._runs * g.Groups, in w);
        long size = g.OutChannels * w._plan.Parts[0].Terms;
        for (long i = 0; i < size; i++)
        {
            T sum = w._sums[i];
            for (long run = 1; run < w._runs; run++)
                sum += w._sums[(run * size) + i];
            dw[i] = sum;
        }
    }

    public void Invoke(long item)
    {
        (long run, long group) = Math.DivRem(item, _plan.Groups);
        long terms = _plan.Parts[0].Terms, rows = _plan.Rows;
        using var scratch = Scratch.Open();
        T* planes = scratch.Take<T>((_plan.Channels * _plan.ChannelCells) + V.Count);
        T* sums = _sums + (item * rows * terms);
        long last = Math.Min((run + 1) * _runImages, _plan.Batch);
        for (long image = run * _runImages; image < last; image++)
        {
            long unit = (image * _plan.Groups) + group;
            for (long block = 0; block < _plan.Blocks; block++)
            {
                PlaneCopy<T, V>.Load(_plan, _plan.Source + (unit * _plan.Channels * _plan.SourceSize), block * _plan.BlockCells, planes);
                T* dy = _dy + (unit * rows * _plan.TargetSize);
                for (long r = 0; r < rows; r += 2)
                {
                    for (long k = 0; k < terms; k += AtOnce)
                    {
                        T* row = dy + (r * _plan.TargetSize), to = sums + (r * terms) + k;
                        if (r + 1 < rows)
                            Add<TwoRows>(block, row, planes, k, (int)Math.Min(AtOnce, terms - k), to);
                        else
                            Add<OneRow>(block, row, planes, k, (int)Math.Min(AtOnce, terms - k), to);
                    }
                }
            }
        }
    }

    [SkipLocalsInit]
    [MethodImpl(Jit.Full)]
    void Add<R>(long block, T* dy, T* planes, long term, int count, T* sums)
    {
        // Missing weights repeat the last one; their sums are dropped.
        int* offsets = _plan.Parts[0].Offsets + term;
        T* x0 = planes + offsets[0], x1 = planes + offsets[Math.Min(1, count - 1)], x2 = planes + offsets[Math.Min(2, count - 1)];
        T* x3 = planes + offsets[Math.Min(3, count - 1)], x4 = planes + offsets[Math.Min(4, count - 1)], x5 = planes + offsets[Math.Min(5, count - 1)];
        T* x6 = planes + offsets[Math.Min(6, count - 1)], x7 = planes + offsets[Math.Min(7, count - 1)], x8 = planes + offsets[Math.Min(8, count - 1)];
        V a0 = V.Zero, a1 = V.Zero, a2 = V.Zero, a3 = V.Zero, a4 = V.Zero, a5 = V.Zero, a6 = V.Zero, a7 = V.Zero, a8 = V.Zero;
        V b0 = V.Zero, b1 = V.Zero, b2 = V.Zero, b3 = V.Zero, b4 = V.Zero, b5 = V.Zero, b6 = V.Zero, b7 = V.Zero, b8 = V.Zero;
        Axes outputs = _plan.Parts[0].Count;
        int axis = _plan.BlockAxis;
        long first = block * _plan.BlockCells;
        Axes start = default;
        start[axis] = first;
        outputs[axis] = Math.Min(_plan.BlockCells, outputs[axis] - first);
        long size = _plan.TargetSize, length = outputs[2];
        for (long i0 = 0; i0 < outputs[0]; i0++)
        {
            for (long i1 = 0; i1 < outputs[1]; i1++)
            {
                long place = ((((start[0] + i0) * _plan.Axis[1].Destination) + start[1] + i1) * _plan.Axis[2].Destination) + start[2];
                long cell = ((i0 * _plan.Extent[1]) + i1) * _plan.Extent[2];
                for (long i2 = 0; i2 < length; i2 += V.Count)
                {
                    int lanes = (int)Math.Min(V.Count, length - i2);
                    T* p = dy + place + i2;
                    long c = cell + i2;
                    V d = V.LoadPartial(p, lanes), e = typeof(R) == typeof(TwoRows) ? V.LoadPartial(p + size, lanes) : V.Zero, x;
                    x = V.LoadPartial(x0 + c, lanes); a0 = V.MultiplyAdd(d, x, a0); if (typeof(R) == typeof(TwoRows)) b0 = V.MultiplyAdd(e, x, b0);
                    x = V.LoadPartial(x1 + c, lanes); a1 = V.MultiplyAdd(d, x, a1); if (typeof(R) == typeof(TwoRows)) b1 = V.MultiplyAdd(e, x, b1);
                    x = V.LoadPartial(x2 + c, lanes); a2 = V.MultiplyAdd(d, x, a2); if (typeof(R) == typeof(TwoRows)) b2 = V.MultiplyAdd(e, x, b2);
                    x = V.LoadPartial(x3 + c, lanes); a3 = V.MultiplyAdd(d, x, a3); if (typeof(R) == typeof(TwoRows)) b3 = V.MultiplyAdd(e, x, b3);
                    x = V.LoadPartial(x4 + c, lanes); a4 = V.MultiplyAdd(d, x, a4); if (typeof(R) == typeof(TwoRows)) b4 = V.MultiplyAdd(e, x, b4);
                    x = V.LoadPartial(x5 + c, lanes); a5 = V.MultiplyAdd(d, x, a5); if (typeof(R) == typeof(TwoRows)) b5 = V.MultiplyAdd(e, x, b5);
                    x = V.LoadPartial(x6 + c, lanes); a6 = V.MultiplyAdd(d, x, a6); if (typeof(R) == typeof(TwoRows)) b6 = V.MultiplyAdd(e, x, b6);
                    x = V.LoadPartial(x7 + c, lanes); a7 = V.MultiplyAdd(d, x, a7); if (typeof(R) == typeof(TwoRows)) b7 = V.MultiplyAdd(e, x, b7);
                    x = V.LoadPartial(x8 + c, lanes); a8 = V.MultiplyAdd(d, x, a8); if (typeof(R) == typeof(TwoRows)) b8 = V.MultiplyAdd(e, x, b8);
                }
            }
        }
        // Through memory, so that no sum must live across a call.
        T* buffer = stackalloc T[AtOnce * 16];
        a0.Store(buffer);
        a1.Store(buffer + V.Count);
        a2.Store(buffer + (2 * V.Count));
        a3.Store(buffer + (3 * V.Count));
        a4.Store(buffer + (4 * V.Count));
        a5.Store(buffer + (5 * V.Count));
        a6.Store(buffer + (6 * V.Count));
        a7.Store(buffer + (7 * V.Count));
        a8.Store(buffer + (8 * V.Count));
        Put(sums, count, buffer);
        if (typeof(R) != typeof(TwoRows))
            return;
        b0.Store(buffer);
        b1.Store(buffer + V.Count);
        b2.Store(buffer + (2 * V.Count));
        b3.Store(buffer + (3 * V.Count));
        b4.Store(buffer + (4 * V.Count));
        b5.Store(buffer + (5 * V.Count));
        b6.Store(buffer + (6 * V.Count));
        b7.Store(buffer + (7 * V.Count));
        b8.Store(buffer + (8 * V.Count));
        Put(sums + _plan.Parts[0].Terms, count, buffer);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    static void Put(T* sums, int count, T* buffer)
    {
        for (int i = 0; i < count; i++)
            sums[i] += V.Sum(V.Load(buffer + (i * V.Count)));
    }
}
