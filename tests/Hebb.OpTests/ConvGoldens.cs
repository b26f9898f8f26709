namespace Hebb.OpTests;

/// <summary>Convolutions and pooling against stored values of another framework, gradients too.</summary>
public class ConvGoldens
{
    private static readonly Dictionary<string, Func<Tensor[], Tensor>> Convolutions = new()
    {
        ["conv1d"] = x => x[0].Conv1d(x[1], x[2]),
        ["conv1d_all"] = x => x[0].Conv1d(x[1], x[2], stride: 2, padding: 3, dilation: 2, groups: 2),
        ["conv1d_same"] = x => x[0].Conv1d(x[1], padding: Padding.Same, dilation: 3),
        ["conv2d"] = x => x[0].Conv2d(x[1], x[2], padding: 1),
        ["conv2d_wide"] = x => x[0].Conv2d(x[1], padding: (2, 0)),
        ["conv2d_strided"] = x => x[0].Conv2d(x[1], x[2], stride: (2, 3), padding: (1, 2), dilation: (2, 1)),
        ["conv2d_groups"] = x => x[0].Conv2d(x[1], x[2], stride: 2, padding: 1, groups: 3),
        ["conv2d_depthwise"] = x => x[0].Conv2d(x[1], x[2], padding: 2, groups: 4),
        ["conv2d_pointwise"] = x => x[0].Conv2d(x[1], x[2]),
        ["conv2d_same"] = x => x[0].Conv2d(x[1], x[2], padding: Padding.Same, dilation: (1, 2)),
        ["conv2d_single"] = x => x[0].Conv2d(x[1], x[2], stride: 2),
        ["conv3d"] = x => x[0].Conv3d(x[1], x[2], stride: (1, 2, 1), padding: (1, 0, 2), dilation: (1, 1, 2)),
        ["conv3d_groups"] = x => x[0].Conv3d(x[1], groups: 2),
        ["transpose1d"] = x => x[0].ConvTranspose1d(x[1], x[2]),
        ["transpose1d_all"] = x => x[0].ConvTranspose1d(x[1], x[2], stride: 3, padding: 2, outputPadding: 1, groups: 2, dilation: 2),
        ["transpose2d"] = x => x[0].ConvTranspose2d(x[1], x[2], stride: 2, padding: 1, outputPadding: 1),
        ["transpose2d_dilated"] = x => x[0].ConvTranspose2d(x[1], stride: (1, 2), padding: 1, outputPadding: (2, 3), dilation: (3, 4)),
        ["transpose2d_groups"] = x => x[0].ConvTranspose2d(x[1], x[2], groups: 2, padding: (0, 1)),
        ["transpose3d"] = x => x[0].ConvTranspose3d(x[1], x[2], stride: (2, 1, 2), padding: (0, 1, 1), outputPadding: (1, 0, 0)),
    };

    private static readonly Dictionary<string, Func<Tensor, Tensor>> Pools = new()
    {
        ["max1d"] = x => x.MaxPool1d(3),
        ["max1d_all"] = x => x.MaxPool1d(4, 2, 2, 2, ceilMode: true),
        ["max2d"] = x => x.MaxPool2d(2),
        ["max2d_all"] = x => x.MaxPool2d((3, 2), (2, 3), (1, 0), (1, 2), ceilMode: true),
        ["max3d_all"] = x => x.MaxPool3d((2, 3, 2), (1, 2, 2), (1, 1, 0), ceilMode: true),
        ["adaptive_max1d"] = x => x.AdaptiveMaxPool1d(5),
        ["adaptive_max2d"] = x => x.AdaptiveMaxPool2d((4, 3)),
        ["adaptive_max3d"] = x => x.AdaptiveMaxPool3d((2, 4, -1)),
        ["avg1d"] = x => x.AvgPool1d(3),
        ["avg1d_all"] = x => x.AvgPool1d(5, 3, 2, ceilMode: true),
        ["avg2d"] = x => x.AvgPool2d((2, 3)),
        ["avg2d_all"] = x => x.AvgPool2d((3, 2), (2, 3), (1, 1), ceilMode: true),
        ["avg2d_not_counted"] = x => x.AvgPool2d((3, 2), (2, 3), (1, 1), ceilMode: true, countIncludePad: false),
        ["avg2d_divisor"] = x => x.AvgPool2d(3, 2, 1, divisorOverride: 5),
        ["avg3d"] = x => x.AvgPool3d((2, 3, 2), (2, 2, 1), (1, 1, 0), ceilMode: true),
        ["adaptive_avg1d"] = x => x.AdaptiveAvgPool1d(5),
        ["adaptive_avg2d"] = x => x.AdaptiveAvgPool2d((4, 3)),
        ["adaptive_avg2d_whole"] = x => x.AdaptiveAvgPool2d(1),
        ["adaptive_avg3d"] = x => x.AdaptiveAvgPool3d((2, 4, -1)),
        ["unpool1d"] = x => Unpool(x.MaxPool1dWithIndices(3), (v, i) => v.MaxUnpool1d(i, 3, outputSize: 17)),
        ["unpool2d"] = x => Unpool(x.MaxPool2dWithIndices(2), (v, i) => v.MaxUnpool2d(i, 2, outputSize: (9, 11))),
        ["unpool3d"] = x => Unpool(x.MaxPool3dWithIndices((1, 2, 1)), (v, i) => v.MaxUnpool3d(i, (1, 2, 1))),
        ["lp1d"] = x => x.LpPool1d(2, 3),
        ["lp1d_sum"] = x => x.LpPool1d(1, 3, 2),
        ["lp2d"] = x => x.LpPool2d(4, (3, 2), 2, ceilMode: true),
    };

    private static readonly Dictionary<string, Func<Tensor, (Tensor Values, Tensor Indices)>> Pairs = new()
    {
        ["max1d_indices"] = x => x.MaxPool1dWithIndices(3),
        ["max1d_all_indices"] = x => x.MaxPool1dWithIndices(4, 2, 2, 2, ceilMode: true),
        ["max2d_indices"] = x => x.MaxPool2dWithIndices(2),
        ["max2d_all_indices"] = x => x.MaxPool2dWithIndices((3, 2), (2, 3), (1, 0), (1, 2), ceilMode: true),
        ["max3d_all_indices"] = x => x.MaxPool3dWithIndices((2, 3, 2), (1, 2, 2), (1, 1, 0), ceilMode: true),
        ["adaptive_max1d_indices"] = x => x.AdaptiveMaxPool1dWithIndices(5),
        ["adaptive_max2d_indices"] = x => x.AdaptiveMaxPool2dWithIndices((4, 3)),
        ["adaptive_max3d_indices"] = x => x.AdaptiveMaxPool3dWithIndices((2, 4, -1)),
        ["max2d_ties_indices"] = x => x.MaxPool2dWithIndices(2),
        ["max2d_ties_padded_indices"] = x => x.MaxPool2dWithIndices(3, 1, 1),
    };

    private static Tensor Unpool((Tensor Values, Tensor Indices) pooled, Func<Tensor, Tensor, Tensor> unpool) => unpool(pooled.Values, pooled.Indices);

    public static IEnumerable<TheoryDataRow<string>> ConvNames => Golden.Names("conv").Select(n => new TheoryDataRow<string>(n));

    public static IEnumerable<TheoryDataRow<string>> PoolNames => Golden.Names("pool").Select(n => new TheoryDataRow<string>(n));

    [Theory, MemberData(nameof(ConvNames)), Trait("Isa", "slice")]
    public void ConvolutionsAgree(string name) => Golden.Verify("conv", name, xs => Golden.WithGradients(xs, Convolutions[name]), 2e-5);

    [Theory, MemberData(nameof(PoolNames)), Trait("Isa", "slice")]
    public void PoolsAgree(string name) => Golden.Verify("pool", name, xs =>
    {
        if (!Pairs.TryGetValue(name, out var pair))
            return Golden.WithGradients(xs, Pools[name]);
        Tensor? indices = null;
        var outputs = Golden.WithGradients(xs, x =>
        {
            (var values, indices) = pair(x);
            return values;
        });
        return [.. outputs, indices!];
    });
}
