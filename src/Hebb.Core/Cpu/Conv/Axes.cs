using System.Runtime.CompilerServices;

namespace Hebb.Cpu;

/// <summary>One number for each of three spatial axes; those of lower rank use the last ones.</summary>
[InlineArray(Count)]
struct Axes
{
    public const int Count = 3;

    long _first;

    public static Axes All(long value)
    {
        Axes axes = default;
        for (int i = 0; i < Count; i++)
            axes[i] = value;
        return axes;
    }

    /// <summary>The values given, right-aligned; <paramref name="missing"/> in front of them.</summary>
    public static Axes From(ReadOnlySpan<long> values, long missing)
    {
        Axes axes = All(missing);
        for (int i = 0; i < values.Length; i++)
            axes[Count - values.Length + i] = values[i];
        return axes;
    }

    public readonly long Product => this[0] * this[1] * this[2];
}
