namespace Hebb.OpTests;

/// <summary>sum and mean.</summary>
internal static class ReduceRows
{
    [Rows]
    public static IEnumerable<OpCase> Sums() => Each("sum", (x, axes, keep) => axes.Length == 0 && !keep ? x.Sum() : x.Sum(axes, keep), v => v.Sum(), [0])
        .Append(new("sum_one_axis", [In.Real(3, 4)], x => x[0].Sum(-1)) { Reference = x => [Naive.Reduce(x[0], [1], false, v => v.Sum())] })
        .Append(new("sum_ints", [In.Ints(-50, 50, 4, 70)], x => x[0].Sum(0))
        {
            Gradient = false,
            DTypes = [DType.Int8, DType.Int16, DType.Int32, DType.UInt8, DType.Bool],
            Reference = x => [Naive.Reduce(x[0], [0], false, v => v.Sum()).To(DType.Int64)],
        })
        .Append(new("sum_dtype", [In.Ints(-9, 9, 3, 40)], x => x[0].Sum(1, dtype: DType.Float32))
        {
            Gradient = false,
            Tolerance = 1e-5,
            Reference = x => [Naive.Reduce(x[0], [1], false, v => v.Sum())],
        });

    [Rows]
    public static IEnumerable<OpCase> Means() => Each("mean", (x, axes, keep) => axes.Length == 0 && !keep ? x.Mean() : x.Mean(axes, keep), v => v.Sum() / v.Length, [0]);

    /// <summary>Rows for every combination of axes worth having: all, one, several, first, last, kept, a scalar, size 1, empty ones.</summary>
    internal static IEnumerable<OpCase> Each(string name, Func<Tensor, int[], bool, Tensor> run, Func<double[], double> reference, int[]? emptyAxes = null)
    {
        OpCase Row(string suffix, int[] shape, int[] axes, bool keep = false) => new($"{name}_{suffix}", [In.Real(shape)], x => run(x[0], axes, keep))
        {
            Reference = x => [Naive.Reduce(x[0], axes, keep, reference)],
            Tolerance = 1e-12,
        };
        yield return Row("all", [3, 4, 2], []);
        yield return Row("all_kept", [3, 4], [], true);
        yield return Row("last", [3, 17], [-1]);
        yield return Row("first", [5, 7], [0], true);
        yield return Row("middle", [2, 9, 3], [1]);
        yield return Row("outer_two", [3, 4, 5], [0, 2]);
        yield return Row("inner_two", [3, 2, 5], [2, 1], true);
        yield return Row("scalar", [], []);
        yield return Row("ones", [1, 3, 1], [0, 2]);
        if (emptyAxes is null)
            yield break;
        yield return Row("no_rows", [0, 3], [1]);
        yield return Row("of_nothing", [0, 3], emptyAxes);
    }

    [Rows]
    public static IEnumerable<ErrorCase> Errors()
    {
        yield return ErrorCase.Shape("sum_axis", () => Tensor.Zeros([2, 3]).Sum(2), "Sum: [2, 3] has no axis 2: it has 2");
        yield return ErrorCase.Shape("sum_twice", () => Tensor.Zeros([2, 3]).Sum([0, -2]), "Sum: axis -2 of [2, 3] is named twice");
        yield return ErrorCase.DType("sum_bool_out", () => Tensor.Zeros([2, 3]).Sum(0, dtype: DType.Bool), "Sum: float32 does not sum to bool");
        yield return ErrorCase.DType("mean_ints", () => Tensor.Zeros([2, 3], DType.Int64).Mean(), "Mean: int64 elements; cast them first, with To(DType.Float32)");
    }
}
