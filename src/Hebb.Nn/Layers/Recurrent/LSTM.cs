namespace Hebb;

/// <summary>
/// Long short-term memory (Hochreiter and Schmidhuber, 1997). <c>Call(x)</c> gives the outputs of the last layer, [steps, examples, hidden]; <see cref="CallWithState"/> takes and gives
/// states too. Gates stand in the order input, forget, cell, output.
/// <code>var (y, h, c) = new LSTM(64, 256, numLayers: 2).CallWithState(x);</code>
/// </summary>
/// <param name="inputSize">The number of features of the input.</param>
/// <param name="hiddenSize">The size of a hidden state.</param>
/// <param name="numLayers">How many layers stand on top of each other.</param>
/// <param name="bias">Whether biases are added.</param>
/// <param name="batchFirst">[examples, steps, features] in place of [steps, examples, features].</param>
/// <param name="dropout">The probability, in train mode, of an output of a layer to be dropped on its way to the next.</param>
/// <param name="bidirectional">Both directions; outputs are then twice as wide.</param>
/// <param name="projSize">The size that hidden states are projected to (Sak et al., 2014), below <paramref name="hiddenSize"/>; 0 for no projection.</param>
/// <param name="rng">Where first values and dropout come from; by default <see cref="Rng.Default"/>.</param>
public sealed class LSTM(
    int inputSize, int hiddenSize, int numLayers = 1, bool bias = true, bool batchFirst = false, double dropout = 0, bool bidirectional = false, int projSize = 0, Rng? rng = null)
    : RecurrentLayer(4, inputSize, hiddenSize, numLayers, bias, batchFirst, dropout, bidirectional, rng, projSize)
{
    /// <summary>Outputs of the last layer, and states after the last step.</summary>
    /// <param name="x">[steps, examples, features], [examples, steps, features] if batch first, or [steps, features] for one example.</param>
    /// <param name="hidden">Hidden states before the first step, [layers by directions, examples, hidden or projection]; without examples for one; 0 by default.</param>
    /// <param name="cell">Cell states, [layers by directions, examples, hidden], likewise.</param>
    /// <param name="lengths">[examples], integers: how many steps each example has. What follows gives outputs of 0 and leaves its states as they are.</param>
    /// <exception cref="ShapeException">The shapes don't fit.</exception>
    public (Tensor Output, Tensor Hidden, Tensor Cell) CallWithState(Tensor x, Tensor? hidden = null, Tensor? cell = null, Tensor? lengths = null) =>
        Enter(() => Run(x, hidden, cell, lengths));

    protected override Tensor Forward(ReadOnlySpan<Tensor> inputs) => inputs.Length switch
    {
        1 => Forward(inputs[0]),
        3 => Run(inputs[0], inputs[1], inputs[2], null).Output,
        _ => throw new HebbException($"LSTM takes one tensor, or three with hidden and cell states, not {inputs.Length}"),
    };

    private protected override (Tensor Output, Tensor Hidden, Tensor Cell) Layer(
        Tensor x, Tensor weightIh, Tensor weightHh, Tensor? biasIh, Tensor? biasHh, Tensor? projection, Tensor? hidden, Tensor? cell, bool reverse, Tensor? lengths) =>
        projection is null
            ? Tensor.Lstm(x, weightIh, weightHh, biasIh, biasHh, hidden, cell, reverse, lengths)
            : ProjectedLstm.Run(x, weightIh, weightHh, biasIh, biasHh, projection, hidden, cell, reverse, lengths);
}
