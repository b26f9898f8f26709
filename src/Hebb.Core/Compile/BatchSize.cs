using System.Globalization;

namespace Hebb.Compile;

/// <summary>A size that follows from the batch size: scale * batch + offset. Written <c>batch</c>, <c>4*batch</c>, <c>4*batch+1</c> or, with scale 0, as a number.</summary>
public readonly record struct BatchSize(int Scale, int Offset)
{
    private const string Name = "batch";

    /// <summary>The size at a batch size.</summary>
    /// <exception cref="ShapeException">It is out of the range of sizes.</exception>
    public int At(int batch)
    {
        long value = (long)Scale * batch + Offset;
        return value is >= int.MinValue and <= int.MaxValue ? (int)value : throw new ShapeException($"{this} is {value} for a batch of {batch}, too large for a size");
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
