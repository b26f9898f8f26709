namespace Hebb.Data;

/// <summary>A parsed regular expression.</summary>
internal abstract record PatternNode
{
    public sealed record Empty : PatternNode;

    public sealed record Set(CharSet Members) : PatternNode;

    public sealed record Sequence(IReadOnlyList<PatternNode> Parts) : PatternNode;

    public sealed record Choice(IReadOnlyList<PatternNode> Options) : PatternNode;

    /// <param name="Body">What is repeated.</param>
    /// <param name="Min">At least so often.</param>
    /// <param name="Max">At most so often; -1 is without end.</param>
    /// <param name="Lazy">As few as possible first.</param>
    public sealed record Repeat(PatternNode Body, int Min, int Max, bool Lazy) : PatternNode;

    /// <summary>Once matched, never reconsidered.</summary>
    public sealed record Atomic(PatternNode Body) : PatternNode;

    public sealed record Ahead(PatternNode Body, bool Negative) : PatternNode;

    /// <summary>Only for one character: <c>(?&lt;!\S)</c>.</summary>
    public sealed record Behind(CharSet Members, bool Negative) : PatternNode;

    public sealed record AtStart : PatternNode;

    public sealed record AtEnd : PatternNode;
}
