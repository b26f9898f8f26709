using System.Globalization;

namespace Hebb.Compile;

/// <summary>A size that follows from the batch size: scale * batch + offset. Written <c>batch</c>, <c>4*batch</c>, <c>4*batch+1</c> or, with scale 0, as a number.</summary>
public readonly record struct BatchSize(int Scale, int Offset)
{
    private const string Name = "batch";

    /// <summary>The greatest degree of a product of axes.</summary>
    private const int MaxDegree = 4;

    /// <summary>
    /// Where a function has several dynamic axes: to which power each stands in the product that is scaled, four bits an axis, the first lowest. Saved models have one axis.
    /// </summary>
    internal ulong Powers { get; init; } = 1;

    public bool Equals(BatchSize other) => Scale == other.Scale && Offset == other.Offset && Powers == other.Powers;

    public override int GetHashCode() => HashCode.Combine(Scale, Offset, Powers);

    /// <summary>The size at a batch size.</summary>
    /// <exception cref="ShapeException">It is out of the range of sizes.</exception>
    public int At(int batch) => At([batch]);

    /// <summary>The size at sizes of all dynamic axes.</summary>
    /// <exception cref="ShapeException">It is out of the range of sizes.</exception>
    internal int At(ReadOnlySpan<int> sizes)
    {
        if (Scale == 0)
            return Offset;
        if (Powers != 1)
            return AtProduct(sizes);
        long value = (long)Scale * sizes[0] + Offset;
        return value is >= int.MinValue and <= int.MaxValue ? (int)value : throw TooLarge(value, sizes);
    }

    // Apart from the common case: code with 128-bit integers isn't precompiled.
    private int AtProduct(ReadOnlySpan<int> sizes)
    {
        Int128 value = (Int128)Scale * Product(Powers, sizes) + Offset;
        return value >= int.MinValue && value <= int.MaxValue ? (int)value : throw TooLarge(value, sizes);
    }

    private ShapeException TooLarge<T>(T value, ReadOnlySpan<int> sizes) => new($"{this} is {value} for a batch of {sizes[0]}, too large for a size");

    /// <summary>A multiple of a product of axes, or such a multiple and a number more, that is right at two places; the simplest one.</summary>
    internal static BatchSize? Fit(ReadOnlySpan<int> sizes, long value, ReadOnlySpan<int> others, long otherValue)
    {
        if (value == otherValue)
            return value is >= int.MinValue and <= int.MaxValue ? new BatchSize(0, (int)value) : null;
        foreach (bool offset in (ReadOnlySpan<bool>)[false, true])
        {
            for (int degree = 1; degree <= MaxDegree; degree++)
            {
                foreach (ulong powers in Products(sizes.Length, degree))
                {
                    Int128 at = Product(powers, sizes), other = Product(powers, others);
                    if (at > long.MaxValue || other > long.MaxValue || at == other || (otherValue - value) % (long)(other - at) != 0)
                        continue;
                    long scale = (otherValue - value) / (long)(other - at);
                    Int128 rest = value - scale * at;
                    if ((offset || rest == 0) && scale is >= int.MinValue and <= int.MaxValue && rest >= int.MinValue && rest <= int.MaxValue)
                        return new BatchSize((int)scale, (int)rest) { Powers = powers };
                }
            }
        }
        return null;
    }

    private static Int128 Product(ulong powers, ReadOnlySpan<int> sizes)
    {
        Int128 product = 1;
        for (int i = 0; i < sizes.Length; i++)
        {
            for (ulong power = powers >> (4 * i) & 15; power > 0; power--)
                product *= sizes[i];
        }
        return product;
    }

    /// <summary>All products of so many axes of a degree.</summary>
    private static IEnumerable<ulong> Products(int axes, int degree)
    {
        if (axes == 1)
            return [(ulong)degree];
        return Enumerable.Range(0, degree + 1).SelectMany(last => degree == last ? [(ulong)last << (4 * (axes - 1))] : Products(axes - 1, degree - last).Select(p => p | ((ulong)last << (4 * (axes - 1)))));
    }

    /// <summary>The line through two points, if it goes through whole numbers.</summary>
    public static BatchSize? Fit(int batch, long value, int otherBatch, long otherValue)
    {
        long rise = otherValue - value, run = otherBatch - batch;
        if (run == 0 || rise % run != 0)
            return null;
        long scale = rise / run, offset = value - scale * batch;
        return scale is >= int.MinValue and <= int.MaxValue && offset is >= int.MinValue and <= int.MaxValue ? new((int)scale, (int)offset) : null;
    }

    /// <summary>Reads what <see cref="ToString"/> writes.</summary>
    public static bool TryParse(string text, out BatchSize size)
    {
        size = default;
        int at = text.IndexOf(Name, StringComparison.Ordinal);
        if (at < 0)
        {
            bool whole = int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int number);
            size = new(0, number);
            return whole;
        }
        int scale = 1, offset = 0;
        string before = text[..at], after = text[(at + Name.Length)..];
        if (before.Length > 0 && !(before.EndsWith('*') && int.TryParse(before[..^1], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out scale)))
            return false;
        if (after.Length > 0 && !(after[0] is '+' or '-' && int.TryParse(after, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out offset)))
            return false;
        size = new(scale, offset);
        return scale != 0;
    }

    public override string ToString()
    {
        if (Scale == 0)
            return Offset.ToString(CultureInfo.InvariantCulture);
        string text = Scale == 1 ? Name : string.Create(CultureInfo.InvariantCulture, $"{Scale}*{Name}");
        return Offset == 0 ? text : string.Create(CultureInfo.InvariantCulture, $"{text}{Offset:+0;-0}");
    }
}
