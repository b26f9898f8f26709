namespace Hebb.Models;

/// <summary>Causal attention with rotary positions after former steps.</summary>
internal static class CausalAttention
{
    /// <summary>What each token gathers from itself and those before it, [texts, heads, tokens, features of a head].</summary>
    /// <param name="rotary">Turns queries and keys.</param>
    /// <param name="q">[texts, heads, tokens, features of a head].</param>
    /// <param name="k">The same, perhaps with fewer heads.</param>
    /// <param name="v">The same as <paramref name="k"/>.</param>
    /// <param name="cache">Former tokens; the new ones are put there.</param>
    public static Tensor Run(RotaryEmbedding rotary, Tensor q, Tensor k, Tensor v, KeyValueCache? cache)
    {
        if (cache?.Positions(q.Shape[2]) is { } positions)
        {
            (k, v) = cache.Append(rotary.Call(k, positions), v);
            return Tensor.ScaledDotProductAttention(rotary.Call(q, positions), k, v, cache.Seen(positions));
        }
        int past = cache?.Length ?? 0;
        (q, k) = (rotary.Call(q, past), rotary.Call(k, past));
        if (cache is not null)
            (k, v) = cache.Append(k, v);
        return Tensor.ScaledDotProductAttention(q, k, v, causal: true, pastLength: past);
    }
}
