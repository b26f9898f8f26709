namespace Hebb.Compile;

/// <summary>Checks the windows of convolutions and pools that come from a file: ops give them under common names, in ranges that keep kernels inside their memory.</summary>
internal static class WindowChecks
{
    /// <summary>Far beyond any real window; products of two stay far from the ends of 64 bits, sums far from those of 32.</summary>
    private const int Most = 1 << 24;

    /// <exception cref="FormatException">A number is out of range, or there is not one for each axis.</exception>
    public static void Check(AttributeRecord attributes)
    {
        int[]? kernel = Find(attributes, "kernel"), stride = Find(attributes, "stride"), dilation = Find(attributes, "dilation");
        int[]? begin = Find(attributes, "pad_begin"), end = Find(attributes, "pad_end");
        int axes = (stride ?? kernel)?.Length ?? -1;
        Check("kernel", kernel, 1);
        Check("stride", stride, 1);
        Check("dilation", dilation, 1);
        Check("pad_begin", begin, -Most);
        Check("pad_end", end, -Most);
        Check("extra", Find(attributes, "extra"), 0);
        // A window of a pool meets at least one element.
        if (kernel is null || dilation is null || begin is null || end is null || !Has(attributes, "ceil_mode"))
            return;
        for (int i = 0; i < axes; i++)
        {
            long span = (long)dilation[i] * (kernel[i] - 1) + 1;
            if (begin[i] < 0 || end[i] < 0 || begin[i] >= span || end[i] >= span)
                throw new FormatException($"padding {Math.Max(begin[i], end[i])} of a window that spans {span}");
        }

        void Check(string name, int[]? numbers, int least)
        {
            if (numbers is null)
                return;
            if (axes >= 0 && (numbers.Length != axes || axes is < 1 or > 3))
                throw new FormatException($"{name} has {numbers.Length} numbers, a window has one to three axes");
            foreach (int number in numbers)
            {
                if (number < least || number > Most)
                    throw new FormatException($"{name} is {number}, not from {least} to {Most}");
            }
        }
    }

    private static bool Has(AttributeRecord attributes, string name)
    {
        foreach (var entry in attributes.Entries)
        {
            if (entry.Name == name)
                return true;
        }
        return false;
    }

    private static int[]? Find(AttributeRecord attributes, string name)
    {
        foreach (var entry in attributes.Entries)
        {
            if (entry.Name == name)
                return entry.Value as int[];
        }
        return null;
    }
}
