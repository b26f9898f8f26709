using System.Globalization;

namespace Hebb.Data;

/// <summary>What commas and full stops mean in the numbers of a column.</summary>
internal enum NumberForm
{
    /// <summary>1234.5</summary>
    Plain,

    /// <summary>1,234.5</summary>
    Grouped,

    /// <summary>1234,5 and 1.234,5</summary>
    DecimalComma,
}

/// <summary>Numbers as people write them: with thousands apart, and with a currency or % beside them.</summary>
internal static class NumberText
{
    private const string Currencies = "$€£¥₹";

    /// <summary>Reads a finite number. 12% is 12.</summary>
    /// <param name="text">Without spaces around it.</param>
    /// <param name="form">What commas and full stops mean.</param>
    /// <param name="value">The number.</param>
    /// <param name="unit">The currency or %; 0 where there is none.</param>
    public static bool TryParse(string text, NumberForm form, out double value, out char unit)
    {
        unit = '\0';
        if (form == NumberForm.Plain && Parse(text, out value)) return true;
        var digits = text.AsSpan();
        bool negative = digits.StartsWith('-') || (digits.StartsWith('(') && digits.EndsWith(')'));
        digits = digits.StartsWith('(') && negative ? digits[1..^1] : digits.TrimStart("+-");
        if (digits.Length > 0 && Currencies.Contains(digits[0])) digits = Without(digits, 0, out unit);
        else if (digits.Length > 0 && (digits[^1] == '%' || Currencies.Contains(digits[^1]))) digits = Without(digits, digits.Length - 1, out unit);
        // -$5 and $-5 alike.
        if (!negative && unit != '\0' && digits.StartsWith('-'))
        {
            negative = true;
            digits = digits[1..];
        }
        value = double.NaN;
        if (digits.Length == 0 || !(char.IsAsciiDigit(digits[0]) || digits[0] is '.' or ',')) return false;
        char group = form == NumberForm.DecimalComma ? '.' : ',', point = form == NumberForm.DecimalComma ? ',' : '.';
        int end = digits.IndexOf(point), groups = digits.IndexOf(group);
        var whole = end < 0 ? digits : digits[..end];
        if (groups >= 0 && (form == NumberForm.Plain || !IsGrouped(whole, group))) return false;
        string plain = digits.ToString();
        if (groups >= 0) plain = plain.Replace(group.ToString(), "");
        if (point != '.') plain = plain.Replace(point, '.');
        if (!Parse(plain, out value)) return false;
        if (negative) value = -value;
        return true;
    }

    /// <summary>The rest of a text that begins or ends with a unit.</summary>
    private static ReadOnlySpan<char> Without(ReadOnlySpan<char> text, int place, out char unit)
    {
        unit = text[place];
        return (place == 0 ? text[1..] : text[..^1]).Trim();
    }

    private static bool Parse(string text, out double value) => double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out value) && double.IsFinite(value);

    /// <summary>One to three digits, then threes: 12,34 is no thousand.</summary>
    private static bool IsGrouped(ReadOnlySpan<char> whole, char group)
    {
        int first = whole.IndexOf(group);
        if (first < 0) return !whole.Contains(group);
        if (first is 0 or > 3 || whole[0] == '0' || (whole.Length - first) % 4 != 0) return false;
        for (int i = 0; i < whole.Length; i++)
            if (i < first || (i - first) % 4 != 0 ? !char.IsAsciiDigit(whole[i]) : whole[i] != group) return false;
        return true;
    }
}
