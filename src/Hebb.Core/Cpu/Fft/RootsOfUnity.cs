namespace Hebb.Cpu;

/// <summary>Twiddle factors, correctly rounded to about one unit in the last place of a double.</summary>
internal static class RootsOfUnity
{
    /// <summary>exp(-2 pi i t / n) for 0 &lt;= t &lt; n.</summary>
    public static (double Re, double Im) Get(long t, long n)
    {
        // The nearest quarter turn is taken off exactly, in integers: what is left is at most an eighth of a turn.
        long quarter = (8 * t + n) / (2 * n);
        double angle = Math.PI / 2 * (4 * t - quarter * n) / n;
        (double sin, double cos) = Math.SinCos(angle);
        return (quarter & 3) switch
        {
            0 => (cos, -sin),
            1 => (-sin, -cos),
            2 => (-cos, sin),
            _ => (sin, cos),
        };
    }
}
