using System.Globalization;

namespace Hebb.Data;

/// <summary>Tokens that stand for single bytes: <c>&lt;0x00&gt;</c> to <c>&lt;0xFF&gt;</c>.</summary>
internal static class ByteFallback
{
    public static string Token(byte value) => $"<0x{value:X2}>";

    /// <summary>The byte that a token stands for, or -1.</summary>
    public static int Byte(ReadOnlySpan<char> token) =>
        token.Length == 6 && token.StartsWith("<0x", StringComparison.Ordinal) && token[5] == '>'
            && byte.TryParse(token[3..5], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out byte value) ? value : -1;
}
