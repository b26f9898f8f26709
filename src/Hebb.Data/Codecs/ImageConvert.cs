namespace Hebb.Data;

/// <summary>Changes of colour model and size that pictures need before a model sees them.</summary>
public static class ImageConvert
{
    /// <summary>One channel: luma of ITU-R BT.601 (0.299 R + 0.587 G + 0.114 B), alpha blended over <paramref name="background"/>.</summary>
    public static Image ToGray(this Image image, byte background = 0)
    {
        image = image.WithoutAlpha(background);
        if (image.Channels == 1) return image;
        var gray = new byte[image.Width * image.Height];
        var rgb = image.Pixels;
        // Integer weights out of 65536, rounded to nearest; they sum to 65536, so that white stays 255.
        for (int i = 0, s = 0; i < gray.Length; i++, s += 3)
            gray[i] = (byte)((rgb[s] * 19595 + rgb[s + 1] * 38470 + rgb[s + 2] * 7471 + 32768) >> 16);
        return new Image(image.Width, image.Height, 1, gray);
    }

    /// <summary>Three channels: gray is repeated, alpha blended over <paramref name="background"/>.</summary>
    public static Image ToRgb(this Image image, byte background = 0)
    {
        image = image.WithoutAlpha(background);
        if (image.Channels == 3) return image;
        var rgb = new byte[image.Pixels.Length * 3];
        for (int i = 0; i < image.Pixels.Length; i++) rgb.AsSpan(3 * i, 3).Fill(image.Pixels[i]);
        return new Image(image.Width, image.Height, 3, rgb);
    }

    /// <summary>Blends the alpha channel, if there is one, over a uniform background and drops it.</summary>
    public static Image WithoutAlpha(this Image image, byte background = 0)
    {
        if (!image.HasAlpha) return image;
        int colours = image.Channels - 1;
        var result = new byte[image.Width * image.Height * colours];
        var pixels = image.Pixels;
        for (int p = 0, s = 0, d = 0; p < image.Width * image.Height; p++, s += image.Channels)
        {
            int alpha = pixels[s + colours];
            for (int c = 0; c < colours; c++)
                result[d++] = (byte)((pixels[s + c] * alpha + background * (255 - alpha) + 127) / 255);
        }
        return new Image(image.Width, image.Height, colours, result);
    }

    /// <summary>
    /// Resamples with a triangle filter whose support grows when the picture shrinks, so that small targets average what they
    /// cover instead of skipping it. Separable, in double precision, rounded once. Alpha is resampled like any channel.
    /// </summary>
    public static Image Resize(this Image image, int width, int height)
    {
        if (width < 1 || height < 1) throw new DataException($"Resize: {width}x{height}: width and height must be at least 1");
        if (width == image.Width && height == image.Height) return image;
        int channels = image.Channels;
        var columns = Weights(image.Width, width);
        var rows = Weights(image.Height, height);
        var narrow = new double[(long)image.Height * width * channels];
        for (int y = 0; y < image.Height; y++)
            for (int x = 0; x < width; x++)
                for (int c = 0; c < channels; c++)
                {
                    var (first, weights) = columns[x];
                    double sum = 0;
                    for (int k = 0; k < weights.Length; k++) sum += weights[k] * image.Pixels[(y * image.Width + first + k) * channels + c];
                    narrow[((long)y * width + x) * channels + c] = sum;
                }
        var pixels = new byte[checked(width * height * channels)];
        for (int y = 0; y < height; y++)
        {
            var (first, weights) = rows[y];
            for (int i = 0; i < width * channels; i++)
            {
                double sum = 0;
                for (int k = 0; k < weights.Length; k++) sum += weights[k] * narrow[(long)(first + k) * width * channels + i];
                pixels[y * width * channels + i] = (byte)Math.Clamp(Math.Floor(sum + 0.5), 0, 255);
            }
        }
        return new Image(width, height, channels, pixels);
    }

    private static (int First, double[] Weights)[] Weights(int from, int to)
    {
        double scale = (double)from / to, support = Math.Max(1, scale);
        var result = new (int, double[])[to];
        for (int i = 0; i < to; i++)
        {
            double centre = (i + 0.5) * scale;
            int first = Math.Max(0, (int)Math.Floor(centre - support)), last = Math.Min(from - 1, (int)Math.Ceiling(centre + support));
            var weights = new double[last - first + 1];
            double total = 0;
            for (int k = 0; k < weights.Length; k++)
                total += weights[k] = Math.Max(0, 1 - Math.Abs(first + k + 0.5 - centre) / support);
            for (int k = 0; k < weights.Length; k++) weights[k] /= total;
            result[i] = (first, weights);
        }
        return result;
    }
}
