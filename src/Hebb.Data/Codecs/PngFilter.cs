namespace Hebb.Data;

/// <summary>
/// The five scanline filters of PNG (ISO/IEC 15948, clause 9): None, Sub, Up, Average, Paeth, numbered 0 to 4.
/// Rows carry no filter byte here; <c>bpp</c> is the distance in bytes to the pixel on the left, at least 1.
/// </summary>
internal static class PngFilter
{
    public const int Count = 5;

    /// <summary>Turns a filtered row into samples, in place. The row above the first one is all zeros.</summary>
    public static void Undo(int filter, Span<byte> row, ReadOnlySpan<byte> above, int bpp)
    {
        int head = Math.Min(bpp, row.Length);
        switch (filter)
        {
            case 1:
                for (int i = head; i < row.Length; i++) row[i] += row[i - bpp];
                break;
            case 2:
                for (int i = 0; i < row.Length; i++) row[i] += above[i];
                break;
            case 3:
                for (int i = 0; i < head; i++) row[i] += (byte)(above[i] >> 1);
                for (int i = head; i < row.Length; i++) row[i] += (byte)((row[i - bpp] + above[i]) >> 1);
                break;
            case 4:
                for (int i = 0; i < head; i++) row[i] += above[i];
                for (int i = head; i < row.Length; i++) row[i] += Paeth(row[i - bpp], above[i], above[i - bpp]);
                break;
        }
    }

    public static void Apply(int filter, ReadOnlySpan<byte> row, ReadOnlySpan<byte> above, int bpp, Span<byte> result)
    {
        int head = Math.Min(bpp, row.Length);
        row.CopyTo(result);
        switch (filter)
        {
            case 1:
                for (int i = head; i < row.Length; i++) result[i] -= row[i - bpp];
                break;
            case 2:
                for (int i = 0; i < row.Length; i++) result[i] -= above[i];
                break;
            case 3:
                for (int i = 0; i < head; i++) result[i] -= (byte)(above[i] >> 1);
                for (int i = head; i < row.Length; i++) result[i] -= (byte)((row[i - bpp] + above[i]) >> 1);
                break;
            case 4:
                for (int i = 0; i < head; i++) result[i] -= above[i];
                for (int i = head; i < row.Length; i++) result[i] -= Paeth(row[i - bpp], above[i], above[i - bpp]);
                break;
        }
    }

    /// <summary>Sum of the bytes' distances from zero (as signed): the standard's heuristic for how well a filtered row packs.</summary>
    public static long Cost(ReadOnlySpan<byte> filtered)
    {
        long sum = 0;
        foreach (byte b in filtered) sum += Math.Min(b, 256 - b);
        return sum;
    }

    private static byte Paeth(int left, int up, int upLeft)
    {
        int fromLeft = Math.Abs(up - upLeft), fromUp = Math.Abs(left - upLeft), fromUpLeft = Math.Abs(left + up - 2 * upLeft);
        if (fromLeft <= fromUp && fromLeft <= fromUpLeft) return (byte)left;
        return (byte)(fromUp <= fromUpLeft ? up : upLeft);
    }
}
