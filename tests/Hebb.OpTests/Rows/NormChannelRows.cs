using Hebb.Transforms;

namespace Hebb.OpTests;

/// <summary>batch_norm, group_norm, instance_norm.</summary>
internal static class NormChannelRows
{
    [Rows]
    public static IEnumerable<OpCase> BatchNorms()
    {
        foreach (var (name, shape) in new[] { ("rows", new[] { 5, 3 }), ("images", [2, 3, 2, 4]), ("lines", [3, 2, 19]), ("many_rows", [130, 2]), ("one", [1, 2, 4]), ("single", [1, 3]), ("channels", [1, 8, 33]) })
        {
            int channels = shape[1];
            for (int affine = 0; affine < 3; affine++)
            {
                if (affine < 2 && name is not ("rows" or "images"))
                    continue;
                In[] inputs = [In.Real(shape), In.Real(channels), In.Real(channels)];
                yield return new($"batch_norm_training_{name}_{affine}", inputs[..(affine + 1)], x =>
                {
                    var (y, mean, var) = x[0].BatchNormTraining(x.Length > 1 ? x[1] : null, x.Length > 2 ? x[2] : null, 0.1);
                    return [y, mean, var];
                })
                {
                    Reference = x =>
                    {
                        int[] axes = [0, .. Enumerable.Range(2, x[0].Rank - 2)];
                        var mean = Naive.Reduce(x[0], axes, false, v => v.Average());
                        var var = Naive.Reduce(x[0], axes, false, v => v.Average(e => Math.Pow(e - v.Average(), 2)));
                        return [Normalize(x, mean, var, 0.1), mean, var];
                    },
                    SecondGradient = name is not ("many_rows" or "channels"),
                    DTypes = [DType.Float32],
                };
            }
            yield return new($"batch_norm_{name}", [In.Real(shape), In.Real(channels), In.Between(0.5, 2, channels), In.Real(channels), In.Real(channels)], x => x[0].BatchNorm(x[1], x[2], x[3], x[4], 0.1))
            {
                SecondGradient = name is not ("many_rows" or "channels"),
                Reference = x => [Normalize([x[0], x[3], x[4]], x[1], x[2], 0.1)],
            };
        }
        yield return new("batch_norm_plain", [In.Real(2, 3, 4), In.Real(3), In.Between(0.5, 2, 3)], x => x[0].BatchNorm(x[1], x[2])) { Reference = x => [Normalize([x[0]], x[1], x[2], 1e-5)] };
        yield return new("batch_norm_training_output", [In.Real(3, 2, 4), In.Real(2), In.Real(2)], x => x[0].BatchNormTraining(x[1], x[2]).Output)
        {
            Reference = x => [Normalize(x, Naive.Reduce(x[0], [0, 2], false, v => v.Average()), Naive.Reduce(x[0], [0, 2], false, v => v.Average(e => Math.Pow(e - v.Average(), 2))), 1e-5)],
        };
        yield return new("batch_norm_bias_only", [In.Real(4, 3), In.Real(3)], x => x[0].BatchNormTraining(null, x[1]).Output)
        {
            Reference = x => [Normalize([x[0], Tensor.Ones([3], DType.Float64), x[1]], Naive.Reduce(x[0], [0], false, v => v.Average()), Naive.Reduce(x[0], [0], false, v => v.Average(e => Math.Pow(e - v.Average(), 2))), 1e-5)],
        };
    }

    [Rows]
    public static IEnumerable<OpCase> GroupNorms()
    {
        foreach (var (name, shape, groups) in new[] { ("lines", new[] { 2, 4, 5 }, 2), ("images", [2, 6, 2, 3], 3), ("one_group", [2, 3, 4], 1), ("vectors", [3, 4], 2), ("long", [1, 2, 37], 2), ("empty", [0, 4, 2], 2) })
        {
            int channels = shape[1];
            for (int affine = 0; affine < 3; affine++)
            {
                if (affine < 2 && name != "lines")
                    continue;
                In[] inputs = [In.Real(shape), In.Real(channels), In.Real(channels)];
                yield return new($"group_norm_{name}_{affine}", inputs[..(affine + 1)], x => x[0].GroupNorm(groups, x.Length > 1 ? x[1] : null, x.Length > 2 ? x[2] : null, 0.1)) { Reference = x => [Group(x, groups, 0.1)] };
            }
        }
        yield return new("group_norm_statistics", [In.Real(2, 4, 3), In.Real(4)], x => Engine.ApplyAll(new GroupNormOp(2, 0.1), x))
        {
            DTypes = [DType.Float32],
            Reference = x =>
            {
                var rows = Tensor.From(x[0].ToArray<double>(), [2, 2, 6]);
                return [Group(x, 2, 0.1), Naive.Reduce(rows, [2], false, v => 1 / Math.Sqrt(v.Average(e => Math.Pow(e - v.Average(), 2)) + 0.1)), Naive.Reduce(rows, [2], false, v => v.Average())];
            },
        };
        yield return new("instance_norm", [In.Real(2, 3, 5), In.Real(3), In.Real(3)], x => x[0].InstanceNorm(x[1], x[2], 0.1)) { Reference = x => [Group(x, 3, 0.1)] };
        yield return new("group_norm_bias_only", [In.Real(2, 4, 3), In.Real(4)], x => x[0].GroupNorm(2, null, x[1], 0.1)) { Reference = x => [Group([x[0], Tensor.Ones([4], DType.Float64), x[1]], 2, 0.1)] };
    }

    /// <summary>x, weight and bias, as many as there are.</summary>
    private static Tensor Normalize(Tensor[] x, Tensor mean, Tensor var, double eps)
    {
        double[] values = x[0].ToArray<double>(), m = mean.ToArray<double>(), v = var.ToArray<double>();
        int channels = x[0].Shape[1], inner = (int)x[0].Shape[2..].Count;
        return Tensor.From(values.Select((e, i) =>
        {
            int c = i / inner % channels;
            return (e - m[c]) / Math.Sqrt(v[c] + eps) * (x.Length > 1 ? x[1].ToArray<double>()[c] : 1) + (x.Length > 2 ? x[2].ToArray<double>()[c] : 0);
        }).ToArray(), x[0].Shape);
    }

    private static Tensor Group(Tensor[] x, int groups, double eps)
    {
        double[] values = x[0].ToArray<double>(), y = new double[values.Length];
        int channels = x[0].Shape[1], inner = (int)x[0].Shape[2..].Count, size = channels / groups * inner;
        for (int start = 0; start < values.Length; start += size)
        {
            double[] part = values[start..(start + size)];
            double mean = part.Average(), var = part.Average(e => (e - mean) * (e - mean));
            for (int i = 0; i < size; i++)
            {
                int c = (start + i) / inner % channels;
                y[start + i] = (part[i] - mean) / Math.Sqrt(var + eps) * (x.Length > 1 ? x[1].ToArray<double>()[c] : 1) + (x.Length > 2 ? x[2].ToArray<double>()[c] : 0);
            }
        }
        return Tensor.From(y, x[0].Shape);
    }

    [Rows]
    public static IEnumerable<ErrorCase> Errors()
    {
        yield return ErrorCase.Shape("batch_norm_rank", () => Tensor.Zeros([3]).BatchNormTraining(), "BatchNorm: [3] is not [N, C, …]");
        yield return ErrorCase.Shape("batch_norm_weight", () => Tensor.Zeros([2, 3]).BatchNormTraining(Tensor.Ones([2])), "BatchNorm: [2] does not give one number to each of the 3 channels of [2, 3]");
        yield return ErrorCase.Shape("batch_norm_mean", () => Tensor.Zeros([2, 3]).BatchNorm(Tensor.Ones([2]), Tensor.Ones([3])), "BatchNorm: [2] does not give one number to each of the 3 channels of [2, 3]");
        yield return ErrorCase.DType("batch_norm_ints", () => Tensor.Zeros([2, 3], DType.Int32).BatchNormTraining(), "BatchNorm: int32 is not supported; it takes floats");
        yield return ErrorCase.Shape("group_norm_groups", () => Tensor.Zeros([2, 3, 4]).GroupNorm(2), "GroupNorm: 3 channels of [2, 3, 4] do not divide into 2 groups");
        yield return ErrorCase.Shape("instance_norm_rank", () => Tensor.Zeros([3]).InstanceNorm(), "GroupNorm: [3] is not [N, C, …]");
        yield return ErrorCase.Shape("batch_norm_grad", () => Engine.ApplyAll(new BatchNormGradOp(0, false), Tensor.Zeros([2, 1]), Tensor.Zeros([3, 1]), Tensor.Zeros([1]), Tensor.Zeros([1])), "BatchNormGrad: gradient [2, 1] and input [3, 1] differ");
        yield return ErrorCase.Shape("group_norm_grad", () => Engine.ApplyAll(new GroupNormGradOp(1, false), Tensor.Zeros([2, 1]), Tensor.Zeros([3, 1]), Tensor.Zeros([1, 1]), Tensor.Zeros([1, 1])), "GroupNormGrad: gradient [2, 1] and input [3, 1] differ");
    }
}
