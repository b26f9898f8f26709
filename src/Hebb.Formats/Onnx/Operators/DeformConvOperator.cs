namespace Hebb.Onnx;

/// <summary>Convolution whose kernel reads at places that are moved by offsets (Dai et al., 2017), perhaps with a weight for each (Zhu et al., 2019).</summary>
internal static class DeformConvOperator
{
    public static void Register(OperatorTable table) => table.Add("DeformConv", 19, Run);

    private static Tensor Run(NodeCall c)
    {
        var (x, w, offsets) = (c[0], c[1], c[2]);
        if (x.Rank != 4)
            throw new ShapeException($"DeformConv works on images [N, C, H, W], not {x.Shape}");
        var window = new WindowAttributes(c, x.Shape, w.Shape[2..].ToArray());
        int groups = HostValues.Sizes([c.Int("group", 1)])[0], parts = HostValues.Sizes([c.Int("offset_group", 1)])[0];
        var (n, channels, height, width) = (x.Shape[0], x.Shape[1], x.Shape[2], x.Shape[3]);
        var (rows, columns) = (offsets.Shape[2], offsets.Shape[3]);
        int area = window.Kernel[0] * window.Kernel[1];
        offsets = offsets.Reshape(n, parts, area, 2, rows, columns);
        var mask = c.Tensor(4)?.Reshape(n, parts, area, rows, columns);
        // Where each element of the kernel would read without offsets.
        var down = Places(window, 0, rows, x.DType).Reshape(window.Kernel[0], 1, rows, 1).Expand(window.Kernel[0], window.Kernel[1], rows, columns).Reshape(area, rows, columns);
        var across = Places(window, 1, columns, x.DType).Reshape(1, window.Kernel[1], 1, columns).Expand(window.Kernel[0], window.Kernel[1], rows, columns).Reshape(area, rows, columns);
        int places = area * rows * columns;
        var sampled = new Tensor[parts];
        for (int part = 0; part < parts; part++)
        {
            var moved = offsets.Select(1, part);
            var image = x.Narrow(1, part * (channels / parts), channels / parts).Reshape(n, channels / parts, height * width);
            var y = (down + moved.Select(2, 0)).Reshape(n, 1, places);
            var at = (across + moved.Select(2, 1)).Reshape(n, 1, places);
            var read = Read(image, y, at, height, width).Reshape(n, channels / parts, area, rows * columns);
            sampled[part] = mask is null ? read : read * mask.Select(1, part).Reshape(n, 1, area, rows * columns);
        }
        int filters = w.Shape[0];
        var all = Tensor.Cat(sampled, 1).Reshape(n, groups, channels / groups * area, rows * columns);
        var result = w.Reshape(groups, filters / groups, channels / groups * area).MatMul(all).Reshape(n, filters, rows, columns);
        return c.Tensor(3) is { } bias ? result + Broadcasting.Channels(bias, 4) : result;
    }

    /// <summary>Bilinear interpolation; outside is 0.</summary>
    /// <param name="image">[N, C, H W].</param>
    /// <param name="y">[N, 1, places], in rows.</param>
    /// <param name="x">[N, 1, places], in columns.</param>
    /// <param name="height">H.</param>
    /// <param name="width">W.</param>
    private static Tensor Read(Tensor image, Tensor y, Tensor x, int height, int width)
    {
        var (top, left) = (y.Floor(), x.Floor());
        Tensor? sum = null;
        for (int corner = 0; corner < 4; corner++)
        {
            var (row, column) = (top + corner / 2, left + corner % 2);
            var weight = (1 - (y - row).Abs()) * (1 - (x - column).Abs());
            var inside = (row >= 0).LogicalAnd(row <= height - 1).LogicalAnd(column >= 0).LogicalAnd(column <= width - 1);
            var place = (row.Clamp(0.0, height - 1) * width + column.Clamp(0.0, width - 1)).Detach().To(DType.Int64);
            var part = image.Gather(2, place.Expand(image.Shape[0], image.Shape[1], place.Shape[2])) * Tensor.Where(inside, weight, 0.0);
            sum = sum is null ? part : sum + part;
        }
        return sum!;
    }

    private static Tensor Places(WindowAttributes window, int axis, int count, DType type) =>
        ((Tensor.Arange(window.Kernel[axis]) * (long)window.Dilations[axis] - (long)window.Begin[axis]).Unsqueeze(1) + Tensor.Arange(count) * (long)window.Strides[axis]).To(type);
}
