namespace Hebb.OpTests;

/// <summary>Recurrent layers against loops over their definitions, one number at a time.</summary>
internal static class RecurrentRows
{
    private enum Kind
    {
        Lstm,
        Gru,
        GruResetFirst,
        Tanh,
        Relu,
    }

    [Rows]
    public static IEnumerable<OpCase> Rows()
    {
        foreach (var kind in Enum.GetValues<Kind>())
        {
            string name = kind is Kind.Tanh or Kind.Relu ? $"rnn_{kind.ToString().ToLowerInvariant()}" : kind is Kind.GruResetFirst ? "gru_reset_first" : kind.ToString().ToLowerInvariant();
            yield return Row(name, kind, 3, 2, 2, 3);
            yield return Row($"{name}_reverse", kind, 3, 2, 2, 3, reverse: true);
            yield return Row($"{name}_lengths", kind, 4, 3, 2, 2, lengths: [4, 0, 2]);
            yield return Row($"{name}_lengths_reverse", kind, 4, 3, 2, 2, reverse: true, lengths: [2, 4, 0]);
            yield return Row($"{name}_no_bias", kind, 2, 2, 3, 2, bias: false);
            yield return Row($"{name}_no_state", kind, 2, 2, 3, 2, state: false);
            yield return Row($"{name}_one", kind, 1, 1, 1, 1);
            yield return Row($"{name}_no_examples", kind, 2, 0, 2, 3);
            yield return Row($"{name}_no_features", kind, 2, 2, 0, 2);
        }
    }

    private static OpCase Row(string name, Kind kind, int steps, int examples, int features, int hidden, bool reverse = false, long[]? lengths = null, bool bias = true, bool state = true)
    {
        int gates = kind switch { Kind.Lstm => 4, Kind.Gru or Kind.GruResetFirst => 3, _ => 1 };
        List<In> inputs = [In.Real(steps, examples, features), In.Between(-1, 1, gates * hidden, features), In.Between(-1, 1, gates * hidden, hidden)];
        if (bias)
            inputs.AddRange([In.Between(-1, 1, gates * hidden), In.Between(-1, 1, gates * hidden)]);
        if (state)
            inputs.Add(In.Real(examples, hidden));
        if (state && kind == Kind.Lstm)
            inputs.Add(In.Real(examples, hidden));
        Tensor? ends = lengths is null ? null : Tensor.From(lengths);

        (Tensor? BiasIh, Tensor? BiasHh, Tensor? Hidden, Tensor? Cell) Optional(Tensor[] x)
        {
            int at = bias ? 5 : 3;
            return (bias ? x[3] : null, bias ? x[4] : null, state ? x[at] : null, state && kind == Kind.Lstm ? x[at + 1] : null);
        }

        return new(name, inputs.ToArray(), x =>
        {
            var o = Optional(x);
            if (kind == Kind.Lstm)
            {
                var (y, h, c) = Tensor.Lstm(x[0], x[1], x[2], o.BiasIh, o.BiasHh, o.Hidden, o.Cell, reverse, ends);
                return [y, h, c];
            }
            var (output, last) = kind is Kind.Gru or Kind.GruResetFirst
                ? Tensor.Gru(x[0], x[1], x[2], o.BiasIh, o.BiasHh, o.Hidden, reverse, ends, kind == Kind.GruResetFirst)
                : Tensor.Rnn(x[0], x[1], x[2], o.BiasIh, o.BiasHh, o.Hidden, kind == Kind.Relu, reverse, ends);
            return [output, last];
        })
        {
            Reference = x =>
            {
                var o = Optional(x);
                return Naive(kind, x[0], x[1], x[2], o.BiasIh, o.BiasHh, o.Hidden, o.Cell, reverse, lengths);
            },
            GradientTolerance = 2e-6,
        };
    }

    private static Tensor[] Naive(Kind kind, Tensor input, Tensor weightIh, Tensor weightHh, Tensor? biasIh, Tensor? biasHh, Tensor? hidden, Tensor? cell, bool reverse, long[]? lengths)
    {
        int steps = input.Shape[0], examples = input.Shape[1], features = input.Shape[2], size = weightHh.Shape[1], rows = weightHh.Shape[0];
        double[] x = input.ToArray<double>(), wi = weightIh.ToArray<double>(), wh = weightHh.ToArray<double>();
        double[] bi = biasIh?.ToArray<double>() ?? new double[rows], bh = biasHh?.ToArray<double>() ?? new double[rows];
        double[] h = hidden?.ToArray<double>() ?? new double[examples * size], c = cell?.ToArray<double>() ?? new double[examples * size];
        var output = new double[steps * examples * size];
        for (int s = 0; s < steps; s++)
        {
            int t = reverse ? steps - 1 - s : s;
            for (int n = 0; n < examples; n++)
            {
                if (lengths is not null && t >= lengths[n])
                    continue;
                double[] a = new double[rows], b = new double[rows];
                for (int r = 0; r < rows; r++)
                {
                    (a[r], b[r]) = (bi[r], bh[r]);
                    for (int k = 0; k < features; k++)
                        a[r] += wi[r * features + k] * x[(t * examples + n) * features + k];
                    for (int k = 0; k < size; k++)
                        b[r] += wh[r * size + k] * h[n * size + k];
                }
                double[] before = h[(n * size)..((n + 1) * size)];
                for (int j = 0; j < size; j++)
                {
                    double Gate(int g) => a[g * size + j] + b[g * size + j];
                    ref double state = ref h[n * size + j];
                    switch (kind)
                    {
                        case Kind.Lstm:
                            ref double inside = ref c[n * size + j];
                            inside = Sigmoid(Gate(1)) * inside + Sigmoid(Gate(0)) * Math.Tanh(Gate(2));
                            state = Sigmoid(Gate(3)) * Math.Tanh(inside);
                            break;
                        case Kind.Gru:
                            double z = Sigmoid(Gate(1)), fresh = Math.Tanh(a[2 * size + j] + Sigmoid(Gate(0)) * b[2 * size + j]);
                            state = (1 - z) * fresh + z * state;
                            break;
                        case Kind.GruResetFirst:
                            double sum = a[2 * size + j] + bh[2 * size + j], update = Sigmoid(Gate(1));
                            for (int k = 0; k < size; k++)
                                sum += wh[(2 * size + j) * size + k] * Sigmoid(a[k] + b[k]) * before[k];
                            state = (1 - update) * Math.Tanh(sum) + update * state;
                            break;
                        default:
                            state = kind == Kind.Tanh ? Math.Tanh(Gate(0)) : Math.Max(0, Gate(0));
                            break;
                    }
                    output[(t * examples + n) * size + j] = state;
                }
            }
        }
        Tensor y = Tensor.From(output, [steps, examples, size]), last = Tensor.From(h, [examples, size]);
        return kind == Kind.Lstm ? [y, last, Tensor.From(c, [examples, size])] : [y, last];
    }

    private static double Sigmoid(double x) => 1 / (1 + Math.Exp(-x));

    [Rows]
    public static IEnumerable<ErrorCase> Errors()
    {
        static Tensor Zeros(params int[] shape) => Tensor.Zeros(shape);
        Tensor x = Zeros(3, 2, 4), wi = Zeros(20, 4), wh = Zeros(20, 5);
        yield return ErrorCase.Shape("lstm_no_steps", () => Tensor.Lstm(Zeros(0, 2, 4), wi, wh), "Lstm: input [0, 2, 4] must be [steps, examples, features] with at least one step");
        yield return ErrorCase.Shape("lstm_rank", () => Tensor.Lstm(Zeros(2, 4), wi, wh), "Lstm: input [2, 4] must be [steps, examples, features]");
        yield return ErrorCase.Shape("lstm_features", () => Tensor.Lstm(Zeros(3, 2, 7), wi, wh), "Lstm: input weights [20, 4] must be [20, 7] for input [3, 2, 7] and recurrent weights [20, 5]");
        yield return ErrorCase.Shape("lstm_weights", () => Tensor.Lstm(x, wi, Zeros(20, 4)), "Lstm: recurrent weights [20, 4] must be [4 H, H]");
        yield return ErrorCase.Shape("lstm_bias", () => Tensor.Lstm(x, wi, wh, Zeros(5)), "Lstm: biases [5] must be [20]");
        yield return ErrorCase.Shape("lstm_hidden", () => Tensor.Lstm(x, wi, wh, hidden: Zeros(1, 5)), "Lstm: first hidden states [1, 5] must be [2, 5]");
        yield return ErrorCase.Shape("lstm_cell", () => Tensor.Lstm(x, wi, wh, cell: Zeros(2, 4)), "Lstm: first cell states [2, 4] must be [2, 5]");
        yield return ErrorCase.Shape("lstm_lengths", () => Tensor.Lstm(x, wi, wh, lengths: Tensor.From([1L, 2, 3])), "Lstm: lengths [3] must be [2], one for each example");
        yield return ErrorCase.DType("lstm_lengths_type", () => Tensor.Lstm(x, wi, wh, lengths: Zeros(2)), "Lstm: lengths float32 must be integers");
        yield return ErrorCase.DType("lstm_types", () => Tensor.Lstm(x, wi.To(DType.Float64), wh), "Lstm: input float32 and weights float64 must be of one float type");
        yield return ErrorCase.DType("lstm_state_type", () => Tensor.Lstm(x, wi, wh, hidden: Zeros(2, 5).To(DType.Float64)), "Lstm: first hidden states float64 and inputs float32 must be of one float type");
        yield return new("lstm_length_range", () => Tensor.Lstm(x, wi, wh, lengths: Tensor.From([1L, 4])), typeof(DataException), "Lstm: length 4 of example 1 is not from 0 to 3");
        yield return ErrorCase.Shape("gru_weights", () => Tensor.Gru(x, Zeros(15, 4), wh), "Gru: recurrent weights [20, 5] must be [3 H, H]");
        yield return ErrorCase.Shape("gru_bias", () => Tensor.Gru(x, Zeros(15, 4), Zeros(15, 5), biasHh: Zeros(5)), "Gru: biases [5] must be [15]");
        yield return ErrorCase.Shape("rnn_weights", () => Tensor.Rnn(x, Zeros(5, 4), wh), "Rnn: recurrent weights [20, 5] must be [H, H]");
    }
}
