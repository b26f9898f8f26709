namespace Hebb.Tfjs;

/// <summary>How windows move over the rows and columns of [N, H, W, C].</summary>
/// <param name="Size">Height and width of a window.</param>
/// <param name="Strides">The steps along both.</param>
/// <param name="Dilations">The distances of neighbours in a window.</param>
/// <param name="Same">Margins such that there are as many windows as rows divided by the step, the larger part of them at the end; else none.</param>
internal readonly record struct Windows(int[] Size, int[] Strides, int[] Dilations, bool Same)
{
    public Windows(int[] size, int[] strides, bool same) : this(size, strides, [1, 1], same)
    {
    }

    /// <summary>The margin at the start and at the end of an axis.</summary>
    public (int Start, int End) Margin(int axis, int length)
    {
        if (!Same)
            return (0, 0);
        int stride = Strides[axis], span = (Size[axis] - 1) * Dilations[axis] + 1;
        int needed = Math.Max(0, ((length + stride - 1) / stride - 1) * stride + span - length);
        return (needed / 2, needed - needed / 2);
    }

    /// <summary>[N, H, W, C] as [N, C, H, W], with margins.</summary>
    public Tensor Padded(Tensor x, double value)
    {
        if (x.Rank != 4)
            throw new ShapeException($"input {x.Shape} is not [N, H, W, C]");
        var (top, bottom) = Margin(0, x.Shape[1]);
        var (left, right) = Margin(1, x.Shape[2]);
        x = x.Permute(0, 3, 1, 2);
        return top + bottom + left + right == 0 ? x : x.Pad([left, right, top, bottom], value: value);
    }
}

/// <summary>Ops as TensorFlow has them, with channels along the last axis.</summary>
internal static class ChannelsLast
{
    /// <summary>[N, H, W, C] by a kernel [h, w, C / groups, out].</summary>
    public static Tensor Conv2d(Tensor x, Tensor kernel, Windows windows, int groups = 1) =>
        Last(windows.Padded(x, 0).Conv2d(kernel.Permute(3, 2, 0, 1), null, windows.Strides, null, windows.Dilations, groups));

    /// <summary>[N, H, W, C] by a kernel [h, w, C, multiplier]: every channel by itself.</summary>
    public static Tensor DepthwiseConv2d(Tensor x, Tensor kernel, Windows windows) =>
        Conv2d(x, kernel.Reshape(kernel.Shape[0], kernel.Shape[1], 1, kernel.Shape[2] * kernel.Shape[3]), windows, kernel.Shape[2]);

    /// <summary>The largest of each window.</summary>
    public static Tensor MaxPool2d(Tensor x, Windows windows) => Last(windows.Padded(x, double.NegativeInfinity).MaxPool2d(windows.Size, windows.Strides));

    /// <summary>The mean of what of each window is inside the input.</summary>
    public static Tensor AvgPool2d(Tensor x, Windows windows)
    {
        var sums = windows.Padded(x, 0).AvgPool2d(windows.Size, windows.Strides);
        if (!windows.Same)
            return Last(sums);
        var parts = windows.Padded(Tensor.Ones([1, x.Shape[1], x.Shape[2], 1], x.DType), 0).AvgPool2d(windows.Size, windows.Strides);
        return Last(sums / parts);
    }

    private static Tensor Last(Tensor x) => x.Permute(0, 2, 3, 1);
}
