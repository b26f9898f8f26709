namespace Hebb.Onnx;

/// <summary>Running sums and products.</summary>
internal static class CumulativeOperators
{
    public static void Register(OperatorTable table)
    {
        table.Add("CumSum", 11, c => Run(c, 0, (x, axis, reverse) => x.CumSum(axis, reverse, x.DType)));
        table.Add("CumProd", 26, c => Run(c, 1, Product));
    }

    // Exclusive: each element stands for the one before it, in the direction of the run.
    private static Tensor Run(NodeCall c, double neutral, Func<Tensor, int, bool, Tensor> run)
    {
        var x = c[0];
        int axis = HostValues.Axis(c.Long(1), x.Rank), size = x.Shape[axis];
        bool reverse = c.Flag("reverse");
        if (c.Flag("exclusive") && size > 0)
        {
            var first = Tensor.Full(x.Shape.With(axis, 1), neutral, x.DType);
            x = reverse ? Tensor.Cat([x.Narrow(axis, 1, size - 1), first], axis) : Tensor.Cat([first, x.Narrow(axis, 0, size - 1)], axis);
        }
        return run(x, axis, reverse);
    }

    private static Tensor Product(Tensor x, int axis, bool reverse)
    {
        if (x.DType.IsFloat || x.Shape[axis] == 0)
            return x.CumProd(axis, reverse, x.DType);
        // Whole numbers wrap, as in the standard: one product after another.
        Tensor[] parts = x.Split(1, axis);
        for (int i = 1; i < parts.Length; i++)
        {
            int at = reverse ? parts.Length - 1 - i : i;
            parts[at] *= parts[reverse ? at + 1 : at - 1];
        }
        return Tensor.Cat(parts, axis);
    }
}
