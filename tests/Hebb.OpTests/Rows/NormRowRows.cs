using Hebb.Transforms;

namespace Hebb.OpTests;

/// <summary>layer_norm and rms_norm.</summary>
internal static class NormRowRows
{
    [Rows]
    public static IEnumerable<OpCase> Cases()
    {
        foreach (bool centred in new[] { true, false })
        {
            foreach (var (name, shape, axes) in new[] { ("last", new[] { 4, 6 }, 1), ("two", [2, 3, 4], 2), ("all", [2, 5], 2), ("wide", [2, 1, 37], 1), ("rows", [70, 2], 1), ("one_row", [1, 5], 1), ("empty", [0, 3], 1) })
            {
                int[] last = shape[^axes..];
                for (int affine = 0; affine < (centred ? 3 : 2); affine++)
                {
                    if (affine == 1 && name != "last" && centred)
                        continue;
                    string suffix = affine switch { 0 => "_plain", 1 => centred ? "_weight" : "", _ => "" };
                    In[] inputs = affine switch { 0 => [In.Real(shape)], 1 => [In.Real(shape), In.Real(last)], _ => [In.Real(shape), In.Real(last), In.Real(last)] };
                    yield return new($"{(centred ? "layer" : "rms")}_norm_{name}{suffix}", inputs, x => centred
                        ? x[0].LayerNorm(last, x.Length > 1 ? x[1] : null, x.Length > 2 ? x[2] : null, 1e-2)
                        : x[0].RmsNorm(last, x.Length > 1 ? x[1] : null, 1e-2))
                    {
                        Reference = x => [Normalize(x[0], axes, x.Length > 1 ? x[1].ToArray<double>() : null, x.Length > 2 ? x[2].ToArray<double>() : null, centred, 1e-2)],
                        SecondGradient = name != "rows",
                        DTypes = name == "rows" ? [DType.Float32, DType.Float16] : [DType.Float32, DType.Float16, DType.BFloat16],
                    };
                }
            }
            // The statistics themselves, which second derivatives go through.
            yield return new($"{(centred ? "layer" : "rms")}_norm_statistics", [In.Real(3, 4), In.Real(4)], x => Engine.ApplyAll(centred ? new LayerNormOp(1, 0.1) : new RmsNormOp(1, 0.1), x))
            {
                DTypes = [DType.Float32],
                Reference = x =>
                {
                    var mean = centred ? Naive.Reduce(x[0], [1], false, v => v.Average()) : null;
                    var rstd = Naive.Reduce(x[0], [1], false, v => 1 / Math.Sqrt(v.Average(e => Math.Pow(e - (centred ? v.Average() : 0), 2)) + 0.1));
                    var y = Normalize(x[0], 1, x[1].ToArray<double>(), null, centred, 0.1);
                    return mean is null ? [y, rstd] : [y, rstd, mean];
                },
            };
        }
        yield return new("layer_norm_bias_only", [In.Real(2, 3), In.Real(3)], x => x[0].LayerNorm([3], null, x[1])) { Reference = x => [Normalize(x[0], 1, null, x[1].ToArray<double>(), true, 1e-5)] };
        yield return new("rms_norm_default_eps", [In.Real(2, 3)], x => x[0].RmsNorm([3])) { Reference = x => [Normalize(x[0], 1, null, null, false, double.Epsilon)] };
        yield return new("layer_norm_offset", [In.Between(10000, 10001, 3, 50)], x => x[0].LayerNorm([50])) { Gradient = false, Tolerance = 1e-9, Float32Tolerance = 2e-2, DTypes = [DType.Float32], Reference = x => [Normalize(x[0], 1, null, null, true, 1e-5)] };
    }

    private static Tensor Normalize(Tensor x, int axes, double[]? weight, double[]? bias, bool centred, double eps)
    {
        double[] values = x.ToArray<double>(), y = new double[values.Length];
        int n = (int)x.Shape[(x.Rank - axes)..].Count;
        for (int row = 0; row < values.Length; row += n)
        {
            double mean = centred ? values[row..(row + n)].Average() : 0, square = values[row..(row + n)].Average(v => (v - mean) * (v - mean));
            for (int i = 0; i < n; i++)
                y[row + i] = (values[row + i] - mean) / Math.Sqrt(square + eps) * (weight?[i] ?? 1) + (bias?[i] ?? 0);
        }
        return Tensor.From(y, x.Shape);
    }

    [Rows]
    public static IEnumerable<ErrorCase> Errors()
    {
        yield return ErrorCase.Shape("layer_norm_shape", () => Tensor.Zeros([2, 3]).LayerNorm([4]), "LayerNorm: [2, 3] does not end in the normalised shape [4]");
        yield return ErrorCase.Shape("layer_norm_none", () => Tensor.Zeros([2, 3]).LayerNorm([]), "LayerNorm: [2, 3] does not end in the normalised shape []");
        yield return ErrorCase.Shape("layer_norm_weight", () => Tensor.Zeros([2, 3]).LayerNorm([3], Tensor.Ones([2])), "LayerNorm: weight [2] is not of the normalised shape [3]");
        yield return ErrorCase.Shape("rms_norm_weight", () => Tensor.Zeros([2, 3]).RmsNorm([3], Tensor.Ones([1, 3])), "RmsNorm: weight [1, 3] is not of the normalised shape [3]");
        yield return ErrorCase.DType("layer_norm_ints", () => Tensor.Zeros([2, 3], DType.Int64).LayerNorm([3]), "LayerNorm: int64 is not supported; it takes floats");
        yield return ErrorCase.Shape("row_norm_grad", () => Engine.ApplyAll(new RowNormGradOp(1, false, false), Tensor.Zeros([2]), Tensor.Zeros([3]), Tensor.Zeros([])), "RowNormGrad: gradient [2] and input [3] differ");
    }
}
