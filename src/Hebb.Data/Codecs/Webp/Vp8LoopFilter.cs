namespace Hebb.Data;

/// <summary>
/// The loop filter (RFC 6386, section 15): smooths the edges of macroblocks, and of the 4x4 blocks inside those that have coefficients or are
/// predicted in blocks.
/// </summary>
internal static class Vp8LoopFilter
{
    /// <summary>Filters the edges of a macroblock, in the standard's order; those before it are done.</summary>
    public static void Run(Vp8Frame frame, int column, int row, in Vp8FilterStrength strength, bool inner, bool simple)
    {
        if (strength.Edge == 0) return;
        if (column > 0) Edges(frame, column, row, strength, simple, across: true, inside: false);
        if (inner) Edges(frame, column, row, strength, simple, across: true, inside: true);
        if (row > 0) Edges(frame, column, row, strength, simple, across: false, inside: false);
        if (inner) Edges(frame, column, row, strength, simple, across: false, inside: true);
    }

    private static void Edges(Vp8Frame frame, int column, int row, in Vp8FilterStrength strength, bool simple, bool across, bool inside)
    {
        Edges(frame.Y, column, row, 16, strength, simple, across, inside);
        if (simple) return;
        Edges(frame.U, column, row, 8, strength, simple, across, inside);
        Edges(frame.V, column, row, 8, strength, simple, across, inside);
    }

    private static void Edges(Vp8Plane plane, int column, int row, int size, in Vp8FilterStrength strength, bool simple, bool across, bool inside)
    {
        int start = plane.At(column * size, row * size);
        // Across an edge that stands upright, and along it; or the other way round.
        int step = across ? 1 : plane.Stride, along = across ? plane.Stride : 1;
        // Twice the limit, as differences at the edge count four times.
        int limit = 2 * (inside ? strength.Edge : strength.Edge + 4) + 1;
        for (int edge = inside ? 4 : 0; edge < (inside ? size : 1); edge += 4)
        {
            for (int i = 0; i < size; i++)
            {
                int at = start + edge * step + i * along;
                if (simple) Simple(plane.Samples, at, step, limit);
                else Normal(plane.Samples, at, step, limit, strength, inside);
            }
        }
    }

    private static void Simple(byte[] s, int at, int step, int limit)
    {
        int p1 = s[at - 2 * step], p0 = s[at - step], q0 = s[at], q1 = s[at + step];
        if (4 * Math.Abs(p0 - q0) + Math.Abs(p1 - q1) <= limit) Two(s, at, step, p1, p0, q0, q1);
    }

    private static void Normal(byte[] s, int at, int step, int limit, in Vp8FilterStrength strength, bool inside)
    {
        int p3 = s[at - 4 * step], p2 = s[at - 3 * step], p1 = s[at - 2 * step], p0 = s[at - step];
        int q0 = s[at], q1 = s[at + step], q2 = s[at + 2 * step], q3 = s[at + 3 * step], interior = strength.Interior;
        if (4 * Math.Abs(p0 - q0) + Math.Abs(p1 - q1) > limit
            || Math.Abs(p3 - p2) > interior || Math.Abs(p2 - p1) > interior || Math.Abs(p1 - p0) > interior
            || Math.Abs(q3 - q2) > interior || Math.Abs(q2 - q1) > interior || Math.Abs(q1 - q0) > interior)
        {
            return;
        }
        if (Math.Abs(p1 - p0) > strength.HighVariance || Math.Abs(q1 - q0) > strength.HighVariance)
        {
            Two(s, at, step, p1, p0, q0, q1);
        }
        else if (inside)
        {
            int a = 3 * (q0 - p0), down = Eighth(a + 4), up = Eighth(a + 3), outer = (down + 1) >> 1;
            s[at - 2 * step] = Clip(p1 + outer);
            s[at - step] = Clip(p0 + up);
            s[at] = Clip(q0 - down);
            s[at + step] = Clip(q1 - outer);
        }
        else
        {
            int a = Signed(3 * (q0 - p0) + Signed(p1 - q1)), first = (27 * a + 63) >> 7, second = (18 * a + 63) >> 7, third = (9 * a + 63) >> 7;
            s[at - 3 * step] = Clip(p2 + third);
            s[at - 2 * step] = Clip(p1 + second);
            s[at - step] = Clip(p0 + first);
            s[at] = Clip(q0 - first);
            s[at + step] = Clip(q1 - second);
            s[at + 2 * step] = Clip(q2 - third);
        }
    }

    private static void Two(byte[] s, int at, int step, int p1, int p0, int q0, int q1)
    {
        int a = 3 * (q0 - p0) + Signed(p1 - q1);
        s[at - step] = Clip(p0 + Eighth(a + 3));
        s[at] = Clip(q0 - Eighth(a + 4));
    }

    private static int Signed(int value) => Math.Clamp(value, -128, 127);

    // Of five bits with sign.
    private static int Eighth(int value) => Math.Clamp(value >> 3, -16, 15);

    private static byte Clip(int value) => (byte)Math.Clamp(value, 0, 255);
}
