using System.Text;
using System.Text.Json;

namespace Hebb.Data;

/// <summary>A change that looks at one code point at a time.</summary>
internal abstract class CharNormalizer : TextNormalizer
{
    /// <summary>What takes the place of a code point, or null where it stays.</summary>
    protected abstract string? Replace(int code);

    public sealed override AlignedText Apply(AlignedText text)
    {
        AlignedBuilder? builder = null;
        int copied = 0;
        for (int at = 0; at < text.Length;)
        {
            int code = CodePoints.At(text.Text, at, out int length);
            if (Replace(code) is { } replacement)
            {
                builder ??= new AlignedBuilder(text);
                builder.Copy(copied, at);
                builder.Append(replacement, at, at + length);
                copied = at + length;
            }
            at += length;
        }
        if (builder is null) return text;
        builder.Copy(copied, text.Length);
        return builder.ToText();
    }
}

/// <summary>Small letters, character by character: a final sigma does not know that it is final.</summary>
internal sealed class LowercaseNormalizer : CharNormalizer
{
    public static readonly LowercaseNormalizer Instance = new();

    protected override string? Replace(int code)
    {
        if (code < 0x80) return code is >= 'A' and <= 'Z' ? ((char)(code | 0x20)).ToString() : null;
        if (code == 0x130) return "i\u0307"; // the one letter whose small form is two characters
        if (!Rune.TryCreate(code, out var rune)) return null;
        var lower = Rune.ToLowerInvariant(rune);
        return lower == rune ? null : lower.ToString();
    }

    public override void Write(Utf8JsonWriter json) => Write(json, "Lowercase");
}

/// <summary>Without non-spacing marks (Mn).</summary>
internal sealed class StripAccentsNormalizer : CharNormalizer
{
    public static readonly StripAccentsNormalizer Instance = new();

    protected override string? Replace(int code) =>
        (CodePoints.Traits(code) & CharTraits.NonSpacingMark) != 0 ? "" : null;

    public override void Write(Utf8JsonWriter json) => Write(json, "StripAccents");
}

/// <summary>SentencePiece's own cleaning: control characters out, white space of every kind to a space.</summary>
internal sealed class NmtNormalizer : CharNormalizer
{
    protected override string? Replace(int code) => code switch
    {
        (>= 0x01 and <= 0x08) or 0x0B or (>= 0x0E and <= 0x1F) or 0x7F or 0x8F or 0x9F => "",
        0x09 or 0x0A or 0x0C or 0x0D or 0x1680 or (>= 0x200B and <= 0x200F) or 0x2028 or 0x2029 or 0x2581 or 0xFEFF or 0xFFFD => " ",
        _ => null,
    };

    public override void Write(Utf8JsonWriter json) => Write(json, "Nmt");
}

/// <summary>Bytes as characters of <see cref="ByteAlphabet"/>.</summary>
internal sealed class ByteLevelNormalizer : CharNormalizer
{
    protected override string? Replace(int code)
    {
        if (code is >= '!' and <= '~') return null;
        Span<byte> bytes = stackalloc byte[4];
        int count = Rune.TryCreate(code, out var rune) ? rune.EncodeToUtf8(bytes) : Rune.ReplacementChar.EncodeToUtf8(bytes);
        return ByteAlphabet.ToText(bytes[..count]);
    }

    public override void Write(Utf8JsonWriter json) => Write(json, "ByteLevel");
}
