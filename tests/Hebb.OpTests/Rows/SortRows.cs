using Hebb.Transforms;

namespace Hebb.OpTests;

/// <summary>Sorting, selecting, searching and grouping.</summary>
internal static class SortRows
{
    private static readonly DType[] s_all =
        [DType.Float32, DType.Float16, DType.BFloat16, DType.Int8, DType.Int16, DType.Int32, DType.Int64, DType.UInt8, DType.UInt16, DType.UInt32, DType.UInt64];

    [Rows]
    public static IEnumerable<OpCase> Cases()
    {
        foreach (bool descending in new[] { false, true })
        {
            string suffix = descending ? "_descending" : "";
            yield return new("sort" + suffix, [In.Real(3, 17)], x => x[0].Sort(descending: descending) is var (v, i) ? [v, i] : [])
            {
                DTypes = s_all,
                Reference = x => Order(x[0], descending, 17),
            };
            yield return new("sort_axis" + suffix, [In.Real(5, 2, 9)], x => x[0].Sort(0, descending) is var (v, i) ? [v, i] : [])
            {
                Reference = x => Array.ConvertAll(Order(x[0].MoveAxis(0, 2), descending, 5), y => y.MoveAxis(2, 0)),
            };
            yield return new("top_k" + suffix, [In.Real(2, 100)], x => x[0].TopK(4, largest: descending) is var (v, i) ? [v, i] : [])
            {
                DTypes = [DType.Float32],
                Reference = x => Order(x[0], descending, 4),
            };
            yield return new("top_k_axis" + suffix, [In.Real(2, 5, 3)], x => x[0].TopK(2, 1, descending) is var (v, i) ? [v, i] : [])
            {
                Reference = x => Array.ConvertAll(Order(x[0].MoveAxis(1, 2), descending, 2), y => y.MoveAxis(2, 1)),
            };
        }
        yield return new("sort_ties", [In.Ints(-2, 3, 4, 20)], x => [x[0].Sort().Indices, x[0].ArgSort(descending: true), x[0].TopK(7).Indices])
        {
            Gradient = false,
            Reference = x => [Order(x[0].To(DType.Float64), false, 20)[1], Order(x[0].To(DType.Float64), true, 20)[1], Order(x[0].To(DType.Float64), true, 7)[1]],
        };
        yield return new("sort_bools", () => [Tensor.From([true, false, true, false])], x => x[0].Sort() is var (v, i) ? [v, i] : [])
        {
            Gradient = false,
            Reference = _ => [Tensor.From([false, false, true, true]), Tensor.From<long>([1, 3, 0, 2])],
        };
        yield return new("sort_scalar", [In.Real()], x => [x[0].Sort().Values, x[0].TopK(1).Values]) { Reference = x => [x[0], x[0]] };
        yield return new("sort_empty", [In.Real(2, 0), In.Real(0, 3)], x => [x[0].Sort().Values, x[1].Sort().Values, x[1].TopK(2).Values, x[1].Sort(0).Values])
        {
            Reference = x => [x[0], x[1], Tensor.Zeros([0, 2], DType.Float64), x[1]],
        };
        yield return new("top_k_none", [In.Real(2, 3)], x => [x[0].TopK(0).Values, x[0].TopK(3).Values]) { Reference = x => [Tensor.Zeros([2, 0], DType.Float64), Order(x[0], true, 3)[0]] };
        yield return new("search_sorted", () => [Sorted(2, 3, 7), In.Make("v", [In.Real(2, 3, 4)])[0]], x => [x[0].SearchSorted(x[1]), x[0].SearchSorted(x[1], right: true)])
        {
            Gradient = false,
            Reference = x => [Search(x[0], x[1], right: false), Search(x[0], x[1], right: true)],
        };
        yield return new("search_sorted_row", () => [Sorted(7), In.Make("v", [In.Real(2, 3)])[0]], x => [x[0].SearchSorted(x[1])])
        {
            Gradient = false,
            Reference = x => [Search(x[0].Expand([6, 7]).Contiguous(), x[1].Reshape(6, 1), right: false).Reshape(2, 3)],
        };
        yield return new("search_sorted_equal", [], _ =>
        {
            var row = Tensor.From([1f, 2, 2, 3, float.NaN]);
            var values = Tensor.From([2f, float.NaN, 0, 9]);
            return [row.SearchSorted(values), row.SearchSorted(values, right: true), Tensor.Zeros([0]).SearchSorted(values), row.SearchSorted(Tensor.From<long>([2])), Tensor.Scalar(2).Bucketize(row, right: true)];
        })
        {
            Gradient = false,
            Reference = _ => [Tensor.From<long>([1, 4, 0, 4]), Tensor.From<long>([3, 5, 0, 4]), Tensor.From<long>([0, 0, 0, 0]), Tensor.From<long>([1]), Tensor.From<long>([3], [])],
        };
        yield return new("search_sorted_types", [In.Ints(-5, 5, 6)], x => Tensor.Arange(-3, 3).SearchSorted(x[0]))
        {
            Gradient = false,
            Reference = x => [Tensor.From(x[0].ToArray<long>().Select(v => Math.Clamp(v + 3, 0, 6)).ToArray())],
        };
        yield return new("unique", [In.Ints(-3, 3, 4, 6)], x => x[0].Unique() is var (v, i, n) ? [v, i, n] : [])
        {
            Gradient = false,
            Vmap = false,
            Reference = x => Groups(x[0].ToArray<long>(), x[0].Shape),
        };
        yield return new("unique_floats", () => [Tensor.From([2.5, double.NaN, -0.0, 2.5, 0, double.NaN, -3])], x => x[0].Unique() is var (v, i, n) ? [v, i, n] : [])
        {
            Gradient = false,
            Vmap = false,
            DTypes = [DType.Float32, DType.Float16, DType.BFloat16],
            Reference = _ => [Tensor.From([-3, 0, 2.5, double.NaN, double.NaN]), Tensor.From<long>([2, 3, 1, 2, 1, 4, 0]), Tensor.From<long>([1, 2, 2, 1, 1])],
        };
        yield return new("unique_bools", () => [Tensor.From([true, false, true])], x => x[0].Unique() is var (v, i, n) ? [v, i, n] : [])
        {
            Gradient = false,
            Vmap = false,
            Reference = _ => [Tensor.From([false, true]), Tensor.From<long>([1, 0, 1]), Tensor.From<long>([1, 2])],
        };
        yield return new("unique_rows", () => [Tensor.From<double>([1, 2, 0, 5, 1, 2, 0, 4], [4, 2])], x => x[0].Unique(0) is var (v, i, n) ? [v, i, n] : [])
        {
            Gradient = false,
            Vmap = false,
            DTypes = s_all,
            Reference = _ => [Tensor.From<double>([0, 4, 0, 5, 1, 2], [3, 2]), Tensor.From<long>([2, 1, 2, 0]), Tensor.From<long>([1, 1, 2])],
        };
        yield return new("unique_columns", () => [Tensor.From<double>([3, 1, 3, 2, 0, 2], [2, 3])], x => x[0].Unique(-1) is var (v, i, n) ? [v, i, n] : [])
        {
            Gradient = false,
            Vmap = false,
            Reference = _ => [Tensor.From<double>([1, 3, 0, 2], [2, 2]), Tensor.From<long>([1, 0, 1]), Tensor.From<long>([1, 2])],
        };
        yield return new("unique_consecutive", () => [Tensor.From<double>([1, 1, 2, 2, 1, 1], [2, 3])], x => x[0].UniqueConsecutive() is var (v, i, n) ? [v, i, n, x[0].UniqueConsecutive(1).Values] : [])
        {
            Gradient = false,
            Vmap = false,
            Reference = _ => [Tensor.From<double>([1, 2, 1]), Tensor.From<long>([0, 0, 1, 1, 2, 2], [2, 3]), Tensor.From<long>([2, 2, 2]), Tensor.From<double>([1, 1, 2, 2, 1, 1], [2, 3])],
        };
        yield return new("unique_empty", [In.Real(0, 3)], x => x[0].Unique() is var (v, i, n) ? [v, i, n, x[0].Unique(1).Values] : [])
        {
            Gradient = false,
            Vmap = false,
            Reference = _ => [Tensor.Zeros([0], DType.Float64), Tensor.Zeros([0, 3], DType.Int64), Tensor.Zeros([0], DType.Int64), Tensor.Zeros([0, 1], DType.Float64)],
        };
        yield return new("unique_scalar", [In.Real()], x => x[0].Unique() is var (v, i, n) ? [v, i, n] : [])
        {
            Gradient = false,
            Vmap = false,
            Reference = x => [x[0].Reshape(1), Tensor.From<long>([0], []), Tensor.From<long>([1])],
        };
    }

    [Rows]
    public static IEnumerable<ErrorCase> Errors()
    {
        var complex = Tensor.Zeros([2], DType.Complex64);
        yield return ErrorCase.DType("sort_complex", () => complex.Sort(), "Sort: complex64 elements have no order");
        yield return ErrorCase.Shape("sort_axis", () => Tensor.Zeros([2]).Sort(1), "Sort: [2] has no axis 1: it has 1");
        yield return ErrorCase.Shape("top_k_many", () => Tensor.Zeros([2, 3]).TopK(4), "TopK: axis 1 of [2, 3] has fewer than 4 elements");
        yield return ErrorCase.Shape("top_k_negative", () => Tensor.Zeros([2]).TopK(-1), "TopK: -1 elements");
        yield return ErrorCase.DType("search_sorted_complex", () => complex.SearchSorted(complex), "SearchSorted: complex64 elements have no order");
        yield return ErrorCase.DType("unique_complex", () => complex.Unique(), "Unique: complex64 elements have no order");
        yield return ErrorCase.Shape("search_sorted_shapes", () => Tensor.Zeros([2, 3]).SearchSorted(Tensor.Zeros([3, 3])), "SearchSorted: rows [2, 3] do not fit values [3, 3]");
        yield return ErrorCase.Shape("search_sorted_scalar", () => Tensor.Scalar(1).SearchSorted(Tensor.Scalar(1)), "SearchSorted: rows [] do not fit values []");
        yield return ErrorCase.Shape("bucketize_rows", () => Tensor.Zeros([2]).Bucketize(Tensor.Zeros([2, 3])), "Bucketize: the boundaries are [2, 3]; they must be one row");
        yield return ErrorCase.Shape("unique_axis", () => Tensor.Scalar(1).Unique(0), "Unique: a scalar has no axis; call it without one");
        yield return new("unique_gradient", () => Tensor.Ones([2]).RequireGrad().Unique().Values.Sum().Backward(), typeof(GradientException), "Unique has no derivative");
        yield return new("unique_vmap", () => Transform.Vmap(x => x.Unique().Values)(Tensor.Ones([2, 2])), typeof(HebbException), "Unique: the number of values differs from one example to the next");
    }

    /// <summary>The first k of each row in order, and their places, by the stable sort of LINQ.</summary>
    private static Tensor[] Order(Tensor x, bool descending, int k)
    {
        int n = x.Shape[^1], rows = (int)x.Count / n;
        double[] v = x.ToArray<double>();
        int[][] places = [.. Enumerable.Range(0, rows).Select(r =>
        {
            var all = Enumerable.Range(0, n);
            return (descending ? all.OrderByDescending(i => v[r * n + i]) : all.OrderBy(i => v[r * n + i])).Take(k).ToArray();
        })];
        var shape = x.Shape.With(-1, k);
        return [Tensor.From(places.SelectMany((p, r) => p.Select(i => v[r * n + i])).ToArray(), shape), Tensor.From(places.SelectMany(p => p.Select(i => (long)i)).ToArray(), shape)];
    }

    private static Tensor Sorted(params int[] shape)
    {
        var x = In.Make("sorted", [In.Real(shape)])[0].ToArray<double>();
        int n = shape[^1];
        for (int i = 0; i < x.Length; i += n)
            Array.Sort(x, i, n);
        return Tensor.From(x, shape);
    }

    private static Tensor Search(Tensor rows, Tensor values, bool right)
    {
        int n = rows.Shape[^1], m = values.Shape[^1];
        double[] r = rows.ToArray<double>(), v = values.ToArray<double>();
        return Tensor.From(v.Select((x, i) => (long)Enumerable.Range(i / m * n, n).Count(j => right ? r[j] <= x : r[j] < x)).ToArray(), values.Shape);
    }

    private static Tensor[] Groups(long[] x, Shape shape)
    {
        long[] values = x.Distinct().Order().ToArray();
        return [Tensor.From(values), Tensor.From(x.Select(v => (long)Array.IndexOf(values, v)).ToArray(), shape), Tensor.From(values.Select(v => (long)x.Count(u => u == v)).ToArray())];
    }
}
