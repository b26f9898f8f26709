namespace Hebb.Data;

/// <summary>Red, green and blue of luma and halved chroma (ITU-R BT.601, limited range), with the fixed-point arithmetic of libwebp.</summary>
internal static class WebpColour
{
    public static Image ToImage(Vp8Frame frame, byte[]? alpha)
    {
        int width = frame.Width, height = frame.Height, channels = alpha is null ? 3 : 4, half = (width + 1) / 2;
        var pixels = new byte[width * height * channels];
        // Chroma of a row at every pixel.
        var u = new byte[width];
        var v = new byte[width];
        int last = (height + 1) / 2 - 1;
        for (int y = 0; y < height; y++)
        {
            int near = y / 2, far = Math.Clamp(y % 2 == 0 ? near - 1 : near + 1, 0, last);
            Widen(frame.U.Row(near)[..half], frame.U.Row(far)[..half], u);
            Widen(frame.V.Row(near)[..half], frame.V.Row(far)[..half], v);
            var luma = frame.Y.Row(y)[..width];
            var target = pixels.AsSpan(y * width * channels, width * channels);
            for (int x = 0, d = 0; x < width; x++, d += channels)
            {
                int bright = luma[x] * 19077 >> 8;
                target[d] = Clip(bright + (v[x] * 26149 >> 8) - 14234);
                target[d + 1] = Clip(bright - (u[x] * 6419 >> 8) - (v[x] * 13320 >> 8) + 8708);
                target[d + 2] = Clip(bright + (u[x] * 33050 >> 8) - 17685);
                if (alpha is not null) target[d + 3] = alpha[y * width + x];
            }
        }
        return new Image(width, height, channels, pixels);
    }

    /// <summary>
    /// A row of halved samples at every pixel: 9/16 of the nearest sample, 3/16 of each neighbour in its row and in the far one, 1/16 of the last,
    /// rounded in two steps as libwebp does.
    /// </summary>
    private static void Widen(ReadOnlySpan<byte> near, ReadOnlySpan<byte> far, Span<byte> row)
    {
        row[0] = (byte)((3 * near[0] + far[0] + 2) >> 2);
        for (int x = 1; x < near.Length; x++)
        {
            int n0 = near[x - 1], n1 = near[x], f0 = far[x - 1], f1 = far[x], sum = n0 + n1 + f0 + f1 + 8;
            row[2 * x - 1] = (byte)(((sum + 2 * (n1 + f0) >> 3) + n0) >> 1);
            if (2 * x < row.Length) row[2 * x] = (byte)(((sum + 2 * (n0 + f1) >> 3) + n1) >> 1);
        }
        if (row.Length % 2 == 0) row[^1] = (byte)((3 * near[^1] + far[^1] + 2) >> 2);
    }

    // Values have six bits of fraction.
    private static byte Clip(int value) => (byte)Math.Clamp(value >> 6, 0, 255);
}
