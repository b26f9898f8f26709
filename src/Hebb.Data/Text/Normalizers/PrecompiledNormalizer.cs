using System.Buffers.Binary;
using System.Text;
using System.Text.Json;

namespace Hebb.Data;

/// <summary>
/// SentencePiece's compiled normalisation rules: a double-array trie over UTF-8 (Aoe 1989) whose values are offsets into a block of
/// replacements, each ended by a zero byte. At every place the longest rule applies.
/// </summary>
internal sealed class PrecompiledNormalizer : TextNormalizer
{
    private readonly byte[] _file;
    private readonly uint[] _units;
    private readonly bool[] _plain = new bool[128]; // characters that no rule starts with

    /// <param name="file">The length of the trie in bytes, the trie, the replacements.</param>
    /// <param name="source">What errors call it.</param>
    /// <exception cref="FormatException">It is not that.</exception>
    public PrecompiledNormalizer(byte[] file, string source)
    {
        _file = file;
        uint length = file.Length >= 4 ? BinaryPrimitives.ReadUInt32LittleEndian(file) : 0;
        if (file.Length > 0 && (length == 0 || length % 4 != 0 || length > file.Length - 4)) throw new FormatException($"{source}: the normalisation rules are damaged");
        _units = new uint[length / 4];
        for (int i = 0; i < _units.Length; i++) _units[i] = BinaryPrimitives.ReadUInt32LittleEndian(file.AsSpan(4 + 4 * i));
        for (int c = 0; c < 128; c++) _plain[c] = Step(Root, (byte)c) < 0;
    }

    private int Replacements => 4 + _units.Length * 4;

    private int Root => _units.Length == 0 ? -1 : (int)Offset(_units[0]);

    public static PrecompiledNormalizer FromBase64(string text, string source)
    {
        var bytes = new byte[text.Length];
        if (!Convert.TryFromBase64String(text, bytes, out int count)) throw new FormatException($"{source}: the normalisation rules are not base64");
        return new PrecompiledNormalizer(bytes[..count], source);
    }

    public override AlignedText Apply(AlignedText text)
    {
        AlignedBuilder? builder = null;
        int copied = 0;
        for (int at = 0; at < text.Length;)
        {
            if (text.Text[at] < 128 && _plain[text.Text[at]])
            {
                at++;
                continue;
            }
            if (Longest(text.Text, at, out int end) is { } replacement)
            {
                builder ??= new AlignedBuilder(text);
                builder.Copy(copied, at);
                builder.Append(replacement, at, end);
                copied = at = end;
            }
            else
            {
                CodePoints.At(text.Text, at, out int length);
                at += length;
            }
        }
        if (builder is null) return text;
        builder.Copy(copied, text.Length);
        return builder.ToText();
    }

    public override void Write(Utf8JsonWriter json) => Write(json, "Precompiled", () => json.WriteString("precompiled_charsmap", Convert.ToBase64String(_file)));

    /// <summary>What the longest rule at a place writes, or null where none applies.</summary>
    private string? Longest(string text, int at, out int end)
    {
        int node = Root;
        long found = -1;
        end = at;
        Span<byte> bytes = stackalloc byte[4];
        for (int next = at; node >= 0 && next < text.Length;)
        {
            CodePoints.At(text, next, out int length);
            int count = Encoding.UTF8.GetBytes(text.AsSpan(next, length), bytes);
            next += length;
            for (int i = 0; i < count && node >= 0; i++)
            {
                node = Step(node, bytes[i], out uint value, out bool leaf);
                if (leaf && i == count - 1) (found, end) = (value, next);
            }
        }
        return found < 0 ? null : Read(found);
    }

    private int Step(int node, byte label) => Step(node, label, out _, out _);

    /// <summary>The base of the children of the child under a label, or -1; and the value, where a rule ends there.</summary>
    private int Step(int node, byte label, out uint value, out bool leaf)
    {
        (value, leaf) = (0, false);
        int child = node < 0 || label == 0 ? -1 : node ^ label;
        if ((uint)child >= (uint)_units.Length) return -1;
        uint unit = _units[child];
        if ((unit & 0x800000FF) != label) return -1;
        uint children = (uint)child ^ Offset(unit);
        if ((unit >> 8 & 1) != 0 && children < _units.Length) (value, leaf) = (_units[children] & 0x7FFFFFFF, true);
        return (int)children;
    }

    private static uint Offset(uint unit) => unit >> 10 << (int)((unit & 1u << 9) >> 6);

    private string Read(long offset)
    {
        long start = Replacements + offset;
        if (start >= _file.Length) return "";
        var rest = _file.AsSpan((int)start);
        int zero = rest.IndexOf((byte)0);
        return Encoding.UTF8.GetString(zero < 0 ? rest : rest[..zero]);
    }
}
