using static System.FormattableString;

namespace Hebb;

/// <summary>
/// What figures of texts share. Texts come as strings, as tokens, or as tensors of token numbers [n, t] (outputs may be scores [n, V, t]: the highest is taken), where padding is left
/// out.
/// </summary>
public abstract class TextMetric : GatheredMetric
{
    private readonly Func<string, IReadOnlyList<string>> _tokens;
    private readonly long _padding;

    private protected TextMetric(Func<string, IReadOnlyList<string>> tokens, long padding) => (_tokens, _padding) = (tokens, padding);

    private protected Func<string, IReadOnlyList<string>> Tokenizer => _tokens;

    private protected long Padding => _padding;

    /// <summary>Takes in a text and what it should have been.</summary>
    /// <param name="text">What was written.</param>
    /// <param name="references">What it might have been; at least one.</param>
    /// <exception cref="DataException">There is no reference.</exception>
    public virtual void Update(string text, params IReadOnlyList<string> references) => Update(_tokens(text), [.. references.Select(r => _tokens(r))]);

    /// <summary>Takes in a text and what it should have been, as tokens.</summary>
    /// <param name="tokens">What was written.</param>
    /// <param name="references">What it might have been; at least one.</param>
    /// <exception cref="DataException">There is no reference.</exception>
    public void Update(IReadOnlyList<string> tokens, IReadOnlyList<IReadOnlyList<string>> references)
    {
        if (references.Count == 0)
            throw new DataException($"{Name}: a text without a reference");
        var numbers = new Dictionary<string, int>();
        Add(Number(tokens), [.. references.Select(Number)]);

        int[] Number(IReadOnlyList<string> words)
        {
            var result = new int[words.Count];
            for (int i = 0; i < result.Length; i++)
            {
                if (!numbers.TryGetValue(words[i], out result[i]))
                    numbers[words[i]] = result[i] = numbers.Count;
            }
            return result;
        }
    }

    /// <summary>Takes in a batch of token numbers.</summary>
    /// <param name="output">Numbers [n, t], or scores [n, V, t].</param>
    /// <param name="target">Numbers [n, u], one reference each.</param>
    public override void Update(Tensor output, Tensor target)
    {
        if (output.DType.IsFloat && output.Rank == 3)
            output = output.ArgMax(1);
        if (output.Rank != 2 || target.Rank != 2 || output.DType.IsFloat || target.DType.IsFloat || output.Shape[0] != target.Shape[0])
            throw new ShapeException($"{Name}: output {output.DType.Name}{output.Shape} and target {target.DType.Name}{target.Shape} are no token numbers [n, t] (or scores [n, V, t])");
        for (int row = 0; row < output.Shape[0]; row++)
            Add(Row(output, row), [Row(target, row)]);
    }

    /// <summary>Tokens as numbers: equal ones have the same, within one call.</summary>
    private protected abstract void Add(int[] tokens, int[][] references);

    private protected override string Settings => Invariant($"padding {_padding}");

    private int[] Row(Tensor numbers, int row) => [.. numbers[row].To(DType.Int64).ToArray<long>().Where(t => t != _padding).Select(t => checked((int)t))];
}
