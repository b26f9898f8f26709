using System.Numerics;
using System.Runtime.CompilerServices;
using Hebb.Cpu.Simd;
using static Hebb.Cpu.MicroKernel;

namespace Hebb.Cpu;

/// <summary>
/// Runs a <see cref="ShiftPlan{T}"/> whose planes would be mostly padding (outputs of a few places, wide dilation): the terms of a panel of outputs,
/// taken from several images, are gathered first. An item is one panel of one part and group.
/// </summary>
readonly unsafe struct GatherConv<T, V>(ShiftPlan<T> plan, RowTiles tiles, int part, long panels) : IBlockBody
    where T : unmanaged, INumber<T>
    where V : unmanaged, ISimd<V, T>
{
    public static void Run(ShiftPlan<T> plan, in Scratch scratch)
    {
        int tallest = TileRows.Max<T, V>();
        plan.PackWeights(tallest, scratch);
        for (int p = 0; p < plan.PartCount; p++)
        {
            long lanes = plan.Batch * plan.Parts[p].Count.Product;
            if (lanes == 0)
                continue;
            long panels = TiledGemm.CeilDiv(lanes, 2 * V.Count);
            ParallelFor.Run(panels * plan.Groups, new GatherConv<T, V>(plan, new RowTiles(plan.Rows, tallest), p, panels));
        }
    }

    // Of one lane: its image's source and target, and the source element along each axis before any shift.
    struct Lane
    {
        public long Source, Target;
        public Axes Start;
    }

    [SkipLocalsInit]
    public void Invoke(long item)
    {
        (long group, long panel) = Math.DivRem(item, panels);
        ref ShiftPart<T> p = ref plan.Parts[part];
        long first = panel * 2 * V.Count;
        int lanes = (int)Math.Min(2 * V.Count, (plan.Batch * p.Count.Product) - first);
        int width = lanes <= V.Count ? V.Count : 2 * V.Count;
        using var scratch = Scratch.Open();
        Lane* lane = scratch.Take<Lane>(lanes);
        for (int i = 0; i < lanes; i++)
            lane[i] = Find(p, group, first + i);
        T* right = scratch.Take<T>(p.Terms * width);
        Gather(p, lane, lanes, width, right);
        byte* bytes = stackalloc byte[14 * 128];
        var tile = (T*)bytes;
        var args = new TileArgs<T> { K = p.Terms, ARow = 1, B = right, C = tile, CRow = width };
        for (long t = 0; t < tiles.Count; t++)
        {
            long row = tiles.Start(t);
            int height = tiles.Height(t);
            args.A = p.Weights + (group * plan.WeightGroup) + (row * p.Terms);
            args.AStep = height;
            TileRows.Kernel<T, V, UnitRows, Packed>(height, width)(&args);
            for (int r = 0; r < height; r++)
            {
                T shift = plan.Bias == null ? T.Zero : plan.Bias[(group * plan.Rows) + row + r];
                for (int i = 0; i < lanes; i++)
                    plan.Target[lane[i].Target + ((row + r) * plan.TargetSize)] = tile[(r * width) + i] + shift;
            }
        }
    }

    Lane Find(in ShiftPart<T> p, long group, long index)
    {
        (index, long i2) = Math.DivRem(index, p.Count[2]);
        (index, long i1) = Math.DivRem(index, p.Count[1]);
        (long image, long i0) = Math.DivRem(index, p.Count[0]);
        var lane = new Lane { Source = ((image * plan.Groups) + group) * plan.Channels * plan.SourceSize };
        long place = 0;
        for (int a = 0; a < Axes.Count; a++)
        {
            long i = a == 0 ? i0 : a == 1 ? i1 : i2;
            place = (place * plan.Axis[a].Destination) + p.OutStart[a] + (i * plan.Axis[a].OutStep);
            lane.Start[a] = ((p.From[a] + i) * plan.Axis[a].Step) - plan.Axis[a].Lead;
        }
        lane.Target = (((image * plan.Groups) + group) * plan.Rows * plan.TargetSize) + place;
        return lane;
    }

    [MethodImpl(Jit.Full)]
    void Gather(in ShiftPart<T> p, Lane* lane, int lanes, int width, T* right)
    {
        ref ShiftAxis a0 = ref plan.Axis[0], a1 = ref plan.Axis[1], a2 = ref plan.Axis[2];
        long* from = stackalloc long[2 * V.Count];
        for (int t = 0; t < p.TapCount; t++)
        {
            int tap = p.Taps[t], t2 = tap % a2.Taps, t1 = tap / a2.Taps % a1.Taps, t0 = tap / a2.Taps / a1.Taps;
            long d0 = (a0.TapShift[t0] * a0.Step) + a0.PhaseResidue[a0.TapPhase[t0]];
            long d1 = (a1.TapShift[t1] * a1.Step) + a1.PhaseResidue[a1.TapPhase[t1]];
            long d2 = (a2.TapShift[t2] * a2.Step) + a2.PhaseResidue[a2.TapPhase[t2]];
            for (int i = 0; i < lanes; i++)
            {
                long s0 = lane[i].Start[0] + d0, s1 = lane[i].Start[1] + d1, s2 = lane[i].Start[2] + d2;
                bool inside = s0 >= 0 && s0 < a0.Source && s1 >= 0 && s1 < a1.Source && s2 >= 0 && s2 < a2.Source;
                from[i] = inside ? lane[i].Source + (((s0 * a1.Source) + s1) * a2.Source) + s2 : -1;
            }
            for (long c = 0; c < plan.Channels; c++)
            {
                T* target = right + (((c * p.TapCount) + t) * width), source = plan.Source + (c * plan.SourceSize);
                for (int i = 0; i < lanes; i++)
                    target[i] = from[i] < 0 ? T.Zero : source[from[i]];
                for (int i = lanes; i < width; i++)
                    target[i] = T.Zero;
            }
        }
    }
}
