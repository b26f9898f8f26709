namespace Hebb.Onnx;

/// <summary>Probabilities. Before version 13 all axes from the given one on are one.</summary>
internal static class SoftmaxOperators
{
    public static void Register(OperatorTable table)
    {
        Add(table, "Softmax", (x, axis) => x.Softmax(axis));
        Add(table, "LogSoftmax", (x, axis) => x.LogSoftmax(axis));
        Add(table, "Hardmax", Hardmax);
    }

    private static void Add(OperatorTable table, string name, Func<Tensor, int, Tensor> op)
    {
        table.Add(name, 1, c =>
        {
            var x = c[0];
            long axis = c.Int("axis", 1);
            int split = (int)(axis < 0 ? axis + x.Rank : axis);
            if (split < 0 || split > x.Rank)
                throw new ShapeException($"there is no axis {axis} of {x.Shape}");
            return op(x.Reshape(checked((int)x.Shape[..split].Count), checked((int)x.Shape[split..].Count)), 1).Reshape(x.Shape);
        });
        table.Add(name, 13, c => op(c[0], HostValues.Axis(c.Int("axis", -1), c[0].Rank)));
    }

    private static Tensor Hardmax(Tensor x, int axis)
    {
        var along = Enumerable.Repeat(1, x.Rank).ToArray();
        along[axis] = x.Shape[axis];
        return x.ArgMax(axis, keepDim: true).Equal(Tensor.Arange(x.Shape[axis]).Reshape(along)).To(x.DType);
    }
}
