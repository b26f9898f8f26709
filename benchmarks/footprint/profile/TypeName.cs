/// <summary>A type as the JIT names it, such as <c>System.Span`1[int][]</c>.</summary>
/// <param name="Name">The full name without arguments; nested types follow a plus sign.</param>
/// <param name="Arguments">The types that a generic type is made of.</param>
/// <param name="Arrays">How many times it is an array of arrays.</param>
internal sealed record TypeName(string Name, TypeName[] Arguments, int Arrays)
{
    public static TypeName Parse(string text)
    {
        int arrays = 0;
        for (; text.EndsWith("[]", StringComparison.Ordinal); text = text[..^2])
        {
            arrays++;
        }
        int bracket = text.EndsWith(']') ? text.IndexOf('[', StringComparison.Ordinal) : text.Length;
        return new TypeName(text[..bracket], bracket == text.Length ? [] : ParseList(text[(bracket + 1)..^1]), arrays);
    }

    public static TypeName[] ParseList(string text) => [.. Split(text).Select(Parse)];

    /// <summary>Splits at the commas that stand outside of brackets.</summary>
    public static List<string> Split(string text)
    {
        var parts = new List<string>();
        for (int begin = 0; begin < text.Length;)
        {
            int comma = Outside(text, ',', begin);
            comma = comma < 0 ? text.Length : comma;
            parts.Add(text[begin..comma]);
            begin = comma + 1;
        }
        return parts;
    }

    /// <summary>The first of a character that stands outside of brackets, or -1.</summary>
    public static int Outside(string text, char what, int from)
    {
        int depth = 0;
        for (int i = from; i < text.Length; i++)
        {
            if (depth == 0 && text[i] == what)
            {
                return i;
            }
            depth += text[i] == '[' ? 1 : text[i] == ']' ? -1 : 0;
        }
        return -1;
    }
}
