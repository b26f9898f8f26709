namespace Hebb.OpTests;

/// <summary>What convolutions and pooling refuse.</summary>
internal static class ConvErrors
{
    [Rows]
    public static IEnumerable<ErrorCase> Convolutions()
    {
        Tensor x = Tensor.Zeros([2, 3, 8, 8]), w = Tensor.Zeros([16, 3, 3, 3]);
        yield return ErrorCase.Shape("conv_channels", () => x.Conv2d(Tensor.Zeros([16, 4, 3, 3])), "Conv2d: input [2, 3, 8, 8] has 3 channels, weight [16, 4, 3, 3] takes 4 (groups 1)");
        yield return ErrorCase.Shape("conv_groups", () => x.Conv2d(Tensor.Zeros([16, 1, 3, 3]), groups: 3), "Conv2d: weight [16, 1, 3, 3] has 16 output channels, no multiple of 3 groups");
        yield return ErrorCase.Shape("conv_no_groups", () => x.Conv2d(w, groups: 0), "Conv2d: 0 groups; there must be at least 1");
        yield return ErrorCase.Shape("conv_input_rank", () => x.Conv1d(Tensor.Zeros([4, 3, 3])), "Conv1d: input [2, 3, 8, 8] must be [N, C, L] or [C, L]");
        yield return ErrorCase.Shape("conv_weight_rank", () => x.Conv2d(Tensor.Zeros([16, 3, 3])), "Conv2d: weight [16, 3, 3] must be [out channels, in channels / groups, H, W]");
        yield return ErrorCase.Shape("conv_no_kernel", () => x.Conv2d(Tensor.Zeros([16, 3, 0, 3])), "Conv2d: weight [16, 3, 0, 3] has a kernel without elements");
        yield return ErrorCase.Shape("conv_bias", () => x.Conv2d(w, Tensor.Zeros([3])), "Conv2d: bias [3] for 16 output channels; it must be [16]");
        yield return ErrorCase.Shape("conv_too_large", () => x.Conv2d(w, dilation: (1, 5), padding: (0, 1)), "Conv2d: input [2, 3, 8, 8], weight [16, 3, 3, 3]: along axis 3 the kernel spans 11 elements, the padded input has 10");
        yield return ErrorCase.Shape("conv_stride", () => x.Conv2d(w, stride: 0), "Conv2d: stride 0 must be at least 1");
        yield return ErrorCase.Shape("conv_padding", () => x.Conv2d(w, padding: (1, -1)), "Conv2d: padding [1, -1] must be at least 0");
        yield return ErrorCase.Shape("conv_dilation", () => x.Conv2d(w, dilation: (1, 2, 3)), "Conv2d: dilation [1, 2, 3] has 3 numbers for 2 axes");
        yield return ErrorCase.Shape("conv_same_strided", () => x.Conv2d(w, stride: 2, padding: Padding.Same), "Conv2d: padding Same keeps the size, stride 2 does not; give the padding in numbers");
        yield return ErrorCase.DType("conv_types", () => x.Conv2d(w.To(DType.Float64)), "Conv2d: input of float32, weight of float64; both must be of one type");
        yield return ErrorCase.DType("conv_bias_type", () => x.Conv2d(w, Tensor.Zeros([16], DType.BFloat16)), "Conv2d: input of float32, bias of bfloat16; both must be of one type");
        yield return ErrorCase.DType("conv_integers", () => x.To(DType.Int32).Conv2d(w.To(DType.Int32)), "Conv2d: int32 is not supported; inputs must be floats");
        yield return ErrorCase.Shape("conv_four_axes", () => x.Conv2d(w, stride: [1, 1, 1, 1]), "PerAxis: 4 numbers; there are one to three spatial axes");

        var t = Tensor.Zeros([3, 4, 2, 2]);
        yield return ErrorCase.Shape("conv_transpose_channels", () => x.ConvTranspose2d(Tensor.Zeros([4, 3, 2, 2])), "ConvTranspose2d: input [2, 3, 8, 8] has 3 channels, weight [4, 3, 2, 2] takes 4 (groups 1)");
        yield return ErrorCase.Shape("conv_transpose_groups", () => x.ConvTranspose2d(t, groups: 2), "ConvTranspose2d: weight [3, 4, 2, 2] has 3 input channels, no multiple of 2 groups");
        yield return ErrorCase.Shape("conv_transpose_weight_rank", () => x.ConvTranspose2d(Tensor.Zeros([3, 4, 2])), "ConvTranspose2d: weight [3, 4, 2] must be [in channels, out channels / groups, H, W]");
        yield return ErrorCase.Shape("conv_transpose_extra", () => x.ConvTranspose2d(t, stride: 2, outputPadding: 2), "ConvTranspose2d: output padding 2 must be smaller than the stride 2 or the dilation 1");
        yield return ErrorCase.Shape("conv_transpose_small", () => Tensor.Zeros([1, 3, 1, 1]).ConvTranspose2d(t, padding: (1, 0)), "ConvTranspose2d: input [1, 3, 1, 1], weight [3, 4, 2, 2]: along axis 2 the output would have 0 elements");
        yield return ErrorCase.Shape("conv_transpose_same", () => x.ConvTranspose2d(t, padding: Padding.Same), "ConvTranspose2d: padding Same is for convolutions; give the padding in numbers");
        yield return ErrorCase.Shape("conv_transpose_bias", () => x.ConvTranspose2d(t, Tensor.Zeros([3])), "ConvTranspose2d: bias [3] for 4 output channels; it must be [4]");
    }

    [Rows]
    public static IEnumerable<ErrorCase> Pooling()
    {
        var x = Tensor.Zeros([2, 3, 4, 6]);
        yield return ErrorCase.Shape("max_pool_rank", () => x.MaxPool1d(2), "MaxPool1d: input [2, 3, 4, 6] must be [N, C, L] or [C, L]");
        yield return ErrorCase.Shape("max_pool_too_large", () => x.MaxPool2d(5), "MaxPool2d: input [2, 3, 4, 6]: along axis 2 the window spans 5 elements, the padded input has 4");
        yield return ErrorCase.Shape("max_pool_padding", () => x.MaxPool2d(2, padding: 2), "MaxPool2d: padding 2 along spatial axis 0 must be smaller than the window, which spans 2");
        yield return ErrorCase.Shape("max_pool_kernel", () => x.MaxPool2d(0), "MaxPool2d: kernel 0 must be at least 1");
        yield return ErrorCase.Shape("max_pool_numbers", () => x.MaxPool2d((1, 2, 3)), "MaxPool2d: kernel [1, 2, 3] has 3 numbers for 2 axes");
        yield return ErrorCase.Shape("max_pool_same", () => x.MaxPool2d(2, padding: Padding.Same), "MaxPool2d: padding Same keeps the size, a stride of [2, 2] does not; give the padding in numbers");
        yield return ErrorCase.DType("max_pool_integers", () => x.To(DType.Int64).MaxPool2d(2), "MaxPool2d: int64 is not supported; the input must be floats");
        yield return ErrorCase.Shape("avg_pool_rank", () => x.AvgPool3d(2).AvgPool3d(2), "AvgPool3d: input");
        yield return ErrorCase.Shape("avg_pool_too_large", () => x.AvgPool2d((1, 8)), "AvgPool2d: input [2, 3, 4, 6]: along axis 3 the window spans 8 elements, the padded input has 6");
        yield return ErrorCase.Shape("avg_pool_divisor", () => x.AvgPool2d(2, divisorOverride: 0), "AvgPool2d: divisor 0 must be at least 1");
        yield return ErrorCase.DType("avg_pool_bool", () => x.To(DType.Bool).AvgPool2d(2), "AvgPool2d: bool is not supported; the input must be floats");
        yield return ErrorCase.Shape("adaptive_avg_pool_rank", () => x.AdaptiveAvgPool1d(2), "AdaptiveAvgPool1d: input [2, 3, 4, 6] must be [N, C, L] or [C, L]");
        yield return ErrorCase.Shape("adaptive_avg_pool_empty", () => Tensor.Zeros([1, 2, 0, 3]).AdaptiveAvgPool2d(2), "AdaptiveAvgPool2d: input [1, 2, 0, 3] has no elements along axis 2");
        yield return ErrorCase.Shape("adaptive_avg_pool_size", () => x.AdaptiveAvgPool2d((-2, 1)), "AdaptiveAvgPool2d: size [-2, 1] must be at least -1");
        yield return ErrorCase.Shape("adaptive_max_pool_empty", () => Tensor.Zeros([1, 2, 0]).AdaptiveMaxPool1d(2), "AdaptiveMaxPool1d: input [1, 2, 0] has no elements along axis 2");
        yield return ErrorCase.DType("adaptive_max_pool_integers", () => x.To(DType.Int32).AdaptiveMaxPool2d(2), "AdaptiveMaxPool2d: int32 is not supported; the input must be floats");
        yield return ErrorCase.Shape("max_unpool_shapes", () => x.MaxUnpool2d(Tensor.Zeros([2, 3, 4, 5], DType.Int64), 2), "MaxUnpool2d: values [2, 3, 4, 6] and indices [2, 3, 4, 5] differ");
        yield return ErrorCase.Shape("max_unpool_size", () => x.MaxUnpool2d(Tensor.Zeros([2, 3, 4, 6], DType.Int64), 2, outputSize: (10, 12)), "MaxUnpool2d: output size [10, 12] along spatial axis 0; only 7 to 9 give [2, 3, 4, 6]");
        yield return ErrorCase.Shape("max_unpool_index", () => x.MaxUnpool2d(Tensor.Full([2, 3, 4, 6], 96, DType.Int64), 2), "96");
        yield return new("lp_pool_power", () => x.LpPool2d(0, 2), typeof(HebbException), "LpPool2d: power 0; it must be a finite number but 0");
    }
}
