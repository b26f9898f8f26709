namespace Hebb.Models;

/// <summary>Chooses tokens by their scores. Draws in double, one random number a token, in an order that is the same everywhere.</summary>
internal sealed class TokenSampler
{
    private readonly GenerationOptions _options;
    private readonly Rng _rng;

    /// <exception cref="HebbException">An option is out of its range.</exception>
    public TokenSampler(GenerationOptions options)
    {
        if (!(options.Temperature >= 0) || double.IsInfinity(options.Temperature))
            throw new HebbException($"Generate: temperature {options.Temperature} is not 0 or above");
        if (!(options.TopP is > 0 and <= 1))
            throw new HebbException($"Generate: top-p {options.TopP} is not above 0 and at most 1");
        if (options.TopK < 0 || options.MaxTokens < 0)
            throw new HebbException($"Generate: top-k {options.TopK} and {options.MaxTokens} tokens can't be negative");
        (_options, _rng) = (options, new Rng(options.Seed));
    }

    /// <exception cref="NotFiniteException">The model gives NaN.</exception>
    public int Next(float[] logits)
    {
        int likeliest = 0;
        for (int i = 0; i < logits.Length; i++)
        {
            if (float.IsNaN(logits[i]))
                throw new NotFiniteException($"the score of token {i}", logits[i]);
            if (logits[i] > logits[likeliest])
                likeliest = i;
        }
        if (_options.Temperature == 0)
            return likeliest;
        // Stable: of equals the first comes first.
        int[] order = [.. Enumerable.Range(0, logits.Length).OrderByDescending(i => logits[i])];
        if (_options.TopK > 0 && _options.TopK < order.Length)
            order = order[.._options.TopK];
        double[] weights = Array.ConvertAll(order, i => Math.Exp((logits[i] - (double)logits[likeliest]) / _options.Temperature));
        double total = weights.Sum(), kept = 0;
        int count = 0;
        while (count < weights.Length && (count == 0 || kept < _options.TopP * total))
            kept += weights[count++];
        double drawn = Tensor.Rand([1], DType.Float64, _rng).Item() * kept;
        for (int i = 0; i < count; i++)
        {
            drawn -= weights[i];
            if (drawn < 0)
                return order[i];
        }
        return order[count - 1];
    }
}
