using System.Runtime.CompilerServices;
using Hebb.Memory;

namespace Hebb.Cpu;

/// <summary>Which weights (by their place in memory), laid out for which kernel (family and direction, vectors) of which convolution.</summary>
readonly record struct PackedKey(
    nint Source,
    int Layout,
    int ElementSize,
    int Lanes,
    int PanelVectors,
    long Rows,
    long Channels,
    long Groups,
    (long, long, long) Kernel,
    (long, long, long) Stride,
    (long, long, long) Dilation)
{
    // By hand: comparers of all these types take long to be made at the first call.
    public bool Equals(PackedKey other) => (Source, Layout, ElementSize, Lanes, PanelVectors) == (other.Source, other.Layout, other.ElementSize, other.Lanes, other.PanelVectors)
        && (Rows, Channels, Groups) == (other.Rows, other.Channels, other.Groups) && Kernel == other.Kernel && Stride == other.Stride && Dilation == other.Dilation;

    public override int GetHashCode() => (((int)(Source >> 6) * 31 + Layout) * 31 + Lanes) * 31 + PanelVectors;
}

/// <summary>A copy of weights in the order in which a kernel reads them. It lives as long as somebody holds it.</summary>
sealed unsafe class PackedWeights
{
    // Readable past the end, as in Scratch.
    const long Slack = 64;

    readonly long _bytes;

    PackedWeights(long bytes)
    {
        _bytes = bytes;
        Pointer = AlignedMemory.Allocate(bytes + Slack);
        GC.AddMemoryPressure(bytes);
    }

    ~PackedWeights()
    {
        AlignedMemory.Free(Pointer, _bytes + Slack);
        GC.RemoveMemoryPressure(_bytes);
        Interlocked.Add(ref s_held, -_bytes);
    }

    public byte* Pointer { get; }

    const long HoldAtMost = 1L << 30;

    static readonly ConditionalWeakTable<Storage, Entry> s_entries = [];
    static long s_held;

    /// <summary>
    /// What is kept for weights that have not changed since; null where there is nothing. Weights that are met a second time unchanged are worth
    /// keeping: then <paramref name="fresh"/> is set, and the caller fills the memory and calls <see cref="Keep"/>. Training, which
    /// changes them at each step, never gets there.
    /// </summary>
    public static PackedWeights? Find(Storage? storage, in PackedKey key, long bytes, out bool fresh)
    {
        fresh = false;
        if (storage is null || storage.IsExposed)
            return null;
        Entry entry = s_entries.GetValue(storage, static _ => new Entry());
        lock (entry)
        {
            entry.Renew(storage);
            if (entry.Kept.TryGetValue(key, out PackedWeights? kept))
            {
                if (kept is not null)
                    return kept;
                if (Interlocked.Add(ref s_held, bytes) <= HoldAtMost)
                {
                    fresh = true;
                    return new PackedWeights(bytes);
                }
                Interlocked.Add(ref s_held, -bytes);
                return null;
            }
            entry.Kept[key] = null;
            return null;
        }
    }

    /// <summary>Hands filled memory to later calls, unless the weights have changed meanwhile.</summary>
    public void Keep(Storage storage, in PackedKey key)
    {
        Entry entry = s_entries.GetValue(storage, static _ => new Entry());
        lock (entry)
        {
            if (entry.IsCurrent(storage))
                entry.Kept[key] = this;
        }
    }

    sealed class Entry
    {
        public readonly Dictionary<PackedKey, PackedWeights?> Kept = [];
        int _generation, _version;

        public bool IsCurrent(Storage storage) => (_generation, _version) == (storage.Generation, storage.Version);

        public void Renew(Storage storage)
        {
            if (IsCurrent(storage))
                return;
            Kept.Clear();
            (_generation, _version) = (storage.Generation, storage.Version);
        }
    }
}
