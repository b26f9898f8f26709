using System.Text.Json;

namespace Hebb.Data;

/// <summary>When <see cref="MetaspacePreTokenizer"/> puts its sign before a text.</summary>
internal enum PrependScheme
{
    Always,
    Never,
    First,
}

/// <summary>SentencePiece's: spaces become a visible sign, words start with it.</summary>
/// <param name="replacement">The sign, U+2581 as a rule.</param>
/// <param name="scheme">When the sign is put before what does not start with it.</param>
/// <param name="split">Whether to cut before every sign.</param>
internal sealed class MetaspacePreTokenizer(char replacement, PrependScheme scheme, bool split) : PreTokenizer
{
    public override void Apply(Words words)
    {
        words.Rewrite((builder, text, start, end) =>
        {
            char first = text.Text[start];
            bool prepend = scheme == PrependScheme.Always || (scheme == PrependScheme.First && text.Start(start) == 0);
            if (prepend && first != ' ' && first != replacement) builder.Append([replacement], start, start + 1);
            for (int at = start; at < end; at++)
            {
                if (text.Text[at] == ' ') builder.Append([replacement], at, at + 1);
                else builder.Copy(at, at + 1);
            }
        });
        if (!split) return;
        words.Cut((word, parts) =>
        {
            int start = 0;
            for (int at = 1; at < word.Length; at++)
            {
                if (word[at] != replacement) continue;
                parts.Add((start, at));
                start = at;
            }
            parts.Add((start, word.Length));
        });
    }

    public override void Write(Utf8JsonWriter json) => Write(json, "Metaspace", () =>
    {
        json.WriteString("replacement", replacement.ToString());
        json.WriteString("prepend_scheme", scheme.ToString().ToLowerInvariant());
        json.WriteBoolean("split", split);
    });
}
