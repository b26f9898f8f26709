namespace Hebb;

/// <summary>
/// What <see cref="LSTM"/>, <see cref="GRU"/> and <see cref="RNN"/> share: layers on top of each other, each perhaps in both directions. Input weights [G hidden, in], recurrent weights
/// [G hidden, hidden] and two biases [G hidden] for each layer and direction start uniform within 1 / sqrt(hidden), and are called as in PyTorch: <c>weight_ih_l0</c>, <c>bias_hh_l1_reverse</c>.
/// </summary>
public abstract class RecurrentLayer : Module
{
    private readonly Rng? _rng;
    private readonly (Parameter WeightIh, Parameter WeightHh, Parameter? BiasIh, Parameter? BiasHh)[] _weights;

    private readonly Parameter[] _projections = [];

    private protected RecurrentLayer(int gates, int inputSize, int hiddenSize, int numLayers, bool bias, bool batchFirst, double dropout, bool bidirectional, Rng? rng, int projSize = 0)
    {
        if (inputSize < 0 || hiddenSize < 1 || numLayers < 1)
            throw new ShapeException($"{GetType().Name}({inputSize}, {hiddenSize}, numLayers: {numLayers}): there must be at least one hidden number and one layer, and sizes can't be negative");
        if (!(dropout is >= 0 and <= 1))
            throw new HebbException($"{GetType().Name}: probability {dropout} is not between 0 and 1");
        if (projSize < 0 || projSize >= hiddenSize)
            throw new ShapeException($"{GetType().Name}: a projection to {projSize} of {hiddenSize} hidden numbers; it must be smaller, or 0 for none");
        OutputSize = projSize > 0 ? projSize : hiddenSize;
        (InputSize, HiddenSize, NumLayers, BatchFirst, Dropout, Bidirectional) = (inputSize, hiddenSize, numLayers, batchFirst, dropout, bidirectional);
        _rng = rng;
        var initial = new InitialValues(rng);
        _weights = new (Parameter, Parameter, Parameter?, Parameter?)[numLayers * Directions];
        for (int i = 0; i < _weights.Length; i++)
        {
            Parameter Make(int number, Shape shape) => InitialValues.Make(() => initial.FanIn(number, shape, hiddenSize));
            int features = i < Directions ? inputSize : OutputSize * Directions, at = 4 * i;
            _weights[i] = (
                Make(at, [gates * hiddenSize, features]),
                Make(at + 1, [gates * hiddenSize, OutputSize]),
                bias ? Make(at + 2, [gates * hiddenSize]) : null,
                bias ? Make(at + 3, [gates * hiddenSize]) : null);
        }
        if (projSize > 0)
            _projections = [.. Enumerable.Range(0, _weights.Length).Select(i => InitialValues.Make(() => initial.FanIn(4 * _weights.Length + i, [projSize, hiddenSize], hiddenSize)))];
    }

    /// <summary>The number of features of the input.</summary>
    public int InputSize { get; }

    /// <summary>The size of a hidden state.</summary>
    public int HiddenSize { get; }

    /// <summary>The size of an output of one direction: that of a hidden state, or of its projection.</summary>
    public int OutputSize { get; }

    /// <summary>How many layers stand on top of each other.</summary>
    public int NumLayers { get; }

    /// <summary>Whether inputs and outputs are [examples, steps, features] and not [steps, examples, features]. States are not concerned.</summary>
    public bool BatchFirst { get; }

    /// <summary>The probability, in train mode, of an output of a layer to be dropped on its way to the next.</summary>
    public double Dropout { get; }

    /// <summary>Whether each layer runs in both directions, their outputs one after the other.</summary>
    public bool Bidirectional { get; }

    private int Directions => Bidirectional ? 2 : 1;

    /// <summary>The input weights of a layer, [G hidden, in].</summary>
    public Parameter WeightIh(int layer, bool reverse = false) => _weights[Index(layer, reverse)].WeightIh;

    /// <summary>The recurrent weights of a layer, [G hidden, hidden].</summary>
    public Parameter WeightHh(int layer, bool reverse = false) => _weights[Index(layer, reverse)].WeightHh;

    /// <summary>The biases of a layer's inputs, [G hidden]; null without.</summary>
    public Parameter? BiasIh(int layer, bool reverse = false) => _weights[Index(layer, reverse)].BiasIh;

    /// <summary>The biases of a layer's recurrent products, [G hidden]; null without.</summary>
    public Parameter? BiasHh(int layer, bool reverse = false) => _weights[Index(layer, reverse)].BiasHh;

    /// <summary>The projection of a layer's outputs, [projection, hidden]; null without.</summary>
    public Parameter? WeightHr(int layer, bool reverse = false) => _projections.Length == 0 ? null : _projections[Index(layer, reverse)];

    private int Index(int layer, bool reverse) => layer >= 0 && layer < NumLayers && (Bidirectional || !reverse)
        ? layer * Directions + (reverse ? 1 : 0)
        : throw new ShapeException($"{GetType().Name}: there is no layer {layer}{(reverse ? " in reverse" : "")}");

    protected override void VisitMembers(IModuleVisitor visitor)
    {
        for (int i = 0; i < _weights.Length; i++)
        {
            string suffix = $"_l{i / Directions}{(i % Directions == 0 ? "" : "_reverse")}";
            var (weightIh, weightHh, biasIh, biasHh) = _weights[i];
            visitor.Parameter("weight_ih" + suffix, weightIh);
            visitor.Parameter("weight_hh" + suffix, weightHh);
            if (biasIh is not null)
                visitor.Parameter("bias_ih" + suffix, biasIh);
            if (biasHh is not null)
                visitor.Parameter("bias_hh" + suffix, biasHh);
            if (_projections.Length > 0)
                visitor.Parameter("weight_hr" + suffix, _projections[i]);
        }
    }

    /// <summary>One layer in one direction, time first. What has no cell state gives the hidden one twice.</summary>
    private protected abstract (Tensor Output, Tensor Hidden, Tensor Cell) Layer(
        Tensor x, Tensor weightIh, Tensor weightHh, Tensor? biasIh, Tensor? biasHh, Tensor? projection, Tensor? hidden, Tensor? cell, bool reverse, Tensor? lengths);

    protected override Tensor Forward(Tensor x) => Run(x, null, null, null).Output;

    private protected (Tensor Output, Tensor Hidden, Tensor Cell) Run(Tensor x, Tensor? hidden, Tensor? cell, Tensor? lengths)
    {
        bool single = x.Rank == 2;
        if (x.Rank is not (2 or 3) || x.Shape[-1] != InputSize)
            throw new ShapeException($"{GetType().Name}: input {x.Shape} is not [{(BatchFirst ? "examples, steps" : "steps, examples")}, {InputSize}] or, for one example, [steps, {InputSize}]");
        var y = single ? x.Unsqueeze(1) : BatchFirst ? x.Transpose(0, 1).Contiguous() : x;
        hidden = First("hidden", hidden, single, y.Shape[1], OutputSize);
        cell = First("cell", cell, single, y.Shape[1], HiddenSize);
        var (hiddens, cells) = (new Tensor[_weights.Length], new Tensor[_weights.Length]);
        for (int layer = 0; layer < NumLayers; layer++)
        {
            if (layer > 0 && Dropout > 0 && Training)
                y = y.Dropout(Dropout, true, _rng);
            var outputs = new Tensor[Directions];
            for (int d = 0; d < Directions; d++)
            {
                int i = layer * Directions + d;
                var (weightIh, weightHh, biasIh, biasHh) = _weights[i];
                (outputs[d], hiddens[i], cells[i]) = Layer(
                    y, weightIh.Value, weightHh.Value, biasIh?.Value, biasHh?.Value, _projections.Length == 0 ? null : _projections[i].Value, hidden?.Select(0, i), cell?.Select(0, i), d == 1, lengths);
            }
            y = Directions == 1 ? outputs[0] : Tensor.Cat(outputs, 2);
        }
        y = single ? y.Squeeze(1) : BatchFirst ? y.Transpose(0, 1) : y;
        Tensor h = Last(hiddens), c = ReferenceEquals(cells[0], hiddens[0]) ? h : Last(cells);
        return (y, h, c);

        Tensor Last(Tensor[] states)
        {
            var all = states.Length == 1 ? states[0].Unsqueeze(0) : Tensor.Stack(states);
            return single ? all.Squeeze(1) : all;
        }
    }

    private Tensor? First(string what, Tensor? state, bool single, int examples, int size)
    {
        if (state is null)
            return null;
        Shape shape = single ? [_weights.Length, size] : [_weights.Length, examples, size];
        if (state.Shape != shape)
            throw new ShapeException($"{GetType().Name}: first {what} states {state.Shape} must be {shape}: layers by directions{(single ? "" : ", examples")}, hidden numbers");
        return single ? state.Unsqueeze(1) : state;
    }

    public override string ToString() =>
        $"{GetType().Name}({InputSize}, {HiddenSize}{(NumLayers > 1 ? $", numLayers: {NumLayers}" : "")}{(_weights[0].BiasIh is null ? ", bias: false" : "")}{(BatchFirst ? ", batchFirst: true" : "")}{(Dropout > 0 ? $", dropout: {Dropout}" : "")}{(Bidirectional ? ", bidirectional: true" : "")}{(_projections.Length > 0 ? $", projSize: {OutputSize}" : "")})";
}
