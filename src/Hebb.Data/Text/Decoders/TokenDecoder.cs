using System.Text;
using System.Text.Json;

namespace Hebb.Data;

/// <summary>A step from tokens back to text: a list of parts becomes another, which joined at the end are the text.</summary>
internal abstract class TokenDecoder : TokenizerPart
{
    public abstract List<string> Apply(List<string> parts);
}

/// <summary>One after the other.</summary>
internal sealed class SequenceDecoder(IReadOnlyList<TokenDecoder> steps) : TokenDecoder
{
    public override List<string> Apply(List<string> parts)
    {
        foreach (var step in steps) parts = step.Apply(parts);
        return parts;
    }

    public override void Write(Utf8JsonWriter json) => Write(json, "Sequence", () =>
    {
        json.WriteStartArray("decoders");
        foreach (var step in steps) step.Write(json);
        json.WriteEndArray();
    });
}

/// <summary>A step that changes each part by itself.</summary>
/// <param name="type">The name in tokenizer.json.</param>
/// <param name="change">Part, its index, and the number of parts, to the new part.</param>
/// <param name="properties">Writes what the type has of its own.</param>
internal sealed class PartDecoder(string type, Func<string, int, int, string> change, Action<Utf8JsonWriter>? properties = null) : TokenDecoder
{
    public override List<string> Apply(List<string> parts)
    {
        var result = new List<string>(parts.Count);
        for (int i = 0; i < parts.Count; i++) result.Add(change(parts[i], i, parts.Count));
        return result;
    }

    public override void Write(Utf8JsonWriter json) => Write(json, type, properties is null ? null : () => properties(json));
}

/// <summary>All parts as one.</summary>
internal sealed class FuseDecoder : TokenDecoder
{
    public override List<string> Apply(List<string> parts) => [string.Concat(parts)];

    public override void Write(Utf8JsonWriter json) => Write(json, "Fuse");
}

/// <summary>Characters of <see cref="ByteAlphabet"/> back to bytes, and those to text; bytes that are no UTF-8 become U+FFFD.</summary>
internal sealed class ByteLevelDecoder : TokenDecoder
{
    /// <summary>The bytes of a token: one with other characters stands for itself.</summary>
    public static byte[] Bytes(string token) => ByteAlphabet.ToBytes(token) ?? Encoding.UTF8.GetBytes(token);

    public override List<string> Apply(List<string> parts)
    {
        var bytes = new List<byte>();
        foreach (string part in parts) bytes.AddRange(Bytes(part));
        return [Encoding.UTF8.GetString([.. bytes])];
    }

    public override void Write(Utf8JsonWriter json) => Write(json, "ByteLevel", () =>
    {
        json.WriteBoolean("add_prefix_space", true);
        json.WriteBoolean("trim_offsets", true);
        json.WriteBoolean("use_regex", true);
    });
}

/// <summary>Runs of <see cref="ByteFallback"/> tokens to text; a run that is no UTF-8 becomes one U+FFFD a byte.</summary>
internal sealed class ByteFallbackDecoder : TokenDecoder
{
    private static readonly UTF8Encoding s_strict = new(false, throwOnInvalidBytes: true);

    public override List<string> Apply(List<string> parts)
    {
        var result = new List<string>(parts.Count);
        var bytes = new List<byte>();
        foreach (string part in parts)
        {
            int value = ByteFallback.Byte(part);
            if (value >= 0)
            {
                bytes.Add((byte)value);
                continue;
            }
            Flush(bytes, result);
            result.Add(part);
        }
        Flush(bytes, result);
        return result;
    }

    private static void Flush(List<byte> bytes, List<string> result)
    {
        if (bytes.Count == 0) return;
        try
        {
            result.Add(s_strict.GetString([.. bytes]));
        }
        catch (DecoderFallbackException)
        {
            result.Add(new string('\uFFFD', bytes.Count));
        }
        bytes.Clear();
    }

    public override void Write(Utf8JsonWriter json) => Write(json, "ByteFallback");
}

/// <summary>The output of connectionist temporal classification: repeats are one, blanks are none.</summary>
internal sealed class CtcDecoder(string pad, string delimiter, bool cleanup) : TokenDecoder
{
    public override List<string> Apply(List<string> parts)
    {
        var result = new List<string>();
        for (int i = 0; i < parts.Count; i++)
        {
            if (i > 0 && parts[i] == parts[i - 1]) continue;
            string part = parts[i].Replace(pad, "", StringComparison.Ordinal);
            if (cleanup) part = Decoders.CleanUp(part).Replace(delimiter, " ", StringComparison.Ordinal);
            if (part.Length > 0) result.Add(part);
        }
        return result;
    }

    public override void Write(Utf8JsonWriter json) => Write(json, "CTC", () =>
    {
        json.WriteString("pad_token", pad);
        json.WriteString("word_delimiter_token", delimiter);
        json.WriteBoolean("cleanup", cleanup);
    });
}
