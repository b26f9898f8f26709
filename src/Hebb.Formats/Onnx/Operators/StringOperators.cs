using System.Globalization;
using System.Text.RegularExpressions;

namespace Hebb.Onnx;

/// <summary>Texts: joined, split, matched, normalised.</summary>
internal static class StringOperators
{
    // A pattern comes from the file: it may not run without end.
    private static readonly TimeSpan MatchLimit = TimeSpan.FromSeconds(2);

    public static void Register(OperatorTable table)
    {
        table.AddAll("StringConcat", 20, Concat);
        table.AddAll("StringSplit", 20, Split);
        table.Add("RegexFullMatch", 20, FullMatch);
        table.AddAll("StringNormalizer", 10, Normalize);
    }

    private static OnnxValue?[] Concat(NodeCall c)
    {
        var (a, b) = (c.Strings(0), c.Strings(1));
        var shape = Shape.Broadcast(a.Shape, b.Shape, "StringConcat");
        var (left, right) = (a.At(a.Places().Expand(shape)), b.At(b.Places().Expand(shape)));
        return [new OnnxStrings([.. left.Values.Zip(right.Values, string.Concat)], shape)];
    }

    private static OnnxValue?[] Split(NodeCall c)
    {
        var x = c.Strings(0);
        string delimiter = c.Text("delimiter", "");
        int most = c.HasAttribute("maxsplit") ? (int)Math.Clamp(c.Int("maxsplit"), 0, int.MaxValue - 1) + 1 : int.MaxValue;
        string[][] parts = Array.ConvertAll(x.Values, text => delimiter.Length > 0 ? text.Split(delimiter, most) : Words(text, most));
        int width = parts.Length == 0 ? 0 : parts.Max(p => p.Length);
        var all = new string[parts.Length * width];
        Array.Fill(all, "");
        for (int i = 0; i < parts.Length; i++)
            parts[i].CopyTo(all, i * width);
        return [new OnnxStrings(all, x.Shape.Insert(x.Shape.Rank, width)), Tensor.From(Array.ConvertAll(parts, p => (long)p.Length), x.Shape)];
    }

    // Between runs of white space, none of which is left at the ends.
    private static string[] Words(string text, int most)
    {
        var words = new List<string>();
        int at = 0;
        while (true)
        {
            while (at < text.Length && char.IsWhiteSpace(text[at]))
                at++;
            if (at == text.Length)
                return [.. words];
            if (words.Count == most - 1)
                return [.. words, text[at..].TrimEnd()];
            int end = at;
            while (end < text.Length && !char.IsWhiteSpace(text[end]))
                end++;
            words.Add(text[at..end]);
            at = end;
        }
    }

    private static Tensor FullMatch(NodeCall c)
    {
        var x = c.Strings(0);
        Regex pattern;
        try
        {
            // The standard's patterns need no more than finite automata have, and so never backtrack.
            pattern = new Regex($"\\A(?:{c.Text("pattern")})\\z", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking, MatchLimit);
        }
        catch (Exception e) when (e is ArgumentException or NotSupportedException)
        {
            throw new FormatException($"'{c.Text("pattern")}' is no pattern: {e.Message}", e);
        }
        try
        {
            return Tensor.From(Array.ConvertAll(x.Values, pattern.IsMatch), x.Shape);
        }
        catch (RegexMatchTimeoutException e)
        {
            throw new FormatException($"the pattern '{c.Text("pattern")}' takes too long", e);
        }
    }

    private static OnnxValue?[] Normalize(NodeCall c)
    {
        var x = c.Strings(0);
        if (x.Shape.Rank is < 1 or > 2 || (x.Shape.Rank == 2 && x.Shape[0] != 1))
            throw new ShapeException($"strings of shape [C] or [1, C] are needed, not {x.Shape}");
        bool sensitive = c.Flag("is_case_sensitive");
        var stop = new HashSet<string>(c.Texts("stopwords") ?? [], sensitive ? StringComparer.Ordinal : StringComparer.OrdinalIgnoreCase);
        var kept = x.Values.Where(v => !stop.Contains(v));
        kept = c.Text("case_change_action", "NONE") switch
        {
            "NONE" => kept,
            "LOWER" => kept.Select(v => v.ToLower(CultureInfo.InvariantCulture)),
            "UPPER" => kept.Select(v => v.ToUpper(CultureInfo.InvariantCulture)),
            var other => throw new FormatException($"there is no change of case '{other}'"),
        };
        string[] all = [.. kept];
        // Nothing left is one empty text.
        if (all.Length == 0)
            all = [""];
        return [new OnnxStrings(all, x.Shape.Rank == 1 ? [all.Length] : [1, all.Length])];
    }
}
