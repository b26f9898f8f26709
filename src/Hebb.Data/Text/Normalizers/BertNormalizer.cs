using System.Globalization;
using System.Text.Json;

namespace Hebb.Data;

/// <summary>BERT's cleaning: control characters out, ideographs set apart, accents off, small letters.</summary>
/// <param name="clean">Take out control characters, and make white space of every kind a space.</param>
/// <param name="ideographs">Spaces around every ideograph.</param>
/// <param name="accents">Whether to take accents off; null does so where <paramref name="lowercase"/> does.</param>
/// <param name="lowercase">Small letters.</param>
internal sealed class BertNormalizer(bool clean, bool ideographs, bool? accents, bool lowercase) : TextNormalizer
{
    private static readonly Cleaner s_cleaner = new();
    private static readonly Spacer s_spacer = new();

    public override AlignedText Apply(AlignedText text)
    {
        if (clean) text = s_cleaner.Apply(text);
        if (ideographs) text = s_spacer.Apply(text);
        if (accents ?? lowercase) text = StripAccentsNormalizer.Instance.Apply(UnicodeNormalization.Apply(text, UnicodeForm.Nfd));
        return lowercase ? LowercaseNormalizer.Instance.Apply(text) : text;
    }

    public override void Write(Utf8JsonWriter json) => Write(json, "BertNormalizer", () =>
    {
        json.WriteBoolean("clean_text", clean);
        json.WriteBoolean("handle_chinese_chars", ideographs);
        if (accents is { } strip) json.WriteBoolean("strip_accents", strip);
        else json.WriteNull("strip_accents");
        json.WriteBoolean("lowercase", lowercase);
    });

    private sealed class Cleaner : CharNormalizer
    {
        protected override string? Replace(int code)
        {
            if (code is >= ' ' and < 0x7F) return null;
            if (code is 0 or 0xFFFD) return "";
            if (code is not ('\t' or '\n' or '\r') && CharUnicodeInfo.GetUnicodeCategory(code) is UnicodeCategory.Control or UnicodeCategory.Format
                or UnicodeCategory.PrivateUse or UnicodeCategory.Surrogate)
                return "";
            return CodePoints.IsSpace(code) ? " " : null;
        }

        public override void Write(Utf8JsonWriter json) => throw new InvalidOperationException();
    }

    private sealed class Spacer : CharNormalizer
    {
        protected override string? Replace(int code) => CodePoints.IsIdeograph(code) ? $" {char.ConvertFromUtf32(code)} " : null;

        public override void Write(Utf8JsonWriter json) => throw new InvalidOperationException();
    }
}
