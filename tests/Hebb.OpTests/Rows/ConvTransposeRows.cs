using static Hebb.OpTests.ConvReferences;

namespace Hebb.OpTests;

/// <summary>Transposed convolutions.</summary>
internal static class ConvTransposeRows
{
    private static OpCase Row(string name, int[] y, int[] w, int groups, Func<Tensor, Tensor, Tensor, Tensor> run, Move move, int[] extra) =>
        new(name, [In.Real(y), In.Real(w), In.Real(w[1] * groups)], t => run(t[0], t[1], t[2]))
        {
            Reference = t => [Transposed(t[0], t[1], t[2], move, extra)],
            Float32Tolerance = 2e-5,
        };

    [Rows]
    public static IEnumerable<OpCase> Transposes()
    {
        yield return Row("conv_transpose1d", [2, 3, 4], [3, 2, 3], 1, (y, w, b) => y.ConvTranspose1d(w, b), Move.Of(1), [0]);
        yield return Row("conv_transpose1d_all", [2, 4, 4], [4, 1, 3], 2, (y, w, b) => y.ConvTranspose1d(w, b, stride: 3, padding: 1, outputPadding: 2, groups: 2, dilation: 2), Move.Of(1, 3, 1, 2, 2), [2]);
        yield return Row("conv_transpose2d", [2, 3, 3, 2], [3, 2, 2, 3], 1, (y, w, b) => y.ConvTranspose2d(w, b), Move.Of(2), [0, 0]);
        yield return Row("conv_transpose2d_strided", [1, 2, 3, 2], [2, 2, 3, 2], 1, (y, w, b) => y.ConvTranspose2d(w, b, stride: (2, 3), padding: (1, 0), outputPadding: (1, 2)), new([2, 3], [1, 0], [1, 0], [1, 1]), [1, 2]);
        yield return Row("conv_transpose2d_sides", [1, 2, 3, 3], [2, 1, 3, 3], 1, (y, w, b) => y.ConvTranspose2d(w, b, stride: 2, padding: Padding.Sides((0, 2), (1, 1))), new([2, 2], [0, 2], [1, 1], [1, 1]), [0, 0]);
        yield return Row("conv_transpose2d_groups", [2, 4, 2, 3], [4, 2, 2, 2], 2, (y, w, b) => y.ConvTranspose2d(w, b, groups: 2), Move.Of(2, groups: 2), [0, 0]);
        // More output padding than stride, which dilation allows.
        yield return Row("conv_transpose2d_dilated", [1, 2, 3, 2], [2, 2, 2, 2], 1, (y, w, b) => y.ConvTranspose2d(w, b, stride: (1, 2), padding: 1, outputPadding: (2, 3), dilation: (3, 4)), new([1, 2], [1, 1], [1, 1], [3, 4]), [2, 3]);
        yield return Row("conv_transpose2d_one", [1, 1, 1, 1], [1, 1, 1, 1], 1, (y, w, b) => y.ConvTranspose2d(w, b), Move.Of(2), [0, 0]);
        yield return Row("conv_transpose2d_no_images", [0, 2, 3, 3], [2, 1, 2, 2], 1, (y, w, b) => y.ConvTranspose2d(w, b), Move.Of(2), [0, 0]);
        yield return Row("conv_transpose3d", [1, 2, 2, 2, 3], [2, 1, 2, 3, 2], 1, (y, w, b) => y.ConvTranspose3d(w, b, stride: (1, 2, 1), padding: (0, 1, 1)), new([1, 2, 1], [0, 1, 1], [0, 1, 1], [1, 1, 1]), [0, 0, 0]);
        yield return new("conv_transpose2d_single", [In.Real(2, 2, 3), In.Real(2, 3, 2, 2)], x => x[0].ConvTranspose2d(x[1])) { Reference = x => [Transposed(x[0].Unsqueeze(0), x[1], null, Move.Of(2), [0, 0]).Squeeze(0)] };
        yield return new("conv_transpose2d_of_weights", [In.Real(4, 2, 2, 2), In.Real(2, 4, 3, 2), In.Real(4)], x => x[1].ConvTranspose2d(x[0], x[2], groups: 2)) { Reference = x => [Transposed(x[1], x[0], x[2], Move.Of(2, groups: 2), [0, 0])] };
        yield return new("conv_transpose2d_of_bias", [In.Real(2), In.Real(1, 3, 2, 2), In.Real(3, 2, 2, 2)], x => x[1].ConvTranspose2d(x[2], x[0])) { Reference = x => [Transposed(x[1], x[2], x[0], Move.Of(2), [0, 0])] };
    }
}
