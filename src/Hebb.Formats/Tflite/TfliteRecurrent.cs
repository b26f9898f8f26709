namespace Hebb.Tflite;

/// <summary>Recurrent operators. States begin with 0 in each call.</summary>
internal static class TfliteRecurrent
{
    public static TfliteStep? Make(TfliteNode node)
    {
        switch (node.Name)
        {
            case "UNIDIRECTIONAL_SEQUENCE_LSTM":
                var (whole, give, timeFirst) = (Cell(node, 0, 1), node.Give(), node.Flag(3));
                var sequence = node.Real(0);
                return v => [give(Along(sequence(v), timeFirst, x => whole(v, x, false)))];
            case "LSTM" when node.Byte(3) == 0:
                var (cell, result) = (Cell(node, 0, 1), node.Give());
                var input = node.Real(0);
                return v => [result(cell(v, input(v).Unsqueeze(0), false).Squeeze(0))];
            case "LSTM":
                return Basic(node);
            case "BIDIRECTIONAL_SEQUENCE_LSTM":
                return Bidirectional(node);
            case "UNIDIRECTIONAL_SEQUENCE_RNN":
                var (simple, output, stepsFirst) = (Simple(node, node.Activation(1)), node.Give(), node.Flag(0));
                var steps = node.Real(0);
                return v => [output(Along(steps(v), stepsFirst, x => simple(v, x)))];
            case "RNN":
                var (once, value) = (Simple(node, node.Activation(0)), node.Give());
                var only = node.Real(0);
                return v => [value(once(v, only(v).Unsqueeze(0)).Squeeze(0))];
            default:
                return null;
        }
    }

    // Inside, steps come first.
    private static Tensor Along(Tensor x, bool timeFirst, Func<Tensor, Tensor> run)
    {
        if (x.Rank != 3)
            throw new ShapeException($"a sequence {x.Shape} is not of three axes");
        return timeFirst ? run(x) : run(x.Transpose(0, 1)).Transpose(0, 1);
    }

    private static Func<Tensor?[], Tensor>? Maybe(TfliteNode node, int i) => node.Has(i) ? node.Real(i) : null;

    /// <summary>
    /// The recurrence of a long short-term memory over [steps, examples, features]: perhaps without an input gate (which is then 1 less the forget gate), with peepholes, a projection, norms of the
    /// gates, and limits.
    /// </summary>
    /// <param name="node">The operator.</param>
    /// <param name="options">Where activation and limits begin among the options.</param>
    /// <param name="first">The first of the inputs that are weights.</param>
    /// <param name="norms">The first of those that scale the norms of the gates; 0 for none.</param>
    private static Func<Tensor?[], Tensor, bool, Tensor> Cell(TfliteNode node, int options, int first, int norms = 20)
    {
        if (node.Byte(options) is not (0 or 4))
            throw new FormatException("has an activation other than tanh, which is not read");
        if (node.Name == "UNIDIRECTIONAL_SEQUENCE_LSTM" && node.Flag(5))
            throw new FormatException("has diagonal recurrent weights, which is not read");
        double cellLimit = node.Float(options + 1), outputLimit = node.Float(options + 2);
        var w = Enumerable.Range(first, 17).Select(i => Maybe(node, i)).ToArray();
        var scales = Enumerable.Range(norms, 4).Select(i => norms > 0 ? Maybe(node, i) : null).ToArray();
        bool coupled = w[0] is null;
        foreach (int i in (int[])[1, 2, 3, 5, 6, 7, 12, 13, 14])
            _ = w[i] ?? throw new FormatException($"lacks weight {i}");
        if (!coupled && (w[4] is null || w[11] is null))
            throw new FormatException("lacks the recurrent weights or the bias of its input gate");
        bool plain = !coupled && w[8] is null && w[9] is null && w[10] is null && w[15] is null && scales.All(s => s is null) && cellLimit == 0;
        return plain ? Fused : Stepwise;

        Tensor Fused(Tensor?[] v, Tensor x, bool reverse) => Tensor.Lstm(x, Four(v, 0), Four(v, 4), Four(v, 11), reverse: reverse).Output;

        // There and here: input, forget, cell, output.
        Tensor Four(Tensor?[] v, int from) => Tensor.Cat([w[from]!(v), w[from + 1]!(v), w[from + 2]!(v), w[from + 3]!(v)]);

        Tensor Stepwise(Tensor?[] v, Tensor x, bool reverse)
        {
            var values = Array.ConvertAll(w, i => i?.Invoke(v));
            var norm = Array.ConvertAll(scales, i => i?.Invoke(v));
            int cells = values[1]!.Shape[0], width = values[15]?.Shape[0] ?? cells, examples = x.Shape[1];
            Tensor h = Tensor.Zeros([examples, width], x.DType), c = Tensor.Zeros([examples, cells], x.DType);
            var outputs = new Tensor[x.Shape[0]];
            for (int t = 0; t < outputs.Length; t++)
            {
                int at = reverse ? outputs.Length - 1 - t : t;
                var now = x.Select(0, at);
                var forget = Gate(1, c).Sigmoid();
                var input = coupled ? 1 - forget : Gate(0, c).Sigmoid();
                c = forget * c + input * Gate(2, null).Tanh();
                if (cellLimit > 0)
                    c = c.Clamp(-cellLimit, cellLimit);
                h = Gate(3, c).Sigmoid() * c.Tanh();
                if (values[15] is { } projection)
                    h = h.Linear(projection, values[16]);
                if (values[15] is not null && outputLimit > 0)
                    h = h.Clamp(-outputLimit, outputLimit);
                outputs[at] = h;

                Tensor Gate(int gate, Tensor? cell)
                {
                    var sum = now.Linear(values[gate]!) + h.Linear(values[4 + gate]!);
                    // Peepholes, of which the cell's own gate has none.
                    int peephole = gate == 3 ? 10 : 8 + gate;
                    if (cell is not null && values[peephole] is { } peep)
                        sum += cell * peep;
                    if (norm[gate] is { } scale)
                        sum = sum.LayerNorm([cells], eps: 1e-8) * scale;
                    return sum + values[11 + gate]!;
                }
            }
            return Tensor.Stack(outputs);
        }
    }

    /// <summary>One step with all gates in one matrix, in the order input, cell, forget, output; the state is given.</summary>
    private static TfliteStep Basic(TfliteNode node)
    {
        if (node.Byte(0) is not (0 or 4))
            throw new FormatException("has an activation other than tanh, which is not read");
        var (x, h, w, b, c) = (node.Real(0), State(1), node.Real(2), node.Real(3), State(4));
        var (value, state) = (node.Give(0), node.Give(1));
        return v =>
        {
            var now = x(v);
            var weight = w(v);
            int cells = weight.Shape[0] / 4;
            var gates = Tensor.Cat([now, h(v) ?? Tensor.Zeros([now.Shape[0], cells], now.DType)], 1).Linear(weight, b(v)).Chunk(4, 1);
            var before = c(v) ?? Tensor.Zeros([now.Shape[0], cells], now.DType);
            var after = gates[2].Sigmoid() * before + gates[0].Sigmoid() * gates[1].Tanh();
            return [value(gates[3].Sigmoid() * after.Tanh()), state(after)];
        };

        Func<Tensor?[], Tensor?> State(int i)
        {
            if (node.In(i).IsVariable)
                return _ => null;
            return node.Real(i);
        }
    }

    private static TfliteStep Bidirectional(TfliteNode node)
    {
        // Weights of the way forwards, then of the way back, without norms; then the states.
        if (Enumerable.Range(39, 9).Any(node.Has))
            throw new FormatException("takes a second sequence, which is not read");
        var (forwards, backwards) = (Cell(node, 0, 1, norms: 0), Cell(node, 0, 18, norms: 0));
        bool merged = node.Flag(3), timeFirst = node.Flag(4, true);
        var sequence = node.Real(0);
        var gives = Enumerable.Range(0, merged ? 1 : 2).Select(node.Give).ToArray();
        return v =>
        {
            var x = sequence(v);
            var ahead = Along(x, timeFirst, t => forwards(v, t, false));
            var back = Along(x, timeFirst, t => backwards(v, t, true));
            return merged ? [gives[0](Tensor.Cat([ahead, back], -1))] : [gives[0](ahead), gives[1](back)];
        };
    }

    private static Func<Tensor?[], Tensor, Tensor> Simple(TfliteNode node, Func<Tensor, Tensor> activation)
    {
        var (w, recurrent, bias) = (node.Real(1), node.Real(2), node.Real(3));
        return (v, x) =>
        {
            var (weight, again, shift) = (w(v), recurrent(v), bias(v));
            var h = Tensor.Zeros([x.Shape[1], weight.Shape[0]], x.DType);
            var outputs = new Tensor[x.Shape[0]];
            for (int t = 0; t < outputs.Length; t++)
                outputs[t] = h = activation(x.Select(0, t).Linear(weight, shift) + h.Linear(again));
            return Tensor.Stack(outputs);
        };
    }
}
