using System.Numerics;
using System.Numerics.Tensors;

namespace Hebb.Data;

/// <summary>
/// Changes of colour to one picture, with the numbers of <c>torchvision.transforms.functional</c>: results stay from black (0) to white (1, or 255 for bytes), and bytes are cut off to whole
/// numbers where it does so.
/// </summary>
internal static class Colors
{
    // Weights of red, green and blue in the luma of ITU-R BT.601.
    private const float Red = 0.2989f, Green = 0.587f, Blue = 0.114f;

    public static void RoundToBytes(Span<float> values)
    {
        int i = 0;
        for (; i <= values.Length - Vector<float>.Count; i += Vector<float>.Count)
            Vector.Round(Vector.Min(Vector.Max(new Vector<float>(values[i..]), Vector<float>.Zero), new Vector<float>(255))).CopyTo(values[i..]);
        for (; i < values.Length; i++)
            values[i] = MathF.Round(Math.Clamp(values[i], 0, 255));
    }

    public static void Invert(in Picture p) => TensorPrimitives.Subtract(p.White, p.From, p.To);

    public static void Brightness(in Picture p, double factor)
    {
        TensorPrimitives.Multiply(p.From, (float)factor, p.To);
        Clip(p, p.To);
    }

    /// <summary>Away from the mean gray of the picture, or towards it.</summary>
    public static void Contrast(in Picture p, double factor, Span<float> gray)
    {
        float mean = (float)(SumOf(Gray(p, gray)) / p.Plane);
        TensorPrimitives.Multiply(p.From, (float)factor, p.To);
        TensorPrimitives.Add(p.To, mean * (float)(1 - factor), p.To);
        Clip(p, p.To);
    }

    /// <summary>Away from gray, or towards it. Pictures of one channel have none.</summary>
    public static void Saturation(in Picture p, double factor, Span<float> gray)
    {
        if (p.Channels != 3)
        {
            p.Copy();
            return;
        }
        Gray(p, gray);
        TensorPrimitives.Multiply(gray, (float)(1 - factor), gray);
        for (int c = 0; c < 3; c++)
        {
            var to = p.Result(c);
            TensorPrimitives.Multiply(p.Source(c), (float)factor, to);
            TensorPrimitives.Add(to, gray, to);
        }
        Clip(p, p.To);
    }

    public static void Grayscale(in Picture p, Span<float> gray)
    {
        if (p.Channels != 3)
        {
            p.Copy();
            return;
        }
        Gray(p, gray);
        for (int c = 0; c < 3; c++)
            gray.CopyTo(p.Result(c));
    }

    /// <summary>Inverts what is at least so bright.</summary>
    public static void Solarize(in Picture p, float threshold)
    {
        var from = p.From;
        var to = p.To;
        float white = p.White;
        int i = 0;
        for (; i <= to.Length - Vector<float>.Count; i += Vector<float>.Count)
        {
            var value = new Vector<float>(from[i..]);
            Vector.ConditionalSelect(Vector.GreaterThanOrEqual(value, new Vector<float>(threshold)), new Vector<float>(white) - value, value).CopyTo(to[i..]);
        }
        for (; i < to.Length; i++)
            to[i] = from[i] >= threshold ? white - from[i] : from[i];
    }

    /// <summary>Keeps the highest bits of bytes; floats as if they were bytes.</summary>
    public static void Posterize(in Picture p, int bits)
    {
        float step = 1 << (8 - bits), scale = p.IsBytes ? 1 : Levels;
        // Powers of two, so exact: for floats the level is a byte.
        TensorPrimitives.Multiply(p.From, scale, p.To);
        TensorPrimitives.Floor(p.To, p.To);
        TensorPrimitives.Multiply(p.To, 1 / step, p.To);
        TensorPrimitives.Floor(p.To, p.To);
        TensorPrimitives.Multiply(p.To, p.IsBytes ? step : step / 255, p.To);
    }

    /// <summary>Stretches each channel from black to white.</summary>
    public static void AutoContrast(in Picture p)
    {
        for (int c = 0; c < p.Channels; c++)
        {
            var from = p.Source(c);
            var to = p.Result(c);
            float low = TensorPrimitives.Min(from), high = TensorPrimitives.Max(from), scale = 1 / (high - low) * p.White;
            if (!float.IsFinite(scale))
            {
                from.CopyTo(to);
                continue;
            }
            TensorPrimitives.Subtract(from, low, to);
            TensorPrimitives.Multiply(to, scale, to);
            Clip(p, to);
        }
    }

    /// <summary>Spreads the values of each channel so that all are about as frequent, as Pillow's equalize does; floats as if they were bytes.</summary>
    public static void Equalize(in Picture p)
    {
        Span<int> counts = stackalloc int[256];
        Span<float> table = stackalloc float[256];
        float scale = p.IsBytes ? 1 : Levels;
        for (int c = 0; c < p.Channels; c++)
        {
            var from = p.Source(c);
            var to = p.Result(c);
            counts.Clear();
            foreach (float value in from)
                counts[Level(value, scale)]++;
            int last = 255;
            while (last > 0 && counts[last] == 0)
                last--;
            int step = (from.Length - counts[last]) / 255;
            if (step == 0)
            {
                from.CopyTo(to);
                continue;
            }
            int below = step / 2;
            for (int level = 0; level < 256; level++)
            {
                table[level] = Math.Min(255, below / step) * (p.White / 255);
                below += counts[level];
            }
            for (int i = 0; i < from.Length; i++)
                to[i] = table[Level(from[i], scale)];
        }
    }

    /// <summary>Moves the hue around the circle: 1 is all the way. Pictures of one channel have none.</summary>
    public static void Hue(in Picture p, float turn)
    {
        if (p.Channels != 3)
        {
            p.Copy();
            return;
        }
        HueTurn.Run(p, turn);
    }

    /// <summary>The picture's weighted sum of red, green and blue; of other channels than three their mean.</summary>
    public static ReadOnlySpan<float> Gray(in Picture p, Span<float> gray)
    {
        if (p.Channels != 3)
        {
            p.Source(0).CopyTo(gray);
            for (int c = 1; c < p.Channels; c++)
                TensorPrimitives.Add(gray, p.Source(c), gray);
            if (p.Channels > 1)
                TensorPrimitives.Divide(gray, p.Channels, gray);
            return gray;
        }
        TensorPrimitives.Multiply(p.Source(0), Red, gray);
        AddProduct(p.Source(1), Green, gray);
        AddProduct(p.Source(2), Blue, gray);
        if (p.IsBytes)
            TensorPrimitives.Floor(gray, gray);
        return gray;
    }

    /// <summary>Keeps values from black to white, and those of bytes whole.</summary>
    public static void Clip(in Picture p, Span<float> values)
    {
        float white = p.White;
        bool bytes = p.IsBytes;
        int i = 0;
        for (; i <= values.Length - Vector<float>.Count; i += Vector<float>.Count)
        {
            var value = Vector.Min(Vector.Max(new Vector<float>(values[i..]), Vector<float>.Zero), new Vector<float>(white));
            (bytes ? Vector.Floor(value) : value).CopyTo(values[i..]);
        }
        for (; i < values.Length; i++)
        {
            float value = Math.Clamp(values[i], 0, white);
            values[i] = bytes ? MathF.Floor(value) : value;
        }
    }

    /// <summary>Floats below 1 fall into 256 levels of equal width.</summary>
    private const float Levels = 255.999f;

    private static int Level(float value, float scale) => Math.Clamp((int)(value * scale), 0, 255);

    // Not fused: the same bits on every path.
    private static void AddProduct(ReadOnlySpan<float> x, float factor, Span<float> sum)
    {
        int i = 0;
        for (; i <= sum.Length - Vector<float>.Count; i += Vector<float>.Count)
            (new Vector<float>(sum[i..]) + new Vector<float>(x[i..]) * factor).CopyTo(sum[i..]);
        for (; i < sum.Length; i++)
            sum[i] += x[i] * factor;
    }

    /// <summary>In blocks, so that the sum of a large picture is exact enough.</summary>
    private static double SumOf(ReadOnlySpan<float> values)
    {
        double sum = 0;
        for (int i = 0; i < values.Length; i += 1024)
        {
            float part = 0;
            foreach (float value in values.Slice(i, Math.Min(1024, values.Length - i)))
                part += value;
            sum += part;
        }
        return sum;
    }
}
