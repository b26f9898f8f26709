namespace Hebb;

/// <summary>
/// Gated recurrent units (Cho et al., 2014). <c>Call(x)</c> gives the outputs of the last layer, [steps, examples, hidden]; <see cref="CallWithState"/> takes and gives states too. Gates stand in the
/// order reset, update, new; the reset gate is applied after the product, as in PyTorch.
/// </summary>
/// <inheritdoc cref="LSTM"/>
public sealed class GRU(int inputSize, int hiddenSize, int numLayers = 1, bool bias = true, bool batchFirst = false, double dropout = 0, bool bidirectional = false, Rng? rng = null)
    : RecurrentLayer(3, inputSize, hiddenSize, numLayers, bias, batchFirst, dropout, bidirectional, rng)
{
    /// <summary>Outputs of the last layer, and states after the last step.</summary>
    /// <param name="x">[steps, examples, features], [examples, steps, features] if batch first, or [steps, features] for one example.</param>
    /// <param name="hidden">Hidden states before the first step, [layers by directions, examples, hidden]; without examples for one; 0 by default.</param>
    /// <param name="lengths">[examples], integers: how many steps each example has. What follows gives outputs of 0 and leaves its states as they are.</param>
    /// <exception cref="ShapeException">The shapes don't fit.</exception>
    public (Tensor Output, Tensor Hidden) CallWithState(Tensor x, Tensor? hidden = null, Tensor? lengths = null) => Enter(() =>
    {
        var (y, h, _) = Run(x, hidden, null, lengths);
        return (y, h);
    });

    protected override Tensor Forward(ReadOnlySpan<Tensor> inputs) => inputs.Length switch
    {
        1 => Forward(inputs[0]),
        2 => Run(inputs[0], inputs[1], null, null).Output,
        _ => throw new HebbException($"GRU takes one tensor, or two with hidden states, not {inputs.Length}"),
    };

    private protected override (Tensor Output, Tensor Hidden, Tensor Cell) Layer(
        Tensor x, Tensor weightIh, Tensor weightHh, Tensor? biasIh, Tensor? biasHh, Tensor? projection, Tensor? hidden, Tensor? cell, bool reverse, Tensor? lengths)
    {
        var (y, h) = Tensor.Gru(x, weightIh, weightHh, biasIh, biasHh, hidden, reverse, lengths);
        return (y, h, h);
    }
}
