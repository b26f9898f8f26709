using System.Numerics;
using System.Runtime.CompilerServices;
using Hebb.Cpu.Simd;

namespace Hebb.Cpu;

/// <summary>Maximum over windows: each output row is compared tap by tap, in vectors, against planes laid out as for convolution.</summary>
readonly unsafe struct PoolingMax<T, V>(ShiftPlan<T> plan, T* places, T* steps, long* indices) : IRangeBody
    where T : unmanaged, INumber<T>
    where V : unmanaged, ISimd<V, T>
{
    public static void Run(in PoolingGeometry g, T* x, T* y, long* indices, in Scratch scratch)
    {
        if (PoolingMaxPairs<T, V>.Fits(g))
        {
            PoolingMaxPairs<T, V>.Run(g, x, y, indices, scratch);
            return;
        }
        if (indices == null && PoolingRows<T, V, LargestFold>.Fits(g))
        {
            PoolingRows<T, V, LargestFold>.Run(g, x, y);
            return;
        }
        ShiftPlan<T> plan = ShiftPlan<T>.Forward(g.AsConv(), x, null, null, y, scratch);
        plan.Padding = T.CreateTruncating(double.NegativeInfinity);

        // By tap, how far its element is from the one that the first tap meets, in the input; by lane, how far windows are from the first one.
        T* places = scratch.Take<T>(g.Kernel.Product), steps = PoolingPlaces<T, V>.Steps(g.Stride[2], scratch);
        for (int t = 0; t < plan.Parts[0].TapCount; t++)
        {
            (long rest, long t2) = Math.DivRem(plan.Parts[0].Taps[t], g.Kernel[2]);
            (long t0, long t1) = Math.DivRem(rest, g.Kernel[1]);
            places[t] = PoolingPlaces<T, V>.Bits((((t0 * g.Dilation[0] * g.Input[1]) + (t1 * g.Dilation[1])) * g.Input[2]) + (t2 * g.Dilation[2]));
        }
        long work = Math.Max(1, g.Kernel.Product * g.Output.Product / V.Count);
        ParallelFor.Ranges(g.Planes, Math.Max(1, (1 << 14) / work), new PoolingMax<T, V>(plan, places, steps, indices));
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
                        long to = ((((start[0] + i0) * outputs[1]) + start[1] + i1) * outputs[2]) + start[2];
                        Row(cells + (((i0 * plan.Extent[1]) + i1) * plan.Extent[2]), (plane * plan.TargetSize) + to, count[2], start[0] + i0, start[1] + i1, start[2]);
                    }
                }
            }
        }
    }

    [MethodImpl(Jit.Full)]
    void Row(T* cells, long to, long count, long o0, long o1, long o2)
    {
        int taps = plan.Parts[0].TapCount;
        int* offsets = plan.Parts[0].Offsets;
        for (long i = 0; i < count; i += V.Count)
        {
            int lanes = (int)Math.Min(V.Count, count - i);
            V best = V.Create(plan.Padding), place = V.AllBitsSet;
            for (int t = 0; t < taps; t++)
            {
                // The later of two NaN wins, and an equal value never does: PyTorch's rule.
                V value = V.Load(cells + i + offsets[t]);
                V mask = V.Greater(value, best) | V.NotEqual(value, value);
                best = V.Select(mask, value, best);
                if (indices != null)
                    place = V.Select(mask, V.Create(places[t]), place);
            }
            best.StorePartial(plan.Target + to + i, lanes);
            if (indices != null)
                StoreIndices(place, lanes, indices + to + i, o0, o1, o2 + i);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    void StoreIndices(V place, int lanes, long* to, long o0, long o1, long o2)
    {
        ref ShiftAxis a0 = ref plan.Axis[0], a1 = ref plan.Axis[1], a2 = ref plan.Axis[2];
        long first = (((((o0 * a0.Step) - a0.Lead) * a1.Source) + (o1 * a1.Step) - a1.Lead) * a2.Source) + (o2 * a2.Step) - a2.Lead;
        V none = V.EqualBits(place, V.AllBitsSet);
        PoolingPlaces<T, V>.Store(V.AddBits(place, V.AddBits(V.Load(steps), V.Create(PoolingPlaces<T, V>.Bits(first)))), to, lanes);
        if (V.Any(none))
            StoreFirst(none, lanes, to, o0, o1, o2);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    void StoreFirst(V none, int lanes, long* to, long o0, long o1, long o2)
    {
        byte* mask = stackalloc byte[V.Count];
        none.StoreMask(mask);
        for (int lane = 0; lane < lanes; lane++)
        {
            if (mask[lane] != 0)
                to[lane] = FirstInside(o0, o1, o2 + lane);
        }
    }

    // All that the window meets is minus infinity: the first element that is no padding, or -1.
    long FirstInside(long o0, long o1, long o2)
    {
        long place = 0;
        for (int axis = 0; axis < Axes.Count; axis++)
        {
            ref ShiftAxis a = ref plan.Axis[axis];
            long start = ((axis == 0 ? o0 : axis == 1 ? o1 : o2) * a.Step) - a.Lead;
            int tap = 0;
            while (tap < a.Taps && start + At(a, tap) < 0)
                tap++;
            if (tap == a.Taps || start + At(a, tap) >= a.Source)
                return -1;
            place = (place * a.Source) + start + At(a, tap);
        }
        return place;
    }

    static long At(in ShiftAxis a, int tap) => (a.TapShift[tap] * a.Step) + a.PhaseResidue[a.TapPhase[tap]];
}
