using System.Numerics;
using System.Runtime.CompilerServices;
using Hebb.Cpu.Simd;
using static Hebb.Cpu.MicroKernel;

namespace Hebb.Cpu;

/// <summary>Runs a <see cref="ShiftPlan{T}"/>: an item is one block of one group of one image.</summary>
readonly unsafe struct ShiftConv<T, V>(ShiftPlan<T> plan, RowTiles tiles, ConvFinish<T> finish) : IRangeBody
    where T : unmanaged, INumber<T>
    where V : unmanaged, ISimd<V, T>
{
    const long WorkAtOnce = 1L << 18;    // multiply-adds worth a trip to the pool
    const int StripVectors = 8;
    const int LeastRowVectors = 4;       // shorter rows share tiles

    public static void Run(ShiftPlan<T> plan, in ConvFinish<T> finish, in Scratch scratch)
    {
        int tallest = TileRows.Max<T, V>();
        plan.PackWeights(tallest, scratch);
        long items = plan.Batch * plan.Groups * plan.Blocks, terms = 0;
        for (int p = 0; p < plan.PartCount; p++)
            terms += plan.Parts[p].Terms * plan.Parts[p].Count.Product;
        long work = Math.Max(1, plan.Rows * terms / plan.Blocks);
        ParallelFor.Ranges(items, Math.Max(1, WorkAtOnce / work), new ShiftConv<T, V>(plan, new RowTiles(plan.Rows, tallest), finish));
    }

    [SkipLocalsInit]
    public void Invoke(long begin, long end)
    {
        using var scratch = Scratch.Open();
        T* planes = scratch.Take<T>((plan.Channels * plan.ChannelCells) + (StripVectors * V.Count));    // tiles read past the last cell
        T* strip = plan.Rows == 1 ? scratch.Take<T>(plan.PlaneCells + (StripVectors * V.Count)) : null;
        byte* tile = stackalloc byte[14 * 128];
        for (long item = begin; item < end; item++)
        {
            (long unit, long block) = Math.DivRem(item, plan.Blocks);
            long group = unit % plan.Groups;
            PlaneCopy<T, V>.Load(plan, plan.Source + (unit * plan.Channels * plan.SourceSize), block * plan.BlockCells, planes);
            T* target = plan.Target + (unit * plan.Rows * plan.TargetSize);
            T* bias = plan.Bias == null ? null : plan.Bias + (group * plan.Rows);
            for (int p = 0; p < plan.PartCount; p++)
            {
                ShiftBox box = plan.Clip(plan.Parts[p], block * plan.BlockCells);
                if (box.Count.Product == 0)
                    continue;
                T* weights = plan.Parts[p].Weights + (group * plan.WeightGroup);
                if (strip != null)
                    Strip(plan.Parts[p], box, planes, weights, strip, target, bias);
                else
                    Tiles(plan.Parts[p], box, planes, weights, (T*)tile, target, bias);
            }
        }
    }

    /// <summary>Whether so many outputs of a part are made line by line, since whole vectors fill the lines well.</summary>
    public static bool FillsLines(in ShiftPlan<T> plan, in Axes count)
    {
        long rowVectors = TiledGemm.CeilDiv(count[2], V.Count);
        return plan.Axis[2].OutStep == 1 && rowVectors >= LeastRowVectors && rowVectors * count[0] * count[1] <= TiledGemm.CeilDiv(plan.Span(count), V.Count);
    }

    void Tiles(in ShiftPart<T> part, in ShiftBox box, T* planes, T* weights, T* tile, T* target, T* bias)
    {
        long span = plan.Span(box.Count);
        TileRuns runs = default;
        if (FillsLines(plan, box.Count))
        {
            for (long t = 0; t < tiles.Count; t++)
                Lines(part, box, planes + box.Cell, t, weights, target, bias);
            return;
        }
        for (long at = 0; at < span; at += 2 * V.Count)
        {
            long lanes = Math.Min(2 * V.Count, span - at);
            FindRuns(ref runs, box, at, at + lanes);
            for (long t = 0; t < tiles.Count && runs.Count > 0; t++)
                Multiply(part, planes + box.Cell + at, runs, lanes, t, weights, tile, target, bias);
        }
    }

    // Outputs line by line, where whole vectors fill a line: the last ones overlap those before, so all are made where they belong. One tile of rows after the other: few places of the target are
    // written to at a time, so that the hardware fetches them ahead.
    void Lines(in ShiftPart<T> part, in ShiftBox box, T* planes, long t, T* weights, T* target, T* bias)
    {
        long row = tiles.Start(t), length = box.Count[2];
        int height = tiles.Height(t);
        var args = new TileArgs<T>
        {
            K = part.Terms,
            A = weights + (row * part.Terms),
            ARow = 1,
            AStep = height,
            Offsets = part.Offsets,
            CRow = plan.TargetSize,
            RowBias = bias == null ? null : bias + row,
        };
        for (long i0 = 0; i0 < box.Count[0]; i0++)
        {
            for (long i1 = 0; i1 < box.Count[1]; i1++)
            {
                T* line = planes + (((i0 * plan.Extent[1]) + i1) * plan.Extent[2]), to = target + (row * plan.TargetSize) + plan.Place(box, i0, i1, 0);
                for (long i2 = 0; i2 < length; i2 += 2 * V.Count)
                {
                    int width = length - i2 > V.Count ? 2 * V.Count : V.Count;
                    long at = Math.Min(i2, length - width);
                    args.B = line + at;
                    args.C = to + at;
                    finish.Ahead(args.C, height, width);
                    TileRows.Kernel<T, V, UnitRows, Listed>(height, width)(&args);
                }
                finish.Run<V>(to, plan.TargetSize, to, height, length);
            }
        }
    }

    // The sums at some consecutive cells, for one tile of rows. Those that are one run of whole vectors are made where they belong.
    void Multiply(in ShiftPart<T> part, T* cells, in TileRuns runs, long lanes, long t, T* weights, T* tile, T* target, T* bias)
    {
        long row = tiles.Start(t);
        int height = tiles.Height(t), width = lanes <= V.Count ? V.Count : 2 * V.Count;
        bool whole = plan.Axis[2].OutStep == 1 && runs.Count == 1 && runs.Length(0) == width;
        T* to = target + (row * plan.TargetSize);
        var args = new TileArgs<T>
        {
            K = part.Terms,
            A = weights + (row * part.Terms),
            ARow = 1,
            AStep = height,
            B = cells,
            Offsets = part.Offsets,
            C = whole ? to + runs.Target(0) : tile,
            CRow = whole ? plan.TargetSize : width,
            RowBias = bias == null ? null : bias + row,
        };
        if (whole)
            finish.Ahead(args.C, height, width);
        TileRows.Kernel<T, V, UnitRows, Listed>(height, width)(&args);
        if (whole)
        {
            finish.Run<V>(args.C, args.CRow, args.C, height, width);
            return;
        }
        runs.Scatter<T, V>(tile, height, width, to, plan.TargetSize, plan.Axis[2].OutStep);
        runs.Finish<T, V>(finish, to, plan.TargetSize, height);
    }

    void FindRuns(ref TileRuns runs, in ShiftBox box, long begin, long end)
    {
        runs.Count = 0;
        long cell = begin;
        while (cell < end)
        {
            (long row, long i2) = Math.DivRem(cell, plan.Extent[2]);
            (long i0, long i1) = Math.DivRem(row, plan.Extent[1]);
            if (i1 < box.Count[1] && i2 < box.Count[2])
            {
                long length = Math.Min(box.Count[2] - i2, end - cell);
                runs.Add((int)(cell - begin), (int)length, plan.Place(box, i0, i1, i2));
            }
            cell = (row + 1) * plan.Extent[2];
        }
    }

    // A single row (depthwise): eight vectors at a time keep the multipliers busy, through a buffer as long as the plane.
    void Strip(in ShiftPart<T> part, in ShiftBox box, T* planes, T* weights, T* strip, T* target, T* bias)
    {
        long span = plan.Span(box.Count), step = plan.Axis[2].OutStep;
        V start = V.Create(bias == null ? T.Zero : *bias);
        for (long at = 0; at < span; at += StripVectors * V.Count)
            Sum(part.Terms, weights, planes + box.Cell + at, part.Offsets, start, strip + at, span - at);
        for (long i0 = 0; i0 < box.Count[0]; i0++)
        {
            for (long i1 = 0; i1 < box.Count[1]; i1++)
            {
                T* from = strip + (((i0 * plan.Extent[1]) + i1) * plan.Extent[2]), to = target + plan.Place(box, i0, i1, 0);
                if (step == 1)
                {
                    VectorCopy<T, V>.Copy(from, to, box.Count[2]);
                    finish.Run<V>(to, 0, to, 1, box.Count[2]);
                    continue;
                }
                for (long i = 0; i < box.Count[2]; i++)
                    to[i * step] = from[i];
            }
        }
    }

    [MethodImpl(Jit.Full)]
    static void Sum(long terms, T* weights, T* cells, int* offsets, V start, T* strip, long length)
    {
        V s0 = start, s1 = start, s2 = start, s3 = start, s4 = start, s5 = start, s6 = start, s7 = start;
        if (length > 4 * V.Count)
        {
            for (long k = 0; k < terms; k++)
            {
                T* p = cells + offsets[k];
                V w = V.Create(weights[k]);
                s0 = V.MultiplyAdd(w, V.Load(p), s0);
                s1 = V.MultiplyAdd(w, V.Load(p + V.Count), s1);
                s2 = V.MultiplyAdd(w, V.Load(p + (2 * V.Count)), s2);
                s3 = V.MultiplyAdd(w, V.Load(p + (3 * V.Count)), s3);
                s4 = V.MultiplyAdd(w, V.Load(p + (4 * V.Count)), s4);
                s5 = V.MultiplyAdd(w, V.Load(p + (5 * V.Count)), s5);
                s6 = V.MultiplyAdd(w, V.Load(p + (6 * V.Count)), s6);
                s7 = V.MultiplyAdd(w, V.Load(p + (7 * V.Count)), s7);
            }
            s4.Store(strip + (4 * V.Count));
            s5.Store(strip + (5 * V.Count));
            s6.Store(strip + (6 * V.Count));
            s7.Store(strip + (7 * V.Count));
        }
        else
        {
            for (long k = 0; k < terms; k++)
            {
                T* p = cells + offsets[k];
                V w = V.Create(weights[k]);
                s0 = V.MultiplyAdd(w, V.Load(p), s0);
                s1 = V.MultiplyAdd(w, V.Load(p + V.Count), s1);
                s2 = V.MultiplyAdd(w, V.Load(p + (2 * V.Count)), s2);
                s3 = V.MultiplyAdd(w, V.Load(p + (3 * V.Count)), s3);
            }
        }
        s0.Store(strip);
        s1.Store(strip + V.Count);
        s2.Store(strip + (2 * V.Count));
        s3.Store(strip + (3 * V.Count));
    }
}
