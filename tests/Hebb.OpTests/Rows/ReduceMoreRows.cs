namespace Hebb.OpTests;

/// <summary>prod, any, all, argmax, argmin.</summary>
internal static class ReduceMoreRows
{
    [Rows]
    public static IEnumerable<OpCase> Products() => ReduceRows.Each("prod", (x, axes, keep) => axes.Length == 0 && !keep ? x.Prod() : x.Prod(axes, keep), v => v.Aggregate(1.0, (a, b) => a * b), [0])
        .Append(new("prod_one_zero", [In.Real(2, 3)], x => (x[0] * Mask(x[0], 0, 1, 1, 1, 1, 1)).Prod(1)) { Reference = x => [Naive.Reduce(x[0] * Mask(x[0], 0, 1, 1, 1, 1, 1), [1], false, v => v[0] * v[1] * v[2])] })
        .Append(new("prod_two_zeros", [In.Real(2, 3)], x => (x[0] * Mask(x[0], 0, 1, 0, 1, 1, 1)).Prod(1)) { Reference = x => [Naive.Reduce(x[0] * Mask(x[0], 0, 1, 0, 1, 1, 1), [1], false, v => v[0] * v[1] * v[2])] })
        .Append(new("prod_ints", [In.Ints(-3, 4, 2, 5)], x => x[0].Prod(-1))
        {
            Gradient = false,
            DTypes = [DType.Int32, DType.Int8],
            Reference = x => [Naive.Reduce(x[0], [1], false, v => v.Aggregate(1.0, (a, b) => a * b)).To(DType.Int64)],
        });

    [Rows]
    public static IEnumerable<OpCase> Questions()
    {
        foreach (var (name, axes) in new[] { ("all", new int[0]), ("last", [1]), ("first", [0]) })
        {
            yield return Question($"any_{name}", In.Bools(3, 5), x => axes.Length == 0 ? x.Any() : x.Any(axes[0]), axes, v => v.Any(e => e != 0) ? 1 : 0);
            yield return Question($"all_{name}", In.Bools(3, 5), x => axes.Length == 0 ? x.All() : x.All(axes[0]), axes, v => v.All(e => e != 0) ? 1 : 0);
        }
        yield return Question("any_ints", In.Ints(-1, 2, 40, 3), x => x.Any(1), [1], v => v.Any(e => e != 0) ? 1 : 0);
        yield return Question("all_floats", new In([40, 3], DType.Float32), x => (x * (x > -1).To(DType.Float32)).All(0), [0], v => v.All(e => e > -1) ? 1 : 0);
        yield return Question("any_nothing", In.Bools(0), x => x.Any(), [], _ => 0);
        yield return Question("all_nothing", In.Bools(0), x => x.All(), [], _ => 1);
        yield return Question("any_kept", In.Bools(2, 3, 4), x => x.Any([0, 2], true).Reshape(3), [0, 2], v => v.Any(e => e != 0) ? 1 : 0);
    }

    private static OpCase Question(string name, In input, Func<Tensor, Tensor> run, int[] axes, Func<double[], double> reference) => new(name, [input], x => run(x[0]))
    {
        Gradient = false,
        DTypes = [],
        Reference = x => [Naive.Reduce(x[0], axes, false, reference).To(DType.Bool)],
    };

    [Rows]
    public static IEnumerable<OpCase> Places()
    {
        foreach (bool largest in new[] { true, false })
        {
            string name = largest ? "argmax" : "argmin";
            Tensor Arg(Tensor x, int axis, bool keep = false) => largest ? x.ArgMax(axis, keep) : x.ArgMin(axis, keep);
            double Place(double[] v) => Array.IndexOf(v, largest ? v.Max() : v.Min());
            OpCase Row(string suffix, In input, Func<Tensor, Tensor> run, int[] axes, bool keep = false) => new($"{name}_{suffix}", [input], x => run(x[0]))
            {
                Gradient = false,
                DTypes = [DType.Float32, DType.Int8, DType.UInt8, DType.Int64, DType.UInt16],
                Reference = x => [Naive.Reduce(x[0], axes, keep, Place).To(DType.Int64)],
            };
            yield return Row("all", In.Real(4, 5), x => largest ? x.ArgMax() : x.ArgMin(), []);
            yield return Row("last", In.Real(4, 70), x => Arg(x, -1), [1]);
            yield return Row("first", In.Real(9, 21), x => Arg(x, 0, true), [0], true);
            yield return Row("middle", In.Real(2, 5, 3), x => Arg(x, 1), [1]);
            yield return Row("ties", In.Ints(0, 3, 8, 33), x => Arg(x, 1), [1]);
            yield return Row("ties_first", In.Ints(0, 3, 33, 8), x => Arg(x, 0), [0]);
            yield return Row("wide", In.Ints(0, 300, 5, 700), x => Arg(x, 0), [0]);
            yield return Row("bools", In.Bools(5, 9), x => Arg(x, 1), [1]);
            yield return Row("scalar", In.Real(), x => Arg(x, 0), []);
            yield return Row("no_rows", In.Real(0, 3), x => Arg(x, 1), [1]);
        }
        yield return Nans("argmax_nan", x => x.ArgMax(0), 1, 0, 2);
        yield return Nans("argmin_nan", x => x.Transpose(0, 1).ArgMin(1), 1, 0, 0);
    }

    private static OpCase Nans(string name, Func<Tensor, Tensor> run, params long[] expected) => new(name, () => [Tensor.From([1, double.NaN, 3, double.NaN, 2, 3, 0, double.NaN, 9.0], [3, 3])], x => [run(x[0])])
    {
        Gradient = false,
        Vmap = false,
        DTypes = [DType.Float32],
        Reference = _ => [Tensor.From(expected)],
    };

    private static Tensor Mask(Tensor like, params double[] values) => Tensor.From(values, [2, 3]).To(like.DType);

    [Rows]
    public static IEnumerable<ErrorCase> Errors()
    {
        yield return ErrorCase.Shape("argmax_nothing", () => Tensor.Zeros([2, 0]).ArgMax(1), "ArgMax: [2, 0] has no elements along axis 1");
        yield return ErrorCase.DType("prod_complex", () => Tensor.Zeros([2], DType.Complex64).Prod(), "Prod: complex64 is not supported");
        yield return ErrorCase.DType("any_complex", () => Tensor.Zeros([2], DType.Complex64).Any(), "Any: complex64 is not supported");
        yield return ErrorCase.DType("all_complex", () => Tensor.Zeros([2], DType.Complex64).All(), "All: complex64 is not supported");
        yield return ErrorCase.DType("argmin_complex", () => Tensor.Zeros([2], DType.Complex64).ArgMin(), "ArgMin: complex64 is not supported");
    }
}
