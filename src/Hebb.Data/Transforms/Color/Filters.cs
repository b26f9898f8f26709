using System.Buffers;
using System.Numerics;
using System.Numerics.Tensors;

namespace Hebb.Data;

/// <summary>Changes that look at the neighbours of a pixel.</summary>
internal static class Filters
{
    /// <summary>Towards the mean of the 3 x 3 pixels around, the middle weighing 5 of 13, or away from it: 0 is smooth, 1 as it was. The border stays.</summary>
    public static void Sharpness(in Picture p, double factor)
    {
        p.Copy();
        int width = p.Width;
        if (p.Height <= 2 || width <= 2)
            return;
        // The source may be the result: rows above are kept as they were.
        float[] scratch = ArrayPool<float>.Shared.Rent(3 * width);
        Span<float> above = scratch.AsSpan(0, width), own = scratch.AsSpan(width, width), sums = scratch.AsSpan(2 * width, width);
        for (int c = 0; c < p.Channels; c++)
        {
            var plane = p.Result(c);
            plane[..width].CopyTo(above);
            for (int y = 1; y < p.Height - 1; y++)
            {
                var row = plane.Slice(y * width, width);
                row.CopyTo(own);
                TensorPrimitives.Add(above, row, sums);
                TensorPrimitives.Add(sums, plane.Slice((y + 1) * width, width), sums);
                Middle(sums, own, row, (float)factor, (float)(1 - factor), p.White);
                own.CopyTo(above);
            }
        }
        ArrayPool<float>.Shared.Return(scratch);
    }

    private static void Middle(ReadOnlySpan<float> sums, ReadOnlySpan<float> own, Span<float> to, float factor, float rest, float white)
    {
        bool bytes = white == 255;
        int x = 1;
        for (; x < to.Length - Vector<float>.Count; x += Vector<float>.Count)
        {
            Vector<float> middle = new(own[x..]), blurred = (new Vector<float>(sums[(x - 1)..]) + new Vector<float>(sums[x..]) + new Vector<float>(sums[(x + 1)..]) + middle * 4) / 13;
            if (bytes)
                blurred = Vector.Round(blurred);
            var value = Vector.Min(Vector.Max(middle * factor + blurred * rest, Vector<float>.Zero), new Vector<float>(white));
            (bytes ? Vector.Floor(value) : value).CopyTo(to[x..]);
        }
        for (; x < to.Length - 1; x++)
        {
            float blurred = (sums[x - 1] + sums[x] + sums[x + 1] + own[x] * 4) / 13;
            if (bytes)
                blurred = MathF.Round(blurred);
            float value = Math.Clamp(own[x] * factor + blurred * rest, 0, white);
            to[x] = bytes ? MathF.Floor(value) : value;
        }
    }

    /// <summary>The weights of a Gaussian at whole distances, with the sum 1.</summary>
    public static float[] Gaussian(int size, double sigma)
    {
        var weights = new double[size];
        for (int i = 0; i < size; i++)
            weights[i] = Math.Exp(-0.5 * Math.Pow((i - (size - 1) * 0.5) / sigma, 2));
        double sum = weights.Sum();
        return Array.ConvertAll(weights, w => (float)(w / sum));
    }

    /// <summary>Blurs rows and columns with a kernel of odd size, mirroring the picture about its outermost pixels.</summary>
    public static void Blur(in Picture p, float[] kernel)
    {
        int width = p.Width, reach = kernel.Length / 2;
        int[] rows = WindowMap.Of(-reach, p.Height + 2 * reach, p.Height, false, BorderMode.Reflect), columns = WindowMap.Of(-reach, width + 2 * reach, width, false, BorderMode.Reflect);
        float[] between = ArrayPool<float>.Shared.Rent(p.Plane), scratch = ArrayPool<float>.Shared.Rent(width + 2 * reach);
        var wide = scratch.AsSpan(0, width + 2 * reach);
        for (int c = 0; c < p.Channels; c++)
        {
            var source = p.Source(c);
            for (int y = 0; y < p.Height; y++)
            {
                var to = between.AsSpan(y * width, width);
                for (int k = 0; k < kernel.Length; k++)
                {
                    var from = source.Slice(rows[y + k] * width, width);
                    if (k == 0)
                        TensorPrimitives.Multiply(from, kernel[k], to);
                    else
                        TensorPrimitives.MultiplyAdd(from, kernel[k], to, to);
                }
            }
            var result = p.Result(c);
            for (int y = 0; y < p.Height; y++)
            {
                var from = between.AsSpan(y * width, width);
                from.CopyTo(wide[reach..]);
                for (int x = 0; x < reach; x++)
                    (wide[x], wide[^(x + 1)]) = (from[columns[x]], from[columns[^(x + 1)]]);
                var to = result.Slice(y * width, width);
                TensorPrimitives.Multiply(wide[..width], kernel[0], to);
                for (int k = 1; k < kernel.Length; k++)
                    TensorPrimitives.MultiplyAdd(wide.Slice(k, width), kernel[k], to, to);
            }
        }
        ArrayPool<float>.Shared.Return(between);
        ArrayPool<float>.Shared.Return(scratch);
        if (p.IsBytes)
            Colors.RoundToBytes(p.To);
    }
}
