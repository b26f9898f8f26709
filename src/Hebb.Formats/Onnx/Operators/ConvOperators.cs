namespace Hebb.Onnx;

/// <summary>Convolutions over one to three axes.</summary>
internal static class ConvOperators
{
    public static void Register(OperatorTable table)
    {
        table.Add("Conv", 1, c => Conv(c, c[0], c[1], c.Tensor(2)));
        table.Add("ConvTranspose", 1, Transposed);
        table.Add("ConvInteger", 10, Integer);
        table.AddAll("CausalConvWithState", 27, c => Causal(c) is var (y, state) ? [y, state] : []);
        table.Add("Col2Im", 18, ColumnsToImage);
    }

    /// <summary>The convolution that the node's attributes describe.</summary>
    public static Tensor Conv(NodeCall c, Tensor x, Tensor w, Tensor? bias)
    {
        var window = new WindowAttributes(c, x.Shape, w.Shape[2..].ToArray());
        int groups = HostValues.Sizes([c.Int("group", 1)])[0];
        return window.Axes switch
        {
            1 => x.Conv1d(w, bias, window.Strides, window.Padding, window.Dilations, groups),
            2 => x.Conv2d(w, bias, window.Strides, window.Padding, window.Dilations, groups),
            3 => x.Conv3d(w, bias, window.Strides, window.Padding, window.Dilations, groups),
            _ => throw new ShapeException($"a convolution over {window.Axes} axes; there are such over one to three"),
        };
    }

    private static Tensor Transposed(NodeCall c)
    {
        var (x, w, bias) = (c[0], c[1], c.Tensor(2));
        var window = new WindowAttributes(c, x.Shape, w.Shape[2..].ToArray());
        int groups = HostValues.Sizes([c.Int("group", 1)])[0];
        int[] extra = c.Ints("output_padding") is { } given ? HostValues.Sizes(given) : new int[window.Axes];
        long[]? wanted = c.Ints("output_shape");
        if (wanted is not null && wanted.Length == window.Axes + 2)
            wanted = wanted[2..];
        var full = new int[window.Axes];
        for (int i = 0; i < window.Axes; i++)
        {
            full[i] = (x.Shape[2 + i] - 1) * window.Strides[i] + window.Span(i);
            if (wanted is null && window.Mode is not ("SAME_UPPER" or "SAME_LOWER"))
                continue;
            int size = wanted is null ? x.Shape[2 + i] * window.Strides[i] : HostValues.Sizes(wanted)[i];
            int total = full[i] + extra[i] - size;
            // Here the odd element goes to the start, unless SAME_UPPER says otherwise.
            (window.Begin[i], window.End[i]) = window.Mode == "SAME_UPPER" ? (total >> 1, total - (total >> 1)) : (total - (total >> 1), total >> 1);
        }
        if (Array.TrueForAll(window.Begin, p => p >= 0) && Array.TrueForAll(window.End, p => p >= 0) && Array.TrueForAll(extra, p => p == 0))
            return Transposed(x, w, bias, window, window.Padding, groups);
        // What remains of the whole may reach past its end.
        var y = Transposed(x, w, null, window, Padding.Valid, groups);
        var pairs = new int[2 * window.Axes];
        for (int i = 0; i < window.Axes; i++)
            (pairs[2 * (window.Axes - 1 - i)], pairs[2 * (window.Axes - 1 - i) + 1]) = (-window.Begin[i], extra[i] - window.End[i]);
        y = y.Pad(pairs);
        return bias is null ? y : y + Broadcasting.Channels(bias, y.Rank);
    }

    private static Tensor Transposed(Tensor x, Tensor w, Tensor? bias, WindowAttributes window, Padding padding, int groups) => window.Axes switch
    {
        1 => x.ConvTranspose1d(w, bias, window.Strides, padding, groups: groups, dilation: window.Dilations),
        2 => x.ConvTranspose2d(w, bias, window.Strides, padding, groups: groups, dilation: window.Dilations),
        3 => x.ConvTranspose3d(w, bias, window.Strides, padding, groups: groups, dilation: window.Dilations),
        _ => throw new ShapeException($"a convolution over {window.Axes} axes; there are such over one to three"),
    };

    /// <summary>The convolution of whole numbers less their zero points: exact in double precision, whose sums hold 53 bits.</summary>
    public static Tensor Whole(NodeCall c, Tensor x, Tensor? xZero, Tensor w, Tensor? wZero)
    {
        var left = x.To(DType.Float64);
        if (xZero is not null)
            left -= xZero.To(DType.Float64).Reshape(Shape.Create([]));
        var right = w.To(DType.Float64);
        if (wZero is not null)
        {
            var zero = wZero.To(DType.Float64);
            right -= zero.Count == 1 ? zero.Reshape(Shape.Create([])) : zero.Reshape([-1, .. Enumerable.Repeat(1, w.Rank - 1)]);
        }
        return Conv(c, left, right, null);
    }

    private static Tensor Integer(NodeCall c) => Whole(c, c[0], c.Tensor(2), c[1], c.Tensor(3)).To(DType.Int32);

    private static (Tensor Y, Tensor State) Causal(NodeCall c)
    {
        var (x, w) = (c[0], c[1]);
        if (x.Rank != 3 || w.Rank != 3)
            throw new ShapeException($"input {x.Shape} and weight {w.Shape} must have three axes");
        int channels = x.Shape[1], before = w.Shape[2] - 1;
        var past = c.Tensor(3) ?? Tensor.Zeros([x.Shape[0], channels, before], x.DType);
        var padded = Tensor.Cat([past, x], 2);
        var y = padded.Conv1d(w, c.Tensor(2), groups: channels);
        y = c.Text("activation", "none") switch
        {
            "none" or "" => y,
            "silu" or "swish" => y.Silu(),
            var other => throw new FormatException($"there is no activation '{other}'"),
        };
        return (y, padded.Narrow(2, padded.Shape[2] - before, before));
    }

    private static Tensor ColumnsToImage(NodeCall c)
    {
        var x = c[0];
        int[] image = HostValues.Sizes(c.Longs(1)), block = HostValues.Sizes(c.Longs(2));
        int axes = image.Length;
        int[] Each(string name, int otherwise) => c.Ints(name) is { } given ? HostValues.Sizes(given) : [.. Enumerable.Repeat(otherwise, name == "pads" ? 2 * axes : axes)];
        int[] strides = Each("strides", 1), dilations = Each("dilations", 1), pads = Each("pads", 0);
        int[] padded = [.. Enumerable.Range(0, axes).Select(i => image[i] + pads[i] + pads[axes + i])];
        int[] windows = [.. Enumerable.Range(0, axes).Select(i => (padded[i] - dilations[i] * (block[i] - 1) - 1) / strides[i] + 1)];
        // The place in the padded image of each element of each block.
        var place = Tensor.Zeros([], DType.Int64);
        for (int i = 0; i < axes; i++)
        {
            var along = (Tensor.Arange(block[i]) * (long)dilations[i]).Unsqueeze(1) + Tensor.Arange(windows[i]) * (long)strides[i];
            var shape = Enumerable.Repeat(1, 2 * axes).ToArray();
            (shape[i], shape[axes + i]) = (block[i], windows[i]);
            place = place * (long)padded[i] + along.Reshape(shape);
        }
        int area = block.Aggregate(1, (a, b) => a * b), count = padded.Aggregate(1, (a, b) => a * b), all = checked((int)place.Count);
        var (n, channels) = (x.Shape[0], x.Shape[1] / area);
        var y = Tensor.Zeros([n, channels, count], x.DType).ScatterAdd(2, place.Reshape(1, 1, all).Expand(n, channels, all), x.Reshape(n, channels, all));
        var pairs = new int[2 * axes];
        for (int i = 0; i < axes; i++)
            (pairs[2 * (axes - 1 - i)], pairs[2 * (axes - 1 - i) + 1]) = (-pads[i], -pads[axes + i]);
        return y.Reshape([n, channels, .. padded]).Pad(pairs);
    }
}
