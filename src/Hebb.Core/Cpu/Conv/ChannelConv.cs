using System.Numerics;
using System.Runtime.CompilerServices;
using Hebb.Cpu.Simd;

namespace Hebb.Cpu;

/// <summary>
/// Runs a <see cref="ShiftPlan{T}"/> with output channels along the vectors and places down the tile: short rows, strided outputs and rows that are
/// mostly padding waste nothing. Tiles are turned into the target's order when they are done.
/// </summary>
readonly unsafe struct ChannelConv<T, V> : IBlockBody
    where T : unmanaged, INumber<T>
    where V : unmanaged, ISimd<V, T>
{
    const long PlanesAtOnce = 4 << 20;    // elements of planes that lie in memory at a time
    const long ItemWork = 1L << 20;       // multiply-adds of an item
    const long CopyAtOnce = 1L << 14;     // elements
    const long NearBytes = 20 << 10;      // of weights that meet one strip after the other: they stay in the L1 cache
    const long StripsWanted = 8;          // for each read of the weights
    const long ItemsWanted = 24;
    static readonly long WeightBytes = Math.Min(1 << 20, Caches.L2 * 3 / 4);
    const double TurnCost = 0.5, TurnApartCost = 3, ScatterCost = 0.2;    // cycles an element, roughly

    readonly ShiftPlan<T> _plan;
    readonly ChannelWeights<T, V> _weights;
    readonly ConvFinish<T> _finish;
    readonly T* _planes, _bias;
    readonly long _first, _count;         // blocks of images, of which the planes lie in memory
    readonly long _panelsAtOnce, _panelGroups, _strips, _stripsAtOnce, _stripGroups, _termsAtOnce;

    ChannelConv(in ShiftPlan<T> plan, in ConvFinish<T> finish, in ChannelWeights<T, V> weights, T* planes, T* bias, long first, long count)
    {
        _plan = plan;
        _finish = finish;
        _weights = weights;
        _planes = planes;
        _bias = bias;
        _first = first;
        _count = count;
        _strips = Strips(plan);
        long terms = 1;
        for (int p = 0; p < plan.PartCount; p++)
            terms = Math.Max(terms, plan.Parts[p].Terms);
        long tile = terms * TileHeight * weights.PanelVectors * V.Count;
        // The smaller side is read again and again: weights for each group of strips of planes, or planes for each panel of weights.
        long weightBytes = terms * weights.Lanes * sizeof(T), planeBytes = plan.Channels * plan.ChannelCells * sizeof(T);
        bool keepsWeights = weightBytes <= Math.Min(planeBytes, WeightBytes);
        long most = Math.Max(1, _strips * count * (keepsWeights ? 1 : weights.Panels) / ItemsWanted);
        long least = Math.Clamp(StripsWanted, 1, Math.Min(most, _strips));
        _panelsAtOnce = keepsWeights ? weights.Panels : Math.Clamp(ItemWork / 4 / tile, 1, weights.Panels);
        _panelGroups = TiledGemm.CeilDiv(weights.Panels, _panelsAtOnce);
        _stripsAtOnce = Math.Clamp(ItemWork / (tile * _panelsAtOnce), least, _strips);
        _stripGroups = TiledGemm.CeilDiv(_strips, _stripsAtOnce);
        long near = Math.Max(1, NearBytes / (weights.PanelVectors * V.Count * sizeof(T)));
        _termsAtOnce = _stripsAtOnce == 1 ? terms : TiledGemm.CeilDiv(terms, TiledGemm.CeilDiv(terms, near));
    }

    static int TileHeight => V.Count * sizeof(T) == 64 ? 14 : TileRows.Max<T, V>();

    /// <summary>Whether this takes fewer cycles than <see cref="ShiftConv{T,V}"/>, by an estimate from the geometry alone.</summary>
    public static bool IsBetter(in ShiftPlan<T> plan)
    {
        (double here, double there) = Cycles(plan);
        return plan.Rows > 1 && here < there;
    }

    // Measured: how far the estimates fall short in planes of a few hundred places and channels of a few vectors. With 512 bits that was not measured.
    static double SmallHere => V.Count * sizeof(T) == 64 ? 1 : 1.9;

    static double SmallThere => V.Count * sizeof(T) == 64 ? 1 : 1.2;

    /// <summary>Cycles of one image of small planes, by the better of the two.</summary>
    public static double FewestInSmallPlanes(in ShiftPlan<T> plan)
    {
        (double here, double there) = Cycles(plan);
        return Math.Min(SmallHere * here, SmallThere * there);
    }

    static (double Here, double There) Cycles(in ShiftPlan<T> plan)
    {
        double columns = TiledGemm.CeilDiv(plan.Rows, V.Count), here = 0, there = 0;
        var bands = new RowTiles(plan.Rows, TileRows.Max<T, V>());
        for (int p = 0; p < plan.PartCount; p++)
        {
            ref ShiftPart<T> part = ref plan.Parts[p];
            if (part.Count.Product == 0 || part.Terms == 0)
                continue;
            Row(plan, part, part.Count, out long rows, out long length);
            int vectors = ChannelWeights<T, V>.Width(length);
            long tiles = new RowTiles(length, ChannelWeights<T, V>.Height(vectors)).Count;
            double wide = Math.Min(vectors, columns);
            here += rows * tiles * columns / wide * Step((double)length / tiles, wide) * part.Terms;
            here += (plan.Axis[2].OutStep == 1 ? TurnCost : TurnApartCost) * rows * length * plan.Rows;
            double span = plan.Span(part.Count);
            there += Math.Ceiling(span / V.Count) / 2 * bands.Count * Step((double)plan.Rows / bands.Count, 2) * part.Terms;
            there += ScatterCost * rows * length * plan.Rows;
        }
        return (here, there);
    }

    // Cycles of one term of a tile: two multiply-adds and nearly two loads each, and sums that wait for each other.
    public static double Step(double height, double wide) => Math.Max(Math.Max(height * wide / 2, (height + wide) / 1.9), 4);

    public static void Run(in ShiftPlan<T> plan, in ConvFinish<T> finish, in Scratch scratch)
    {
        var weights = ChannelWeights<T, V>.Pack(plan, scratch);
        T* bias = scratch.Take<T>(weights.Lanes * plan.Groups);
        new Span<T>(bias, checked((int)(weights.Lanes * plan.Groups))).Clear();
        for (long g = 0; plan.Bias != null && g < plan.Groups; g++)
            new Span<T>(plan.Bias + (g * plan.Rows), checked((int)plan.Rows)).CopyTo(new Span<T>(bias + (g * weights.Lanes), checked((int)plan.Rows)));
        for (int p = 0; p < plan.PartCount; p++)
        {
            if (plan.Parts[p].Terms > 0)
                continue;
            ParallelFor.Ranges(plan.Batch * plan.Groups * plan.Rows, Math.Max(1, CopyAtOnce / plan.TargetSize), new Unmet(plan));
            break;
        }
        long blocks = plan.Batch * plan.Groups * plan.Blocks, size = plan.Channels * plan.ChannelCells;
        long atOnce = plan.InPlace ? blocks : Math.Clamp(PlanesAtOnce / Math.Max(1, size), 1, blocks);
        T* planes = plan.InPlace ? null : scratch.Take<T>(size * atOnce);
        for (long first = 0; first < blocks; first += atOnce)
        {
            long count = Math.Min(atOnce, blocks - first);
            if (planes != null)
                ParallelFor.Ranges(count * plan.Channels, Math.Max(1, CopyAtOnce / plan.ChannelCells), new Copy(plan, planes, first));
            var conv = new ChannelConv<T, V>(plan, finish, weights, planes, bias, first, count);
            ParallelFor.Run(conv._panelGroups * count * conv._stripGroups, in conv);
        }
        weights.KeepAlive();
    }

    readonly struct Copy(ShiftPlan<T> plan, T* planes, long first) : IRangeBody
    {
        public void Invoke(long begin, long end)
        {
            while (begin < end)
            {
                (long block, long channel) = Math.DivRem(begin, plan.Channels);
                long channels = Math.Min(end - begin, plan.Channels - channel);
                (long unit, long cut) = Math.DivRem(first + block, plan.Blocks);
                T* source = plan.Source + (((unit * plan.Channels) + channel) * plan.SourceSize);
                PlaneCopy<T, V>.Load(plan, source, channels, cut * plan.BlockCells, planes + (begin * plan.ChannelCells));
                begin += channels;
            }
        }
    }

    // The outputs of a box as rows of consecutive cells: all of them are one row if nothing lies between them in planes and target.
    static void Row(in ShiftPlan<T> plan, in ShiftPart<T> part, in Axes count, out long rows, out long length)
    {
        bool whole = plan.Axis[2].OutStep == 1 && count[2] == plan.Extent[2] && count[2] == plan.Axis[2].Destination;
        whole &= count[1] == 1 || plan.Axis[1].OutStep == 1;
        whole &= count[0] == 1 || (plan.Axis[0].OutStep == 1 && count[1] == plan.Extent[1] && count[1] == plan.Axis[1].Destination);
        rows = whole ? 1 : count[0] * count[1];
        length = whole ? count.Product : count[2];
    }

    static long Strips(in ShiftPlan<T> plan)
    {
        long most = 1;
        for (int p = 0; p < plan.PartCount; p++)
        {
            Axes count = plan.Parts[p].Count;
            if (count.Product == 0)
                continue;
            count[plan.BlockAxis] = Math.Min(count[plan.BlockAxis], plan.BlockCells);
            Row(plan, plan.Parts[p], count, out long rows, out long length);
            most = Math.Max(most, rows * new RowTiles(length, ChannelWeights<T, V>.Height(ChannelWeights<T, V>.Width(length))).Count);
        }
        return most;
    }

    public void Invoke(long item)
    {
        (long panelGroup, long rest) = Math.DivRem(item, _count * _stripGroups);
        (long block, long stripGroup) = Math.DivRem(rest, _stripGroups);
        (long unit, long cut) = Math.DivRem(_first + block, _plan.Blocks);
        T* planes = _planes != null ? _planes + (block * _plan.Channels * _plan.ChannelCells) : _plan.Source + (unit * _plan.Channels * _plan.SourceSize);
        T* target = _plan.Target + (unit * _plan.Rows * _plan.TargetSize);
        long toPanel = Math.Min((panelGroup + 1) * _panelsAtOnce, _weights.Panels);
        for (int p = 0; p < _plan.PartCount; p++)
        {
            ShiftBox box = _plan.Clip(_plan.Parts[p], cut * _plan.BlockCells);
            if (box.Count.Product == 0 || _plan.Parts[p].Terms == 0)
                continue;
            Row(_plan, _plan.Parts[p], box.Count, out long rows, out long length);
            var tiles = new RowTiles(length, ChannelWeights<T, V>.Height(_weights.PanelVectors));
            long all = rows * tiles.Count, atOnce = TiledGemm.CeilDiv(all, _stripGroups), from = stripGroup * atOnce;
            int count = (int)(Math.Min(from + atOnce, all) - from);
            if (count <= 0)
                continue;
            using var scratch = Scratch.Open();
            Strip* strips = scratch.Take<Strip>(count);
            T* sums = scratch.Take<T>(count * (long)TileHeight * _weights.PanelVectors * V.Count);
            for (int i = 0; i < count; i++, sums += strips[i - 1].Height * _weights.PanelVectors * V.Count)
            {
                (long row, long tile) = Math.DivRem(from + i, tiles.Count);
                (long i0, long i1) = Math.DivRem(row, box.Count[1]);
                strips[i] = new Strip
                {
                    Cells = planes + box.Cell + (((i0 * _plan.Extent[1]) + i1) * _plan.Extent[2]) + tiles.Start(tile),
                    Place = _plan.Place(box, i0, i1, tiles.Start(tile)),
                    Height = tiles.Height(tile),
                    Sums = sums,
                };
            }
            for (long panel = panelGroup * _panelsAtOnce; panel < toPanel; panel++)
            {
                Multiply(p, strips, count, panel, unit % _plan.Groups);
                Write(strips, count, panel, target);
            }
        }
    }

    // Consecutive places of a row, and the sums of a panel of channels there.
    struct Strip
    {
        public T* Cells, Sums;
        public long Place;
        public int Height;
    }

    void Multiply(int p, Strip* strips, int count, long panel, long group)
    {
        ref ShiftPart<T> part = ref _plan.Parts[p];
        _weights.Panel(panel, out long lane, out int vectors);
        T* weights = _weights.Part(p, group) + (lane * part.Terms);
        var args = new ChannelArgs<T> { Bias = _bias + (group * _weights.Lanes) + lane };
        for (long k = 0; k < part.Terms; k += _termsAtOnce, args.Bias = null)
        {
            args.K = Math.Min(_termsAtOnce, part.Terms - k);
            args.B = weights + (k * vectors * V.Count);
            args.Offsets = part.Offsets + k;
            for (Strip* strip = strips; strip < strips + count; strip++)
            {
                args.A = strip->Cells;
                args.Sums = strip->Sums;
                ChannelKernel.For<T, V>(strip->Height, vectors)(&args);
            }
        }
    }

    void Write(Strip* strips, int count, long panel, T* target)
    {
        _weights.Panel(panel, out long lane, out int vectors);
        long channels = Math.Min(vectors * V.Count, _plan.Rows - lane), step = _plan.Axis[2].OutStep;
        for (Strip* strip = strips; strip < strips + count; strip++)
        {
            T* to = target + (lane * _plan.TargetSize) + strip->Place;
            if (_finish.IsPlain)
                _finish.Run<V>(strip->Sums, 0, to, 1, strip->Height * vectors * V.Count);
            if (step == 1)
            {
                Packing.Transpose(strip->Sums, vectors * V.Count, strip->Height, channels, to, _plan.TargetSize);
                if (!_finish.IsPlain)
                    _finish.Run<V>(to, _plan.TargetSize, to, channels, strip->Height);
            }
            else
                Scatter(strip->Sums, vectors * V.Count, strip->Height, channels, to, _plan.TargetSize, step);
        }
    }

    [SkipLocalsInit]
    [MethodImpl(Jit.Full)]
    static void Scatter(T* sums, long width, int height, long channels, T* to, long row, long step)
    {
        byte* buffer = stackalloc byte[28 * 64];
        var turned = (T*)buffer;
        Packing.Transpose(sums, width, height, channels, turned, height);
        for (long c = 0; c < channels; c++, to += row, turned += height)
        {
            for (long i = 0; i < height; i++)
                to[i * step] = turned[i];
        }
    }

    // Where no tap meets some of the outputs (a stride wider than the kernel), those are the bias alone.
    readonly struct Unmet(ShiftPlan<T> plan) : IRangeBody
    {
        public void Invoke(long begin, long end)
        {
            for (long i = begin; i < end; i++)
                new Span<T>(plan.Target + (i * plan.TargetSize), checked((int)plan.TargetSize)).Fill(plan.Bias == null ? T.Zero : plan.Bias[i % (plan.Rows * plan.Groups)]);
        }
    }
}
