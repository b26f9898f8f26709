using System.Globalization;

namespace Hebb.Data;

/// <summary>A set of code points, as a regular expression writes it.</summary>
internal abstract class CharSet
{
    public abstract bool Contains(int code);

    /// <summary>The set with its members' other cases.</summary>
    public CharSet IgnoringCase() => new Predicate(code => AnyCase(code, Contains));

    public CharSet Inverse() => new Predicate(code => !Contains(code));

    public static CharSet Where(Func<int, bool> contains) => new Predicate(contains);

    public static CharSet Of(int code) => new Predicate(c => c == code);

    public static CharSet Range(int first, int last) => new Predicate(c => c >= first && c <= last);

    public static CharSet Union(IReadOnlyList<CharSet> sets) => sets.Count == 1 ? sets[0] : new Predicate(code =>
    {
        foreach (var set in sets)
            if (set.Contains(code)) return true;
        return false;
    });

    /// <summary>A Unicode property: a general category such as <c>Lu</c>, a group of them such as <c>L</c>, or the script Han.</summary>
    /// <returns>Null where the name is none of them.</returns>
    public static CharSet? Property(string name)
    {
        if (name is "Han" or "script=Han" or "sc=Han" or "Script=Han") return new Predicate(IsHan);
        if (name is "Any") return new Predicate(_ => true);
        name = s_longNames.GetValueOrDefault(name, name);
        if (name.Length is < 1 or > 2) return null;
        uint mask = 0;
        for (int i = 0; i < s_categories.Length; i++)
            if (s_categories[i] == name || (name.Length == 1 && s_categories[i][0] == name[0])) mask |= 1u << i;
        return mask == 0 ? null : new Predicate(code => (mask >> (int)CharUnicodeInfo.GetUnicodeCategory(code) & 1) != 0);
    }

    // In the order of UnicodeCategory.
    private static readonly string[] s_categories =
    [
        "Lu", "Ll", "Lt", "Lm", "Lo", "Mn", "Mc", "Me", "Nd", "Nl", "No", "Zs", "Zl", "Zp", "Cc", "Cf", "Cs", "Co", "Pc", "Pd", "Ps", "Pe",
        "Pi", "Pf", "Po", "Sm", "Sc", "Sk", "So", "Cn",
    ];

    private static readonly Dictionary<string, string> s_longNames = new()
    {
        ["Letter"] = "L",
        ["Mark"] = "M",
        ["Number"] = "N",
        ["Punctuation"] = "P",
        ["Symbol"] = "S",
        ["Separator"] = "Z",
        ["Other"] = "C",
    };

    private static bool IsHan(int code) =>
        code is (>= 0x2E80 and <= 0x2E99) or (>= 0x2E9B and <= 0x2EF3) or (>= 0x2F00 and <= 0x2FD5) or 0x3005 or 0x3007 or (>= 0x3021 and <= 0x3029)
            or (>= 0x3038 and <= 0x303B) or (>= 0x3400 and <= 0x4DBF) or (>= 0x4E00 and <= 0x9FFF) or (>= 0xF900 and <= 0xFA6D) or (>= 0xFA70 and <= 0xFAD9)
            or 0x16FE2 or 0x16FE3 or 0x16FF0 or 0x16FF1 or (>= 0x20000 and <= 0x2A6DF) or (>= 0x2A700 and <= 0x2B739) or (>= 0x2B740 and <= 0x2B81D)
            or (>= 0x2B820 and <= 0x2CEA1) or (>= 0x2CEB0 and <= 0x2EBE0) or (>= 0x2F800 and <= 0x2FA1D) or (>= 0x30000 and <= 0x3134A) or (>= 0x31350 and <= 0x323AF);

    private static bool AnyCase(int code, Func<int, bool> contains)
    {
        if (contains(code)) return true;
        if (!System.Text.Rune.TryCreate(code, out var rune)) return false;
        if (contains(System.Text.Rune.ToLowerInvariant(rune).Value) || contains(System.Text.Rune.ToUpperInvariant(rune).Value)) return true;
        // The two letters that fold to ASCII and that ASCII does not fold to.
        return code switch
        {
            's' or 'S' => contains(0x17F),
            0x17F => contains('s') || contains('S'),
            'k' or 'K' => contains(0x212A),
            0x212A => contains('k') || contains('K'),
            _ => false,
        };
    }

    private sealed class Predicate(Func<int, bool> contains) : CharSet
    {
        public override bool Contains(int code) => contains(code);
    }
}
