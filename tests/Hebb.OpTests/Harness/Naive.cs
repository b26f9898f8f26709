namespace Hebb.OpTests;

/// <summary>References by loops over indices, in double.</summary>
public static class Naive
{
    /// <summary>Collects the elements along <paramref name="axes"/> (all if none) for every index of the others, row by row, and turns each list into a number.</summary>
    public static Tensor Reduce(Tensor x, int[] axes, bool keepDim, Func<double[], double> f)
    {
        var groups = Groups(x, axes, keepDim, out var shape);
        return Tensor.From(groups.Select(g => f(g.Select(e => e.Value).ToArray())).ToArray(), shape);
    }

    /// <summary>Applies a function to every line along an axis.</summary>
    public static Tensor Along(Tensor x, int axis, Func<double[], double[]> f)
    {
        var result = new double[x.Count];
        foreach (var group in Groups(x, [axis], true, out _))
        {
            double[] y = f(group.Select(e => e.Value).ToArray());
            for (int i = 0; i < y.Length; i++)
                result[group[i].Index] = y[i];
        }
        return Tensor.From(result, x.Shape);
    }

    /// <summary>Lists of (value, index in the flat input), one for every index of the axes that stay.</summary>
    public static List<(double Value, int Index)>[] Groups(Tensor x, int[] axes, bool keepDim, out Shape shape)
    {
        double[] values = x.To(DType.Float64).ToArray<double>();
        bool[] reduced = new bool[x.Rank];
        foreach (int axis in axes)
            reduced[axis < 0 ? axis + x.Rank : axis] = true;
        if (axes.Length == 0)
            Array.Fill(reduced, true);
        var sizes = new List<int>();
        int count = 1;
        for (int i = 0; i < x.Rank; i++)
        {
            if (!reduced[i])
                count *= x.Shape[i];
            if (!reduced[i] || keepDim)
                sizes.Add(reduced[i] ? 1 : x.Shape[i]);
        }
        shape = sizes.ToArray();
        var groups = new List<(double, int)>[count];
        for (int i = 0; i < count; i++)
            groups[i] = [];
        for (int flat = 0; flat < values.Length; flat++)
        {
            int rest = flat, group = 0, scale = 1;
            for (int axis = x.Rank - 1; axis >= 0; axis--)
            {
                int at = rest % x.Shape[axis];
                rest /= x.Shape[axis];
                if (reduced[axis])
                    continue;
                group += at * scale;
                scale *= x.Shape[axis];
            }
            groups[group].Add((values[flat], flat));
        }
        return groups;
    }
}
