namespace Hebb.Ops;

/// <summary>Python's rules for the ends of a slice.</summary>
internal static class SliceBounds
{
    public static (int First, int Count) Resolve(int size, int? start, int? end, int step)
    {
        if (step == 0)
            throw new ShapeException("Slice: the step is zero");
        int low = step > 0 ? 0 : -1, high = step > 0 ? size : size - 1;
        int first = start is { } s ? Math.Clamp(s < 0 ? s + size : s, low, high) : step > 0 ? 0 : size - 1;
        int last = end is { } e ? Math.Clamp(e < 0 ? e + size : e, low, high) : step > 0 ? size : -1;
        int count = Math.Max(0, step > 0 ? (last - first + step - 1) / step : (first - last - step - 1) / -step);
        return (count == 0 ? 0 : first, count);
    }
}
