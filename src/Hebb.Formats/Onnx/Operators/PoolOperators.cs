namespace Hebb.Onnx;

/// <summary>Pooling over the axes after the first two.</summary>
internal static class PoolOperators
{
    public static void Register(OperatorTable table)
    {
        table.Add("AveragePool", 1, Average);
        table.AddAll("MaxPool", 1, Max);
        table.Add("LpPool", 1, Lp);
        table.Add("GlobalAveragePool", 1, c => c[0].Mean(Spatial(c[0]), keepDim: true));
        table.Add("GlobalMaxPool", 1, c => c[0].Amax(Spatial(c[0]), keepDim: true));
        table.Add("GlobalLpPool", 1, c => Root(PowerOf(c[0], Power(c)).Sum(Spatial(c[0]), keepDim: true), Power(c)));
        table.Add("MaxUnpool", 9, Unpool);
    }

    private static int[] Spatial(Tensor x) => [.. Enumerable.Range(2, Math.Max(x.Rank - 2, 0))];

    private static Tensor Average(NodeCall c)
    {
        var x = c[0];
        var window = new WindowAttributes(c, x.Shape);
        bool ceil = c.Flag("ceil_mode"), countPadding = c.Flag("count_include_pad");
        if (window.Axes <= 3 && Array.TrueForAll(window.Dilations, d => d == 1) && PadsAreSmall(window))
        {
            return window.Axes switch
            {
                1 => x.AvgPool1d(window.Kernel, window.Strides, window.Padding, ceil, countPadding),
                2 => x.AvgPool2d(window.Kernel, window.Strides, window.Padding, ceil, countPadding),
                _ => x.AvgPool3d(window.Kernel, window.Strides, window.Padding, ceil, countPadding),
            };
        }
        // What overhangs the padded input never counts; its padding only where asked for.
        var counted = Tensor.Ones([1, 1, .. x.Shape[2..]], x.DType);
        var counts = countPadding ? Sums(counted, window, ceil, around: 1) : Sums(counted, window, ceil, around: 0);
        return Sums(x, window, ceil, around: 0) / counts;
    }

    private static bool PadsAreSmall(WindowAttributes window)
    {
        for (int i = 0; i < window.Axes; i++)
        {
            if (Math.Max(window.Begin[i], window.End[i]) >= window.Span(i))
                return false;
        }
        return true;
    }

    /// <summary>The sum of each window. Padding is <paramref name="around"/>, what overhangs it 0.</summary>
    private static Tensor Sums(Tensor x, WindowAttributes window, bool ceil, double around)
    {
        int[] pads = new int[2 * window.Axes], over = new int[2 * window.Axes];
        for (int i = 0; i < window.Axes; i++)
        {
            int at = 2 * (window.Axes - 1 - i), padded = x.Shape[2 + i] + window.Begin[i] + window.End[i];
            int last = padded - window.Span(i);
            if (last < 0)
                throw new ShapeException($"a window of {window.Span(i)} elements is larger than axis {2 + i} of the padded input {x.Shape}");
            int windows = (ceil ? (last + window.Strides[i] - 1) / window.Strides[i] : last / window.Strides[i]) + 1;
            // The last window begins inside the input or the padding before it.
            if (ceil && (windows - 1) * window.Strides[i] >= x.Shape[2 + i] + window.Begin[i])
                windows--;
            (pads[at], pads[at + 1]) = (window.Begin[i], window.End[i]);
            over[at + 1] = Math.Max((windows - 1) * window.Strides[i] + window.Span(i) - padded, 0);
        }
        x = x.Pad(pads, value: around).Pad(over);
        for (int i = 0; i < window.Axes; i++)
            x = x.Unfold(2 + i, window.Kernel[i], window.Strides[i], window.Dilations[i]);
        return x.Sum([.. Enumerable.Range(2 + window.Axes, window.Axes)]);
    }

    private static OnnxValue?[] Max(NodeCall c)
    {
        var x = c[0];
        // Small integers are exact as floats.
        if (!x.DType.IsFloat)
        {
            var (wide, places) = Max(c, x.To(DType.Float32));
            return [wide.To(x.DType), places];
        }
        var (y, indices) = Max(c, x);
        return [y, indices];
    }

    private static (Tensor Y, Tensor? Indices) Max(NodeCall c, Tensor x)
    {
        var window = new WindowAttributes(c, x.Shape);
        bool ceil = c.Flag("ceil_mode");
        var spatial = x.Shape[2..];
        var padding = window.Padding;
        Tensor? padded = null;
        if (!PadsAreSmall(window))
        {
            // The engine's margins are smaller than a window: a larger one is made, with the places that its elements come from.
            var pairs = new int[2 * window.Axes];
            for (int i = 0; i < window.Axes; i++)
                (pairs[2 * (window.Axes - 1 - i)], pairs[2 * (window.Axes - 1 - i) + 1]) = (window.Begin[i], window.End[i]);
            x = x.Pad(pairs, value: double.NegativeInfinity);
            padded = Tensor.Arange(spatial.Count).Reshape(spatial).Pad(pairs, value: 0).Flatten();
            padding = Padding.Valid;
        }
        PerAxis kernel = window.Kernel, strides = window.Strides, dilations = window.Dilations;
        if (!c.Wants(1))
        {
            return (window.Axes switch
            {
                1 => x.MaxPool1d(kernel, strides, padding, dilations, ceil),
                2 => x.MaxPool2d(kernel, strides, padding, dilations, ceil),
                _ => x.MaxPool3d(kernel, strides, padding, dilations, ceil),
            }, null);
        }
        var (y, places) = window.Axes switch
        {
            1 => x.MaxPool1dWithIndices(kernel, strides, padding, dilations, ceil),
            2 => x.MaxPool2dWithIndices(kernel, strides, padding, dilations, ceil),
            _ => x.MaxPool3dWithIndices(kernel, strides, padding, dilations, ceil),
        };
        if (padded is not null)
            places = padded.Take(places);
        if (c.Flag("storage_order"))
        {
            // Counted with the first of the spatial axes as the fastest.
            int[] back = [.. Enumerable.Range(0, spatial.Rank).Reverse()];
            var transposed = Shape.Create([.. back.Select(i => spatial[i])]);
            places = Tensor.Arange(spatial.Count).Reshape(transposed).Permute(back).Flatten().Take(places);
        }
        // Places count through the whole tensor, not through one plane.
        int planes = checked(y.Shape[0] * y.Shape[1]);
        var starts = (Tensor.Arange(planes) * spatial.Count).Reshape([y.Shape[0], y.Shape[1], .. Enumerable.Repeat(1, window.Axes)]);
        return (y, places.To(DType.Int64) + starts);
    }

    private static double Power(NodeCall c) => c.Version < 2 ? c.Float("p", 2) : c.Int("p", 2);

    private static Tensor PowerOf(Tensor x, double p) => p == 1 ? x.Abs() : p == 2 ? x.Square() : x.Abs().Pow(p);

    private static Tensor Root(Tensor x, double p) => p == 1 ? x : p == 2 ? x.Sqrt() : x.Pow(1 / p);

    private static Tensor Lp(NodeCall c)
    {
        double p = Power(c);
        return Root(Sums(PowerOf(c[0], p), new WindowAttributes(c, c[0].Shape), c.Flag("ceil_mode"), around: 0), p);
    }

    private static Tensor Unpool(NodeCall c)
    {
        var (x, places) = (c[0], c[1]);
        var window = new WindowAttributes(c, x.Shape);
        int[] sizes = [x.Shape[0], x.Shape[1], .. Enumerable.Range(0, window.Axes).Select(i => (x.Shape[2 + i] - 1) * window.Strides[i] + window.Kernel[i] - window.Begin[i] - window.End[i])];
        var shape = Shape.Create(sizes);
        var y = Tensor.Zeros([checked((int)shape.Count)], x.DType).IndexPut([places.Flatten()], x.Flatten()).Reshape(shape);
        if (!c.Has(2))
            return y;
        int[] wanted = HostValues.Sizes(c.Longs(2));
        var pairs = new int[2 * y.Rank];
        for (int i = 0; i < y.Rank; i++)
            pairs[2 * (y.Rank - 1 - i) + 1] = wanted[i] - y.Shape[i];
        return y.Pad(pairs);
    }
}
