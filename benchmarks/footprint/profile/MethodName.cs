using System.Globalization;

/// <summary>A method as the JIT lists it: <c>System.Span`1[int]:Slice(int):System.Span`1[int] [Tier0, IL size=23, code size=85]</c>.</summary>
internal sealed record MethodName(TypeName Owner, string Name, TypeName[] Arguments, int Parameters, int IlSize)
{
    /// <summary>None where the line isn't one of a method.</summary>
    public static MethodName? Parse(string line)
    {
        const string Mark = "JIT compiled ", Size = "IL size=";
        int begin = line.IndexOf(Mark, StringComparison.Ordinal) + Mark.Length, end = line.LastIndexOf(" [", StringComparison.Ordinal);
        int size = line.LastIndexOf(Size, StringComparison.Ordinal) + Size.Length;
        if (begin < Mark.Length || end < begin || size < end)
        {
            return null;
        }
        string text = line[begin..end];
        int colon = TypeName.Outside(text, ':', 0), open = TypeName.Outside(text, '(', colon + 1);
        if (colon < 0 || open < 0)
        {
            return null;
        }
        string name = text[(colon + 1)..open];
        int bracket = name.EndsWith(']') ? name.IndexOf('[', StringComparison.Ordinal) : name.Length;
        return new MethodName(TypeName.Parse(text[..colon]), name[..bracket], bracket == name.Length ? [] : TypeName.ParseList(name[(bracket + 1)..^1]),
            TypeName.Split(text[(open + 1)..text.IndexOf(')', open)]).Count, int.Parse(line[size..line.IndexOf(',', size)], CultureInfo.InvariantCulture));
    }
}
