using System.Numerics;
using Hebb.Memory;

namespace Hebb.Cpu;

/// <summary>One part of the destination along all axes, and the sums that it takes.</summary>
unsafe struct ShiftPart<T>
    where T : unmanaged
{
    public Axes From, Count, OutStart;

    /// <summary>Terms of each sum: source channels times taps of this part.</summary>
    public long Terms;

    /// <summary>For each term, its distance in the laid-out planes of a block.</summary>
    public int* Offsets;

    /// <summary>The taps of this part: position in the kernel, and by axis the shift and phase.</summary>
    public int TapCount;
    public int* Taps;

    /// <summary>Weights of group 0 in tile order; other groups follow at <see cref="ShiftPlan{T}.WeightGroup"/>.</summary>
    public T* Weights;
}

/// <summary>The outputs of a part that lie in a block: how many along each axis, their first cell and their first place in the target.</summary>
struct ShiftBox
{
    public Axes Count, OutStart;
    public long Cell;
}

/// <summary>
/// A convolution, forward or towards the data, as sums of shifted planes. The source channels of one image (or of a block of its rows) are laid out
/// with their padding in scratch, so that a run of consecutive cells, times one weight, is one term of as many outputs: no patch matrix
/// is made, and the micro-kernel of GEMM reads the planes through a list of offsets.
/// </summary>
unsafe struct ShiftPlan<T>
    where T : unmanaged, INumber<T>
{
    static readonly long CellsAtOnce = Math.Min(192 << 10, Caches.L2 * 3 / 16);    // in a block's planes
    const long BlocksWanted = 16;          // if the batch is small, images are cut to give that many

    /// <summary>The source is read where it stands: it needs neither padding nor phases.</summary>
    public bool InPlace;

    public ShiftAxis* Axis;
    public ShiftPart<T>* Parts;
    public int PartCount;
    public long Batch, Groups;

    /// <summary>Source channels and destination rows of a group.</summary>
    public long Channels, Rows;
    public T* Source;
    public T* Target;
    public T* Bias;
    public long SourceSize, TargetSize;

    /// <summary>What stands outside the source.</summary>
    public T Padding;

    public T* Weights;
    public long WeightRow, WeightChannel, WeightGroupSource, WeightGroup;

    /// <summary>The memory that the weights are part of, if copies of them may be kept; and which copy this plan needs, but for the kernel's shape.</summary>
    public Storage? WeightStorage;
    public PackedKey Key;

    /// <summary>The axis that blocks cut, cells and blocks along it.</summary>
    public int BlockAxis;
    public long BlockCells, Blocks;

    /// <summary>Cells of a block's planes along each axis, of one phase, and of one channel.</summary>
    public Axes Extent;
    public long PlaneCells, ChannelCells;

    /// <summary>Elements of the kernel.</summary>
    public readonly long Taps => (long)Axis[0].Taps * Axis[1].Taps * Axis[2].Taps;

    /// <summary>y from x and w.</summary>
    public static ShiftPlan<T> Forward(in ConvGeometry g, T* x, T* w, T* bias, T* y, in Scratch scratch, bool whole = false, Storage? storage = null, bool uncut = false)
    {
        ShiftAxis* axis = scratch.Take<ShiftAxis>(Axes.Count);
        for (int i = 0; i < Axes.Count; i++)
            axis[i] = ShiftAxis.Forward(g, i, scratch);
        long taps = g.Kernel.Product;
        return new ShiftPlan<T>
        {
            Axis = axis,
            Batch = g.Batch,
            Groups = g.Groups,
            Channels = g.GroupIn,
            Rows = g.GroupOut,
            Source = x,
            Target = y,
            Bias = bias,
            SourceSize = g.Input.Product,
            TargetSize = g.Output.Product,
            Weights = w,
            WeightStorage = storage,
            Key = MakeKey(g, w, 0),
            WeightRow = g.GroupIn * taps,
            WeightChannel = taps,
            WeightGroupSource = g.GroupOut * g.GroupIn * taps,
        }.Finish(scratch, whole, uncut);
    }

    /// <summary>The gradient of x from that of y; also the transposed convolution of <paramref name="dy"/>.</summary>
    public static ShiftPlan<T> Backward(in ConvGeometry g, T* dy, T* w, T* bias, T* dx, in Scratch scratch, bool whole = false, Storage? storage = null)
    {
        ShiftAxis* axis = scratch.Take<ShiftAxis>(Axes.Count);
        for (int i = 0; i < Axes.Count; i++)
            axis[i] = ShiftAxis.Backward(g, i, scratch);
        long taps = g.Kernel.Product;
        return new ShiftPlan<T>
        {
            Axis = axis,
            Batch = g.Batch,
            Groups = g.Groups,
            Channels = g.GroupOut,
            Rows = g.GroupIn,
            Source = dy,
            Target = dx,
            Bias = bias,
            SourceSize = g.Output.Product,
            TargetSize = g.Input.Product,
            Weights = w,
            WeightStorage = storage,
            Key = MakeKey(g, w, 1),
            WeightRow = taps,
            WeightChannel = g.GroupIn * taps,
            WeightGroupSource = g.GroupOut * g.GroupIn * taps,
        }.Finish(scratch, whole);
    }

    /// <summary>Tells copies of the weights <paramref name="w"/> in a certain layout from others.</summary>
    public static PackedKey MakeKey(in ConvGeometry g, T* w, int layout)
    {
        (Axes k, Axes s, Axes d) = (g.Kernel, g.Stride, g.Dilation);
        return new PackedKey((nint)w, layout, sizeof(T), 0, 0, g.OutChannels, g.InChannels, g.Groups, (k[0], k[1], k[2]), (s[0], s[1], s[2]), (d[0], d[1], d[2]));
    }

    /// <summary>The share of the cells that tiles walk over which are outputs; the rest is padding and computed in vain.</summary>
    public readonly double Yield
    {
        get
        {
            double outputs = 0, cells = 0;
            for (int p = 0; p < PartCount; p++)
            {
                Axes count = Parts[p].Count;
                if (count.Product == 0)
                    continue;
                outputs += count.Product;
                cells += Math.Max(16, Span(count));
            }
            return cells == 0 ? 1 : outputs / cells;
        }
    }

    /// <summary>Cells from the first to the last output of a box, counted along the rows of the plane.</summary>
    public readonly long Span(in Axes count) => ((((count[0] - 1) * Extent[1]) + count[1] - 1) * Extent[2]) + count[2];

    /// <summary>What of a part lies in the block whose first cell is <paramref name="firstCell"/>.</summary>
    public readonly ShiftBox Clip(in ShiftPart<T> part, long firstCell)
    {
        var box = new ShiftBox { Count = part.Count, OutStart = part.OutStart };
        Axes from = part.From;
        int axis = BlockAxis;
        long begin = Math.Max(0, firstCell - from[axis]), end = Math.Min(part.Count[axis], firstCell + BlockCells - from[axis]);
        box.Count[axis] = Math.Max(0, end - begin);
        box.OutStart[axis] += begin * Axis[axis].OutStep;
        from[axis] += begin - firstCell;
        box.Cell = (((from[0] * Extent[1]) + from[1]) * Extent[2]) + from[2];
        return box;
    }

    /// <summary>Where in the target an output of a box goes.</summary>
    public readonly long Place(in ShiftBox box, long i0, long i1, long i2)
    {
        long d0 = box.OutStart[0] + (i0 * Axis[0].OutStep), d1 = box.OutStart[1] + (i1 * Axis[1].OutStep);
        return (((d0 * Axis[1].Destination) + d1) * Axis[2].Destination) + box.OutStart[2] + (i2 * Axis[2].OutStep);
    }

    readonly ShiftPlan<T> Finish(in Scratch scratch, bool whole, bool uncut = false)
    {
        ShiftPlan<T> plan = this;
        plan.Cut(whole, uncut);
        plan.PartCount = Axis[0].Parts * Axis[1].Parts * Axis[2].Parts;
        plan.Parts = scratch.Take<ShiftPart<T>>(plan.PartCount);
        for (int p = 0; p < plan.PartCount; p++)
            plan.Parts[p] = plan.MakePart(p, scratch);
        return plan;
    }

    // Blocks follow from the geometry alone, and each output is one sum whatever its block.
    void Cut(bool whole, bool uncut)
    {
        BlockAxis = 0;
        while (BlockAxis < Axes.Count - 1 && Axis[BlockAxis].Cells <= 1)
            BlockAxis++;
        long layer = Channels * Axis[0].Phases * Axis[1].Phases * Axis[2].Phases;
        for (int i = 0; i < Axes.Count; i++)
        {
            Extent[i] = Axis[i].Cells + Axis[i].Reach;
            if (i != BlockAxis)
                layer *= Math.Max(1, Extent[i]);
        }
        ref ShiftAxis axis = ref Axis[BlockAxis];
        long cells = Math.Max(1, Math.Max((CellsAtOnce / Math.Max(1, layer)) - axis.Reach, axis.Reach));
        long images = Math.Max(1, Batch * Groups);
        if (!whole && images < BlocksWanted)
            cells = Math.Min(cells, Math.Max(Math.Max(4, 2 * axis.Reach), axis.Cells * images / BlocksWanted));
        cells = uncut ? Math.Max(1, axis.Cells) : Math.Clamp(cells, 1, Math.Max(1, axis.Cells));
        Blocks = Math.Max(1, TiledGemm.CeilDiv(Math.Max(1, axis.Cells), cells));
        BlockCells = TiledGemm.CeilDiv(Math.Max(1, axis.Cells), Blocks);
        Extent[BlockAxis] = BlockCells + axis.Reach;
        PlaneCells = Extent.Product;
        ChannelCells = PlaneCells * Axis[0].Phases * Axis[1].Phases * Axis[2].Phases;
        InPlace = whole && Blocks == 1 && ChannelCells == SourceSize;
        for (int i = 0; i < Axes.Count; i++)
            InPlace &= Axis[i].Phases == 1 && Axis[i].PhaseResidue[0] == 0 && Axis[i].Step == 1 && Axis[i].Lead == 0 && Extent[i] == Axis[i].Source;
    }

    readonly ShiftPart<T> MakePart(int index, in Scratch scratch)
    {
        ref ShiftAxis a0 = ref Axis[0], a1 = ref Axis[1], a2 = ref Axis[2];
        int p2 = index % a2.Parts, p1 = index / a2.Parts % a1.Parts, p0 = index / a2.Parts / a1.Parts;
        var part = new ShiftPart<T>();
        for (int i = 0; i < Axes.Count; i++)
        {
            Axis[i].Part(i == 0 ? p0 : i == 1 ? p1 : p2, out long from, out long count, out long outStart);
            (part.From[i], part.Count[i], part.OutStart[i]) = (from, count, outStart);
        }
        part.Taps = scratch.Take<int>((long)a0.Taps * a1.Taps * a2.Taps);
        int* distance = scratch.Take<int>((long)a0.Taps * a1.Taps * a2.Taps);
        for (int t0 = 0; t0 < a0.Taps; t0++)
        {
            for (int t1 = 0; t1 < a1.Taps; t1++)
            {
                for (int t2 = 0; t2 < a2.Taps; t2++)
                {
                    if (a0.TapPart[t0] != p0 || a1.TapPart[t1] != p1 || a2.TapPart[t2] != p2)
                        continue;
                    long phase = (((a0.TapPhase[t0] * a1.Phases) + a1.TapPhase[t1]) * a2.Phases) + a2.TapPhase[t2];
                    long cell = (((a0.TapShift[t0] * Extent[1]) + a1.TapShift[t1]) * Extent[2]) + a2.TapShift[t2];
                    part.Taps[part.TapCount] = (((t0 * a1.Taps) + t1) * a2.Taps) + t2;
                    distance[part.TapCount++] = checked((int)((phase * PlaneCells) + cell));
                }
            }
        }
        part.Terms = Channels * part.TapCount;
        part.Offsets = scratch.Take<int>(part.Terms);
        for (long c = 0; c < Channels; c++)
        {
            for (int t = 0; t < part.TapCount; t++)
                part.Offsets[(c * part.TapCount) + t] = checked((int)((c * ChannelCells) + distance[t]));
        }
        return part;
    }

    /// <summary>Copies the weights into the order in which the tiles of each part read them.</summary>
    public void PackWeights(int tallest, in Scratch scratch)
    {
        WeightGroup = Rows * Channels * Axis[0].Taps * Axis[1].Taps * Axis[2].Taps;
        T* packed = scratch.Take<T>(WeightGroup * Groups);
        for (int p = 0; p < PartCount; p++)
        {
            Parts[p].Weights = packed;
            packed += Rows * Parts[p].Terms;
        }
        var tiles = new RowTiles(Rows, tallest);
        ParallelFor.Ranges(Groups * tiles.Count, Math.Max(1, (1 << 15) / Math.Max(1, WeightGroup / tiles.Count)), new Packer(this, tiles));
    }

    readonly struct Packer(ShiftPlan<T> plan, RowTiles tiles) : IRangeBody
    {
        public void Invoke(long begin, long end)
        {
            for (long i = begin; i < end; i++)
            {
                (long group, long tile) = Math.DivRem(i, tiles.Count);
                for (int p = 0; p < plan.PartCount; p++)
                    Pack(plan.Parts[p], group, tile);
            }
        }

        void Pack(in ShiftPart<T> part, long group, long tile)
        {
            long start = tiles.Start(tile), height = tiles.Height(tile);
            T* target = part.Weights + (group * plan.WeightGroup) + (start * part.Terms);
            T* source = plan.Weights + (group * plan.WeightGroupSource) + (start * plan.WeightRow);
            if (part.TapCount == plan.WeightChannel)
            {
                Packing.Transpose(source, plan.WeightRow, height, part.Terms, target, height);    // all taps of all channels in their order
                return;
            }
            for (long c = 0; c < plan.Channels; c++)
            {
                for (int t = 0; t < part.TapCount; t++, target += height)
                {
                    T* from = source + (c * plan.WeightChannel) + part.Taps[t];
                    for (long r = 0; r < height; r++)
                        target[r] = from[r * plan.WeightRow];
                }
            }
        }
    }
}
