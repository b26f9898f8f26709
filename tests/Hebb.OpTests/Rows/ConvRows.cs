using static Hebb.OpTests.ConvReferences;

namespace Hebb.OpTests;

/// <summary>Convolutions. Gradients and second gradients of these pass through the adjoints along input and weights.</summary>
internal static class ConvRows
{
    private static OpCase Row(string name, int[] x, int[] w, bool bias, Func<Tensor, Tensor, Tensor?, Tensor> run, Move move) =>
        new(name, bias ? [In.Real(x), In.Real(w), In.Real(w[0])] : [In.Real(x), In.Real(w)], t => run(t[0], t[1], bias ? t[2] : null))
        {
            Reference = t => [Conv(t[0], t[1], bias ? t[2] : null, move)],
            Float32Tolerance = 2e-5,
        };

    [Rows]
    public static IEnumerable<OpCase> Convolutions()
    {
        yield return Row("conv1d", [2, 3, 7], [4, 3, 3], true, (x, w, b) => x.Conv1d(w, b), Move.Of(1));
        yield return Row("conv1d_all", [2, 4, 9], [6, 2, 3], true, (x, w, b) => x.Conv1d(w, b, stride: 2, padding: 2, dilation: 2, groups: 2), Move.Of(1, 2, 2, 2, 2));
        yield return Row("conv2d", [2, 3, 5, 4], [4, 3, 3, 3], true, (x, w, b) => x.Conv2d(w, b, padding: 1), Move.Of(2, padding: 1));
        yield return Row("conv2d_no_bias", [1, 2, 4, 5], [3, 2, 2, 3], false, (x, w, b) => x.Conv2d(w, b), Move.Of(2));
        yield return Row("conv2d_strided", [1, 2, 6, 5], [3, 2, 3, 2], true, (x, w, b) => x.Conv2d(w, b, stride: (2, 3), padding: (1, 0)), new([2, 3], [1, 0], [1, 0], [1, 1]));
        yield return Row("conv2d_sides", [1, 2, 4, 5], [2, 2, 3, 2], true, (x, w, b) => x.Conv2d(w, b, stride: 2, padding: Padding.Sides((2, 0), (1, 3))), new([2, 2], [2, 0], [1, 3], [1, 1]));
        yield return Row("conv2d_dilated", [1, 2, 6, 5], [2, 2, 2, 3], true, (x, w, b) => x.Conv2d(w, b, padding: [1, 2], dilation: [3, 2]), new([1, 1], [1, 2], [1, 2], [3, 2]));
        yield return Row("conv2d_groups", [2, 4, 4, 3], [6, 2, 2, 2], true, (x, w, b) => x.Conv2d(w, b, groups: 2), Move.Of(2, groups: 2));
        yield return Row("conv2d_depthwise", [1, 3, 4, 4], [6, 1, 3, 3], true, (x, w, b) => x.Conv2d(w, b, padding: 1, groups: 3), Move.Of(2, padding: 1, groups: 3));
        yield return Row("conv2d_pointwise", [2, 3, 3, 2], [4, 3, 1, 1], true, (x, w, b) => x.Conv2d(w, b), Move.Of(2));
        yield return Row("conv2d_pointwise_strided", [2, 3, 4, 3], [4, 3, 1, 1], true, (x, w, b) => x.Conv2d(w, b, stride: 2), Move.Of(2, stride: 2));
        yield return Row("conv2d_same", [1, 2, 4, 5], [2, 2, 2, 3], true, (x, w, b) => x.Conv2d(w, b, padding: Padding.Same, dilation: (3, 1)), new([1, 1], [1, 1], [2, 1], [3, 1]));
        yield return Row("conv2d_valid", [1, 1, 3, 3], [1, 1, 3, 3], false, (x, w, b) => x.Conv2d(w, b, padding: Padding.Valid), Move.Of(2));
        yield return Row("conv2d_one", [1, 1, 1, 1], [1, 1, 1, 1], true, (x, w, b) => x.Conv2d(w, b), Move.Of(2));
        yield return Row("conv2d_rest", [1, 1, 6, 6], [1, 1, 2, 2], false, (x, w, b) => x.Conv2d(w, b, stride: 4), Move.Of(2, stride: 4));
        yield return Row("conv2d_no_images", [0, 2, 4, 4], [3, 2, 3, 3], true, (x, w, b) => x.Conv2d(w, b), Move.Of(2));
        yield return Row("conv3d", [1, 2, 3, 4, 3], [2, 2, 2, 3, 2], true, (x, w, b) => x.Conv3d(w, b, stride: (1, 2, 1), padding: (1, 1, 0)), new([1, 2, 1], [1, 1, 0], [1, 1, 0], [1, 1, 1]));
        yield return Row("conv3d_groups", [1, 2, 3, 3, 4], [4, 1, 2, 2, 2], true, (x, w, b) => x.Conv3d(w, b, dilation: (1, 2, 1), groups: 2), new([1, 1, 1], [0, 0, 0], [0, 0, 0], [1, 2, 1], 2));
        yield return new("conv1d_single", [In.Real(2, 5), In.Real(3, 2, 2)], x => x[0].Conv1d(x[1])) { Reference = x => [Conv(x[0].Unsqueeze(0), x[1], null, Move.Of(1)).Squeeze(0)] };
        yield return new("conv2d_single", [In.Real(2, 4, 5), In.Real(3, 2, 3, 2), In.Real(3)], x => x[0].Conv2d(x[1], x[2])) { Reference = x => [Conv(x[0].Unsqueeze(0), x[1], x[2], Move.Of(2)).Squeeze(0)] };
        yield return new("conv2d_of_weights", [In.Real(3, 2, 2, 2), In.Real(1, 2, 4, 4), In.Real(3)], x => x[1].Conv2d(x[0], x[2], groups: 1)) { Reference = x => [Conv(x[1], x[0], x[2], Move.Of(2))] };
        yield return new("conv2d_of_weights_groups", [In.Real(4, 2, 2, 2), In.Real(2, 4, 3, 4)], x => x[1].Conv2d(x[0], groups: 2)) { Reference = x => [Conv(x[1], x[0], null, Move.Of(2, groups: 2))] };
        yield return new("conv2d_of_bias", [In.Real(3), In.Real(2, 2, 3, 4), In.Real(3, 2, 2, 2)], x => x[1].Conv2d(x[2], x[0])) { Reference = x => [Conv(x[1], x[2], x[0], Move.Of(2))] };
    }
}
