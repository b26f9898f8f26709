using Hebb.Cpu;

namespace Hebb.Data;

/// <summary>Encoded texts as tensors, filled up to one length.</summary>
/// <param name="Ids">Int64 [texts, tokens].</param>
/// <param name="AttentionMask">Int64 [texts, tokens]: 1 for tokens, 0 for padding.</param>
/// <param name="TypeIds">Int64 [texts, tokens].</param>
public sealed record TokenBatch(Tensor Ids, Tensor AttentionMask, Tensor TypeIds);

public sealed partial class Tokenizer
{
    /// <summary>Many texts at once, on all threads, filled up as <see cref="Padding"/> says.</summary>
    public TokenEncoding[] EncodeBatch(IReadOnlyList<string> texts, EncodeOptions? options = null) => EncodeBatch(texts, null, options);

    /// <summary>Many pairs of texts at once.</summary>
    /// <exception cref="DataException">The numbers of texts differ.</exception>
    public TokenEncoding[] EncodeBatch(IReadOnlyList<string> texts, IReadOnlyList<string>? pairs, EncodeOptions? options = null)
    {
        if (pairs is not null && pairs.Count != texts.Count) throw new DataException($"EncodeBatch: {texts.Count} texts and {pairs.Count} second texts");
        options ??= EncodeOptions.Default;
        var encodings = new TokenEncoding[texts.Count];
        ParallelFor.Run(texts.Count, new BatchBody(this, texts, pairs, options, encodings));
        if (Padding is null || encodings.Length == 0) return encodings;
        int length = Padding.Target(encodings.Max(e => e.Count));
        return Array.ConvertAll(encodings, e => e.Pad(length, Padding));
    }

    /// <summary>Many texts as tensors; where the tokenizer has no padding, the id 0 fills up at the end.</summary>
    public TokenBatch EncodeTensors(IReadOnlyList<string> texts, EncodeOptions? options = null)
    {
        var encodings = EncodeBatch(texts, options);
        int length = encodings.Length == 0 ? 0 : encodings.Max(e => e.Count);
        var fill = Padding ?? new TokenPadding(0, "");
        var (ids, mask, types) = (new long[texts.Count * length], new long[texts.Count * length], new long[texts.Count * length]);
        for (int row = 0; row < encodings.Length; row++)
        {
            var encoding = encodings[row].Pad(length, fill);
            for (int i = 0, at = row * length; i < length; i++, at++)
                (ids[at], mask[at], types[at]) = (encoding.Ids[i], encoding.AttentionMask[i] ? 1 : 0, encoding.TypeIds[i]);
        }
        return new TokenBatch(Make(ids), Make(mask), Make(types));

        Tensor Make(long[] values) => Tensor.From(values, [texts.Count, length]);
    }

    private readonly struct BatchBody(Tokenizer tokenizer, IReadOnlyList<string> texts, IReadOnlyList<string>? pairs, EncodeOptions options, TokenEncoding[] encodings) : IBlockBody
    {
        public void Invoke(long block) => encodings[block] = tokenizer.EncodeOne(texts[(int)block], pairs?[(int)block], options);
    }
}
