using Hebb.Data;

namespace Hebb.Models;

/// <summary>A model that tells for each token of a text what the next one may be, and so writes on.</summary>
public abstract class LanguageModel : Module
{
    /// <summary>The number of tokens.</summary>
    public abstract int Vocabulary { get; }

    /// <summary>The most tokens of a text.</summary>
    public abstract int MaxLength { get; }

    /// <summary>The number of layers that remember former tokens.</summary>
    protected abstract int CacheCount { get; }

    /// <summary>Memory for the former tokens of a text, one for each layer.</summary>
    public KeyValueCache[] NewCache() => [.. Enumerable.Range(0, CacheCount).Select(_ => new KeyValueCache())];

    /// <summary>Memory for so many tokens of a text and no more, one for each layer: with it one step for a token can be compiled, see <see cref="KeyValueCache.Fixed"/>.</summary>
    /// <exception cref="ShapeException">The capacity is below 1.</exception>
    public KeyValueCache[] NewCache(int capacity) => [.. Enumerable.Range(0, CacheCount).Select(_ => KeyValueCache.Fixed(capacity))];

    /// <summary>Scores of all tokens as the next one.</summary>
    /// <param name="ids">Token ids, integers [texts, tokens].</param>
    /// <param name="caches">Former tokens; the new ones are put there. Null for texts from their start.</param>
    /// <param name="lastOnly">Whether only the last token's scores are wanted.</param>
    /// <returns>[texts, tokens, vocabulary], or [texts, 1, vocabulary] of the last.</returns>
    /// <exception cref="ShapeException">The ids are not of two axes.</exception>
    /// <exception cref="GradientException">There are caches, and gradients are recorded: open <c>GradMode.NoGrad()</c> before.</exception>
    public Tensor Call(Tensor ids, KeyValueCache[]? caches, bool lastOnly = false) => Enter([ids], v => Logits(v[0], caches, lastOnly));

    protected override Tensor Forward(Tensor x) => Logits(x, null, lastOnly: false);

    /// <inheritdoc cref="Call(Tensor, KeyValueCache[], bool)"/>
    protected abstract Tensor Logits(Tensor ids, KeyValueCache[]? caches, bool lastOnly);

    /// <summary>Writes a text on, a token at a time, in eval mode. Each token is there as soon as it is known.</summary>
    /// <param name="prompt">The ids of the text's start, at least one.</param>
    /// <param name="options">How tokens are chosen; by default the likeliest each time, up to 256.</param>
    /// <returns>The new ids, without the prompt and without the token that ended it.</returns>
    /// <exception cref="ShapeException">The prompt is empty, longer than the model's texts, or holds ids that the model lacks.</exception>
    public IEnumerable<int> Generate(IReadOnlyList<int> prompt, GenerationOptions? options = null)
    {
        if (prompt.Count == 0 || prompt.Count > MaxLength)
            throw new ShapeException($"Generate: a prompt of {prompt.Count} tokens; 1 to {MaxLength} are allowed");
        foreach (int id in prompt)
        {
            if ((uint)id >= (uint)Vocabulary)
                throw new ShapeException($"Generate: the prompt holds the id {id}; the model has {Vocabulary} tokens");
        }
        return Continue([.. prompt], options ?? new GenerationOptions());
    }

    /// <summary>Writes a text on.</summary>
    /// <param name="tokenizer">Turns text into ids and back.</param>
    /// <param name="prompt">The text's start; may be empty if <paramref name="options"/> names a first token.</param>
    /// <param name="options">How tokens are chosen.</param>
    /// <returns>The text with its continuation.</returns>
    public string Generate(Tokenizer tokenizer, string prompt, GenerationOptions? options = null)
    {
        options ??= new GenerationOptions();
        List<int> ids = [.. tokenizer.EncodeIds(prompt)];
        if (options.First is { } first && (ids.Count == 0 || ids[0] != first))
            ids.Insert(0, first);
        ids.AddRange(Generate(ids, options).ToArray());
        return tokenizer.Decode(ids.ToArray());
    }

    private IEnumerable<int> Continue(int[] prompt, GenerationOptions options)
    {
        var sampler = new TokenSampler(options);
        var caches = NewCache();
        int[] ids = prompt;
        for (int made = 0, length = prompt.Length; made < options.MaxTokens && length <= MaxLength; made++, length++)
        {
            int next = Step(ids, caches, sampler);
            if (options.Stop.Contains(next))
                yield break;
            yield return next;
            ids = [next];
        }
    }

    // Apart from the iterator: scopes must not stay open across what the caller does in between.
    private int Step(int[] ids, KeyValueCache[] caches, TokenSampler sampler)
    {
        using var eval = EvalMode();
        using var noGrad = GradMode.NoGrad();
        using var scope = TensorScope.Open();
        var logits = Call(Tensor.From(ids, [1, ids.Length]), caches, lastOnly: true);
        return sampler.Next(logits.Reshape(Vocabulary).To(DType.Float32).ToArray<float>());
    }
}
