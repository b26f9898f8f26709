namespace Hebb.Onnx;

/// <summary>Images read at points of grids, and images out of files.</summary>
internal static class ImageOperators
{
    public static void Register(OperatorTable table)
    {
        table.Add("AffineGrid", 20, c => Tensor.AffineGrid(c[0], Shape.Create(HostValues.Sizes(c.Longs(1))), c.Flag("align_corners")));
        table.Add("GridSample", 16, GridSample);
        table.Add("ImageDecoder", 20, Decode);
    }

    private static Tensor GridSample(NodeCall c)
    {
        var mode = c.Text("mode", "linear") switch
        {
            "linear" or "bilinear" => InterpolationMode.Linear,
            "nearest" => InterpolationMode.Nearest,
            "cubic" or "bicubic" => InterpolationMode.Cubic,
            var other => throw new FormatException($"there is no mode '{other}'"),
        };
        var padding = c.Text("padding_mode", "zeros") switch
        {
            "zeros" => GridPadding.Zeros,
            "border" => GridPadding.Border,
            "reflection" => GridPadding.Reflection,
            var other => throw new FormatException($"there is no padding '{other}'"),
        };
        return c[0].GridSample(c[1].To(c[0].DType), mode, padding, c.Flag("align_corners"));
    }

    private static Tensor Decode(NodeCall c)
    {
        var image = ImageFile.Decode(c[0].ToArray<byte>());
        int wanted = c.Text("pixel_format", "RGB") switch
        {
            "RGB" or "BGR" => 3,
            "Grayscale" => 1,
            var other => throw new FormatException($"there is no pixel format '{other}'"),
        };
        image = image.ToChannels(wanted);
        var pixels = Tensor.From(image.Pixels, [image.Height, image.Width, wanted]);
        return c.Text("pixel_format", "RGB") == "BGR" ? pixels.Flip(2).Contiguous() : pixels;
    }
}
