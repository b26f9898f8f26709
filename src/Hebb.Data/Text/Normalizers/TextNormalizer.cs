using System.Text.Json;

namespace Hebb.Data;

/// <summary>A change of the text before it is cut into words.</summary>
internal abstract class TextNormalizer : TokenizerPart
{
    /// <summary>The changed text; the object given where nothing changes.</summary>
    public abstract AlignedText Apply(AlignedText text);
}

/// <summary>One after the other.</summary>
internal sealed class SequenceNormalizer(IReadOnlyList<TextNormalizer> parts) : TextNormalizer
{
    public override AlignedText Apply(AlignedText text)
    {
        foreach (var part in parts) text = part.Apply(text);
        return text;
    }

    public override void Write(Utf8JsonWriter json) => Write(json, "Sequence", () =>
    {
        json.WriteStartArray("normalizers");
        foreach (var part in parts) part.Write(json);
        json.WriteEndArray();
    });
}

/// <summary>A Unicode normalisation form.</summary>
internal sealed class FormNormalizer(UnicodeForm form) : TextNormalizer
{
    public override AlignedText Apply(AlignedText text) => UnicodeNormalization.Apply(text, form);

    public override void Write(Utf8JsonWriter json) => Write(json, form.ToString().ToUpperInvariant());
}

/// <summary>Text put before every text that is not empty.</summary>
internal sealed class PrependNormalizer(string prefix) : TextNormalizer
{
    public override AlignedText Apply(AlignedText text)
    {
        if (text.Length == 0) return text;
        var builder = new AlignedBuilder(text);
        CodePoints.At(text.Text, 0, out int length);
        builder.Append(prefix, 0, length);
        builder.Copy(0, text.Length);
        return builder.ToText();
    }

    public override void Write(Utf8JsonWriter json) => Write(json, "Prepend", () => json.WriteString("prepend", prefix));
}

/// <summary>White space taken from the ends.</summary>
internal sealed class StripNormalizer(bool left, bool right) : TextNormalizer
{
    public override AlignedText Apply(AlignedText text)
    {
        int start = 0, end = text.Length;
        while (left && start < end && CodePoints.IsSpace(text.Text[start])) start++;
        while (right && end > start && CodePoints.IsSpace(text.Text[end - 1])) end--;
        return text.Slice(start, end);
    }

    public override void Write(Utf8JsonWriter json) => Write(json, "Strip", () =>
    {
        json.WriteBoolean("strip_left", left);
        json.WriteBoolean("strip_right", right);
    });
}

/// <summary>What a pattern finds, replaced.</summary>
internal sealed class ReplaceNormalizer(SplitPattern pattern, string content) : TextNormalizer
{
    public override AlignedText Apply(AlignedText text)
    {
        AlignedBuilder? builder = null;
        int copied = 0;
        for (int at = 0; pattern.Find(text.Text, at, out int start, out int end);)
        {
            builder ??= new AlignedBuilder(text);
            builder.Copy(copied, start);
            builder.Append(content, start, end);
            copied = end;
            at = end > start ? end : end + 1;
            if (at > text.Length) break;
        }
        if (builder is null) return text;
        builder.Copy(copied, text.Length);
        return builder.ToText();
    }

    public override void Write(Utf8JsonWriter json) => Write(json, "Replace", () =>
    {
        pattern.Write(json);
        json.WriteString("content", content);
    });
}
