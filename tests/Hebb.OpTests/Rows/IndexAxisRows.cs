using Hebb.Transforms;

namespace Hebb.OpTests;

/// <summary>gather, scatter and its reductions, segments, masks, one-hot rows and embeddings.</summary>
internal static class IndexAxisRows
{
    private static readonly DType[] Movable = [DType.Float32, DType.Float16, DType.BFloat16, DType.Int8, DType.Int16, DType.Int32, DType.Int64, DType.UInt8];
    private static readonly DType[] Countable = [DType.Float32, DType.Float16, DType.BFloat16, DType.Int8, DType.Int16, DType.Int32, DType.Int64];

    [Rows]
    public static IEnumerable<OpCase> Gathers()
    {
        yield return new("gather_first", [In.Real(3, 4), In.Ints(-3, 3, 5, 2)], x => x[0].Gather(0, x[1]))
        {
            DTypes = Movable,
            Reference = x => [IndexRows.Pick(x[0], (i, _) => [IndexRows.At(x[1], 3, i), i[1]], [5, 2])],
        };
        yield return new("gather_last", [In.Real(3, 4), In.Ints(-4, 4, 2, 6)], x => x[0].Gather(-1, x[1]))
        {
            DTypes = Movable,
            Reference = x => [IndexRows.Pick(x[0], (i, _) => [i[0], IndexRows.At(x[1], 4, i)], [2, 6])],
        };
        yield return new("gather_middle", [In.Real(2, 3, 2, 2), In.Ints(0, 3, 1, 4, 2, 1)], x => x[0].Gather(1, x[1]))
        {
            Reference = x => [IndexRows.Pick(x[0], (i, _) => [i[0], IndexRows.At(x[1], 3, i), i[2], i[3]], [1, 4, 2, 1])],
        };
        yield return new("gather_expanded", [In.Real(3, 4, 2), In.Ints(-3, 3, 5, 1, 1)], x => x[0].Gather(0, x[1].Expand([5, 4, 2])))
        {
            DTypes = Movable,
            Reference = x => [IndexRows.Pick(x[0], (i, _) => [IndexRows.At(x[1], 3, i[0], 0, 0), i[1], i[2]], [5, 4, 2])],
        };
        yield return new("gather_scalar", [In.Real(), In.Ints(0, 1)], x => x[0].Gather(0, x[1])) { Reference = x => [x[0]] };
        yield return new("gather_nothing", [In.Real(3, 4), In.Ints(0, 3, 0, 4)], x => x[0].Gather(0, x[1])) { Reference = _ => [Tensor.Zeros([0, 4], DType.Float64)] };
        yield return new("gather_complex", () => [In.Make("z", [In.Real(3, 2), In.Ints(0, 3, 4, 2)])[0], In.Make("z", [In.Real(3, 2), In.Ints(0, 3, 4, 2)])[1]], x => [x[0].To(DType.Complex128).Gather(0, x[1]).Real()])
        {
            DTypes = [],
            Reference = x => [IndexRows.Pick(x[0], (i, _) => [IndexRows.At(x[1], 3, i), i[1]], [4, 2])],
        };
    }

    [Rows]
    public static IEnumerable<OpCase> Scatters()
    {
        yield return new("scatter_first", [In.Real(4, 3), In.Ints(-4, 4, 5, 2), In.Real(5, 2)], x => x[0].Scatter(0, x[1], x[2])) { DTypes = Movable, Reference = x => [Join(x, 0, true, (_, v) => v[^1])] };
        yield return new("scatter_last", [In.Real(2, 3, 4), In.Ints(-4, 4, 2, 2, 3), In.Real(2, 3, 3)], x => x[0].Scatter(-1, x[1], x[2])) { DTypes = Movable, Reference = x => [Join(x, 2, true, (_, v) => v[^1])] };
        yield return new("scatter_value", [In.Real(4, 3), In.Ints(-4, 4, 2, 3)], x => x[0].Scatter(0, x[1], 1.5)) { Reference = x => [Join([x[0], x[1], Tensor.Full([2, 3], 1.5, DType.Float64)], 0, true, (_, v) => v[^1])] };
        yield return new("scatter_scalar", [In.Real(), In.Ints(0, 1), In.Real()], x => x[0].Scatter(0, x[1], x[2])) { Reference = x => [x[2]] };
        yield return new("scatter_add", [In.Real(4, 3), In.Ints(-4, 4, 5, 2), In.Real(5, 2)], x => x[0].ScatterAdd(0, x[1], x[2])) { DTypes = Countable, Reference = x => [Join(x, 0, true, (_, v) => v.Sum())] };
        yield return new("scatter_add_expanded", [In.Real(4, 3, 2), In.Ints(-4, 4, 5, 1, 1), In.Real(5, 3, 2)], x => x[0].ScatterAdd(0, x[1].Expand([5, 3, 2]), x[2]))
        {
            DTypes = Countable,
            Reference = x => [Join([x[0], x[1].Expand([5, 3, 2]).Contiguous(), x[2]], 0, true, (_, v) => v.Sum())],
        };
        foreach (bool self in new[] { true, false })
        {
            string suffix = self ? "" : "_others";
            yield return Reduce("sum" + suffix, ScatterReduction.Sum, self, v => v.Sum());
            yield return Reduce("product" + suffix, ScatterReduction.Product, self, v => v.Aggregate(1.0, (a, b) => a * b));
            yield return Reduce("mean" + suffix, ScatterReduction.Mean, self, v => v.Average(), floats: true);
            yield return Reduce("max" + suffix, ScatterReduction.Max, self, v => v.Max());
            yield return Reduce("min" + suffix, ScatterReduction.Min, self, v => v.Min());
        }
        yield return new("scatter_reduce_last", [In.Real(2, 3), In.Ints(0, 3, 2, 6), In.Real(2, 6)], x => x[0].ScatterReduce(1, x[1], x[2], ScatterReduction.Max)) { Reference = x => [Join(x, 1, true, (_, v) => v.Max())] };
        yield return new("scatter_product_with_zeros", [In.Real(3), In.Ints(0, 3, 6), In.Real(6)], x => x[0].ScatterReduce(0, x[1], x[2] * Tensor.From([0.0, 1, 1, 0, 1, 1]), ScatterReduction.Product))
        {
            SecondGradient = false,
        };
    }

    private static OpCase Reduce(string name, ScatterReduction reduction, bool self, Func<double[], double> f, bool floats = false) =>
        new($"scatter_reduce_{name}", [In.Real(4, 3), In.Ints(-4, 4, 5, 2), In.Away(0, 5, 2)], x => x[0].ScatterReduce(0, x[1], x[2], reduction, self))
        {
            DTypes = floats ? [DType.Float32, DType.Float16, DType.BFloat16] : Countable,
            Reference = x => [Join(x, 0, self, (_, v) => f(v))],
        };

    /// <summary>Every place with what the values that are sent to it make together, its own first where it takes part.</summary>
    private static Tensor Join(Tensor[] x, int axis, bool self, Func<double, double[], double> f)
    {
        double[] own = x[0].ToArray<double>(), values = x[2].ToArray<double>();
        var sent = new List<double>[own.Length];
        for (int n = 0; n < x[1].Count; n++)
        {
            int[] place = IndexRows.Unravel(n, x[1].Shape.ToArray());
            double value = values[IndexRows.Offset(x[2].Shape, place)];
            place[axis] = IndexRows.At(x[1], x[0].Shape[axis], place);
            (sent[IndexRows.Offset(x[0].Shape, place)] ??= self ? [own[IndexRows.Offset(x[0].Shape, place)]] : []).Add(value);
        }
        return Tensor.From(own.Select((v, i) => sent[i] is null ? v : f(v, [.. sent[i]])).ToArray(), x[0].Shape);
    }

    [Rows]
    public static IEnumerable<OpCase> Segments()
    {
        yield return new("segment_sum", [In.Real(6, 2), In.Ints(0, 4, 6)], x => x[0].SegmentSum(x[1], 5)) { DTypes = [.. Countable, DType.UInt8], Reference = x => [Segment(x, 5, v => v.Sum())] };
        yield return new("segment_mean", [In.Real(6, 2), In.Ints(0, 4, 6)], x => x[0].SegmentMean(x[1], 5)) { Reference = x => [Segment(x, 5, v => v.Average())] };
        yield return new("segment_max", [In.Real(6, 2), In.Ints(0, 4, 6)], x => x[0].SegmentMax(x[1], 5)) { DTypes = Countable, Reference = x => [Segment(x, 5, v => v.Max())] };
        yield return new("segment_min", [In.Real(6), In.Ints(0, 4, 6)], x => x[0].SegmentMin(x[1], 5)) { DTypes = Countable, Reference = x => [Segment(x, 5, v => v.Min())] };
        yield return new("segment_sum_empty", [In.Real(0, 2), In.Ints(0, 1, 0)], x => x[0].SegmentSum(x[1], 3)) { Reference = _ => [Tensor.Zeros([3, 2], DType.Float64)] };
    }

    private static Tensor Segment(Tensor[] x, int count, Func<double[], double> f)
    {
        long[] segments = x[1].ToArray<long>();
        double[] values = x[0].ToArray<double>();
        int width = values.Length / segments.Length;
        var y = new double[count * width];
        for (int n = 0; n < y.Length; n++)
        {
            double[] members = Enumerable.Range(0, segments.Length).Where(i => segments[i] == n / width).Select(i => values[i * width + n % width]).ToArray();
            y[n] = members.Length == 0 ? 0 : f(members);
        }
        return Tensor.From(y, x[0].Shape.With(0, count));
    }

    [Rows]
    public static IEnumerable<OpCase> Masks()
    {
        yield return new("masked_fill", [In.Real(2, 3), In.Bools(3)], x => x[0].MaskedFill(x[1], 7))
        {
            DTypes = Movable,
            Reference = x => [Tensor.From(x[0].ToArray<double>().Select((v, n) => x[1].ToArray<bool>()[n % 3] ? 7 : v).ToArray(), [2, 3])],
        };
        yield return new("masked_fill_tensor", [In.Real(2, 3), In.Bools(2, 1), In.Real()], x => x[0].MaskedFill(x[1], x[2]))
        {
            Reference = x => [Tensor.From(x[0].ToArray<double>().Select((v, n) => x[1].ToArray<bool>()[n / 3] ? x[2].ToArray<double>()[0] : v).ToArray(), [2, 3])],
        };
        yield return new("masked_select", () => [In.Make("m", [In.Real(2, 3)])[0], Tensor.From([true, false, true])], x => [x[0].MaskedSelect(x[1])])
        {
            Vmap = false,
            Reference = x => [Tensor.From(x[0].ToArray<double>().Where((_, n) => n % 3 != 1).ToArray())],
        };
        yield return new("masked_select_scalar", () => [Tensor.From([2.5], []), Tensor.From([true], [])], x => [x[0].MaskedSelect(x[1])]) { Vmap = false, Reference = _ => [Tensor.From([2.5])] };
        yield return new("one_hot", [In.Ints(0, 4, 2, 3)], x => x[0].OneHot(4))
        {
            Gradient = false,
            Reference = x => [Tensor.From(Enumerable.Range(0, 24).Select(n => x[0].ToArray<long>()[n / 4] == n % 4 ? 1L : 0).ToArray(), [2, 3, 4])],
        };
        yield return new("one_hot_counted", () => [Tensor.From<byte>([2, 0])], x => [x[0].OneHot(dtype: DType.BFloat16)])
        {
            Gradient = false,
            Vmap = false,
            Reference = _ => [Tensor.From([0.0, 0, 1, 1, 0, 0], [2, 3])],
        };
    }

    [Rows]
    public static IEnumerable<OpCase> Embeddings()
    {
        yield return new("embedding", [In.Real(5, 3), In.Ints(-5, 5, 2, 4)], x => x[0].Embedding(x[1]))
        {
            DTypes = Movable,
            Reference = x => [IndexRows.Pick(x[0], (i, _) => [IndexRows.At(x[1], 5, i[0], i[1]), i[2]], [2, 4, 3])],
        };
        yield return new("embedding_padding_unused", [In.Real(5, 3), In.Ints(0, 4, 6)], x => x[0].Embedding(x[1], paddingIndex: -1))
        {
            Reference = x => [IndexRows.Pick(x[0], (i, _) => [IndexRows.At(x[1], 5, i[0]), i[1]], [6, 3])],
        };
        yield return new("embedding_one", [In.Real(5, 3), In.Ints(0, 5)], x => x[0].Embedding(x[1])) { Reference = x => [IndexRows.Pick(x[0], (i, _) => [IndexRows.At(x[1], 5), i[0]], [3])] };
    }

    [Rows]
    public static IEnumerable<ErrorCase> Errors()
    {
        var x = Tensor.Zeros([4, 3]);
        var wide = Tensor.Zeros([2, 4], DType.Int64);
        yield return ErrorCase.Shape("gather_rank", () => x.Gather(0, Tensor.Arange(2)), "Gather: the indices are [2], the tensor is [4, 3]; they must have as many axes");
        yield return ErrorCase.Shape("gather_size", () => x.Gather(0, wide), "Gather: the indices are [2, 4], larger than [4, 3] along axis 1; only along axis 0 may they be");
        yield return ErrorCase.Shape("gather_range", () => x.Gather(1, Tensor.Full([1, 2], 3, DType.Int64)), "Gather: index 3 is out of range for axis 1 of [4, 3], of size 3");
        yield return ErrorCase.DType("gather_float", () => x.Gather(0, x), "Gather: the indices are float32; they must be integers");
        yield return ErrorCase.Shape("scatter_source_rank", () => x.Scatter(0, wide, Tensor.Zeros([2])), "Scatter: the source is [2], the indices are [2, 4]; they must have as many axes");
        yield return ErrorCase.Shape("scatter_source_size", () => x.Scatter(1, wide, Tensor.Zeros([2, 2])), "Scatter: the source is [2, 2], smaller than the indices [2, 4] along axis 1");
        yield return ErrorCase.Shape("scatter_range", () => x.Scatter(0, Tensor.Full([1, 2], -5, DType.Int64), 1), "Scatter: index -5 is out of range for axis 0 of [4, 3], of size 4");
        yield return ErrorCase.Shape("scatter_reduce_size", () => x.ScatterAdd(0, wide, Tensor.Zeros([2, 4])), "ScatterReduce: the indices are [2, 4], larger than [4, 3] along axis 1");
        yield return ErrorCase.DType("scatter_reduce_bool", () => Tensor.Zeros([2], DType.Bool).ScatterAdd(0, Tensor.Arange(2), Tensor.Zeros([2])), "ScatterReduce: bool is not supported");
        yield return ErrorCase.DType("scatter_reduce_mean", () => Tensor.Arange(2).ScatterReduce(0, Tensor.Arange(2), Tensor.Arange(2), ScatterReduction.Mean), "ScatterReduce: a mean of int64 values; cast them to a float type first");
        yield return ErrorCase.Shape("segment_count", () => x.SegmentSum(Tensor.Arange(3), 3), "SegmentSum: segment numbers of [3] for [4, 3]; give a vector with one for each index of the first axis");
        yield return ErrorCase.Shape("segment_range", () => x.SegmentSum(Tensor.Arange(4), 3), "IndexScatter: index 3 is out of range for axis 0 of [3, 3], of size 3");
        yield return ErrorCase.DType("segment_mean_ints", () => Tensor.Arange(2).SegmentMean(Tensor.Arange(2), 2), "SegmentMean: a mean of int64 values");
        yield return ErrorCase.DType("masked_fill_mask", () => x.MaskedFill(x, 1), "MaskedFill: the mask is float32, not bool; compare first, as in x > 0");
        yield return ErrorCase.Shape("masked_fill_shape", () => x.MaskedFill(Tensor.Zeros([4], DType.Bool), 1), "MaskedFill: a mask of [4] does not broadcast to [4, 3]");
        yield return ErrorCase.Shape("masked_fill_value", () => x.MaskedFill(Tensor.Zeros([3], DType.Bool), Tensor.Zeros([4])), "MaskedFill: a value of [4] does not broadcast to [4, 3]");
        yield return ErrorCase.DType("masked_select_mask", () => x.MaskedSelect(x), "MaskedSelect: the mask is float32, not bool");
        yield return ErrorCase.Shape("masked_select_shape", () => x.MaskedSelect(Tensor.Zeros([4], DType.Bool)), "MaskedSelect: [4, 3] and [4] don't broadcast");
        yield return ErrorCase.DType("one_hot_float", () => x.OneHot(3), "OneHot: the classes are float32; they must be integers");
        yield return ErrorCase.Shape("one_hot_range", () => Tensor.Arange(4).OneHot(3), "OneHot: class 3 is out of range; there are 3 classes, from 0 on");
        yield return ErrorCase.Shape("one_hot_empty", () => Tensor.Arange(0).OneHot(), "OneHot: the number of classes can't be told from int64[0]; give it");
        yield return new("one_hot_vmap", () => Transform.Vmap((Tensor i) => i.OneHot())(Tensor.Arange(3)), typeof(HebbException), "can't be read inside Vmap");
        yield return ErrorCase.Shape("embedding_table", () => Tensor.Arange(4).Embedding(Tensor.Arange(4)), "Embedding: the table is [4]; it must be [rows, size]");
        yield return ErrorCase.Shape("embedding_range", () => x.Embedding(Tensor.Arange(5)), "Embedding: index 4 is out of range for axis 0 of [4, 3], of size 4");
        yield return ErrorCase.Shape("embedding_padding", () => x.Embedding(Tensor.Arange(4), 4), "Embedding: padding row 4 is out of range for a table of [4, 3]");
    }
}
