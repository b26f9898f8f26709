using System.Globalization;
using System.Text;

namespace Hebb.Data;

/// <summary>Reader of tiktoken's ranks: lines of a token in base64 and its rank, or the JSON file of the JavaScript package.</summary>
internal static class TiktokenFile
{
    public static TokenizerParts Read(byte[] bytes, string source, TiktokenScheme? scheme)
    {
        var ids = new Dictionary<string, int>();
        if (bytes.AsSpan().TrimStart(" \t\r\n"u8).StartsWith("{"u8)) scheme = ReadJson(bytes, source, ids, scheme);
        else ReadLines(bytes, source, ids);
        if (ids.Count == 0) throw new FormatException($"{source}: has no ranks");
        if (scheme is null) throw new DataException($"{source}: the file does not say how text is cut: give a TiktokenScheme");
        var vocabulary = ModelJson.Vocabulary(ids.Select(p => (p.Key, p.Value)), source);
        for (int value = 0; value < 256; value++)
            if (vocabulary.Id([ByteAlphabet.Char((byte)value)]) < 0) throw new FormatException($"{source}: the byte 0x{value:X2} has no rank");
        var merges = BpeModel.MergesOf(vocabulary, id => id);
        return Parts(new BpeModel(vocabulary, merges, new BpeOptions { Bytes = true, IgnoreMerges = true }), scheme);
    }

    public static TokenizerParts Parts(BpeModel model, TiktokenScheme scheme)
    {
        bool gpt2 = scheme.Pattern == WordScanner.Gpt2Pattern;
        return new TokenizerParts(model)
        {
            PreTokenizer = gpt2 ? new ByteLevelPreTokenizer(false, useRegex: true) : new SequencePreTokenizer(
            [
                SplitPreTokenizer.Pattern(SplitPattern.Regex(scheme.Pattern), SplitBehavior.Isolated, invert: false),
                new ByteLevelPreTokenizer(false, useRegex: false),
            ]),
            Decoder = new ByteLevelDecoder(),
            AddedTokens = [.. scheme.SpecialTokens.Select(p => new AddedToken(p.Key, p.Value))],
        };
    }

    private static void ReadLines(byte[] bytes, string source, Dictionary<string, int> ids)
    {
        string[] lines = Encoding.UTF8.GetString(bytes).Split('\n');
        for (int i = 0; i < lines.Length; i++)
        {
            string line = lines[i].TrimEnd('\r');
            if (line.Length == 0) continue;
            int space = line.IndexOf(' ');
            if (space < 0 || !int.TryParse(line.AsSpan(space + 1), NumberStyles.None, CultureInfo.InvariantCulture, out int rank))
                throw new FormatException($"{source} line {i + 1}: is not a token in base64, a space and a rank");
            Add(ids, line[..space], rank, $"{source} line {i + 1}");
        }
    }

    /// <summary>{"pat_str": …, "special_tokens": {…}, "bpe_ranks": "! 0 IQ== Ig== …"}: each line starts with ! and the rank of its first token.</summary>
    private static TiktokenScheme ReadJson(byte[] bytes, string source, Dictionary<string, int> ids, TiktokenScheme? scheme)
    {
        using var document = JsonField.Parse(bytes, source);
        var root = new JsonField(document.RootElement, source);
        foreach (string line in root.Text("bpe_ranks").Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            string[] fields = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (fields.Length < 2 || fields[0] != "!" || !int.TryParse(fields[1], NumberStyles.None, CultureInfo.InvariantCulture, out int rank))
                throw root.Error("a line of \"bpe_ranks\" does not start with ! and a rank");
            for (int i = 2; i < fields.Length; i++) Add(ids, fields[i], rank + i - 2, $"{source}.bpe_ranks");
        }
        return scheme ?? new TiktokenScheme(root.Text("pat_str"), root.Require("special_tokens").AsObject().ToDictionary(p => p.Name, p => p.Value.AsInteger()));
    }

    private static void Add(Dictionary<string, int> ids, string base64, int rank, string place)
    {
        Span<byte> buffer = base64.Length <= 1024 ? stackalloc byte[1024] : new byte[base64.Length];
        if (!Convert.TryFromBase64String(base64, buffer, out int count) || count == 0) throw new FormatException($"{place}: \"{CsvTable.Shorten(base64)}\" is not base64");
        if (!ids.TryAdd(ByteAlphabet.ToText(buffer[..count]), rank)) throw new FormatException($"{place}: \"{CsvTable.Shorten(base64)}\" is there twice");
    }
}
