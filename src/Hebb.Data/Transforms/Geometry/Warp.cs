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

        static Span<double> Row(double[,] m, int row) => System.Runtime.InteropServices.MemoryMarshal.CreateSpan(ref m[row, 0], 9);
    }
}

/// <summary>Pictures whose pixels come from other places; all channels move together.</summary>
internal static class Warp
{
    public static void Run(in Picture p, in PlaneMap map, bool nearest = false, float fill = 0)
    {
        float centreX = (p.Width - 1) * 0.5f, centreY = (p.Height - 1) * 0.5f;
        bool flat = map.G == 0 && map.H == 0;
        for (int y = 0, at = 0; y < p.Height; y++)
        {
            float v = y - centreY;
            for (int x = 0; x < p.Width; x++, at++)
            {
                float u = x - centreX, fromX = map.A * u + map.B * v + map.C, fromY = map.D * u + map.E * v + map.F;
                if (!flat)
                {
                    float depth = map.G * u + map.H * v + 1;
                    (fromX, fromY) = (fromX / depth, fromY / depth);
                }
                if (nearest)
                    Nearest(p, fromX + centreX, fromY + centreY, at, fill);
                else
                    Bilinear(p, fromX + centreX, fromY + centreY, at, fill);
            }
        }
        if (p.IsBytes && !nearest)
            Colors.RoundToBytes(p.To);
    }

    /// <summary>Mixed from four neighbours; those outside are the fill.</summary>
    private static void Bilinear(in Picture p, float x, float y, int at, float fill)
    {
        int width = p.Width, height = p.Height, plane = p.Plane;
        // Also catches what is not a number.
        if (!(x > -1 && x < width && y > -1 && y < height))
        {
            for (int c = 0; c < p.Channels; c++)
                p.To[c * plane + at] = fill;
            return;
        }
        int left = (int)MathF.Floor(x), top = (int)MathF.Floor(y);
        float right = x - left, down = y - top;
        if ((uint)left < (uint)(width - 1) && (uint)top < (uint)(height - 1))
        {
            for (int c = 0, corner = top * width + left; c < p.Channels; c++, corner += plane)
            {
                var near = p.From.Slice(corner, width + 2);
                float upper = near[0] * (1 - right) + near[1] * right, lower = near[width] * (1 - right) + near[width + 1] * right;
                p.To[c * plane + at] = upper * (1 - down) + lower * down;
            }
            return;
        }
        for (int c = 0; c < p.Channels; c++)
        {
            var source = p.Source(c);
            float upper = At(source, height, width, left, top, fill) * (1 - right) + At(source, height, width, left + 1, top, fill) * right;
            float lower = At(source, height, width, left, top + 1, fill) * (1 - right) + At(source, height, width, left + 1, top + 1, fill) * right;
            p.To[c * plane + at] = upper * (1 - down) + lower * down;
        }
    }

    private static void Nearest(in Picture p, float x, float y, int at, float fill)
    {
        // Half-way places go to the even pixel, as in grid_sample.
        int left = float.IsFinite(x) ? (int)MathF.Round(x) : -1, top = float.IsFinite(y) ? (int)MathF.Round(y) : -1;
        for (int c = 0; c < p.Channels; c++)
            p.To[c * p.Plane + at] = At(p.Source(c), p.Height, p.Width, left, top, fill);
    }

    private static float At(ReadOnlySpan<float> plane, int height, int width, int x, int y, float fill) =>
        (uint)x < (uint)width && (uint)y < (uint)height ? plane[y * width + x] : fill;
}
