using System.Globalization;

namespace Hebb.Benchmarks;

/// <summary>What is to be done, as it is told to peers in other processes: a word and numbers, such as <c>gemm m=128 n=128 k=128</c>.</summary>
internal sealed class Problem
{
    private readonly Dictionary<string, int> _numbers = [];

    public Problem(string text)
    {
        Text = text;
        string[] words = text.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        Op = words[0];
        foreach (string word in words.AsSpan(1))
        {
            int equals = word.IndexOf('=');
            _numbers[word[..equals]] = int.Parse(word.AsSpan(equals + 1), CultureInfo.InvariantCulture);
        }
    }

    public string Op { get; }

    public string Text { get; }

    /// <summary>The number of that name; 0 where there is none.</summary>
    public int this[string name] => _numbers.GetValueOrDefault(name);
}
