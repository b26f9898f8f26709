namespace Hebb.Formats.Tests.Tflite;

/// <summary>Numbers in a shape, for loops in double precision.</summary>
internal sealed record Block(int[] Shape, double[] Values)
{
    public Block(int[] shape) : this(shape, new double[shape.Aggregate(1, (a, b) => a * b)])
    {
    }

    public double this[params int[] at]
    {
        get => Values[At(at)];
        set => Values[At(at)] = value;
    }

    public static Block Of(int[] shape, Func<int, double> value)
    {
        var block = new Block(shape);
        for (int i = 0; i < block.Values.Length; i++)
            block.Values[i] = value(i);
        return block;
    }

    public static Block Of(Tensor x) => new(x.Shape.ToArray(), x.To(DType.Float64).ToArray<double>());

    public Block Map(Func<double, double> function) => new(Shape, [.. Values.Select(function)]);

    public Tensor Tensor(DType? type = null) => Hebb.Tensor.From(Values, Shape).To(type ?? DType.Float32);

    private int At(int[] at)
    {
        int place = 0;
        for (int i = 0; i < Shape.Length; i++)
            place = place * Shape[i] + at[i];
        return place;
    }
}

/// <summary>Windows over pictures [N, H, W, C], one place after the other.</summary>
internal static class Naive
{
    public static (int Size, int Before) Output(int input, int kernel, int stride, int dilation, bool same)
    {
        int span = (kernel - 1) * dilation + 1;
        if (!same)
            return ((input - span) / stride + 1, 0);
        int size = (input + stride - 1) / stride;
        return (size, Math.Max(0, (size - 1) * stride + span - input) / 2);
    }

    /// <summary>Calls with the place of the output and of the input of each pair in all windows.</summary>
    public static int[] Windows(Block x, int[] kernel, int stride, int dilation, bool same, Action<int, int, int, int, int, int, int> pair)
    {
        var (height, top) = Output(x.Shape[1], kernel[0], stride, dilation, same);
        var (width, left) = Output(x.Shape[2], kernel[1], stride, dilation, same);
        for (int i = 0; i < height; i++)
            for (int j = 0; j < width; j++)
                for (int a = 0; a < kernel[0]; a++)
                    for (int b = 0; b < kernel[1]; b++)
                    {
                        var (h, w) = (i * stride - top + a * dilation, j * stride - left + b * dilation);
                        if (h >= 0 && h < x.Shape[1] && w >= 0 && w < x.Shape[2])
                            pair(i, j, a, b, h, w, 0);
                    }
        return [x.Shape[0], height, width];
    }

    /// <summary>Weights [O, h, w, C]; of each channel by itself [1, h, w, C * multiplier].</summary>
    public static Block Convolution(Block x, Block weight, double[] bias, int stride, int dilation, bool same, bool depthwise = false)
    {
        int[] kernel = [weight.Shape[1], weight.Shape[2]];
        int channels = x.Shape[3], outputs = depthwise ? weight.Shape[3] : weight.Shape[0];
        var size = Windows(x, kernel, stride, dilation, same, (_, _, _, _, _, _, _) => { });
        var y = Block.Of([.. size, outputs], i => bias[i % outputs]);
        for (int n = 0; n < x.Shape[0]; n++)
            Windows(x, kernel, stride, dilation, same, (i, j, a, b, h, w, _) =>
            {
                for (int o = 0; o < outputs; o++)
                {
                    if (depthwise)
                        y[n, i, j, o] += x[n, h, w, o / (outputs / channels)] * weight[0, a, b, o];
                    else
                        for (int c = 0; c < channels; c++)
                            y[n, i, j, o] += x[n, h, w, c] * weight[o, a, b, c];
                }
            });
        return y;
    }

    /// <summary>What a pool makes of the elements of each window.</summary>
    public static Block Pool(Block x, int[] kernel, int stride, bool same, Func<List<double>, double> pool)
    {
        var found = new Dictionary<(int, int, int, int), List<double>>();
        int[] size = [];
        for (int n = 0; n < x.Shape[0]; n++)
            for (int c = 0; c < x.Shape[3]; c++)
                size = Windows(x, kernel, stride, 1, same, (i, j, _, _, h, w, _) =>
                {
                    if (!found.TryGetValue((n, i, j, c), out var list))
                        found.Add((n, i, j, c), list = []);
                    list.Add(x[n, h, w, c]);
                });
        var y = new Block([.. size, x.Shape[3]]);
        foreach (var (at, list) in found)
            y[at.Item1, at.Item2, at.Item3, at.Item4] = pool(list);
        return y;
    }
}
