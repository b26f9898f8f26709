namespace Hebb.Onnx;

/// <summary>Recurrent layers. Their usual forms run in the engine's fused ops, all others step by step.</summary>
internal static class RecurrentOperators
{
    public static void Register(OperatorTable table)
    {
        table.AddAll("RNN", 1, c => Run(c, new RnnLayer(c)));
        table.AddAll("GRU", 1, c => Run(c, new GruLayer(c)));
        table.AddAll("LSTM", 1, c => Run(c, new LstmLayer(c)));
    }

    private static OnnxValue?[] Run(NodeCall c, RecurrentLayer layer)
    {
        bool batchFirst = c.Flag("layout");
        var x = batchFirst ? c[0].Transpose(0, 1) : c[0];
        string direction = c.Text("direction", "forward").ToLowerInvariant();
        int directions = direction == "bidirectional" ? 2 : 1;
        var lengths = c.Tensor(4)?.To(DType.Int64);
        Tensor? State(int input, int d) => c.Tensor(input) is { } given ? (batchFirst ? given.Transpose(0, 1) : given).Select(0, d) : null;
        var all = new List<Tensor>();
        var hidden = new List<Tensor>();
        var cells = new List<Tensor>();
        for (int d = 0; d < directions; d++)
        {
            var (y, h, cell) = layer.Run(new LayerInput(
                x, c[1].Select(0, d), c[2].Select(0, d), c.Tensor(3)?.Select(0, d), State(5, d), State(6, d), c.Tensor(7)?.Select(0, d), lengths,
                Reverse: d == 1 || direction == "reverse", Direction: d));
            all.Add(y);
            hidden.Add(h);
            if (cell is not null)
                cells.Add(cell);
        }
        var outputs = Tensor.Stack(all.ToArray(), 1);
        Tensor Last(List<Tensor> states) => Tensor.Stack(states.ToArray(), batchFirst ? 1 : 0);
        return [batchFirst ? outputs.Permute(2, 0, 1, 3) : outputs, Last(hidden), cells.Count > 0 ? Last(cells) : null];
    }
}

/// <summary>What one direction of a recurrent layer computes from.</summary>
/// <param name="X">[steps, examples, features].</param>
/// <param name="W">[gates H, features].</param>
/// <param name="R">[gates H, H].</param>
/// <param name="B">[2 gates H], the bias of the input and that of the state.</param>
/// <param name="H">[examples, H].</param>
/// <param name="C">[examples, H].</param>
/// <param name="P">[3 H], weights from the cell to the gates.</param>
/// <param name="Lengths">[examples].</param>
/// <param name="Reverse">From the last step to the first.</param>
/// <param name="Direction">0, or 1 for the second direction.</param>
internal sealed record LayerInput(Tensor X, Tensor W, Tensor R, Tensor? B, Tensor? H, Tensor? C, Tensor? P, Tensor? Lengths, bool Reverse, int Direction)
{
    public int Size => R.Shape[1];

    /// <summary>The two biases.</summary>
    public (Tensor? Input, Tensor? State) Biases => B is null ? (null, null) : (B.Narrow(0, 0, B.Shape[0] / 2), B.Narrow(0, B.Shape[0] / 2, B.Shape[0] / 2));

    public Tensor Zeros() => Tensor.Zeros([X.Shape[1], Size], X.DType);
}

/// <summary>One kind of recurrent layer with its attributes.</summary>
internal abstract class RecurrentLayer
{
    private readonly string[] _functions;
    private readonly float[] _alpha, _beta;
    private readonly double _clip;
    private readonly int _each;

    protected RecurrentLayer(NodeCall c, params string[] usual)
    {
        _functions = c.Texts("activations") ?? [.. usual, .. usual];
        _alpha = c.Floats("activation_alpha") ?? [];
        _beta = c.Floats("activation_beta") ?? [];
        _clip = c.Float("clip", 0);
        _each = usual.Length;
        IsUsual = _clip == 0 && !_functions.Where((f, i) => !f.Equals(usual[i % usual.Length], StringComparison.OrdinalIgnoreCase)).Any();
    }

    /// <summary>Whether functions and clipping are those that the engine's ops have.</summary>
    protected bool IsUsual { get; }

    /// <summary>The names of the functions of a direction.</summary>
    protected string Function(int direction, int i)
    {
        int at = direction * _each + i;
        return at < _functions.Length ? _functions[at] : throw new FormatException($"there are {_functions.Length} activations, {at + 1} are needed");
    }

    /// <summary>All states, and those after the last step.</summary>
    public abstract (Tensor Y, Tensor H, Tensor? C) Run(LayerInput input);

    /// <summary>Runs step by step. The step takes the input's part, already multiplied, and both states.</summary>
    protected static (Tensor Y, Tensor H, Tensor? C) Steps(LayerInput input, bool hasCell, Func<Tensor, Tensor, Tensor?, (Tensor H, Tensor? C)> step)
    {
        var (h, cell) = (input.H ?? input.Zeros(), hasCell ? input.C ?? input.Zeros() : null);
        int steps = input.X.Shape[0];
        var all = new Tensor[steps];
        var projected = input.X.MatMul(input.W.Transpose(0, 1));
        if (input.Biases.Input is { } bias)
            projected += bias;
        for (int i = 0; i < steps; i++)
        {
            int t = input.Reverse ? steps - 1 - i : i;
            var (nextH, nextC) = step(projected.Select(0, t), h, cell);
            all[t] = nextH;
            if (input.Lengths is { } lengths)
            {
                var runs = (lengths > (long)t).Unsqueeze(1);
                all[t] = Tensor.Where(runs, nextH, 0.0);
                (nextH, nextC) = (Tensor.Where(runs, nextH, h), nextC is null ? null : Tensor.Where(runs, nextC, cell!));
            }
            (h, cell) = (nextH, nextC);
        }
        return (Tensor.Stack(all), h, cell);
    }

    /// <summary>Clips, then applies a direction's function.</summary>
    protected Tensor Activate(Tensor x, int direction, int i)
    {
        int at = direction * _each + i;
        if (_clip != 0)
            x = x.Clamp(-_clip, _clip);
        double Alpha(double otherwise) => at < _alpha.Length ? _alpha[at] : otherwise;
        double Beta(double otherwise) => at < _beta.Length ? _beta[at] : otherwise;
        return Function(direction, i).ToLowerInvariant() switch
        {
            "tanh" => x.Tanh(),
            "sigmoid" => x.Sigmoid(),
            "relu" => x.Relu(),
            "affine" => x * Alpha(1) + Beta(0),
            "leakyrelu" => x.LeakyRelu(Alpha(0.01)),
            "thresholdedrelu" => x.Threshold(Alpha(1), 0),
            "scaledtanh" => (x * Beta(1)).Tanh() * Alpha(1),
            "hardsigmoid" => (x * Alpha(0.2) + Beta(0.5)).Clamp(0.0, 1.0),
            "elu" => x.Elu(Alpha(1)),
            "softsign" => x.Softsign(),
            "softplus" => x.Softplus(),
            var other => throw new FormatException($"there is no activation '{other}'"),
        };
    }

    /// <summary>Rows of gates in another order, for weights or biases.</summary>
    protected static Tensor? Gates(Tensor? x, int size, params ReadOnlySpan<int> order)
    {
        if (x is null)
            return null;
        var parts = new Tensor[order.Length];
        for (int i = 0; i < parts.Length; i++)
            parts[i] = x.Narrow(0, order[i] * size, size);
        return Tensor.Cat(parts);
    }
}

/// <summary>The plain recurrent layer: h' = f(W x + R h + b).</summary>
internal sealed class RnnLayer(NodeCall c) : RecurrentLayer(c, "Tanh")
{
    public override (Tensor Y, Tensor H, Tensor? C) Run(LayerInput input)
    {
        var recurrent = input.R.Transpose(0, 1);
        var bias = input.Biases.State;
        return Steps(input, hasCell: false, (x, h, _) =>
        {
            var sum = x + h.MatMul(recurrent);
            return (Activate(bias is null ? sum : sum + bias, input.Direction, 0), null);
        });
    }
}

/// <summary>The gated recurrent unit. Gates stand in the order update, reset, hidden.</summary>
internal sealed class GruLayer(NodeCall c) : RecurrentLayer(c, "Sigmoid", "Tanh")
{
    private readonly bool _linearFirst = c.Flag("linear_before_reset");

    public override (Tensor Y, Tensor H, Tensor? C) Run(LayerInput input)
    {
        int size = input.Size;
        var (inputBias, stateBias) = input.Biases;
        if (IsUsual)
        {
            var (y, h) = Tensor.Gru(
                input.X, Gates(input.W, size, 1, 0, 2)!, Gates(input.R, size, 1, 0, 2)!, Gates(inputBias, size, 1, 0, 2), Gates(stateBias, size, 1, 0, 2), input.H, input.Reverse, input.Lengths,
                resetFirst: !_linearFirst);
            return (y, h, null);
        }
        var gates = input.R.Narrow(0, 0, 2 * size).Transpose(0, 1);
        var hidden = input.R.Narrow(0, 2 * size, size).Transpose(0, 1);
        var (gateBias, hiddenBias) = (stateBias?.Narrow(0, 0, 2 * size), stateBias?.Narrow(0, 2 * size, size));
        return Steps(input, hasCell: false, (x, h, _) =>
        {
            var sums = x.Narrow(1, 0, 2 * size) + h.MatMul(gates);
            sums = gateBias is null ? sums : sums + gateBias;
            var update = Activate(sums.Narrow(1, 0, size), input.Direction, 0);
            var reset = Activate(sums.Narrow(1, size, size), input.Direction, 0);
            Tensor Biased(Tensor t) => hiddenBias is null ? t : t + hiddenBias;
            var state = _linearFirst ? reset * Biased(h.MatMul(hidden)) : Biased((reset * h).MatMul(hidden));
            var made = Activate(x.Narrow(1, 2 * size, size) + state, input.Direction, 1);
            return ((1 - update) * made + update * h, null);
        });
    }
}

/// <summary>The long short-term memory. Gates stand in the order input, output, forget, cell.</summary>
internal sealed class LstmLayer(NodeCall c) : RecurrentLayer(c, "Sigmoid", "Tanh", "Tanh")
{
    private readonly bool _coupled = c.Flag("input_forget");

    public override (Tensor Y, Tensor H, Tensor? C) Run(LayerInput input)
    {
        int size = input.Size;
        var (inputBias, stateBias) = input.Biases;
        if (IsUsual && !_coupled && input.P is null)
        {
            return Tensor.Lstm(
                input.X, Gates(input.W, size, 0, 2, 3, 1)!, Gates(input.R, size, 0, 2, 3, 1)!, Gates(inputBias, size, 0, 2, 3, 1), Gates(stateBias, size, 0, 2, 3, 1),
                input.H, input.C, input.Reverse, input.Lengths);
        }
        var recurrent = input.R.Transpose(0, 1);
        Tensor? Peephole(int i) => input.P?.Narrow(0, i * size, size);
        var (toInput, toOutput, toForget) = (Peephole(0), Peephole(1), Peephole(2));
        return Steps(input, hasCell: true, (x, h, cell) =>
        {
            var sums = x + h.MatMul(recurrent);
            sums = stateBias is null ? sums : sums + stateBias;
            Tensor Gate(int i, Tensor? weight, Tensor from)
            {
                var sum = sums.Narrow(1, i * size, size);
                return Activate(weight is null ? sum : sum + weight * from, input.Direction, 0);
            }
            var enter = Gate(0, toInput, cell!);
            var forget = _coupled ? 1 - enter : Gate(2, toForget, cell!);
            var next = forget * cell! + enter * Activate(sums.Narrow(1, 3 * size, size), input.Direction, 1);
            return (Gate(1, toOutput, next) * Activate(next, input.Direction, 2), next);
        });
    }
}
