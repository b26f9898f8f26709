namespace Hebb;

/// <summary>Counts of the runs of up to a few tokens in texts; equal runs have the same number in all texts of one instance.</summary>
internal sealed class NGrams
{
    // A run is its beginning and its last token.
    private readonly Dictionary<(int Prefix, int Token), int> _numbers = [];

    /// <summary>How often each run of 1 to <paramref name="longest"/> tokens occurs: one dictionary a length.</summary>
    public Dictionary<int, int>[] Count(ReadOnlySpan<int> tokens, int longest)
    {
        var counts = new Dictionary<int, int>[longest];
        for (int n = 0; n < longest; n++)
            counts[n] = [];
        for (int start = 0; start < tokens.Length; start++)
        {
            int run = -1;
            for (int n = 0; n < longest && start + n < tokens.Length; n++)
            {
                var key = (run, tokens[start + n]);
                if (!_numbers.TryGetValue(key, out run))
                    _numbers[key] = run = _numbers.Count;
                counts[n][run] = counts[n].GetValueOrDefault(run) + 1;
            }
        }
        return counts;
    }

    /// <summary>How many runs two texts have in common, each as often as it is in both.</summary>
    public static long Common(Dictionary<int, int> a, Dictionary<int, int> b)
    {
        long common = 0;
        foreach (var (run, count) in a)
            common += Math.Min(count, b.GetValueOrDefault(run));
        return common;
    }
}
