using System.Globalization;

namespace Hebb.Onnx;

/// <summary>Floats as texts, as the standard's own code writes them: the fewest digits that tell the number, with a point; powers of ten below 1e-4 and from 1e16 on.</summary>
internal static class NumberText
{
    /// <param name="value">The number.</param>
    /// <param name="shortest">Its fewest digits as .NET writes them, perhaps with an exponent.</param>
    public static string Of(double value, string shortest)
    {
        if (!double.IsFinite(value))
            return double.IsNaN(value) ? "nan" : value > 0 ? "inf" : "-inf";
        string sign = double.IsNegative(value) ? "-" : "";
        string[] parts = shortest.TrimStart('-').Split('E');
        int point = parts[0].IndexOf('.', StringComparison.Ordinal);
        string digits = parts[0].Replace(".", "", StringComparison.Ordinal);
        // The number is 0.digits times ten to the power of the place.
        int place = (point < 0 ? digits.Length : point) + (parts.Length > 1 ? int.Parse(parts[1], CultureInfo.InvariantCulture) : 0);
        int zeros = digits.Length - digits.TrimStart('0').Length;
        digits = digits[zeros..].TrimEnd('0');
        place -= zeros;
        if (digits.Length == 0)
            return sign + "0.0";
        if (place - 1 is < -4 or >= 16)
        {
            int exponent = place - 1;
            return $"{sign}{digits[0]}{(digits.Length > 1 ? "." + digits[1..] : "")}e{(exponent < 0 ? '-' : '+')}{Math.Abs(exponent):00}";
        }
        return sign + (place <= 0 ? "0." + new string('0', -place) + digits : digits.Length <= place ? digits.PadRight(place, '0') + ".0" : digits[..place] + "." + digits[place..]);
    }
}
