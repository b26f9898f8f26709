using System.Text.Json;

namespace Hebb.Data;

/// <summary>How one column of a table becomes features. What it knows comes from the training rows alone.</summary>
internal abstract record ColumnEncoder(string Column)
{
    /// <summary>Number of features.</summary>
    public int Width => Names.Count;

    /// <summary>What each feature is.</summary>
    public abstract IReadOnlyList<string> Names { get; }

    /// <summary>Writes the features of a row, <see cref="Width"/> numbers.</summary>
    public abstract void Encode(TableColumn column, int row, Span<float> to);

    /// <summary>Writes one JSON object.</summary>
    public abstract void Write(Utf8JsonWriter json);

    public static ColumnEncoder Read(JsonField json)
    {
        string column = json.Text("column");
        return json.Text("type") switch
        {
            "number" => new NumberEncoder(column, json.Require("fill").AsNumber(), json.Require("mean").AsNumber(), Positive(json, "deviation"), json.Flag("missing", false)),
            "category" => new CategoryEncoder(column, [.. json.Require("values").AsArray().Select(v => v.AsText())]),
            "date" => new DateEncoder(column, json.Require("mean").AsNumber(), Positive(json, "deviation"), json.Flag("missing", false)),
            var other => throw json.Error($"the encoder \"{CsvTable.Shorten(other)}\" is not known"),
        };
    }

    /// <summary>Mean and deviation of values; a deviation of 0 is 1, so that it can divide.</summary>
    internal static (double Mean, double Deviation) Moments(IReadOnlyList<double> values)
    {
        if (values.Count == 0) return (0, 1);
        double mean = values.Average(), square = values.Average(v => (v - mean) * (v - mean)), deviation = Math.Sqrt(square);
        return (mean, deviation > 0 && double.IsFinite(deviation) ? deviation : 1);
    }

    private static double Positive(JsonField json, string name) => json.Require(name).AsNumber() is > 0 and var value ? value : throw json.Error($"\"{name}\" is not positive");
}

/// <summary>A number: the median where it is missing, and whether it was where the training rows had such; then to mean 0 and deviation 1.</summary>
internal sealed record NumberEncoder(string Column, double Fill, double Mean, double Deviation, bool MarksMissing) : ColumnEncoder(Column)
{
    public override IReadOnlyList<string> Names => MarksMissing ? [Column, $"{Column} is missing"] : [Column];

    public static NumberEncoder Fit(TableColumn column)
    {
        double[] present = [.. Enumerable.Range(0, column.Count).Select(column.Number).Where(n => !double.IsNaN(n)).Order()];
        double fill = present.Length == 0 ? 0 : (present[(present.Length - 1) / 2] + present[present.Length / 2]) / 2;
        var (mean, deviation) = Moments([.. Enumerable.Range(0, column.Count).Select(row => column.IsMissing(row) ? fill : column.Number(row))]);
        return new NumberEncoder(column.Name, fill, mean, deviation, column.Missing > 0);
    }

    public override void Encode(TableColumn column, int row, Span<float> to)
    {
        bool missing = column.IsMissing(row);
        to[0] = (float)(((missing ? Fill : column.Number(row)) - Mean) / Deviation);
        if (MarksMissing) to[1] = missing ? 1 : 0;
    }

    public override void Write(Utf8JsonWriter json)
    {
        json.WriteString("type", "number");
        json.WriteString("column", Column);
        json.WriteNumber("fill", Fill);
        json.WriteNumber("mean", Mean);
        json.WriteNumber("deviation", Deviation);
        json.WriteBoolean("missing", MarksMissing);
    }
}

/// <summary>One of the names that the training rows have, as one 1 among zeros; a last feature for a name that they lack, and for none.</summary>
internal sealed record CategoryEncoder : ColumnEncoder
{
    private readonly Dictionary<string, int> _index;

    public CategoryEncoder(string column, IReadOnlyList<string> values) : base(column)
    {
        Values = values;
        _index = values.Select((value, i) => (value, i)).ToDictionary(p => p.value, p => p.i);
    }

    public IReadOnlyList<string> Values { get; }

    public override IReadOnlyList<string> Names => [.. Values.Select(v => $"{Column} = {v}"), $"{Column} is other"];

    public static CategoryEncoder Fit(TableColumn column, int most, int leastCount) =>
        new(column.Name, [.. column.Labels().Where(l => l.Count >= leastCount).Take(most).Select(l => l.Label)]);

    public override void Encode(TableColumn column, int row, Span<float> to)
    {
        to.Clear();
        to[column.Label(row) is { } label && _index.TryGetValue(label, out int index) ? index : Values.Count] = 1;
    }

    public override void Write(Utf8JsonWriter json)
    {
        json.WriteString("type", "category");
        json.WriteString("column", Column);
        json.WriteStartArray("values");
        foreach (string value in Values) json.WriteStringValue(value);
        json.WriteEndArray();
    }
}

/// <summary>A date: days to mean 0 and deviation 1, and where in the year, the week and the day it is, as sine and cosine.</summary>
internal sealed record DateEncoder(string Column, double Mean, double Deviation, bool MarksMissing) : ColumnEncoder(Column)
{
    private const double DaysOfYear = 365.2425;

    public override IReadOnlyList<string> Names =>
    [
        Column, $"{Column}: year, sine", $"{Column}: year, cosine", $"{Column}: week, sine", $"{Column}: week, cosine", $"{Column}: day, sine", $"{Column}: day, cosine",
        .. MarksMissing ? (string[])[$"{Column} is missing"] : [],
    ];

    public static DateEncoder Fit(TableColumn column)
    {
        var (mean, deviation) = Moments([.. Enumerable.Range(0, column.Count).Where(row => !column.IsMissing(row)).Select(row => Days(column.Date(row)!.Value))]);
        return new DateEncoder(column.Name, mean, deviation, column.Missing > 0);
    }

    public override void Encode(TableColumn column, int row, Span<float> to)
    {
        to.Clear();
        if (column.Date(row) is not { } date)
        {
            if (MarksMissing) to[7] = 1;
            return;
        }
        to[0] = (float)((Days(date) - Mean) / Deviation);
        Turn((date.DayOfYear - 1 + date.TimeOfDay.TotalDays) / DaysOfYear, to[1..]);
        Turn(((int)date.DayOfWeek + date.TimeOfDay.TotalDays) / 7, to[3..]);
        Turn(date.TimeOfDay.TotalDays, to[5..]);
    }

    public override void Write(Utf8JsonWriter json)
    {
        json.WriteString("type", "date");
        json.WriteString("column", Column);
        json.WriteNumber("mean", Mean);
        json.WriteNumber("deviation", Deviation);
        json.WriteBoolean("missing", MarksMissing);
    }

    private static double Days(DateTime date) => date.Ticks / (double)TimeSpan.TicksPerDay;

    private static void Turn(double part, Span<float> to) => (to[0], to[1]) = ((float)Math.Sin(2 * Math.PI * part), (float)Math.Cos(2 * Math.PI * part));
}
