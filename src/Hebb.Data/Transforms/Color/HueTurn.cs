using System.Numerics;

namespace Hebb.Data;

/// <summary>Turns the hue of pictures of three channels: to hue, saturation and value (Smith 1978), and back.</summary>
internal static class HueTurn
{
    // Bytes of a value from 0 to 1, as torchvision converts: 256 levels of nearly equal width.
    private const float Levels = 256 - 1e-3f;

    public static void Run(in Picture p, float turn)
    {
        ReadOnlySpan<float> r = p.Source(0), g = p.Source(1), b = p.Source(2);
        Span<float> toR = p.Result(0), toG = p.Result(1), toB = p.Result(2);
        float white = p.White;
        int i = 0;
        for (; i <= r.Length - Vector<float>.Count; i += Vector<float>.Count)
        {
            var (x, y, z) = Turn(new Vector<float>(r[i..]) / white, new Vector<float>(g[i..]) / white, new Vector<float>(b[i..]) / white, turn, p.IsBytes);
            x.CopyTo(toR[i..]);
            y.CopyTo(toG[i..]);
            z.CopyTo(toB[i..]);
        }
        for (; i < r.Length; i++)
        {
            var (x, y, z) = Turn(new Vector<float>(r[i] / white), new Vector<float>(g[i] / white), new Vector<float>(b[i] / white), turn, p.IsBytes);
            (toR[i], toG[i], toB[i]) = (x[0], y[0], z[0]);
        }
    }

    private static (Vector<float>, Vector<float>, Vector<float>) Turn(Vector<float> r, Vector<float> g, Vector<float> b, float turn, bool bytes)
    {
        var one = Vector<float>.One;
        Vector<float> top = Vector.Max(Vector.Max(r, g), b), bottom = Vector.Min(Vector.Min(r, g), b), spread = top - bottom;
        var gray = Vector.Equals(spread, Vector<float>.Zero);
        var saturation = Vector.ConditionalSelect(gray, Vector<float>.Zero, spread / Vector.ConditionalSelect(gray, one, top));
        var divisor = Vector.ConditionalSelect(gray, one, spread);
        Vector<float> fromR = (top - r) / divisor, fromG = (top - g) / divisor, fromB = (top - b) / divisor;
        // In sixths of the circle, from red.
        var hue = Vector.ConditionalSelect(Vector.Equals(top, r), fromB - fromG,
            Vector.ConditionalSelect(Vector.Equals(top, g), new Vector<float>(2) + fromR - fromB, new Vector<float>(4) + fromG - fromR));
        hue = hue / 6 + one;
        hue -= Vector.Floor(hue);
        hue += new Vector<float>(turn);
        hue = (hue - Vector.Floor(hue)) * 6;
        Vector<float> sector = Vector.Floor(hue), rest = hue - sector;
        sector = Vector.ConditionalSelect(Vector.Equals(sector, new Vector<float>(6)), Vector<float>.Zero, sector);
        Vector<float> low = Clip(top * (one - saturation)), falling = Clip(top * (one - saturation * rest)), rising = Clip(top * (one - saturation * (one - rest)));
        return (Finish(Pick(sector, top, falling, low, low, rising, top), bytes), Finish(Pick(sector, rising, top, top, falling, low, low), bytes),
            Finish(Pick(sector, low, low, rising, top, top, falling), bytes));
    }

    private static Vector<float> Clip(Vector<float> x) => Vector.Min(Vector.Max(x, Vector<float>.Zero), Vector<float>.One);

    private static Vector<float> Finish(Vector<float> x, bool bytes) => bytes ? Vector.Floor(x * Levels) : x;

    private static Vector<float> Pick(Vector<float> sector, Vector<float> a, Vector<float> b, Vector<float> c, Vector<float> d, Vector<float> e, Vector<float> f) =>
        Vector.ConditionalSelect(Vector.LessThan(sector, new Vector<float>(3)),
            Vector.ConditionalSelect(Vector.LessThan(sector, new Vector<float>(1)), a, Vector.ConditionalSelect(Vector.LessThan(sector, new Vector<float>(2)), b, c)),
            Vector.ConditionalSelect(Vector.LessThan(sector, new Vector<float>(4)), d, Vector.ConditionalSelect(Vector.LessThan(sector, new Vector<float>(5)), e, f)));
}
