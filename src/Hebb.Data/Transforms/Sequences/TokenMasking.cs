namespace Hebb.Data;

/// <summary>
/// Hides tokens for a model to guess (Devlin et al. 2019, arXiv:1810.04805): of those chosen 8 in 10 become the mask, 1 in 10 any token, and 1 in 10 stay. Inputs are token numbers
/// [batch, length], Int32 or Int64; targets become the chosen tokens as they were, and -100 (which cross-entropy leaves out) elsewhere.
/// </summary>
public sealed class TokenMasking : BatchTransform
{
    /// <summary>The target where there is nothing to guess.</summary>
    public const int Ignored = -100;

    private readonly int _mask, _vocabulary;
    private readonly double _probability, _masked, _replaced;
    private readonly HashSet<int> _kept;

    /// <param name="mask">The token that hides others.</param>
    /// <param name="vocabulary">How many tokens there are.</param>
    /// <param name="probability">Of a token being chosen.</param>
    /// <param name="masked">The share of the chosen that become the mask.</param>
    /// <param name="replaced">The share of the chosen that become any token.</param>
    /// <param name="kept">Tokens that are never chosen: padding, separators.</param>
    /// <exception cref="DataException">A number is out of range.</exception>
    public TokenMasking(int mask, int vocabulary, double probability = 0.15, double masked = 0.8, double replaced = 0.1, IEnumerable<int>? kept = null)
    {
        if (vocabulary < 1 || mask < 0) throw new DataException($"TokenMasking: token {mask} of a vocabulary of {vocabulary}: must be at least 0 and 1");
        Checks.Probability(masked + replaced, nameof(TokenMasking));
        (_mask, _vocabulary, _kept) = (mask, vocabulary, [.. kept ?? []]);
        (_probability, _masked, _replaced) = (Checks.Probability(probability, nameof(TokenMasking)), Checks.Probability(masked, nameof(TokenMasking)), Checks.Probability(replaced, nameof(TokenMasking)));
    }

    public override Batch Apply(Batch batch, in BatchContext context, int stream)
    {
        var inputs = batch.Inputs;
        if (inputs.Rank != 2) throw new ShapeException($"TokenMasking: {inputs.Shape} is not [batch, length]");
        if (inputs.DType != DType.Int64 && inputs.DType != DType.Int32) throw new DTypeException($"TokenMasking: the inputs are {inputs.DType.Name}, neither int32 nor int64");
        long[] tokens = inputs.To(DType.Int64).ToArray<long>(), targets = new long[tokens.Length];
        int length = inputs.Shape[1];
        for (int row = 0; row < inputs.Shape[0]; row++)
        {
            var random = context.Random(row, stream);
            for (int i = row * length; i < (row + 1) * length; i++)
            {
                // Always three numbers: what happens to a token depends on its place alone.
                float chosen = random.NextSingle(), fate = random.NextSingle();
                int any = random.Next(_vocabulary);
                if (chosen >= _probability || (tokens[i] is >= 0 and <= int.MaxValue && _kept.Contains((int)tokens[i])))
                {
                    targets[i] = Ignored;
                    continue;
                }
                targets[i] = tokens[i];
                if (fate < _masked)
                    tokens[i] = _mask;
                else if (fate < _masked + _replaced)
                    tokens[i] = any;
            }
        }
        return batch with { Inputs = Tensor.From<long>(tokens, inputs.Shape).To(inputs.DType), Targets = Tensor.From<long>(targets, inputs.Shape) };
    }
}
