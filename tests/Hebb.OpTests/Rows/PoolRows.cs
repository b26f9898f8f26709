using Hebb.Transforms;
using static Hebb.OpTests.ConvReferences;

namespace Hebb.OpTests;

/// <summary>Pooling. References know nothing of padding but that it isn't there.</summary>
internal static class PoolRows
{
    private static Tensor Spread(string name, params int[] shape)
    {
        int count = (int)((Shape)shape).Count, seed = 0;
        foreach (char c in name)
            seed = seed * 31 + c;
        int[] order = Enumerable.Range(0, count).ToArray();
        new Random(seed).Shuffle(order);
        return Tensor.From(order.Select(i => i * 0.1 - count * 0.05 + 0.013).ToArray(), shape);
    }

    private static OpCase Max(string name, int[] x, int[] kernel, int[] output, Func<Tensor, Tensor> run, Move move) => new(name, () => [Spread(name, x)], t => [run(t[0])])
    {
        Reference = t => [Pool(t[0], kernel, output, move, (met, _) => met.Max(m => m.Value))],
    };

    private static OpCase Avg(string name, int[] x, int[] kernel, int[] output, Func<Tensor, Tensor> run, Move move, bool padding = true, int divisor = 0) => new(name, [In.Real(x)], t => run(t[0]))
    {
        Reference = t => [Pool(t[0], kernel, output, move, (met, padded) => met.Sum(m => m.Value) / (divisor > 0 ? divisor : padding ? padded : met.Length))],
    };

    [Rows]
    public static IEnumerable<OpCase> Maxima()
    {
        yield return Max("max_pool1d", [2, 2, 7], [3], [2], x => x.MaxPool1d(3), Move.Of(1, stride: 3));
        yield return Max("max_pool2d", [2, 2, 4, 6], [2, 2], [2, 3], x => x.MaxPool2d(2), Move.Of(2, stride: 2));
        yield return Max("max_pool2d_overlapping", [1, 2, 5, 4], [3, 2], [3, 3], x => x.MaxPool2d((3, 2), stride: 1), Move.Of(2));
        yield return Max("max_pool2d_padded", [1, 2, 5, 4], [3, 3], [3, 2], x => x.MaxPool2d(3, stride: 2, padding: 1), Move.Of(2, stride: 2, padding: 1));
        yield return Max("max_pool2d_ceil", [1, 1, 5, 6], [2, 3], [3, 2], x => x.MaxPool2d((2, 3), stride: (2, 4), ceilMode: true), new([2, 4], [0, 0], [0, 0], [1, 1]));
        yield return Max("max_pool2d_dilated", [1, 1, 6, 5], [2, 3], [4, 3], x => x.MaxPool2d([2, 3], stride: 1, padding: [1, 1], dilation: [4, 2]), new([1, 1], [1, 1], [1, 1], [4, 2]));
        yield return Max("max_pool2d_sides", [1, 1, 4, 4], [2, 2], [2, 3], x => x.MaxPool2d(2, padding: Padding.Sides((0, 1), (1, 1))), new([2, 2], [0, 1], [1, 1], [1, 1]));
        yield return Max("max_pool2d_one", [1, 1, 1, 1], [1, 1], [1, 1], x => x.MaxPool2d(1), Move.Of(2));
        yield return Max("max_pool2d_single", [2, 4, 4], [2, 2], [2, 2], x => x.MaxPool2d(2), Move.Of(2, stride: 2));
        yield return Max("max_pool2d_no_images", [0, 2, 4, 4], [2, 2], [2, 2], x => x.MaxPool2d(2), Move.Of(2, stride: 2));
        yield return Max("max_pool3d", [1, 2, 3, 4, 2], [2, 2, 1], [2, 2, 2], x => x.MaxPool3d((2, 2, 1), stride: (1, 2, 1)), new([1, 2, 1], [0, 0, 0], [0, 0, 0], [1, 1, 1]));
        foreach (int axes in new[] { 1, 2, 3 })
        {
            int[] shape = [1, 2, .. new[] { 5, 4, 3 }[..axes]], kernel = Enumerable.Repeat(3, axes).ToArray(), output = new[] { 3, 2, 2 }[..axes];
            var move = Move.Of(axes, stride: 2, padding: 1);
            yield return new($"max_pool{axes}d_indices", () => [Spread($"indices {axes}", shape)], x =>
            {
                var (values, places) = axes == 1 ? x[0].MaxPool1dWithIndices(3, 2, 1) : axes == 2 ? x[0].MaxPool2dWithIndices(3, 2, 1) : x[0].MaxPool3dWithIndices(3, 2, 1);
                return [values, places];
            })
            {
                Reference = x => [Pool(x[0], kernel, output, move, (met, _) => met.Max(m => m.Value)), Pool(x[0], kernel, output, move, (met, _) => met.MaxBy(m => m.Value).Place).To(DType.Int64)],
            };
        }
        yield return new("max_pool2d_ties", () => [Tensor.From<double>([1, 1, 1, 1, double.NegativeInfinity, double.NegativeInfinity, double.NegativeInfinity, double.NegativeInfinity], [2, 1, 2, 2])], x =>
        {
            var (values, places) = x[0].MaxPool2dWithIndices(2);
            return [values, places];
        })
        { Gradient = false, Vmap = false, Reference = _ => [Tensor.From<double>([1, double.NegativeInfinity], [2, 1, 1, 1]), Tensor.From<long>([0, 0], [2, 1, 1, 1])] };
        yield return new("max_pool1d_nan", () => [Tensor.From<double>([1, double.NaN, 3, 4], [1, 1, 4])], x => [x[0].MaxPool1d(2)]) { Gradient = false, Vmap = false, Reference = _ => [Tensor.From<double>([double.NaN, 4], [1, 1, 2])] };
    }

    [Rows]
    public static IEnumerable<OpCase> Places()
    {
        // -1 is no place: a window that meets only padding.
        var places = Tensor.From<long>([5, 0, -1, 0], [1, 2, 2]);
        yield return new("pool_gather", [In.Real(1, 2, 2, 3)], x => Engine.Apply(new PoolGatherOp(2), x[0], places.Reshape(1, 2, 2, 1)))
        {
            Reference = x => [Tensor.From([At(x[0], 5), At(x[0], 0), 0, At(x[0], 6)], [1, 2, 2, 1])],
        };
        yield return new("pool_scatter", [In.Real(1, 2, 2)], x => Engine.Apply(new PoolScatterOp([3]), x[0], Tensor.From<long>([2, 2, -1, 0], [1, 2, 2])))
        {
            Reference = x => [Tensor.From([0, 0, At(x[0], 0) + At(x[0], 1), At(x[0], 3), 0, 0], [1, 2, 3])],
        };
    }

    private static double At(Tensor x, int i) => x.ToArray<double>()[i];

    [Rows]
    public static IEnumerable<OpCase> Means()
    {
        yield return Avg("avg_pool1d", [2, 2, 7], [3], [2], x => x.AvgPool1d(3), Move.Of(1, stride: 3));
        yield return Avg("avg_pool2d", [2, 2, 4, 6], [2, 3], [2, 2], x => x.AvgPool2d((2, 3)), new([2, 3], [0, 0], [0, 0], [1, 1]));
        yield return Avg("avg_pool2d_padded", [1, 2, 5, 4], [3, 3], [3, 2], x => x.AvgPool2d(3, stride: 2, padding: 1), Move.Of(2, stride: 2, padding: 1));
        yield return Avg("avg_pool2d_not_counted", [1, 2, 5, 4], [3, 3], [3, 2], x => x.AvgPool2d(3, stride: 2, padding: 1, countIncludePad: false), Move.Of(2, stride: 2, padding: 1), padding: false);
        yield return Avg("avg_pool2d_ceil", [1, 1, 6, 5], [3, 2], [3, 3], x => x.AvgPool2d((3, 2), stride: 2, ceilMode: true), Move.Of(2, stride: 2));
        yield return Avg("avg_pool2d_ceil_padded", [1, 1, 6, 6], [3, 3], [4, 4], x => x.AvgPool2d(3, stride: 2, padding: 1, ceilMode: true), Move.Of(2, stride: 2, padding: 1));
        yield return Avg("avg_pool2d_divisor", [1, 1, 4, 5], [2, 2], [3, 4], x => x.AvgPool2d(2, stride: 1, divisorOverride: 3), Move.Of(2), divisor: 3);
        yield return Avg("avg_pool2d_one", [1, 1, 1, 1], [1, 1], [1, 1], x => x.AvgPool2d(1), Move.Of(2));
        yield return Avg("avg_pool2d_single", [2, 4, 4], [2, 2], [2, 2], x => x.AvgPool2d(2), Move.Of(2, stride: 2));
        yield return Avg("avg_pool2d_no_images", [0, 2, 4, 4], [2, 2], [2, 2], x => x.AvgPool2d(2), Move.Of(2, stride: 2));
        yield return Avg("avg_pool3d", [1, 2, 3, 4, 3], [2, 2, 3], [2, 2, 1], x => x.AvgPool3d((2, 2, 3), stride: (1, 2, 1)), new([1, 2, 1], [0, 0, 0], [0, 0, 0], [1, 1, 1]));
    }

    private static OpCase Mean(string name, int[] x, int[] output, Func<Tensor, Tensor> run) => new(name, [In.Real(x)], t => run(t[0]))
    {
        Reference = t => [Adaptive(t[0], output, met => met.Average(m => m.Value))],
    };

    [Rows]
    public static IEnumerable<OpCase> AdaptiveMeans()
    {
        yield return Mean("adaptive_avg_pool1d", [2, 3, 7], [3], x => x.AdaptiveAvgPool1d(3));
        yield return Mean("adaptive_avg_pool2d", [2, 2, 5, 7], [3, 2], x => x.AdaptiveAvgPool2d((3, 2)));
        yield return Mean("adaptive_avg_pool2d_whole", [2, 2, 3, 4], [1, 1], x => x.AdaptiveAvgPool2d(1));
        yield return Mean("adaptive_avg_pool2d_larger", [1, 1, 2, 3], [4, 5], x => x.AdaptiveAvgPool2d((4, 5)));
        yield return Mean("adaptive_avg_pool2d_kept", [1, 2, 3, 4], [3, 2], x => x.AdaptiveAvgPool2d((-1, 2)));
        yield return Mean("adaptive_avg_pool2d_single", [2, 4, 4], [2, 3], x => x.AdaptiveAvgPool2d((2, 3)));
        yield return Mean("adaptive_avg_pool2d_one", [1, 1, 1, 1], [1, 1], x => x.AdaptiveAvgPool2d(1));
        yield return Mean("adaptive_avg_pool2d_no_images", [0, 2, 3, 3], [2, 2], x => x.AdaptiveAvgPool2d(2));
        yield return Mean("adaptive_avg_pool3d", [1, 2, 3, 4, 5], [2, 3, 2], x => x.AdaptiveAvgPool3d((2, 3, 2)));
    }

    private static OpCase AdaptiveMaximum(string name, int[] x, int[] output, Func<Tensor, Tensor> run) => new(name, () => [Spread(name, x)], t => [run(t[0])])
    {
        Reference = t => [Adaptive(t[0], output, met => met.Max(m => m.Value))],
    };

    [Rows]
    public static IEnumerable<OpCase> AdaptiveMaxima()
    {
        yield return AdaptiveMaximum("adaptive_max_pool1d", [2, 3, 7], [3], x => x.AdaptiveMaxPool1d(3));
        yield return AdaptiveMaximum("adaptive_max_pool2d", [2, 2, 5, 7], [3, 2], x => x.AdaptiveMaxPool2d((3, 2)));
        yield return AdaptiveMaximum("adaptive_max_pool2d_larger", [1, 1, 2, 3], [4, 5], x => x.AdaptiveMaxPool2d((4, 5)));
        yield return AdaptiveMaximum("adaptive_max_pool2d_single", [2, 4, 4], [4, 3], x => x.AdaptiveMaxPool2d((-1, 3)));
        yield return AdaptiveMaximum("adaptive_max_pool2d_one", [1, 1, 1, 1], [1, 1], x => x.AdaptiveMaxPool2d(1));
        yield return AdaptiveMaximum("adaptive_max_pool2d_no_images", [0, 2, 3, 3], [2, 2], x => x.AdaptiveMaxPool2d(2));
        yield return AdaptiveMaximum("adaptive_max_pool3d", [1, 2, 3, 4, 2], [2, 3, 1], x => x.AdaptiveMaxPool3d((2, 3, 1)));
        foreach (int axes in new[] { 1, 2, 3 })
        {
            int[] shape = [2, 1, .. new[] { 5, 4, 3 }[..axes]], output = new[] { 3, 2, 2 }[..axes];
            yield return new($"adaptive_max_pool{axes}d_indices", () => [Spread($"adaptive {axes}", shape)], x =>
            {
                var (values, places) = axes == 1 ? x[0].AdaptiveMaxPool1dWithIndices(output) : axes == 2 ? x[0].AdaptiveMaxPool2dWithIndices(output) : x[0].AdaptiveMaxPool3dWithIndices(output);
                return [values, places];
            })
            {
                Reference = x => [Adaptive(x[0], output, met => met.Max(m => m.Value)), Adaptive(x[0], output, met => met.MaxBy(m => m.Value).Place).To(DType.Int64)],
            };
        }
    }

    [Rows]
    public static IEnumerable<OpCase> Unpooling()
    {
        // Values go back to where they stood, all else is 0.
        yield return new("max_unpool1d", () => [Spread("unpool", 2, 2, 5)], x =>
        {
            var (values, places) = x[0].MaxPool1dWithIndices(2);
            return [values.MaxUnpool1d(places, 2, outputSize: 5)];
        })
        { Reference = x => [Kept(x[0])] };
        yield return new("max_unpool2d", [In.Real(1, 2, 2)], x => x[0].MaxUnpool2d(Tensor.From<long>([0, 6, 9, 15], [1, 2, 2]), 2)) { Reference = x => [Placed(x[0], [0, 6, 9, 15], 4, 4)] };
        yield return new("max_unpool2d_padded", [In.Real(1, 2, 2)], x => x[0].MaxUnpool2d(Tensor.From<long>([0, 2, 7, 8], [1, 2, 2]), 3, stride: 2, padding: 1)) { Reference = x => [Placed(x[0], [0, 2, 7, 8], 3, 3)] };
        yield return new("max_unpool3d", [In.Real(1, 1, 2, 2)], x => x[0].MaxUnpool3d(Tensor.From<long>([17, 3, 8, 30], [1, 1, 2, 2]), 2)) { Reference = x => [Placed(x[0], [17, 3, 8, 30], 2, 4, 4)] };
    }

    // Of [..., 5], the larger of the first and of the second two.
    private static Tensor Kept(Tensor x)
    {
        double[] values = x.ToArray<double>();
        return Tensor.From(values.Select((v, i) => i % 5 < 4 && v > values[i % 5 % 2 == 0 ? i + 1 : i - 1] ? v : 0).ToArray(), x.Shape);
    }

    private static Tensor Placed(Tensor x, int[] places, params int[] size)
    {
        double[] values = x.ToArray<double>(), plane = new double[((Shape)size).Count];
        for (int i = 0; i < places.Length; i++)
            plane[places[i]] = values[i];
        return Tensor.From(plane, [1, .. size]);
    }

    private static OpCase Powers(string name, double power, int[] x, int[] kernel, int[] output, Func<Tensor, Tensor> run, Move move) => new(name, [In.Between(0.2, 2, x)], t => run(t[0]))
    {
        // A window that overhangs is scaled up to a full one.
        Reference = t => [Pool(t[0], kernel, output, move, (met, _) => Math.Pow(met.Average(m => Math.Pow(m.Value, power)) * ((Shape)kernel).Count, 1 / power))],
    };

    [Rows]
    public static IEnumerable<OpCase> PowerMeans()
    {
        yield return Powers("lp_pool1d", 3, [2, 1, 6], [2], [3], x => x.LpPool1d(3, 2), Move.Of(1, stride: 2));
        yield return Powers("lp_pool1d_sum", 1, [2, 1, 6], [2], [5], x => x.LpPool1d(1, 2, stride: 1), Move.Of(1));
        yield return Powers("lp_pool2d_ceil", 2, [1, 2, 5, 4], [2, 3], [3, 2], x => x.LpPool2d(2, (2, 3), stride: 2, ceilMode: true), Move.Of(2, stride: 2));
        yield return Powers("lp_pool3d", 1.5, [1, 1, 2, 4, 2], [1, 2, 2], [2, 2, 1], x => x.LpPool3d(1.5, (1, 2, 2)), new([1, 2, 2], [0, 0, 0], [0, 0, 0], [1, 1, 1]));
        yield return new("lp_pool1d_zeros", () => [Tensor.From<double>([0, 0, 3, 4], [1, 1, 4])], x => [x[0].LpPool1d(2, 2)]) { Gradient = false, Reference = _ => [Tensor.From<double>([0, 5], [1, 1, 2])] };
    }
}
