namespace Hebb.Onnx;

/// <summary>Gradients and optimizers of the preview domain for training.</summary>
internal static class TrainingOperators
{
    public static void Register(OperatorTable table)
    {
        table.Add(OperatorTable.Training, "Gradient", 1, GradientOperator.Run);
        // One group of tensors after another: parameters, gradients, then states.
        table.Add(OperatorTable.Training, "Adagrad", 1, c => Each(c, 1, Adagrad));
        table.Add(OperatorTable.Training, "Momentum", 1, c => Each(c, 1, Momentum));
        table.Add(OperatorTable.Training, "Adam", 1, c => Each(c, 2, Adam));
    }

    /// <summary>Inputs: rate, count of steps, then n of each; outputs: n new parameters, then n of each state.</summary>
    private static OnnxValue?[] Each(NodeCall c, int states, Func<NodeCall, double, double, Tensor[], Tensor[]> update)
    {
        double rate = c.Number(0), step = c.Number(1);
        int groups = 2 + states, n = (c.Count - 2) / groups;
        if (c.Count != 2 + n * groups)
            throw new FormatException($"{c.Node.OpType} has {c.Count} inputs: 2, and {groups} for each parameter, are needed");
        var outputs = new OnnxValue?[n * (1 + states)];
        for (int i = 0; i < n; i++)
        {
            var made = update(c, rate, step, [.. Enumerable.Range(0, groups).Select(g => c[2 + g * n + i])]);
            for (int g = 0; g < made.Length; g++)
                outputs[g * n + i] = made[g];
        }
        return outputs;
    }

    private static Tensor[] Adagrad(NodeCall c, double rate, double step, Tensor[] t)
    {
        var (x, g, h) = (t[0], t[1], t[2]);
        double now = rate / (1 + step * c.Float("decay_factor", 0));
        g += x * (double)c.Float("norm_coefficient", 0);
        h += g * g;
        return [x - g * now / (h.Sqrt() + (double)c.Float("epsilon", 1e-6f)), h];
    }

    private static Tensor[] Momentum(NodeCall c, double rate, double step, Tensor[] t)
    {
        var (x, g, v) = (t[0], t[1], t[2]);
        double alpha = c.Float("alpha", 0), beta = step > 0 ? c.Float("beta", 0) : 1;
        g += x * (double)c.Float("norm_coefficient", 0);
        v = v * alpha + g * beta;
        return c.Text("mode") switch
        {
            "standard" => [x - v * rate, v],
            "nesterov" => [x - (g + v * alpha) * rate, v],
            var other => throw new FormatException($"there is no mode '{other}'"),
        };
    }

    private static Tensor[] Adam(NodeCall c, double rate, double step, Tensor[] t)
    {
        var (x, g, v, h) = (t[0], t[1], t[2], t[3]);
        double alpha = c.Float("alpha", 0.9f), beta = c.Float("beta", 0.999f);
        g += x * (double)c.Float("norm_coefficient", 0);
        v = v * alpha + g * (1 - alpha);
        h = h * beta + g * g * (1 - beta);
        double now = step > 0 ? rate * Math.Sqrt(1 - Math.Pow(beta, step)) / (1 - Math.Pow(alpha, step)) : rate;
        x -= v * now / (h.Sqrt() + (double)c.Float("epsilon", 1e-6f));
        return [x * (1 - (double)c.Float("norm_coefficient_post", 0)), v, h];
    }
}
