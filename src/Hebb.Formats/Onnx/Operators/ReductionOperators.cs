namespace Hebb.Onnx;

/// <summary>Reductions over axes. Axes were an attribute before version 18 of the operator set, those of sums before 13.</summary>
internal static class ReductionOperators
{
    /// <summary>What a reduction makes of the elements.</summary>
    private delegate Tensor Reduce(Tensor x, int[] axes, bool keepDim);

    public static void Register(OperatorTable table)
    {
        Add(table, "ReduceSum", 13, Sum);
        Add(table, "ReduceMean", 18, Mean);
        Add(table, "ReduceProd", 18, (x, axes, keep) => x.Prod(axes, keep, x.DType));
        Add(table, "ReduceMax", 18, (x, axes, keep) => Extreme(x, axes, keep, largest: true));
        Add(table, "ReduceMin", 18, (x, axes, keep) => Extreme(x, axes, keep, largest: false));
        Add(table, "ReduceL1", 18, (x, axes, keep) => Sum(x.DType.IsSigned ? x.Abs() : x, axes, keep), x => x.DType.IsSigned ? x.Abs() : x);
        Add(table, "ReduceL2", 18, L2, x => L2(x, [], true));
        Add(table, "ReduceSumSquare", 18, (x, axes, keep) => Sum(x * x, axes, keep), x => x * x);
        Add(table, "ReduceLogSum", 18, (x, axes, keep) => Rounded(x, wide => Sum(wide, axes, keep).Log()), x => Rounded(x, wide => wide.Log()));
        Add(table, "ReduceLogSumExp", 18, LogSumExp);
    }

    /// <summary>Sums in the type of the elements.</summary>
    public static Tensor Sum(Tensor x, int[] axes, bool keepDim) => axes.Length == 0 ? x : x.Sum(axes, keepDim, x.DType);

    private static void Add(OperatorTable table, string name, int axesAreInput, Reduce reduce, Func<Tensor, Tensor>? withoutAxes = null)
    {
        table.Add(name, 1, c => Run(c, c.Ints("axes"), reduce, withoutAxes));
        table.Add(name, axesAreInput, c => Run(c, c.LongsOrNull(1), reduce, withoutAxes));
    }

    private static Tensor Run(NodeCall c, long[]? given, Reduce reduce, Func<Tensor, Tensor>? withoutAxes)
    {
        var x = c[0];
        bool keep = c.Flag("keepdims", true);
        if (given is null or [] && c.Flag("noop_with_empty_axes"))
            return withoutAxes?.Invoke(x) ?? x;
        int[] axes = given is null or [] ? [.. Enumerable.Range(0, x.Rank)] : [.. HostValues.Axes(given, x.Rank).Distinct().Order()];
        // A scalar is reduced over a size of one.
        return x.Rank == 0 ? reduce(x.Reshape(1), [0], false) : reduce(x, axes, keep);
    }

    private static Tensor Mean(Tensor x, int[] axes, bool keep)
    {
        if (x.DType.IsFloat)
            return x.Mean(axes, keep);
        long count = axes.Aggregate(1L, (product, axis) => product * x.Shape[axis]);
        return ArithmeticOperators.Divide(x.Sum(axes, keep, x.DType), Tensor.Scalar(count, x.DType));
    }

    private static Tensor Extreme(Tensor x, int[] axes, bool keep, bool largest)
    {
        if (x.DType == DType.Bool)
            return Extreme(x.To(DType.UInt8), axes, keep, largest).To(DType.Bool);
        if (Array.TrueForAll(axes, axis => x.Shape[axis] > 0))
            return largest ? x.Amax(axes, keep) : x.Amin(axes, keep);
        // Of nothing: the least number for the largest, the greatest for the smallest.
        var shape = Shape.Create([.. Enumerable.Range(0, x.Rank).Where(i => keep || !axes.Contains(i)).Select(i => axes.Contains(i) ? 1 : x.Shape[i])]);
        if (x.DType.IsFloat)
            return Tensor.Full(shape, largest ? double.NegativeInfinity : double.PositiveInfinity, x.DType);
        var (min, max) = x.DType.IntegerRange;
        // Conversion saturates at the ends of the type.
        return Tensor.Full(shape, (double)(largest ? min : max), DType.Float64).To(x.DType);
    }

    private static Tensor L2(Tensor x, int[] axes, bool keep) => Rounded(x, wide => Sum(wide * wide, axes, keep).Sqrt());

    private static Tensor LogSumExp(Tensor x, int[] axes, bool keep)
    {
        if (Array.Exists(axes, axis => x.Shape[axis] == 0))
            return Extreme(x, axes, keep, largest: true);
        return Rounded(x, wide => wide.LogSumExp(axes, keep));
    }

    // Integers go through float64, and back.
    private static Tensor Rounded(Tensor x, Func<Tensor, Tensor> f) => x.DType.IsFloat ? f(x) : f(x.To(DType.Float64)).To(x.DType);
}
