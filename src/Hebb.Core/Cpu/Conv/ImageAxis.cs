using System.Numerics;

namespace Hebb.Cpu;

/// <summary>Which taps of one axis each output meets the source with, and where: tap t of output i is at <see cref="Start"/>[i] + t * <see cref="Slope"/>.</summary>
unsafe struct ImageAxis
{
    public long Source, Count, Taps, Slope;
    public long* Start;

    /// <summary>The first tap inside the source, and the one past the last.</summary>
    public long* First, Last;

    /// <summary>Outputs of the same taps, numbered.</summary>
    public int* Kind;
    public int Kinds;

    /// <summary>Forward, or towards the data, where the stride must be 1.</summary>
    public static ImageAxis Create(in ConvGeometry g, int axis, bool forward, in Scratch scratch)
    {
        long pad = g.PadBegin[axis], dilation = g.Dilation[axis];
        var a = new ImageAxis
        {
            Source = forward ? g.Input[axis] : g.OutputLength(axis),
            Count = forward ? g.OutputLength(axis) : g.Input[axis],
            Taps = g.Kernel[axis],
            Slope = forward ? dilation : -dilation,
        };
        a.Start = scratch.Take<long>(a.Count);
        a.First = scratch.Take<long>(a.Count);
        a.Last = scratch.Take<long>(a.Count);
        a.Kind = scratch.Take<int>(a.Count);
        for (long i = 0; i < a.Count; i++)
        {
            a.Start[i] = forward ? (i * g.Stride[axis]) - pad : i + pad;
            long first = 0, last = a.Taps;
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

    readonly bool Meets(long i, long tap) => (ulong)(Start[i] + (tap * Slope)) < (ulong)Source;

    /// <summary>Taps inside the source, of all outputs.</summary>
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
            long a = Start[i] + (First[i] * Slope), b = Start[i] + ((Last[i] - 1) * Slope);
            from = Math.Min(from, Math.Min(a, b));
            to = Math.Max(to, Math.Max(a, b) + 1);
        }
        return (Math.Min(from, to), to);
    }
}
