namespace Hebb;

/// <summary>
/// Plain recurrent layers (Elman, 1990). <c>Call(x)</c> gives the outputs of the last layer, [steps, examples, hidden]; <see cref="CallWithState"/> takes and gives states too.
/// </summary>
public sealed class RNN : RecurrentLayer
{
    /// <param name="inputSize">The number of features of the input.</param>
    /// <param name="hiddenSize">The size of a hidden state.</param>
    /// <param name="numLayers">How many layers stand on top of each other.</param>
    /// <param name="bias">Whether biases are added.</param>
    /// <param name="batchFirst">[examples, steps, features] in place of [steps, examples, features].</param>
    /// <param name="dropout">The probability, in train mode, of an output of a layer to be dropped on its way to the next.</param>
    /// <param name="bidirectional">Both directions; outputs are then twice as wide.</param>
    /// <param name="nonlinearity"><see cref="Nonlinearity.Tanh"/> or <see cref="Nonlinearity.ReLU"/>.</param>
    /// <param name="rng">Where first values and dropout come from; by default <see cref="Rng.Default"/>.</param>
    /// <exception cref="HebbException">Another nonlinearity.</exception>
    public RNN(
        int inputSize, int hiddenSize, int numLayers = 1, bool bias = true, bool batchFirst = false, double dropout = 0, bool bidirectional = false, Nonlinearity nonlinearity = Nonlinearity.Tanh, Rng? rng = null)
        : base(1, inputSize, hiddenSize, numLayers, bias, batchFirst, dropout, bidirectional, rng)
    {
        if (nonlinearity is not (Nonlinearity.Tanh or Nonlinearity.ReLU))
            throw new HebbException($"RNN: nonlinearity {nonlinearity} is neither Tanh nor ReLU");
        Nonlinearity = nonlinearity;
    }

    /// <summary>What a hidden state goes through: tanh or ReLU.</summary>
    public Nonlinearity Nonlinearity { get; }

    /// <inheritdoc cref="GRU.CallWithState"/>
    public (Tensor Output, Tensor Hidden) CallWithState(Tensor x, Tensor? hidden = null, Tensor? lengths = null) => Enter(() =>
    {
        var (y, h, _) = Run(x, hidden, null, lengths);
        return (y, h);
    });

    protected override Tensor Forward(ReadOnlySpan<Tensor> inputs) => inputs.Length switch
    {
        1 => Forward(inputs[0]),
        2 => Run(inputs[0], inputs[1], null, null).Output,
        _ => throw new HebbException($"RNN takes one tensor, or two with hidden states, not {inputs.Length}"),
    };

    private protected override (Tensor Output, Tensor Hidden, Tensor Cell) Layer(
        Tensor x, Tensor weightIh, Tensor weightHh, Tensor? biasIh, Tensor? biasHh, Tensor? projection, Tensor? hidden, Tensor? cell, bool reverse, Tensor? lengths)
    {
        var (y, h) = Tensor.Rnn(x, weightIh, weightHh, biasIh, biasHh, hidden, Nonlinearity == Nonlinearity.ReLU, reverse, lengths);
        return (y, h, h);
    }
}
