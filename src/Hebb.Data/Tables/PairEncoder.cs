using System.Text.Json;
using System.Text.RegularExpressions;

namespace Hebb.Data;

/// <summary>
/// A number made of two columns: how many of one there are for each of the other, or how far along a direction between two axes of a map a place lies. Models that look at columns one by
/// one, in bins, need many bins of both to say what these say at once.
/// </summary>
internal sealed partial record PairEncoder : ColumnEncoder
{
    private const double Alike = 0.7, MostlyPositive = 0.98;
    private const int MostRatios = 12;
    private static readonly double[] s_angles = [22.5, 45, 67.5, 112.5, 135, 157.5];
    private readonly NumberEncoder _number;

    private PairEncoder(string column, string other, double? angle, NumberEncoder number) : base(column) => (Other, Angle, _number) = (other, angle, number);

    /// <summary>The second column.</summary>
    public string Other { get; }

    /// <summary>Degrees from <see cref="ColumnEncoder.Column"/> towards <see cref="Other"/>; null for the ratio of the two.</summary>
    public double? Angle { get; }

    /// <summary>What the number is called.</summary>
    public string Label => Name(Column, Other, Angle);

    public override IReadOnlyList<string> Names => _number.Names;

    public override TableInputKind Kind => TableInputKind.Number;

    /// <summary>
    /// The pairs of columns of numbers that go together: counts and sums, nowhere negative, that rise together, as ratios; and latitude with longitude, by their names, turned.
    /// </summary>
    public static IEnumerable<PairEncoder> Fit(Table train, IReadOnlyList<TableColumn> columns)
    {
        var counts = columns.Where(IsAmount).ToArray();
        var ratios = new List<(TableColumn A, TableColumn B, double Alike)>();
        for (int i = 0; i < counts.Length; i++)
        {
            for (int j = i + 1; j < counts.Length; j++)
                if (Correlation(counts[i], counts[j]) is > Alike and var found) ratios.Add((counts[i], counts[j], found));
        }
        foreach (var (a, b, _) in ratios.OrderByDescending(r => r.Alike).Take(MostRatios)) yield return Of(train, a.Name, b.Name, null);
        if (columns.FirstOrDefault(c => Latitude().IsMatch(c.Name)) is not { } north || columns.FirstOrDefault(c => Longitude().IsMatch(c.Name)) is not { } east) yield break;
        foreach (double angle in s_angles) yield return Of(train, north.Name, east.Name, angle);
    }

    public static PairEncoder Read(JsonField json, string column, NumberEncoder number) =>
        new(column, json.Text("other"), json.Find("angle")?.AsNumber(), number with { Column = Name(column, json.Text("other"), json.Find("angle")?.AsNumber()) });

    /// <summary>The number in every row; missing where one of the two is, or the second is 0 beneath a ratio.</summary>
    public TableColumn Derive(TableColumn first, TableColumn second) => Derive(first, second, Label, Angle);

    public override void Encode(TableColumn column, int row, Span<float> to) => _number.Encode(column, row, to);

    public override void Write(Utf8JsonWriter json)
    {
        _number.WriteValues(json, "pair", Column);
        json.WriteString("other", Other);
        if (Angle is { } angle) json.WriteNumber("angle", angle);
    }

    private static PairEncoder Of(Table train, string first, string second, double? angle) =>
        new(first, second, angle, NumberEncoder.Fit(Derive(train[first], train[second], Name(first, second, angle), angle)));

    private static TableColumn Derive(TableColumn first, TableColumn second, string name, double? angle)
    {
        var values = new double[first.Count];
        var (sine, cosine) = Math.SinCos((angle ?? 0) * Math.PI / 180);
        for (int row = 0; row < values.Length; row++)
        {
            double a = first.Number(row), b = second.Number(row), value = angle is null ? a / b : a * cosine + b * sine;
            values[row] = double.IsFinite(value) ? value : double.NaN;
        }
        return new TableColumn(name, ColumnKind.Numeric, new string?[values.Length], values, null);
    }

    private static string Name(string first, string second, double? angle) => angle is { } turn ? FormattableString.Invariant($"{first} turned {turn}° to {second}") : $"{first} / {second}";

    /// <summary>Nowhere negative, hardly ever 0, and of more than a few values.</summary>
    private static bool IsAmount(TableColumn column)
    {
        double[] present = [.. Enumerable.Range(0, column.Count).Select(column.Number).Where(n => !double.IsNaN(n))];
        return present.Length > 0 && present.Min() >= 0 && present.Count(n => n > 0) >= MostlyPositive * present.Length && present.Distinct().Count() > 20;
    }

    /// <summary>Pearson's correlation over the rows that have both.</summary>
    private static double Correlation(TableColumn a, TableColumn b)
    {
        var both = Enumerable.Range(0, a.Count).Where(row => !a.IsMissing(row) && !b.IsMissing(row)).Select(row => (A: a.Number(row), B: b.Number(row))).ToArray();
        if (both.Length == 0) return 0;
        double meanA = both.Average(p => p.A), meanB = both.Average(p => p.B);
        return both.Sum(p => (p.A - meanA) * (p.B - meanB)) / Math.Sqrt(both.Sum(p => (p.A - meanA) * (p.A - meanA)) * both.Sum(p => (p.B - meanB) * (p.B - meanB)));
    }

    [GeneratedRegex(@"(?:^|[_\s.-])lat(?:itude)?$", RegexOptions.IgnoreCase)]
    private static partial Regex Latitude();

    [GeneratedRegex(@"(?:^|[_\s.-])(?:lon|lng|long|longitude)$", RegexOptions.IgnoreCase)]
    private static partial Regex Longitude();
}
