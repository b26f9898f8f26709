using System.Buffers;
using System.Numerics.Tensors;

namespace Hebb.Data;

/// <summary>How pixels between pixels are made.</summary>
public enum Resample
{
    /// <summary>The nearest pixel.</summary>
    Nearest,

    /// <summary>Mixed from the 4 around.</summary>
    Bilinear,

    /// <summary>Cubic convolution of the 16 around (Keys 1981, a = -0.75; with antialiasing -0.5).</summary>
    Bicubic,
}

/// <summary>A part of each plane brought to another size: first the columns, then the rows.</summary>
internal static class Resampler
{
    /// <summary>For each place of the result: the first place of the source, and the weights from there on.</summary>
    public readonly record struct Taps(int[] First, float[] Weights, int Count);

    /// <param name="start">Where the part begins.</param>
    /// <param name="size">Its size.</param>
    /// <param name="result">The size of the result.</param>
    /// <param name="mode">How.</param>
    /// <param name="antialias">Whether shrinking takes the mean of all pixels that fall together, as Pillow does.</param>
    public static Taps TapsOf(int start, int size, int result, Resample mode, bool antialias)
    {
        double step = (double)size / result;
        if (mode == Resample.Nearest)
        {
            var nearest = new int[result];
            for (int i = 0; i < result; i++)
                nearest[i] = start + Math.Min(size - 1, (int)(i * (float)step));
            return new(nearest, [.. Enumerable.Repeat(1f, result)], 1);
        }
        double stretch = antialias ? Math.Max(1, step) : 1, reach = (mode == Resample.Bicubic ? 2 : 1) * stretch, a = antialias ? -0.5 : -0.75;
        int count = Math.Min(size, antialias ? 2 * (int)Math.Ceiling(reach) + 1 : mode == Resample.Bicubic ? 4 : 2);
        var (first, weights) = (new int[result], new float[result * count]);
        Span<double> row = count <= 256 ? stackalloc double[count] : new double[count];
        for (int i = 0; i < result; i++)
        {
            double centre = (i + 0.5) * step - 0.5, sum = 0;
            int from = Math.Clamp((int)Math.Floor(centre - reach) + 1, 0, size - count);
            row.Clear();
            for (int at = (int)Math.Floor(centre - reach) + 1; at <= centre + reach; at++)
            {
                // With antialiasing what lies outside has no weight; otherwise the border's pixel stands for it.
                if (antialias && (uint)at >= (uint)size) continue;
                double distance = Math.Abs(at - centre) / stretch, weight = mode == Resample.Bilinear ? Math.Max(0, 1 - distance) : Cubic(distance, a);
                row[Math.Clamp(at, 0, size - 1) - from] += weight;
                sum += weight;
            }
            first[i] = start + from;
            for (int k = 0; k < count; k++)
                weights[i * count + k] = (float)(antialias ? row[k] / sum : row[k]);
        }
        return new(first, weights, count);
    }

    public static void Run(in Picture picture, in Taps rows, in Taps columns)
    {
        int height = picture.ToHeight, width = picture.ToWidth;
        // Only the rows that are needed.
        int top = rows.First.Min(), bottom = rows.First.Max() + rows.Count;
        float[] between = ArrayPool<float>.Shared.Rent((bottom - top) * width);
        for (int c = 0; c < picture.Channels; c++)
        {
            var source = picture.Source(c);
            for (int y = top; y < bottom; y++)
                Columns(source.Slice(y * picture.Width, picture.Width), between.AsSpan((y - top) * width, width), columns);
            var result = picture.Result(c);
            for (int y = 0; y < height; y++)
            {
                var to = result.Slice(y * width, width);
                for (int k = 0; k < rows.Count; k++)
                {
                    float weight = rows.Weights[y * rows.Count + k];
                    var from = between.AsSpan((rows.First[y] - top + k) * width, width);
                    if (k == 0)
                        TensorPrimitives.Multiply(from, weight, to);
                    else if (weight != 0)
                        TensorPrimitives.MultiplyAdd(from, weight, to, to);
                }
            }
        }
        ArrayPool<float>.Shared.Return(between);
        if (picture.IsBytes)
            Colors.RoundToBytes(picture.To);
    }

    private static void Columns(ReadOnlySpan<float> from, Span<float> to, in Taps taps)
    {
        int count = taps.Count;
        int[] first = taps.First;
        float[] weights = taps.Weights;
        if (count == 2)
        {
            for (int x = 0; x < to.Length; x++)
                to[x] = from[first[x]] * weights[2 * x] + from[first[x] + 1] * weights[2 * x + 1];
            return;
        }
        for (int x = 0; x < to.Length; x++)
        {
            var near = from.Slice(first[x], count);
            var of = weights.AsSpan(x * count, count);
            float sum = 0;
            for (int k = 0; k < near.Length; k++)
                sum += near[k] * of[k];
            to[x] = sum;
        }
    }

    private static double Cubic(double x, double a) => x < 1 ? ((a + 2) * x - (a + 3)) * x * x + 1 : x < 2 ? ((a * x - 5 * a) * x + 8 * a) * x - 4 * a : 0;
}
