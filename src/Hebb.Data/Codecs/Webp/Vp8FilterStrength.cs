namespace Hebb.Data;

/// <summary>Limits of the loop filter (RFC 6386, section 15) that follow from its level (0 to 63; others are clamped) and sharpness (0 to 7).</summary>
internal readonly struct Vp8FilterStrength
{
    public Vp8FilterStrength(int level, int sharpness)
    {
        level = Math.Clamp(level, 0, 63);
        if (level == 0) return;
        int interior = level;
        if (sharpness > 0) interior = Math.Min(level >> (sharpness > 4 ? 2 : 1), 9 - sharpness);
        Interior = Math.Max(1, interior);
        Edge = 2 * level + Interior;
        HighVariance = level >= 40 ? 2 : level >= 15 ? 1 : 0;
    }

    /// <summary>How far neighbours on one side may differ.</summary>
    public int Interior { get; }

    /// <summary>How far samples may differ across an edge inside a macroblock; 0 means no filter.</summary>
    public int Edge { get; }

    /// <summary>Above this difference next to the edge, only the two samples beside it change.</summary>
    public int HighVariance { get; }
}
