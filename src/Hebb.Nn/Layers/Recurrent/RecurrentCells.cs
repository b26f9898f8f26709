namespace Hebb;

/// <summary>One step of a recurrent layer, for loops of one's own. Parameters are those of the layer, named without its number; they start uniform within 1 / sqrt(hidden).</summary>
public abstract partial class RecurrentCell : Module
{
    private protected RecurrentCell(int gates, int inputSize, int hiddenSize, bool bias, Rng? rng)
    {
        if (inputSize < 0 || hiddenSize < 1)
            throw new ShapeException($"{GetType().Name}({inputSize}, {hiddenSize}): there must be at least one hidden number, and sizes can't be negative");
        (InputSize, HiddenSize) = (inputSize, hiddenSize);
        var initial = new InitialValues(rng);
        WeightIh = InitialValues.Make(() => initial.FanIn(0, [gates * hiddenSize, inputSize], hiddenSize));
        WeightHh = InitialValues.Make(() => initial.FanIn(1, [gates * hiddenSize, hiddenSize], hiddenSize));
        if (!bias)
            return;
        BiasIh = InitialValues.Make(() => initial.FanIn(2, [gates * hiddenSize], hiddenSize));
        BiasHh = InitialValues.Make(() => initial.FanIn(3, [gates * hiddenSize], hiddenSize));
    }

    /// <summary>The number of features of the input.</summary>
    public int InputSize { get; }

    /// <summary>The size of a hidden state.</summary>
    public int HiddenSize { get; }

    /// <summary>[G hidden, in].</summary>
    public Parameter WeightIh { get; }

    /// <summary>[G hidden, hidden].</summary>
    public Parameter WeightHh { get; }

    /// <summary>[G hidden]; null without.</summary>
    public Parameter? BiasIh { get; }

    /// <summary>[G hidden]; null without.</summary>
    public Parameter? BiasHh { get; }

    /// <summary>The input as a sequence of one step.</summary>
    private protected Tensor Step(Tensor x)
    {
        if (x.Rank is not (1 or 2) || x.Shape[-1] != InputSize)
            throw new ShapeException($"{GetType().Name}: input {x.Shape} is not [examples, {InputSize}] or, for one example, [{InputSize}]");
        return x.Reshape(1, x.Rank == 1 ? 1 : x.Shape[0], InputSize);
    }

    private protected Tensor? State(string what, Tensor? state, Tensor x)
    {
        if (state is null)
            return null;
        var shape = x.Shape[..^1].Concat([HiddenSize]);
        if (state.Shape != shape)
            throw new ShapeException($"{GetType().Name}: {what} state {state.Shape} must be {shape} for input {x.Shape}");
        return x.Rank == 1 ? state.Unsqueeze(0) : state;
    }

    /// <summary>A state in the shape of the input.</summary>
    private protected static Tensor Like(Tensor state, Tensor x) => x.Rank == 1 ? state.Squeeze(0) : state;

    public override string ToString() => $"{GetType().Name}({InputSize}, {HiddenSize}{(BiasIh is null ? ", bias: false" : "")})";
}

/// <summary>One step of an <see cref="LSTM"/>: <c>Call(x, h, c)</c> gives the hidden state, <see cref="CallWithState"/> both.</summary>
/// <param name="inputSize">The number of features of the input.</param>
/// <param name="hiddenSize">The size of a hidden state.</param>
/// <param name="bias">Whether biases are added.</param>
/// <param name="rng">Where first values come from; by default <see cref="Rng.Default"/>.</param>
public sealed class LSTMCell(int inputSize, int hiddenSize, bool bias = true, Rng? rng = null) : RecurrentCell(4, inputSize, hiddenSize, bias, rng)
{
    /// <summary>Both states after a step.</summary>
    /// <param name="x">[examples, in], or [in] for one example.</param>
    /// <param name="hidden">The hidden state before, [examples, hidden] or [hidden]; 0 by default.</param>
    /// <param name="cell">The cell state before, likewise.</param>
    /// <exception cref="ShapeException">The shapes don't fit.</exception>
    public (Tensor Hidden, Tensor Cell) CallWithState(Tensor x, Tensor? hidden = null, Tensor? cell = null) => Enter(() => Run(x, hidden, cell));

    protected override Tensor Forward(Tensor x) => Run(x, null, null).Hidden;

    protected override Tensor Forward(ReadOnlySpan<Tensor> inputs) => inputs.Length switch
    {
        1 => Forward(inputs[0]),
        3 => Run(inputs[0], inputs[1], inputs[2]).Hidden,
        _ => throw new HebbException($"LSTMCell takes one tensor, or three with hidden and cell states, not {inputs.Length}"),
    };

    private (Tensor Hidden, Tensor Cell) Run(Tensor x, Tensor? hidden, Tensor? cell)
    {
        var (_, h, c) = Tensor.Lstm(Step(x), WeightIh.Value, WeightHh.Value, BiasIh?.Value, BiasHh?.Value, State("hidden", hidden, x), State("cell", cell, x));
        return (Like(h, x), Like(c, x));
    }
}

/// <summary>One step of a <see cref="GRU"/>: <c>Call(x, h)</c> gives the next hidden state.</summary>
/// <inheritdoc cref="LSTMCell"/>
public sealed class GRUCell(int inputSize, int hiddenSize, bool bias = true, Rng? rng = null) : RecurrentCell(3, inputSize, hiddenSize, bias, rng)
{
    protected override Tensor Forward(Tensor x) => Run(x, null);

    protected override Tensor Forward(ReadOnlySpan<Tensor> inputs) => inputs.Length switch
    {
        1 => Forward(inputs[0]),
        2 => Run(inputs[0], inputs[1]),
        _ => throw new HebbException($"GRUCell takes one tensor, or two with hidden states, not {inputs.Length}"),
    };

    private Tensor Run(Tensor x, Tensor? hidden) =>
        Like(Tensor.Gru(Step(x), WeightIh.Value, WeightHh.Value, BiasIh?.Value, BiasHh?.Value, State("hidden", hidden, x)).Hidden, x);
}

/// <summary>One step of an <see cref="RNN"/>: <c>Call(x, h)</c> gives the next hidden state.</summary>
/// <param name="inputSize">The number of features of the input.</param>
/// <param name="hiddenSize">The size of a hidden state.</param>
/// <param name="bias">Whether biases are added.</param>
/// <param name="relu">max(0, x) in place of tanh.</param>
/// <param name="rng">Where first values come from; by default <see cref="Rng.Default"/>.</param>
public sealed class RNNCell(int inputSize, int hiddenSize, bool bias = true, bool relu = false, Rng? rng = null) : RecurrentCell(1, inputSize, hiddenSize, bias, rng)
{
    protected override Tensor Forward(Tensor x) => Run(x, null);

    protected override Tensor Forward(ReadOnlySpan<Tensor> inputs) => inputs.Length switch
    {
        1 => Forward(inputs[0]),
        2 => Run(inputs[0], inputs[1]),
        _ => throw new HebbException($"RNNCell takes one tensor, or two with hidden states, not {inputs.Length}"),
    };

    private Tensor Run(Tensor x, Tensor? hidden) =>
        Like(Tensor.Rnn(Step(x), WeightIh.Value, WeightHh.Value, BiasIh?.Value, BiasHh?.Value, State("hidden", hidden, x), relu).Hidden, x);
}
