using Hebb.Tfjs;
using TfWindows = Hebb.Tfjs.Windows;

namespace Hebb.Tflite;

/// <summary>Products with weights, pooling and resampling. Pictures are [N, H, W, C].</summary>
internal static class TfliteWindows
{
    public static TfliteStep? Make(TfliteNode node)
    {
        switch (node.Name)
        {
            case "FULLY_CONNECTED":
                if (node.Byte(1) != 0)
                    throw new FormatException("has weights in an order that is not read");
                bool keep = node.Flag(2);
                return Product(node, 0, 1, 2, node.Activation(0), (x, w) =>
                {
                    var y = x.Reshape(-1, w.Shape[1]).MatMul(w.Transpose(0, 1));
                    return keep ? y.Reshape([.. x.Shape[..^1].ToArray(), w.Shape[0]]) : y;
                });
            case "BATCH_MATMUL":
                bool left = node.Flag(0), right = node.Flag(1);
                return Product(node, 0, 1, 2, y => y, (a, b) => (left ? a.Transpose(-2, -1) : a).MatMul(right ? b.Transpose(-2, -1) : b));
            case "CONV_2D":
                var plain = Shape(node, 0, 2, 1, 5, 4);
                return Product(node, 0, 1, 2, node.Activation(3), (x, w) => Convolution(x, w.Permute(0, 3, 1, 2), plain));
            case "DEPTHWISE_CONV_2D":
                var each = Shape(node, 0, 2, 1, 6, 5);
                return Product(node, 0, 1, 2, node.Activation(4), (x, w) => Convolution(x, w.Permute(3, 0, 1, 2), each));
            case "TRANSPOSE_CONV":
                return Transposed(node);
            case "AVERAGE_POOL_2D" or "MAX_POOL_2D" or "L2_POOL_2D":
                return Pool(node);
            case "RESIZE_BILINEAR":
                return Resize(node, node.Flag(2), node.Flag(3), Linear);
            case "RESIZE_NEAREST_NEIGHBOR":
                return Resize(node, node.Flag(0), node.Flag(1), Nearest);
            default:
                return null;
        }
    }

    /// <summary>
    /// A product with weights, a bias, an activation. If both factors are whole numbers with scales, their sums are exact: in floats while they stay below 2^24, else in doubles.
    /// </summary>
    private static TfliteStep Product(TfliteNode node, int input, int weight, int bias, Func<Tensor, Tensor> activation, Func<Tensor, Tensor, Tensor> product)
    {
        var give = node.Give();
        if (node.In(input).Quantization is not { } qx || node.In(weight).Quantization is not { } qw)
        {
            var (x, w, b) = (node.Real(input), node.Real(weight), node.Has(bias) ? node.Real(bias) : null);
            return v =>
            {
                var y = product(x(v), w(v));
                return [give(activation(b is null ? y : y + b(v)))];
            };
        }
        var (wholes, weights, start) = (node.Stored(input), node.Stored(weight), node.Has(bias) ? node.Stored(bias) : null);
        // One scale for each output, which stand along the last axis.
        var scale = Tensor.From(Array.ConvertAll(qw.Scale, s => (double)s * qx.Scale[0]));
        bool wide = TfliteTypes.Numbers(node.In(input).Type) is not (DType.Int8 or DType.UInt8);
        // The largest product: of weights without a zero point only half the range counts.
        long most = 255L * (qw.Zero.All(z => z == 0) && TfliteTypes.Numbers(node.In(weight).Type) == DType.Int8 ? 128 : 255);
        return v =>
        {
            var w = weights(v);
            var precision = wide || most * (w.Count / Math.Max(1, qw.Scale.Length > 1 ? qw.Scale.Length : Outputs(node, w))) >= 1 << 24 ? DType.Float64 : DType.Float32;
            var sums = product(TfliteQuantizing.Less(wholes(v), qx, precision), TfliteQuantizing.Less(w, qw, precision)).To(DType.Float64);
            if (start is not null)
                sums += start(v).To(DType.Float64);
            return [give(activation(sums * scale))];
        };
    }

    // The count of outputs of weights: the products of each are over what else there is.
    private static int Outputs(TfliteNode node, Tensor w) => node.Name switch
    {
        "DEPTHWISE_CONV_2D" => w.Shape[^1],
        "BATCH_MATMUL" => 1,
        _ => w.Shape[0],
    };

    /// <summary>Windows whose size the weights tell, from the numbers of the options.</summary>
    private static TfWindows Shape(TfliteNode node, int padding, int high, int wide, int dilatedHigh, int dilatedWide) =>
        Checked(node, new TfWindows([1, 1], [node.Int(high), node.Int(wide)], [dilatedHigh < 0 ? 1 : node.Int(dilatedHigh, 1), dilatedWide < 0 ? 1 : node.Int(dilatedWide, 1)], IsSame(node, padding)));

    private static bool IsSame(TfliteNode node, int field) => node.Byte(field) switch
    {
        0 => true,
        1 => false,
        var other => throw new FormatException($"has margins of kind {other}, which is not read"),
    };

    private static TfWindows Checked(TfliteNode node, TfWindows windows)
    {
        foreach (int number in (int[])[.. windows.Size, .. windows.Strides, .. windows.Dilations])
        {
            if (number is < 1 or > 1 << 20)
                throw new FormatException($"has windows of size, step or distance {number}");
        }
        return windows;
    }

    // Weights [O, C / groups, h, w].
    private static Tensor Convolution(Tensor x, Tensor w, TfWindows windows)
    {
        windows = windows with { Size = [w.Shape[2], w.Shape[3]] };
        int groups = x.Rank == 4 && w.Shape[1] > 0 ? x.Shape[3] / w.Shape[1] : 1;
        return windows.Padded(x, 0).Conv2d(w, null, windows.Strides, null, windows.Dilations, Math.Max(1, groups)).Permute(0, 2, 3, 1);
    }

    private static TfliteStep Transposed(TfliteNode node)
    {
        var windows = Shape(node, 0, 2, 1, -1, -1);
        var (size, steps) = (node.Numbers(0), windows.Strides);
        // The size is not known to a product, so it is bound when the operator runs.
        int[]? known = node.In(0).IsConstant ? size([]) : throw new FormatException("has a size that is computed, which is not read");
        if (known is not [_, var height, var width, _])
            throw new FormatException($"has an output of {known.Length} axes, not 4");
        return Product(node, 2, 1, 3, node.Activation(3), (x, w) =>
        {
            var y = x.Permute(0, 3, 1, 2).ConvTranspose2d(w.Permute(3, 0, 1, 2), stride: steps);
            var (top, bottom) = Cut(height, y.Shape[2], x.Shape[1], steps[0], w.Shape[1]);
            var (start, end) = Cut(width, y.Shape[3], x.Shape[2], steps[1], w.Shape[2]);
            return y.Pad([start, end, top, bottom]).Permute(0, 2, 3, 1);
        });

        // The margins are those of the convolution that leads back.
        (int, int) Cut(int wanted, int full, int input, int step, int kernel)
        {
            int before = windows.Same ? Math.Max(0, (input - 1) * step + kernel - wanted) / 2 : 0;
            return (-before, wanted - (full - before));
        }
    }

    private static TfliteStep Pool(TfliteNode node)
    {
        var windows = Checked(node, new TfWindows([node.Int(4), node.Int(3)], [node.Int(2), node.Int(1)], IsSame(node, 0)));
        var activation = node.Activation(5);
        Func<Tensor, Tensor> pool = node.Name switch
        {
            "MAX_POOL_2D" => x => ChannelsLast.MaxPool2d(x, windows),
            "AVERAGE_POOL_2D" => x => ChannelsLast.AvgPool2d(x, windows),
            _ => x => ChannelsLast.AvgPool2d(x.Square(), windows).Sqrt(),
        };
        return TfliteOps.Unary(node, x => activation(pool(x)));
    }

    private static TfliteStep Resize(TfliteNode node, bool corners, bool centres, Func<Tensor, int, int, bool, bool, Tensor> resize)
    {
        if (corners && centres)
            throw new FormatException("aligns both corners and centres, which can't be");
        var (x, size, give) = (node.Real(0), node.Numbers(1), node.Give());
        return v =>
        {
            if (size(v) is not [var height, var width] || height < 1 || width < 1)
                throw new ShapeException("takes a height and a width");
            return [give(resize(resize(x(v), 1, height, corners, centres), 2, width, corners, centres))];
        };
    }

    // In floats, as there: at the borders between two elements a rounding decides.
    private static float Scale(int from, int size, bool corners) => corners && size > 1 ? (from - 1) / (float)(size - 1) : from / (float)size;

    private static Tensor Nearest(Tensor x, int axis, int size, bool corners, bool centres)
    {
        int from = x.Shape[axis];
        float scale = Scale(from, size, corners), shift = centres ? 0.5f : 0;
        var places = new long[size];
        for (int i = 0; i < size; i++)
        {
            float at = (i + shift) * scale;
            places[i] = Math.Clamp((long)(corners ? MathF.Round(at, MidpointRounding.AwayFromZero) : MathF.Floor(at)), 0, from - 1);
        }
        return x.IndexSelect(axis, Tensor.From(places));
    }

    private static Tensor Linear(Tensor x, int axis, int size, bool corners, bool centres)
    {
        int from = x.Shape[axis];
        float scale = Scale(from, size, corners);
        long[] low = new long[size], high = new long[size];
        float[] share = new float[size];
        for (int i = 0; i < size; i++)
        {
            float at = centres ? (i + 0.5f) * scale - 0.5f : i * scale;
            low[i] = Math.Clamp((long)MathF.Floor(at), 0, from - 1);
            high[i] = Math.Clamp((long)MathF.Ceiling(at), 0, from - 1);
            share[i] = at - low[i];
        }
        var along = Enumerable.Repeat(1, x.Rank).ToArray();
        along[axis] = size;
        var weight = Tensor.From(share, along);
        return x.IndexSelect(axis, Tensor.From(low)) * (1 - weight) + x.IndexSelect(axis, Tensor.From(high)) * weight;
    }
}
