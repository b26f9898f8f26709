namespace Hebb.Data;

/// <summary>What a file of tiktoken ranks does not tell: how text is cut, and the special tokens.</summary>
/// <param name="Pattern">The regular expression whose matches are the words.</param>
/// <param name="SpecialTokens">Special tokens and their ids.</param>
public sealed record TiktokenScheme(string Pattern, IReadOnlyDictionary<string, int> SpecialTokens)
{
    /// <summary>GPT-2 and GPT-3 (r50k_base).</summary>
    public static TiktokenScheme Gpt2 { get; } = new(WordScanner.Gpt2Pattern, new Dictionary<string, int> { ["<|endoftext|>"] = 50256 });

    /// <summary>GPT-4 and GPT-3.5 (cl100k_base).</summary>
    public static TiktokenScheme Cl100k { get; } = new(WordScanner.Cl100kPattern, new Dictionary<string, int>
    {
        ["<|endoftext|>"] = 100257,
        ["<|fim_prefix|>"] = 100258,
        ["<|fim_middle|>"] = 100259,
        ["<|fim_suffix|>"] = 100260,
        ["<|endofprompt|>"] = 100276,
    });

    /// <summary>GPT-4o (o200k_base).</summary>
    public static TiktokenScheme O200k { get; } = new(WordScanner.O200kPattern, new Dictionary<string, int> { ["<|endoftext|>"] = 199999, ["<|endofprompt|>"] = 200018 });

    /// <summary>The scheme whose name is part of a file's, or null.</summary>
    internal static TiktokenScheme? Named(string path)
    {
        string name = Path.GetFileName(path);
        if (name.Contains("cl100k", StringComparison.OrdinalIgnoreCase)) return Cl100k;
        if (name.Contains("o200k", StringComparison.OrdinalIgnoreCase)) return O200k;
        return name.Contains("r50k", StringComparison.OrdinalIgnoreCase) || name.Contains("gpt2", StringComparison.OrdinalIgnoreCase) ? Gpt2 : null;
    }
}
