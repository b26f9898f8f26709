namespace Hebb.Onnx;

/// <summary>Counts of n-grams.</summary>
internal static class TextVectorOperators
{
    public static void Register(OperatorTable table) => table.Add("TfIdfVectorizer", 9, Vectorize);

    private static Tensor Vectorize(NodeCall c)
    {
        var value = c.Required(0);
        var shape = ReshapeOperators.SizesOf(value);
        if (shape.Rank is < 1 or > 2)
            throw new ShapeException($"tokens of shape [C] or [N, C] are needed, not {shape}");
        string[]? texts = c.Texts("pool_strings");
        string[] pool = texts ?? Array.ConvertAll(c.Ints("pool_int64s") ?? throw new FormatException("TfIdfVectorizer has no pool"), Text);
        string[] tokens = value is OnnxStrings strings ? strings.Values : Array.ConvertAll(HostValues.Longs(value.AsTensor()), Text);
        long[] starts = c.Ints("ngram_counts") ?? [], columns = c.Ints("ngram_indexes") ?? [];
        int shortest = (int)c.Int("min_gram_length"), longest = (int)c.Int("max_gram_length");
        int skips = (int)Math.Clamp(c.Int("max_skip_count", 0), 0, int.MaxValue);
        var grams = Grams(pool, starts);
        if (grams.Count > columns.Length || columns.Any(i => i is < 0 or > 1 << 24))
            throw new FormatException($"there are {columns.Length} ngram_indexes for {grams.Count} n-grams, or one is out of range");
        int width = columns.Length == 0 ? 0 : checked((int)columns.Max() + 1), rows = shape.Rank == 2 ? shape[0] : 1, length = shape[^1];
        var counts = new float[rows * width];
        for (int row = 0; row < rows; row++)
            Count(tokens.AsSpan(row * length, length), grams, columns, shortest, longest, skips, counts.AsSpan(row * width, width));
        Weigh(c, counts, columns, width);
        return Tensor.From(counts, shape.Rank == 2 ? [rows, width] : [width]);
    }

    private static string Text(long value) => value.ToString(System.Globalization.CultureInfo.InvariantCulture);

    // The pool holds all n-grams one after another, those of length 1 first; the starts tell where each length begins.
    private static Dictionary<string, int> Grams(string[] pool, long[] starts)
    {
        var grams = new Dictionary<string, int>();
        for (int n = 1; n <= starts.Length; n++)
        {
            long end = n < starts.Length ? starts[n] : pool.Length;
            if (starts[n - 1] < 0 || end > pool.Length || end < starts[n - 1])
                throw new FormatException($"ngram_counts [{string.Join(", ", starts)}] do not fit a pool of {pool.Length}");
            for (long at = starts[n - 1]; at + n <= end; at += n)
                grams.TryAdd(Key(pool.AsSpan((int)at, n), 1), grams.Count);
        }
        return grams;
    }

    private static string Key(ReadOnlySpan<string> tokens, int stride)
    {
        var key = new System.Text.StringBuilder();
        for (int i = 0; i < tokens.Length; i += stride)
            key.Append(tokens[i].Length).Append(':').Append(tokens[i]);
        return key.ToString();
    }

    private static void Count(ReadOnlySpan<string> tokens, Dictionary<string, int> grams, long[] columns, int shortest, int longest, int skips, Span<float> counts)
    {
        for (int n = Math.Max(shortest, 1); n <= longest; n++)
        {
            // A single token has nothing to skip.
            for (int stride = 1; stride <= (n == 1 ? 1 : Math.Min((long)skips + 1, tokens.Length)); stride++)
            {
                for (int at = 0; at + (long)(n - 1) * stride < tokens.Length; at++)
                {
                    if (grams.TryGetValue(Key(tokens.Slice(at, (n - 1) * stride + 1), stride), out int gram))
                        counts[(int)columns[gram]]++;
                }
            }
        }
    }

    private static void Weigh(NodeCall c, float[] counts, long[] columns, int width)
    {
        string mode = c.Text("mode", "TF");
        if (mode is not ("TF" or "IDF" or "TFIDF"))
            throw new FormatException($"there is no mode '{mode}'");
        var weights = new float[width];
        Array.Fill(weights, 1);
        if (c.Floats("weights") is { } given && mode != "TF")
        {
            for (int i = 0; i < Math.Min(given.Length, columns.Length); i++)
                weights[columns[i]] = given[i];
        }
        for (int i = 0; i < counts.Length; i++)
            counts[i] = mode == "IDF" ? counts[i] > 0 ? weights[i % width] : 0 : counts[i] * weights[i % width];
    }
}
