using System.Numerics;

namespace Hebb.Cpu;

/// <summary>
/// Which taps of one axis each output meets the source with, and where. Taps stand in an order in which those that an output meets follow each other: towards the data with a stride of s,
/// every s-th of them.
/// </summary>
unsafe struct ImageAxis
{
    public long Source, Count, Taps;

    /// <summary>In that order: which tap, and how far along the source it is from <see cref="Start"/>.</summary>
    public long* Tap, Along;

    /// <summary>Of each output: the source's cell from which taps count.</summary>
    public long* Start;

    /// <summary>Of each output: the first place in the order whose tap meets the source, and the one past the last.</summary>
    public long* First, Last;

    /// <summary>Outputs of the same taps, numbered.</summary>
    public int* Kind;
    public int Kinds;

    /// <summary>Forward, or towards the data, where a stride and a dilation do not go together.</summary>
    public static ImageAxis Create(in ConvGeometry g, int axis, bool forward, in Scratch scratch)
    {
        long pad = g.PadBegin[axis], dilation = g.Dilation[axis], stride = g.Stride[axis], phases = forward ? 1 : stride;
        var a = new ImageAxis
        {
            Source = forward ? g.Input[axis] : g.OutputLength(axis),
            Count = forward ? g.OutputLength(axis) : g.Input[axis],
            Taps = g.Kernel[axis],
        };
        a.Tap = scratch.Take<long>(a.Taps);
        a.Along = scratch.Take<long>(a.Taps);
        a.Start = scratch.Take<long>(a.Count);
        a.First = scratch.Take<long>(a.Count);
        a.Last = scratch.Take<long>(a.Count);
        a.Kind = scratch.Take<int>(a.Count);
        long* begin = scratch.Take<long>(phases + 1);
        long place = 0;
        for (long phase = 0; phase < phases; phase++)
        {
            begin[phase] = place;
            for (long tap = phase; tap < a.Taps; tap += phases, place++)
                (a.Tap[place], a.Along[place]) = (tap, forward ? tap * dilation : -(tap / phases) * dilation);
        }
        begin[phases] = place;
        for (long i = 0; i < a.Count; i++)
        {
            long phase = forward ? 0 : (((i + pad) % phases) + phases) % phases;
            a.Start[i] = forward ? (i * stride) - pad : (i + pad - phase) / phases;
            long first = begin[phase], last = begin[phase + 1];
            while (first < last && !a.Meets(i, first))
                first++;
            while (last > first && !a.Meets(i, last - 1))
                last--;
            (a.First[i], a.Last[i]) = (first, last);
            long same = 0;
            while (a.First[same] != first || a.Last[same] != last)
                same++;
            a.Kind[i] = same < i ? a.Kind[same] : a.Kinds++;
        }
        return a;
    }

    readonly bool Meets(long i, long place) => (ulong)(Start[i] + Along[place]) < (ulong)Source;

    /// <summary>Taps that meet the source, of all outputs.</summary>
    public readonly long Met
    {
        get
        {
            long sum = 0;
            for (long i = 0; i < Count; i++)
                sum += Last[i] - First[i];
            return sum;
        }
    }

    /// <summary>The source's part that outputs from <paramref name="begin"/> to before <paramref name="end"/> meet.</summary>
    public readonly (long From, long To) Span(long begin, long end)
    {
        long from = Source, to = 0;
        for (long i = begin; i < end; i++)
        {
            if (First[i] == Last[i])
                continue;
            long a = Start[i] + Along[First[i]], b = Start[i] + Along[Last[i] - 1];
            from = Math.Min(from, Math.Min(a, b));
            to = Math.Max(to, Math.Max(a, b) + 1);
        }
        return (Math.Min(from, to), to);
    }
}
