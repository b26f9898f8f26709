using System.Buffers;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Hebb.Data;

/// <summary>
/// Where a place of the result comes from, both measured from the picture's centre: x' = (A x + B y + C) / (G x + H y + 1), y' = (D x + E y + F) / (G x + H y + 1).
/// </summary>
internal readonly record struct PlaneMap(float A, float B, float C, float D, float E, float F, float G = 0, float H = 0)
{
    /// <summary>The inverse of: shear, then turn and scale, then shift; as the matrix of torchvision's <c>affine</c>.</summary>
    /// <param name="degrees">Turn, clockwise.</param>
    /// <param name="dx">Shift to the right, in pixels.</param>
    /// <param name="dy">Shift down.</param>
    /// <param name="scale">Growth.</param>
    /// <param name="shearX">Slant along x, in degrees.</param>
    /// <param name="shearY">Slant along y.</param>
    /// <param name="centreX">What stays in place, from the picture's centre.</param>
    /// <param name="centreY">The same, down.</param>
    public static PlaneMap Affine(double degrees, double dx, double dy, double scale, double shearX, double shearY, double centreX = 0, double centreY = 0)
    {
        double turn = double.DegreesToRadians(degrees), sx = double.DegreesToRadians(shearX), sy = double.DegreesToRadians(shearY);
        double a = Math.Cos(turn - sy) / Math.Cos(sy), b = -Math.Cos(turn - sy) * Math.Tan(sx) / Math.Cos(sy) - Math.Sin(turn);
        double c = Math.Sin(turn - sy) / Math.Cos(sy), d = -Math.Sin(turn - sy) * Math.Tan(sx) / Math.Cos(sy) + Math.Cos(turn);
        // The determinant of the forward matrix is scale².
        (a, b, c, d) = (d / scale, -b / scale, -c / scale, a / scale);
        double x = centreX - a * (dx + centreX) - b * (dy + centreY), y = centreY - c * (dx + centreX) - d * (dy + centreY);
        return new((float)a, (float)b, (float)x, (float)c, (float)d, (float)y);
    }

    /// <summary>The map that takes four corners of the result to four places of the source, both in pixels from the picture's centre.</summary>
    public static PlaneMap Perspective(ReadOnlySpan<(double X, double Y)> result, ReadOnlySpan<(double X, double Y)> source)
    {
        // Eight equations, two a corner: A x + B y + C - x' (G x + H y) = x', and alike for y'.
        var m = new double[8, 9];
        for (int i = 0; i < 4; i++)
        {
            var (x, y) = result[i];
            var (u, v) = source[i];
            ((ReadOnlySpan<double>)[x, y, 1, 0, 0, 0, -u * x, -u * y, u]).CopyTo(Row(m, 2 * i));
            ((ReadOnlySpan<double>)[0, 0, 0, x, y, 1, -v * x, -v * y, v]).CopyTo(Row(m, 2 * i + 1));
        }
        for (int column = 0; column < 8; column++)
        {
            int pivot = column;
            for (int row = column + 1; row < 8; row++)
                pivot = Math.Abs(m[row, column]) > Math.Abs(m[pivot, column]) ? row : pivot;
            for (int k = column; k < 9; k++)
                (m[column, k], m[pivot, k]) = (m[pivot, k], m[column, k]);
            for (int row = 0; row < 8; row++)
            {
                if (row == column) continue;
                double factor = m[row, column] / m[column, column];
                for (int k = column; k < 9; k++)
                    m[row, k] -= factor * m[column, k];
            }
        }
        Span<float> s = stackalloc float[8];
        for (int i = 0; i < 8; i++)
            s[i] = (float)(m[i, 8] / m[i, i]);
        return new(s[0], s[1], s[2], s[3], s[4], s[5], s[6], s[7]);

        static Span<double> Row(double[,] m, int row) => MemoryMarshal.CreateSpan(ref m[row, 0], 9);
    }
}

/// <summary>Pictures whose pixels come from other places; all channels move together.</summary>
internal static class Warp
{
    public static void Run(in Picture p, in PlaneMap map, bool nearest = false, float fill = 0)
    {
        int width = p.Width;
        int[] corners = ArrayPool<int>.Shared.Rent(width);
        float[] places = ArrayPool<float>.Shared.Rent(2 * width);
        Span<float> xs = places.AsSpan(0, width), ys = places.AsSpan(width, width);
        for (int y = 0; y < p.Height; y++)
        {
            Places(map, xs, ys, y, p.Height);
            if (nearest)
                NearestRow(p, xs, ys, corners.AsSpan(0, width), y * width, fill);
            else
                BilinearRow(p, xs, ys, corners.AsSpan(0, width), y * width, fill);
        }
        ArrayPool<int>.Shared.Return(corners);
        ArrayPool<float>.Shared.Return(places);
        if (p.IsBytes && !nearest)
            Colors.RoundToBytes(p.To);
    }

    /// <summary>Where the pixels of a row come from.</summary>
    private static void Places(in PlaneMap map, Span<float> xs, Span<float> ys, int row, int height)
    {
        float centreX = (xs.Length - 1) * 0.5f, centreY = (height - 1) * 0.5f, v = row - centreY;
        float a = map.A, bv = map.B * v, c = map.C, d = map.D, ev = map.E * v, f = map.F, g = map.G, hv = map.H * v;
        if (map.G == 0 && map.H == 0)
        {
            for (int x = 0; x < xs.Length; x++)
            {
                float u = x - centreX;
                xs[x] = a * u + bv + c + centreX;
                ys[x] = d * u + ev + f + centreY;
            }
            return;
        }
        for (int x = 0; x < xs.Length; x++)
        {
            float u = x - centreX, depth = g * u + hv + 1;
            xs[x] = (a * u + bv + c) / depth + centreX;
            ys[x] = (d * u + ev + f) / depth + centreY;
        }
    }

    /// <summary>Mixed from four neighbours; those outside are the fill.</summary>
    private static void BilinearRow(in Picture p, Span<float> xs, Span<float> ys, Span<int> corners, int to, float fill)
    {
        int width = p.Width, height = p.Height;
        // Where all four are inside, places become weights.
        for (int x = 0; x < corners.Length; x++)
        {
            float atX = xs[x], atY = ys[x];
            corners[x] = -1;
            // Also catches what is not a number.
            if (!(atX >= 0 && atX < width - 1 && atY >= 0 && atY < height - 1))
                continue;
            int left = (int)atX, top = (int)atY;
            (corners[x], xs[x], ys[x]) = (top * width + left, atX - left, atY - top);
        }
        for (int start = 0, end; start < corners.Length; start = end)
        {
            bool inside = corners[start] >= 0;
            for (end = start + 1; end < corners.Length && corners[end] >= 0 == inside; end++) ;
            for (int c = 0; c < p.Channels; c++)
            {
                var source = p.Source(c);
                var result = p.Result(c).Slice(to + start, end - start);
                if (inside)
                    Mix(source, width, corners[start..end], xs[start..end], ys[start..end], result);
                else
                    MixAtBorder(source, height, width, xs[start..end], ys[start..end], result, fill);
            }
        }
    }

    private static unsafe void Mix(ReadOnlySpan<float> source, int width, ReadOnlySpan<int> corners, ReadOnlySpan<float> rights, ReadOnlySpan<float> downs, Span<float> to)
    {
        int x = 0;
        fixed (float* from = source)
        {
            // The same operations in the same order as below, so the same bits.
            if (Avx2.IsSupported)
            {
                for (; x <= to.Length - 8; x += 8)
                {
                    var corner = Vector256.Create(corners[x..]);
                    Vector256<float> right = Vector256.Create(rights[x..]), down = Vector256.Create(downs[x..]), left = Vector256<float>.One - right, up = Vector256<float>.One - down;
                    var upper = Avx2.GatherVector256(from, corner, 4) * left + Avx2.GatherVector256(from + 1, corner, 4) * right;
                    var lower = Avx2.GatherVector256(from + width, corner, 4) * left + Avx2.GatherVector256(from + width + 1, corner, 4) * right;
                    (upper * up + lower * down).CopyTo(to[x..]);
                }
            }
            for (; x < to.Length; x++)
            {
                float* near = from + corners[x];
                float right = rights[x], down = downs[x];
                float upper = near[0] * (1 - right) + near[1] * right, lower = near[width] * (1 - right) + near[width + 1] * right;
                to[x] = upper * (1 - down) + lower * down;
            }
        }
    }

    private static void MixAtBorder(ReadOnlySpan<float> source, int height, int width, ReadOnlySpan<float> xs, ReadOnlySpan<float> ys, Span<float> to, float fill)
    {
        for (int i = 0; i < to.Length; i++)
        {
            float x = xs[i], y = ys[i];
            if (!(x > -1 && x < width && y > -1 && y < height))
            {
                to[i] = fill;
                continue;
            }
            int left = (int)MathF.Floor(x), top = (int)MathF.Floor(y);
            float right = x - left, down = y - top;
            float upper = At(source, height, width, left, top, fill) * (1 - right) + At(source, height, width, left + 1, top, fill) * right;
            float lower = At(source, height, width, left, top + 1, fill) * (1 - right) + At(source, height, width, left + 1, top + 1, fill) * right;
            to[i] = upper * (1 - down) + lower * down;
        }
    }

    private static void NearestRow(in Picture p, ReadOnlySpan<float> xs, ReadOnlySpan<float> ys, Span<int> corners, int to, float fill)
    {
        int width = p.Width, height = p.Height;
        for (int x = 0; x < corners.Length; x++)
        {
            // Half-way places go to the even pixel, as in grid_sample.
            float left = MathF.Round(xs[x]), top = MathF.Round(ys[x]);
            corners[x] = left >= 0 && left < width && top >= 0 && top < height ? (int)top * width + (int)left : -1;
        }
        for (int c = 0; c < p.Channels; c++)
        {
            var source = p.Source(c);
            var result = p.Result(c).Slice(to, width);
            for (int x = 0; x < result.Length; x++)
                result[x] = corners[x] >= 0 ? source[corners[x]] : fill;
        }
    }

    private static float At(ReadOnlySpan<float> plane, int height, int width, int x, int y, float fill) =>
        (uint)x < (uint)width && (uint)y < (uint)height ? plane[y * width + x] : fill;
}
