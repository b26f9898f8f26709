namespace Hebb;

/// <summary>Convolution through patches: what the fused kernels are held against.</summary>
internal static class ConvPatches
{
    /// <summary>Of x [N, C, input…], all that each output meets: [N, groups, C / groups * kernel area, outputs].</summary>
    public static Tensor Take(ConvWindow window, Tensor x, ReadOnlySpan<int> kernel, ReadOnlySpan<int> output)
    {
        int axes = window.Axes, area = Area(kernel), places = Area(output);
        var patches = Room(window, x, kernel, output);
        var order = new int[2 + 2 * axes];
        order[1] = 1;
        for (int i = 0; i < axes; i++)
        {
            patches = patches.Unfold(2 + i, kernel[i], window.Stride[i], window.Dilation[i]);
            (order[2 + i], order[2 + axes + i]) = (2 + axes + i, 2 + i);
        }
        return patches.Permute(order).Reshape(x.Shape[0], window.Groups, x.Shape[1] / window.Groups * area, places);
    }

    /// <summary>The adjoint of <see cref="Take"/>: patches added where they were taken, [N, C, input…].</summary>
    public static Tensor Put(ConvWindow window, Tensor patches, int channels, ReadOnlySpan<int> kernel, ReadOnlySpan<int> output, ReadOnlySpan<int> input)
    {
        int axes = window.Axes;
        var sizes = new int[2 + 2 * axes];
        var order = new int[2 + 2 * axes];
        (sizes[0], sizes[1], order[1]) = (patches.Shape[0], channels, 1);
        for (int i = 0; i < axes; i++)
        {
            (sizes[2 + i], sizes[2 + axes + i]) = (kernel[i], output[i]);
            (order[2 + i], order[2 + axes + i]) = (2 + axes + i, 2 + i);
        }
        var x = patches.Reshape(sizes).Permute(order);
        var cut = new int[2 * axes];
        for (int i = axes - 1; i >= 0; i--)
        {
            int length = (output[i] - 1) * window.Stride[i] + window.Span(i, kernel[i]);
            x = Transforms.Engine.Apply(new FoldOp(length, 2 + i, window.Stride[i], window.Dilation[i]), x);
            (cut[2 * (axes - 1 - i)], cut[2 * (axes - 1 - i) + 1]) = (-window.PadBegin[i], input[i] + window.PadBegin[i] - length);
        }
        return x.Pad(cut);
    }

    // The input with its padding, as far as the last output reads.
    private static Tensor Room(ConvWindow window, Tensor x, ReadOnlySpan<int> kernel, ReadOnlySpan<int> output)
    {
        int axes = window.Axes;
        var margin = new int[2 * axes];
        for (int i = 0; i < axes; i++)
        {
            int length = (output[i] - 1) * window.Stride[i] + window.Span(i, kernel[i]);
            (margin[2 * (axes - 1 - i)], margin[2 * (axes - 1 - i) + 1]) = (window.PadBegin[i], length - x.Shape[2 + i] - window.PadBegin[i]);
        }
        return x.Pad(margin);
    }

    private static int Area(ReadOnlySpan<int> sizes)
    {
        int area = 1;
        foreach (int size in sizes)
            area *= size;
        return area;
    }
}
