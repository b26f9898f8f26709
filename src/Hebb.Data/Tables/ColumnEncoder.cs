using System.Text.Json;

namespace Hebb.Data;

/// <summary>How one column of a table becomes features. What it knows comes from the training rows alone.</summary>
internal abstract record ColumnEncoder(string Column)
{
    /// <summary>Number of features.</summary>
    public int Width => Names.Count;

    /// <summary>What each feature is.</summary>
    public abstract IReadOnlyList<string> Names { get; }

    /// <summary>Which form the features have.</summary>
    public abstract TableInputKind Kind { get; }

    /// <summary>How many different things an index names, where the features are indices; otherwise 0.</summary>
    public virtual int Count => 0;

    /// <summary>The column as training saw it, where its values can be read so; otherwise what is wrong.</summary>
    public virtual TableColumn Read(TableColumn column, List<(int Row, string Reason)> bad) => column;

    /// <summary>Writes the features of a row, <see cref="Width"/> numbers.</summary>
    public abstract void Encode(TableColumn column, int row, Span<float> to);

    /// <summary>Writes one JSON object.</summary>
    public abstract void Write(Utf8JsonWriter json);

    public static ColumnEncoder Read(JsonField json)
    {
        string column = json.Text("column");
        return json.Text("type") switch
        {
            "number" => Number(json, column),
            "pair" => PairEncoder.Read(json, column, Number(json, column)),
            "category" => new CategoryEncoder(column, Different(json, "values"), json.Flag("index", false)),
            "text" => new TextEncoder(column, Different(json, "vocabulary"), json.Integer("tokens") is >= 1 and <= TextEncoder.MostTokens and var tokens ? tokens : throw json.Error($"\"tokens\" is not 1 to {TextEncoder.MostTokens}")),
            "date" => new DateEncoder(column, json.Require("mean").AsNumber(), Positive(json, "deviation"), json.Flag("missing", false), json.Find("day_first") is null ? null : json.Flag("day_first", false)),
            var other => throw json.Error($"the encoder \"{CsvTable.Shorten(other)}\" is not known"),
        };
    }

    private static string[] Different(JsonField json, string name)
    {
        string[] values = [.. json.Require(name).AsArray().Select(v => v.AsText())];
        return values.Distinct().Count() == values.Length ? values : throw json.Error($"\"{name}\" names something twice");
    }

    /// <summary>Mean and deviation of values; a deviation of 0 is 1, so that it can divide.</summary>
    internal static (double Mean, double Deviation) Moments(IReadOnlyList<double> values)
    {
        if (values.Count == 0) return (0, 1);
        double mean = values.Average(), square = values.Average(v => (v - mean) * (v - mean)), deviation = Math.Sqrt(square);
        return (mean, deviation > 0 && double.IsFinite(deviation) ? deviation : 1);
    }

    private static NumberEncoder Number(JsonField json, string column) =>
        new(column, json.Require("fill").AsNumber(), json.Require("mean").AsNumber(), Positive(json, "deviation"), json.Flag("missing", false));

    private static double Positive(JsonField json, string name) => json.Require(name).AsNumber() is > 0 and var value ? value : throw json.Error($"\"{name}\" is not positive");
}

/// <summary>A number: the median where it is missing, and whether it was where the training rows had such; then to mean 0 and deviation 1.</summary>
internal sealed record NumberEncoder(string Column, double Fill, double Mean, double Deviation, bool MarksMissing) : ColumnEncoder(Column)
{
    public override IReadOnlyList<string> Names => MarksMissing ? [Column, $"{Column} is missing"] : [Column];

    public override TableInputKind Kind => TableInputKind.Number;

    public override TableColumn Read(TableColumn column, List<(int Row, string Reason)> bad) => column.HasNumbers ? column : ColumnInference.AsNumbers(column, bad);

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

    public override void Write(Utf8JsonWriter json) => WriteValues(json, "number", Column);

    /// <summary>Writes what was learned under a type, of a column.</summary>
    public void WriteValues(Utf8JsonWriter json, string type, string column)
    {
        json.WriteString("type", type);
        json.WriteString("column", column);
        json.WriteNumber("fill", Fill);
        json.WriteNumber("mean", Mean);
        json.WriteNumber("deviation", Deviation);
        json.WriteBoolean("missing", MarksMissing);
    }
}

/// <summary>
/// One of the names that the training rows have, as one 1 among zeros; a last feature for a name that they lack, and for none. Or the place of that 1, for an
/// embedding to look up.
/// </summary>
internal sealed record CategoryEncoder : ColumnEncoder
{
    private readonly Dictionary<string, int> _index;

    public CategoryEncoder(string column, IReadOnlyList<string> values, bool isIndex) : base(column)
    {
        (Values, IsIndex) = (values, isIndex);
        _index = values.Select((value, i) => (value, i)).ToDictionary(p => p.value, p => p.i);
    }

    public IReadOnlyList<string> Values { get; }

    public bool IsIndex { get; }

    public override IReadOnlyList<string> Names => IsIndex ? [Column] : [.. Values.Select(v => $"{Column} = {v}"), $"{Column} is other"];

    public override TableInputKind Kind => IsIndex ? TableInputKind.Index : TableInputKind.OneHot;

    public override int Count => IsIndex ? Values.Count + 1 : 0;

    public static CategoryEncoder Fit(TableColumn column, TableFeatures features) => new(column.Name,
        [.. column.Labels().Where(l => l.Count >= features.MinCategoryRows).Take(features.MaxCategories).Select(l => l.Label)], features.Categories == CategoryForm.Index);

    public override void Encode(TableColumn column, int row, Span<float> to)
    {
        // The text, not the number: fewer rows than in training may all be numbers.
        int place = column.Text(row) is { } label && _index.TryGetValue(label, out int index) ? index : Values.Count;
        if (IsIndex)
        {
            to[0] = place;
            return;
        }
        to.Clear();
        to[place] = 1;
    }

    public override void Write(Utf8JsonWriter json)
    {
        json.WriteString("type", "category");
        json.WriteString("column", Column);
        json.WriteStartArray("values");
        foreach (string value in Values) json.WriteStringValue(value);
        json.WriteEndArray();
        if (IsIndex) json.WriteBoolean("index", true);
    }
}

/// <summary>A date: days to mean 0 and deviation 1, and where in the year, the week and the day it is, as sine and cosine.</summary>
internal sealed record DateEncoder(string Column, double Mean, double Deviation, bool MarksMissing, bool? DayFirst) : ColumnEncoder(Column)
{
    private const double DaysOfYear = 365.2425;

    public override IReadOnlyList<string> Names =>
    [
        Column, $"{Column}: year, sine", $"{Column}: year, cosine", $"{Column}: week, sine", $"{Column}: week, cosine", $"{Column}: day, sine", $"{Column}: day, cosine",
        .. MarksMissing ? (string[])[$"{Column} is missing"] : [],
    ];

    public override TableInputKind Kind => TableInputKind.Date;

    public override TableColumn Read(TableColumn column, List<(int Row, string Reason)> bad) => column.HasDates && (column.DayFirst is null || DayFirst is null || column.DayFirst == DayFirst) ? column : ColumnInference.AsDates(column, DayFirst, bad);

    public static DateEncoder Fit(TableColumn column)
    {
        var (mean, deviation) = Moments([.. Enumerable.Range(0, column.Count).Where(row => !column.IsMissing(row)).Select(row => Days(column.Date(row)!.Value))]);
        return new DateEncoder(column.Name, mean, deviation, column.Missing > 0, column.DayFirst);
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
        if (DayFirst is { } first) json.WriteBoolean("day_first", first);
    }

    private static double Days(DateTime date) => date.Ticks / (double)TimeSpan.TicksPerDay;

    private static void Turn(double part, Span<float> to) => (to[0], to[1]) = ((float)Math.Sin(2 * Math.PI * part), (float)Math.Cos(2 * Math.PI * part));
}
