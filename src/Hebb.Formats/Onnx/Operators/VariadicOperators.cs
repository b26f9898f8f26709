namespace Hebb.Onnx;

/// <summary>Elementwise operators of any number of tensors.</summary>
internal static class VariadicOperators
{
    public static void Register(OperatorTable table)
    {
        table.Add("Max", 1, c => Join(c, (a, b) => a.Maximum(b)));
        table.Add("Min", 1, c => Join(c, (a, b) => a.Minimum(b)));
        table.Add("Sum", 1, c => Join(c, (a, b) => a + b));
        table.Add("Mean", 1, c => Join(c, (a, b) => a + b) / (double)c.Count);
    }

    private static Tensor Join(NodeCall c, Func<Tensor, Tensor, Tensor> op)
    {
        var y = c[0];
        for (int i = 1; i < c.Count; i++)
            y = op(y, c[i]);
        return y;
    }
}
