using System.Text;
using System.Text.Json;

namespace Hebb.Data;

/// <summary>GPT-2's: words by its pattern, their bytes written in <see cref="ByteAlphabet"/>.</summary>
/// <param name="prefixSpace">Put a space before a text that starts without one.</param>
/// <param name="useRegex">Whether to cut; otherwise only the bytes are written.</param>
/// <param name="trimOffsets">Kept for the file; offsets are trimmed by the post-processor of the same name.</param>
internal sealed class ByteLevelPreTokenizer(bool prefixSpace, bool useRegex, bool trimOffsets = true) : PreTokenizer
{
    public static readonly Gpt2Scanner Scanner = new();

    public bool PrefixSpace => prefixSpace;

    public bool UseRegex => useRegex;

    public override void Apply(Words words)
    {
        Cut(words);
        words.Rewrite((builder, text, start, end) =>
        {
            Span<byte> bytes = stackalloc byte[4];
            for (int at = start; at < end;)
            {
                CodePoints.At(text.Text, at, out int length);
                int count = Encoding.UTF8.GetBytes(text.Text.AsSpan(at, length), bytes);
                builder.Append(ByteAlphabet.ToText(bytes[..count]), at, at + length);
                at += length;
            }
        });
    }

    /// <summary>Only the cut, for a model that reads bytes itself.</summary>
    public void Cut(Words words)
    {
        if (prefixSpace)
        {
            words.Rewrite((builder, text, start, end) =>
            {
                if (text.Text[start] != ' ') builder.Append(" ", start, start + 1);
                builder.Copy(start, end);
            });
        }
        if (!useRegex) return;
        words.Cut((word, parts) =>
        {
            for (int at = 0, end; at < word.Length; at = end) parts.Add((at, end = Scanner.Next(word, at)));
        });
    }

    public override void Write(Utf8JsonWriter json) => Write(json, "ByteLevel", () =>
    {
        json.WriteBoolean("add_prefix_space", prefixSpace);
        json.WriteBoolean("trim_offsets", trimOffsets);
        json.WriteBoolean("use_regex", useRegex);
    });
}
