using System.Runtime.InteropServices;

namespace Hebb.Data;

/// <summary>The words of a text and how often each comes, in the order of their first coming.</summary>
internal sealed class WordCounts
{
    private readonly Dictionary<string, int> _index = [];
    private readonly List<long> _counts = [];

    public int Count => _index.Count;

    /// <summary>Counts the words of texts.</summary>
    public static WordCounts Of(IEnumerable<string> texts, TextNormalizer? normalizer, PreTokenizer? preTokenizer)
    {
        var counts = new WordCounts();
        foreach (string text in texts)
        {
            var normal = new AlignedText(text);
            if (normalizer is not null) normal = normalizer.Apply(normal);
            var words = new Words(normal);
            preTokenizer?.Apply(words);
            foreach (var (start, end) in words.Ranges) counts.Add(words.Text.Text.AsSpan(start, end - start));
        }
        if (counts.Count == 0) throw new DataException("Train: the texts have no words");
        return counts;
    }

    public IEnumerable<(string Word, long Count)> Entries() => _index.Select(p => (p.Key, _counts[p.Value]));

    private void Add(ReadOnlySpan<char> word)
    {
        ref int index = ref CollectionsMarshal.GetValueRefOrAddDefault(_index.GetAlternateLookup<ReadOnlySpan<char>>(), word, out bool exists);
        if (!exists)
        {
            index = _counts.Count;
            _counts.Add(0);
        }
        _counts[index]++;
    }
}
