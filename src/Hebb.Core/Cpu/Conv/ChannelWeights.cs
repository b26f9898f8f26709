using System.Numerics;
using Hebb.Cpu.Simd;

namespace Hebb.Cpu;

/// <summary>The weights of a <see cref="ShiftPlan{T}"/> in the order of channel kernels: for each part, group and panel of channels, one row of channels a term.</summary>
readonly unsafe struct ChannelWeights<T, V>
    where T : unmanaged, INumber<T>
    where V : unmanaged, ISimd<V, T>
{
    const long PackAtOnce = 1L << 15;

    readonly T* _packed;
    readonly ShiftPlan<T> _plan;
    readonly PackedWeights? _kept;    // held while the weights are read

    ChannelWeights(in ShiftPlan<T> plan, T* packed, PackedWeights? kept)
    {
        _kept = kept;
        _plan = plan;
        _packed = packed;
        Vectors = TiledGemm.CeilDiv(plan.Rows, V.Count);
        Lanes = Vectors * V.Count;
        long length = 1;
        for (int p = 0; p < plan.PartCount; p++)
            length = Math.Max(length, plan.Parts[p].Count.Product == 0 ? 1 : plan.Parts[p].Count[2]);
        PanelVectors = Width(length);
        Panels = TiledGemm.CeilDiv(Vectors, PanelVectors);
    }

    public void KeepAlive() => GC.KeepAlive(_kept);

    /// <summary>Vectors of a full panel.</summary>
    public int PanelVectors { get; }

    public long Vectors { get; }

    /// <summary>Channels of a group, up to whole vectors.</summary>
    public long Lanes { get; }

    public long Panels { get; }

    /// <summary>Vectors that suit rows of <paramref name="length"/> places.</summary>
    public static int Width(long length) => (V.Count * sizeof(T) == 64 ? length is > 4 and < 8 : Few && length is < 4 or 7) ? 3 : 2;

    /// <summary>The most places whose sums fit the registers.</summary>
    public static int Height(int vectors) => vectors < 3 ? TileRows.Max<T, V>() : Few ? 4 : 9;

    // 16 registers.
    static bool Few => TileRows.Max<T, V>() == 6;

    public void Panel(long panel, out long lane, out int vectors)
    {
        lane = panel * PanelVectors * V.Count;
        vectors = (int)Math.Min(PanelVectors, Vectors - (panel * PanelVectors));
    }

    public T* Part(int p, long group)
    {
        long before = 0;
        for (int i = 0; i < p; i++)
            before += _plan.Parts[i].Terms;
        return _packed + (((before * _plan.Groups) + (group * _plan.Parts[p].Terms)) * Lanes);
    }

    public static ChannelWeights<T, V> Pack(in ShiftPlan<T> plan, in Scratch scratch)
    {
        long terms = 0;
        for (int p = 0; p < plan.PartCount; p++)
            terms += plan.Parts[p].Terms;
        long lanes = TiledGemm.CeilDiv(plan.Rows, V.Count) * V.Count;
        long size = terms * lanes * plan.Groups;
        var weights = new ChannelWeights<T, V>(plan, null, null);
        PackedKey key = plan.Key with { Lanes = V.Count, PanelVectors = weights.PanelVectors };
        PackedWeights? kept = PackedWeights.Find(plan.WeightStorage, key, size * sizeof(T), out bool fresh);
        weights = new ChannelWeights<T, V>(plan, kept != null ? (T*)kept.Pointer : scratch.Take<T>(size), kept);
        if (kept != null && !fresh)
            return weights;
        long channels = plan.Channels * plan.Groups * weights.Panels;
        long each = Math.Max(1, terms / Math.Max(1, plan.Channels) * weights.PanelVectors * V.Count);
        ParallelFor.Ranges(channels, Math.Max(1, PackAtOnce / each), new Packer(weights));
        kept?.Keep(plan.WeightStorage!, key);
        return weights;
    }

    readonly struct Packer(ChannelWeights<T, V> weights) : IRangeBody
    {
        public void Invoke(long begin, long end)
        {
            ShiftPlan<T> plan = weights._plan;
            while (begin < end)
            {
                (long rest, long channel) = Math.DivRem(begin, plan.Channels);
                (long group, long panel) = Math.DivRem(rest, weights.Panels);
                long channels = Math.Min(end - begin, plan.Channels - channel);
                for (int p = 0; p < plan.PartCount; p++)
                    Pack(p, group, panel, channel, channels);
                begin += channels;
            }
        }

        void Pack(int p, long group, long panel, long channel, long channels)
        {
            ShiftPlan<T> plan = weights._plan;
            ref ShiftPart<T> part = ref plan.Parts[p];
            weights.Panel(panel, out long lane, out int vectors);
            long width = vectors * V.Count, rows = Math.Min(width, plan.Rows - lane);
            T* target = weights.Part(p, group) + (lane * part.Terms) + (channel * part.TapCount * width);
            T* source = plan.Weights + (group * plan.WeightGroupSource) + (lane * plan.WeightRow) + (channel * plan.WeightChannel);
            bool allTaps = part.TapCount == plan.Taps;
            if (allTaps && plan.WeightChannel == plan.Taps)
                Packing.Copy<T, V>(source, plan.WeightRow, 1, rows, channels * part.TapCount, target, width, width);
            else
            {
                for (long c = 0; c < channels; c++, source += plan.WeightChannel)
                {
                    if (allTaps)
                    {
                        Packing.Copy<T, V>(source, plan.WeightRow, 1, rows, part.TapCount, target, width, width);
                        target += part.TapCount * width;
                        continue;
                    }
                    for (int t = 0; t < part.TapCount; t++, target += width)
                        Packing.Copy<T, V>(source + part.Taps[t], plan.WeightRow, 1, rows, 1, target, width, width);
                }
            }
        }
    }
}
