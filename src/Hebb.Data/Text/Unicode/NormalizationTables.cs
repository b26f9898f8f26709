using System.Globalization;
using System.IO.Compression;

namespace Hebb.Data;

/// <summary>
/// Decompositions, compositions and combining classes of Unicode 15.0. Hebb carries them because .NET normalises nothing where
/// globalization is invariant, and with the tables of the machine where it is not.
/// </summary>
internal static class NormalizationTables
{
    private static readonly Dictionary<int, byte> s_classes = [];
    private static readonly Dictionary<int, (int[] Parts, bool Compatibility)> s_decompositions = [];
    private static readonly Dictionary<(int, int), int> s_compositions = [];
    private static readonly HashSet<int> s_seconds = [];

    static NormalizationTables()
    {
        using var packed = typeof(NormalizationTables).Assembly.GetManifestResourceStream("normalization.gz")
            ?? throw new DataException("normalization: the embedded tables are missing from Hebb.Data");
        using var reader = new StreamReader(new GZipStream(packed, CompressionMode.Decompress));
        while (reader.ReadLine() is { } line) Add(line.Split(';'));
    }

    /// <summary>The canonical combining class; 0 is a starter.</summary>
    public static int CombiningClass(int code) => code < 0x300 ? 0 : s_classes.GetValueOrDefault(code);

    /// <summary>One step of decomposition, or null. Hangul syllables are not in the table.</summary>
    public static int[]? Decompose(int code, bool compatibility) =>
        s_decompositions.TryGetValue(code, out var entry) && (compatibility || !entry.Compatibility) ? entry.Parts : null;

    /// <summary>Whether the character composes with some character before it.</summary>
    public static bool EndsComposition(int code) => s_seconds.Contains(code);

    /// <summary>The character that two compose to, or -1.</summary>
    public static int Compose(int first, int second) => s_compositions.GetValueOrDefault((first, second), -1);

    private static void Add(string[] fields)
    {
        int code = int.Parse(fields[0], NumberStyles.HexNumber, CultureInfo.InvariantCulture);
        byte combining = byte.Parse(fields[1], CultureInfo.InvariantCulture);
        if (combining != 0) s_classes[code] = combining;
        string text = fields[2];
        if (text.Length == 0) return;
        int[] parts = Array.ConvertAll(text.TrimStart('~', '!').Split(' '), part => int.Parse(part, NumberStyles.HexNumber, CultureInfo.InvariantCulture));
        s_decompositions[code] = (parts, text[0] == '~');
        if (text[0] is '~' or '!') return;
        s_compositions[(parts[0], parts[1])] = code;
        s_seconds.Add(parts[1]);
    }
}
