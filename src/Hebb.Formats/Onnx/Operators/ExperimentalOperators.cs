namespace Hebb.Onnx;

/// <summary>Operators that were tried in the first version of the set and never became part of it; files of those years hold them, of later versions too.</summary>
internal static class ExperimentalOperators
{
    public static void Register(OperatorTable table)
    {
        table.Add("Affine", 1, c => c[0] * (double)c.Float("alpha", 1) + (double)c.Float("beta", 0));
        table.Add("ConstantFill", 1, ConstantFill);
        table.Add("Crop", 1, Crop);
        table.AddAll("DynamicSlice", 1, c => [PartOperators.Slice(c.Required(0), c.Longs(1), c.Longs(2), c.LongsOrNull(3), null)]);
        table.Add("GivenTensorFill", 1, c => Tensor.From(c.Floats("values") ?? []).Reshape(Shape.Create(HostValues.Sizes(c.Ints("shape") ?? []))));
        table.Add("ImageScaler", 1, c => c[0] * (double)c.Float("scale", 1) + (c.Floats("bias") is { } bias ? Broadcasting.Channels(Tensor.From(bias), c[0].Rank) : Tensor.Scalar(0)));
        table.Add("ParametricSoftplus", 1, c => (c[0] * (double)c.Float("beta", 1)).Softplus() * (double)c.Float("alpha", 1));
        table.Add("Scale", 1, c => c[0] * (double)c.Float("scale", 1));
        table.Add("ScaledTanh", 1, c => (c[0] * (double)c.Float("beta", 1)).Tanh() * (double)c.Float("alpha", 1));
    }

    private static Tensor ConstantFill(NodeCall c)
    {
        int[] shape = c.Ints("shape") is { } given ? HostValues.Sizes(given)
            : c.Flag("input_as_shape") ? HostValues.Sizes(c.Longs(0)) : c[0].Shape.ToArray();
        int[] more = HostValues.Sizes(c.Ints("extra_shape") ?? []);
        return Tensor.Full([.. shape, .. more], c.Float("value", 0), c.DType("dtype", DType.Float32));
    }

    // Left, top, right and bottom margins; or left and top ones and the size.
    private static Tensor Crop(NodeCall c)
    {
        var x = c[0];
        int[] border = HostValues.Sizes(c.Ints("border") ?? []), size = HostValues.Sizes(c.Ints("scale") ?? []);
        if (x.Rank != 4 || border.Length != 4 || size.Length is not (0 or 2))
            throw new ShapeException($"Crop: [{string.Join(", ", border)}] are not four borders of pictures, or {x.Shape} are none");
        var (left, top) = (border[0], border[1]);
        int height = size.Length == 2 ? size[0] : x.Shape[2] - top - border[3], width = size.Length == 2 ? size[1] : x.Shape[3] - left - border[2];
        if (height < 0 || width < 0 || top + height > x.Shape[2] || left + width > x.Shape[3])
            throw new ShapeException($"Crop: [{string.Join(", ", border)}] with a size of [{string.Join(", ", size)}] does not lie in {x.Shape}");
        return x.Narrow(2, top, height).Narrow(3, left, width);
    }
}
