using System.Runtime.InteropServices;

namespace Hebb.Data;

/// <summary>The normalisation forms of Unicode Standard Annex 15.</summary>
internal enum UnicodeForm
{
    Nfc,
    Nfd,
    Nfkc,
    Nfkd,
}

/// <summary>Normalises text run by run: a run is a starter and what may combine with it, so most text is only looked at.</summary>
internal static class UnicodeNormalization
{
    private const int HangulFirst = 0xAC00, HangulCount = 11172, LeadFirst = 0x1100, VowelFirst = 0x1161, TrailFirst = 0x11A7;
    private const int VowelCount = 21, TrailCount = 28, LeadCount = 19;

    /// <summary>Text in a form; the object given where nothing changes.</summary>
    public static AlignedText Apply(AlignedText text, UnicodeForm form)
    {
        string from = text.Text;
        // Below U+0300 nothing combines, and below U+00A0 nothing decomposes.
        int plain = from.AsSpan().IndexOfAnyExceptInRange('\0', form == UnicodeForm.Nfc ? '\u02FF' : '\u009F');
        if (plain < 0) return text;
        var builder = new AlignedBuilder(text);
        List<Placed> codes = [], composed = [];
        Span<char> pair = stackalloc char[2];
        bool changed = false;
        for (int start = 0; start < from.Length;)
        {
            int end = RunEnd(from, start, form);
            codes.Clear();
            for (int i = start; i < end;)
            {
                int code = CodePoints.At(from, i, out int length);
                Decompose(code, new Placed(code, i, i + length), form is UnicodeForm.Nfkc or UnicodeForm.Nfkd, codes);
                i += length;
            }
            Reorder(CollectionsMarshal.AsSpan(codes));
            if (form is UnicodeForm.Nfc or UnicodeForm.Nfkc) Compose(codes, composed);
            if (Same(codes, from.AsSpan(start, end - start)))
            {
                builder.Copy(start, end);
            }
            else
            {
                changed = true;
                foreach (var placed in codes) builder.Append(pair[..Encode(placed.Code, pair)], placed.Start, placed.End);
            }
            start = end;
        }
        return changed ? builder.ToText() : text;
    }

    /// <summary>Where the next run starts: at a starter whose decomposition can't join what is before it.</summary>
    private static int RunEnd(string text, int start, UnicodeForm form)
    {
        CodePoints.At(text, start, out int length);
        int at = start + length;
        while (at < text.Length)
        {
            int code = CodePoints.At(text, at, out length);
            if (code < 0x300 || !JoinsBackwards(code, form)) break;
            at += length;
        }
        return at;
    }

    private static bool JoinsBackwards(int code, UnicodeForm form)
    {
        if (NormalizationTables.CombiningClass(code) != 0) return true;
        // Vowels and trailing consonants of Hangul; dependent vowels of some other scripts.
        if (code is (>= VowelFirst and < VowelFirst + VowelCount) or (> TrailFirst and < TrailFirst + TrailCount)) return true;
        if (NormalizationTables.EndsComposition(code)) return true;
        bool compatibility = form is UnicodeForm.Nfkc or UnicodeForm.Nfkd;
        return NormalizationTables.Decompose(code, compatibility) is { } parts && JoinsBackwards(parts[0], form);
    }

    private static void Decompose(int code, Placed source, bool compatibility, List<Placed> to)
    {
        if ((uint)(code - HangulFirst) < HangulCount)
        {
            int index = code - HangulFirst, trail = index % TrailCount;
            to.Add(source with { Code = LeadFirst + index / (VowelCount * TrailCount) });
            to.Add(source with { Code = VowelFirst + index / TrailCount % VowelCount });
            if (trail != 0) to.Add(source with { Code = TrailFirst + trail });
        }
        else if (code >= 0xA0 && NormalizationTables.Decompose(code, compatibility) is { } parts)
        {
            foreach (int part in parts) Decompose(part, source, compatibility, to);
        }
        else
        {
            to.Add(source with { Code = code });
        }
    }

    /// <summary>Marks in the order of their classes, equal ones as they were.</summary>
    private static void Reorder(Span<Placed> codes)
    {
        for (int i = 1; i < codes.Length; i++)
        {
            var moved = codes[i];
            int combining = NormalizationTables.CombiningClass(moved.Code), at = i;
            if (combining == 0) continue;
            for (; at > 0 && NormalizationTables.CombiningClass(codes[at - 1].Code) > combining; at--) codes[at] = codes[at - 1];
            codes[at] = moved;
        }
    }

    private static void Compose(List<Placed> codes, List<Placed> composed)
    {
        composed.Clear();
        int starter = -1, last = -1; // class of the last character kept after the starter
        foreach (var next in codes)
        {
            int combining = NormalizationTables.CombiningClass(next.Code);
            if (starter >= 0 && (last < combining || last == -1) && Pair(composed[starter].Code, next.Code) is >= 0 and var whole)
            {
                var first = composed[starter];
                composed[starter] = new Placed(whole, Math.Min(first.Start, next.Start), Math.Max(first.End, next.End));
                continue;
            }
            if (combining == 0) (starter, last) = (composed.Count, -1);
            else last = combining;
            composed.Add(next);
        }
        codes.Clear();
        codes.AddRange(composed);
    }

    private static int Pair(int first, int second)
    {
        if ((uint)(first - LeadFirst) < LeadCount && (uint)(second - VowelFirst) < VowelCount)
            return HangulFirst + ((first - LeadFirst) * VowelCount + second - VowelFirst) * TrailCount;
        if ((uint)(first - HangulFirst) < HangulCount && (first - HangulFirst) % TrailCount == 0 && second > TrailFirst && second < TrailFirst + TrailCount)
            return first + second - TrailFirst;
        return NormalizationTables.Compose(first, second);
    }

    private static bool Same(List<Placed> codes, ReadOnlySpan<char> text)
    {
        int at = 0;
        foreach (var placed in codes)
        {
            if (at == text.Length || CodePoints.At(text, at, out int length) != placed.Code) return false;
            at += length;
        }
        return at == text.Length;
    }

    private static int Encode(int code, Span<char> to)
    {
        if (code < 0x10000)
        {
            to[0] = (char)code;
            return 1;
        }
        (to[0], to[1]) = ((char)(0xD7C0 + (code >> 10)), (char)(0xDC00 + (code & 0x3FF)));
        return 2;
    }

    /// <summary>A code point, and the range of the source that it came from.</summary>
    private readonly record struct Placed(int Code, int Start, int End);
}
