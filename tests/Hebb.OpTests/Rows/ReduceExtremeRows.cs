namespace Hebb.OpTests;

/// <summary>amax, amin, and max, min with indices.</summary>
internal static class ReduceExtremeRows
{
    [Rows]
    public static IEnumerable<OpCase> Values() =>
        ReduceRows.Each("amax", (x, axes, keep) => axes.Length == 0 && !keep ? x.Max() : x.Amax(axes, keep), v => v.Max())
        .Concat(ReduceRows.Each("amin", (x, axes, keep) => axes.Length == 0 && !keep ? x.Min() : x.Amin(axes, keep), v => v.Min()))
        .Append(Typed("amax_types", In.Ints(-100, 100, 5, 90), x => x.Amax(1), [1], v => v.Max()))
        .Append(Typed("amin_types", In.Ints(-100, 100, 90, 5), x => x.Amin(0), [0], v => v.Min()))
        .Append(Typed("amax_bools", In.Bools(9, 4), x => x.Amax(1), [1], v => v.Max()))
        .Append(Typed("amax_no_rows", In.Ints(0, 1, 0, 3), x => x.Amax(1), [1], v => v.Max()));

    private static OpCase Typed(string name, In input, Func<Tensor, Tensor> run, int[] axes, Func<double[], double> reference) => new(name, [input], x => run(x[0]))
    {
        Gradient = false,
        DTypes = [DType.Int8, DType.Int16, DType.Int32, DType.UInt8, DType.UInt16, DType.UInt32, DType.UInt64],
        Reference = x => [Naive.Reduce(x[0], axes, false, reference).To(input.DType)],
    };

    [Rows]
    public static IEnumerable<OpCase> Chosen()
    {
        foreach (bool largest in new[] { true, false })
        {
            string name = largest ? "max" : "min";
            (Tensor, Tensor) Run(Tensor x, int axis, bool keep) => largest ? x.Max(axis, keep) : x.Min(axis, keep);
            double Best(double[] v) => largest ? v.Max() : v.Min();
            OpCase Row(string suffix, In input, int axis, bool keep = false) => new($"{name}_{suffix}", [input], x =>
            {
                var (values, indices) = Run(x[0], axis, keep);
                return [values, indices];
            })
            {
                Reference = x => [Naive.Reduce(x[0], x[0].Rank == 0 ? [] : [axis], keep, Best), Naive.Reduce(x[0], x[0].Rank == 0 ? [] : [axis], keep, v => Array.IndexOf(v, Best(v))).To(DType.Int64)],
                Gradient = input.DType == DType.Float64,
            };
            yield return Row("last", In.Real(4, 35), -1);
            yield return Row("first", In.Real(5, 7), 0, true);
            yield return Row("middle", In.Real(2, 5, 3), 1);
            yield return Row("one", In.Real(3, 1), 1);
            yield return Row("scalar", In.Real(), 0);
            yield return Row("ints", In.Ints(0, 4, 6, 50), 1);
        }
    }

    [Rows]
    public static IEnumerable<OpCase> Medians()
    {
        OpCase Row(string suffix, In input, int axis, bool keep = false) => new($"median_{suffix}", [input], x => x[0].Median(axis, keep).Values)
        {
            Reference = x => [Naive.Reduce(x[0], [axis], keep, Middle).To(input.DType)],
            Gradient = input.DType == DType.Float64,
        };
        yield return Row("odd", In.Real(3, 7), 1);
        yield return Row("even", In.Real(6, 2), 0, true);
        yield return Row("one", In.Real(3, 1), 1);
        yield return Row("ints", In.Ints(0, 9, 4, 6), 1);
        yield return new("median_all", [In.Real(3, 4)], x => x[0].Median()) { Reference = x => [Naive.Reduce(x[0], [], false, Middle)] };
        yield return new("median_scalar", [In.Real()], x => x[0].Median(0).Values) { Reference = x => x };
        yield return new("median_nan", () => [Tensor.From([1, double.NaN, 3, 2, double.NaN, 3, 1, 2.0], [2, 4])], x => [x[0].Median(1).Values, x[0].Median(1).Indices])
        {
            Gradient = false,
            Reference = _ => [Tensor.From([double.NaN, double.NaN]), Tensor.From([1L, 0])],
        };
    }

    private static double Middle(double[] v) => v.Order().ElementAt((v.Length - 1) / 2);

    [Rows]
    public static IEnumerable<ErrorCase> Errors()
    {
        yield return ErrorCase.Shape("amax_nothing", () => Tensor.Zeros([0, 3]).Amax(0), "Amax: [0, 3] has no elements along axis 0");
        yield return ErrorCase.Shape("max_nothing", () => Tensor.Zeros([0, 3]).Max(0), "Max: [0, 3] has no elements along axis 0");
        yield return ErrorCase.Shape("min_axis", () => Tensor.Zeros([2, 3]).Min(5), "Min: [2, 3] has no axis 5: it has 2");
        yield return ErrorCase.Shape("median_nothing", () => Tensor.Zeros([2, 0]).Median(1), "Median: [2, 0] has no elements along axis 1");
        yield return ErrorCase.DType("amin_complex", () => Tensor.Zeros([2], DType.Complex64).Amin(), "Amin: complex64 is not supported");
        yield return ErrorCase.DType("max_complex", () => Tensor.Zeros([2], DType.Complex64).Max(0), "Max: complex64 is not supported");
    }
}
