using System.Text.Json;

namespace Hebb.Data;

/// <summary>
/// How the rows of a table become the inputs and targets of a model: missing values, categories, scales and dates, fitted on the training
/// rows alone and saved with the model.
/// </summary>
public sealed record TablePreprocessing : Preprocessing
{
    internal const string KindName = "table";
    private const int MaxClasses = 30, RowsPerClass = 10;
    private readonly ColumnEncoder[] _encoders;

    private TablePreprocessing(ColumnEncoder[] encoders, string target, IReadOnlyList<string>? labels, double mean, double deviation, IReadOnlyDictionary<string, string> leftOut)
    {
        foreach (var pair in encoders.OfType<PairEncoder>())
            foreach (string name in (string[])[pair.Column, pair.Other])
                if (!encoders.Any(e => e is NumberEncoder && e.Column == name)) throw new FormatException($"preprocessing: \"{CsvTable.Shorten(pair.Label)}\" needs the numbers of \"{CsvTable.Shorten(name)}\", which are not there");
        (_encoders, Target, Labels, TargetMean, TargetDeviation, LeftOut) = (encoders, target, labels, mean, deviation, leftOut);
        FeatureNames = [.. encoders.SelectMany(e => e.Names)];
        var layout = new TableInput[encoders.Length];
        for (int i = 0, start = 0; i < layout.Length; start += encoders[i++].Width) layout[i] = new TableInput(encoders[i] is PairEncoder pair ? pair.Label : encoders[i].Column, encoders[i].Kind, start, encoders[i].Width, encoders[i].Count);
        Layout = layout;
    }

    public override string Kind => KindName;

    /// <summary>The column that a model predicts.</summary>
    public string Target { get; }

    /// <summary>The classes, where the target is one of them; null where it is a number.</summary>
    public IReadOnlyList<string>? Labels { get; }

    /// <summary>The mean of a numeric target over the training rows; targets are given without it, divided by the deviation.</summary>
    public double TargetMean { get; }

    public double TargetDeviation { get; }

    /// <summary>What each feature is, in the order of the inputs.</summary>
    public IReadOnlyList<string> FeatureNames { get; }

    /// <summary>Where in the inputs each column is, and in which form.</summary>
    public IReadOnlyList<TableInput> Layout { get; }

    /// <summary>The columns that features are made of.</summary>
    public IReadOnlyList<string> Columns => [.. _encoders.Select(e => e.Column).Distinct()];

    /// <summary>Columns that are no features, and why.</summary>
    public IReadOnlyDictionary<string, string> LeftOut { get; }

    /// <summary>Fits to training rows.</summary>
    /// <param name="train">The training rows, and no others: what is learned of other rows is cheating.</param>
    /// <param name="target">The column to predict: numbers, or names of classes. Few different whole numbers are classes.</param>
    /// <param name="features">How columns are made into features.</param>
    /// <exception cref="DataException">There is no such column, it has but one value, or no column is left for features.</exception>
    public static TablePreprocessing Fit(Table train, string target, TableFeatures? features = null)
    {
        features ??= new TableFeatures();
        foreach (string name in features.Ignore) _ = train[name];
        TableChecks.Target(train, target);
        var encoders = new List<ColumnEncoder>();
        var leftOut = new Dictionary<string, string>();
        foreach (var column in train.Columns)
        {
            if (column.Name == target) continue;
            if (features.Ignore.Contains(column.Name)) leftOut[column.Name] = "is ignored";
            else if (column.Missing == column.Count) leftOut[column.Name] = "is empty";
            else if (column.Kind == ColumnKind.Constant) leftOut[column.Name] = "is the same in every row";
            else if (column.Kind == ColumnKind.Id) leftOut[column.Name] = "names its row";
            else if (column.Kind == ColumnKind.Text && features.MaxTokens == 0) leftOut[column.Name] = "is free text";
            else if (column.Kind == ColumnKind.Text)
            {
                if (TextEncoder.Fit(column, features) is { } text) encoders.Add(text);
                else leftOut[column.Name] = "has no words that come again";
            }
            else encoders.Add(column.HasNumbers ? NumberEncoder.Fit(column) : column.HasDates ? DateEncoder.Fit(column) : CategoryEncoder.Fit(column, features));
        }
        if (encoders.Count == 0) throw new DataException($"{train.Source}: has no column to predict \"{CsvTable.Shorten(target)}\" from: {string.Join(", ", leftOut.Select(p => $"\"{CsvTable.Shorten(p.Key)}\" {p.Value}"))}");
        if (features.Pairs) encoders.AddRange(PairEncoder.Fit(train, [.. encoders.OfType<NumberEncoder>().Select(e => train[e.Column])]));
        var goal = train[target];
        if (features.Task == TableTask.Regression && !goal.HasNumbers) throw new DataException($"{train.Source}: the target \"{CsvTable.Shorten(target)}\" holds no numbers: it can be classified, but no regression made of it");
        if (features.Task is { } task ? task == TableTask.Classification : IsClassification(goal)) return new TablePreprocessing([.. encoders], target, Classes(goal), 0, 1, leftOut);
        var (mean, deviation) = ColumnEncoder.Moments([.. Enumerable.Range(0, goal.Count).Where(row => !goal.IsMissing(row)).Select(goal.Number)]);
        return new TablePreprocessing([.. encoders], target, null, mean, deviation, leftOut);
    }

    /// <summary>Whether a column as a target is one of several classes: names, or few different whole numbers.</summary>
    public static bool IsClassification(TableColumn target)
    {
        if (!target.HasNumbers) return true;
        var labels = target.Labels();
        return labels.Count <= Math.Min(MaxClasses, (target.Count - target.Missing) / RowsPerClass)
            && Enumerable.Range(0, target.Count).All(row => target.IsMissing(row) || double.IsInteger(target.Number(row)));
    }

    /// <summary>The features of every row: Float32 [rows, features].</summary>
    /// <param name="table">Any rows with the columns that training had; others may be there too.</param>
    /// <exception cref="DataException">A column is missing, or is not what it was in training.</exception>
    public Tensor Inputs(Table table) => Inputs(table, out _);

    /// <summary>The features of every row, and the values that are not what training had in their column: they count as missing.</summary>
    /// <inheritdoc cref="Inputs(Table)"/>
    public Tensor Inputs(Table table, out IReadOnlyList<BadRow> bad)
    {
        var cells = new List<(int Row, string Reason)>();
        var columns = Sources(table, cells);
        bad = [.. cells.OrderBy(c => c.Row).Select(c => new BadRow(table.Line(c.Row), c.Reason, Dropped: false))];
        var values = new float[table.Count * FeatureNames.Count];
        for (int row = 0, at = 0; row < table.Count; row++)
        {
            for (int i = 0; i < _encoders.Length; i++)
            {
                _encoders[i].Encode(columns[i], row, values.AsSpan(at, _encoders[i].Width));
                at += _encoders[i].Width;
            }
        }
        return Tensor.From(values, [table.Count, FeatureNames.Count]);
    }

    /// <summary>The targets of every row: Int64 [rows] indices of <see cref="Labels"/>, or Float32 [rows, 1] scaled numbers.</summary>
    /// <exception cref="DataException">A target is missing, or a class that the training rows lack.</exception>
    public Tensor Targets(Table table)
    {
        var column = table[Target];
        if (Labels is null)
        {
            if (!column.HasNumbers) throw new DataException($"{table.Source}: the target \"{CsvTable.Shorten(Target)}\" holds no numbers");
            return Tensor.From(Enumerable.Range(0, table.Count).Select(row => (float)((Present(table, column, row) ? column.Number(row) - TargetMean : 0) / TargetDeviation)).ToArray(), [table.Count, 1]);
        }
        var index = Labels.Select((label, i) => (label, i)).ToDictionary(p => p.label, p => (long)p.i);
        var targets = new long[table.Count];
        for (int row = 0; row < targets.Length; row++)
        {
            Present(table, column, row);
            string label = column.Label(row)!;
            if (!index.TryGetValue(label, out targets[row])) throw new DataException($"{table.At(row)}: the class \"{CsvTable.Shorten(label)}\" is not in the training rows");
        }
        return Tensor.From(targets);
    }

    /// <summary>Rows as samples, those without a target left out.</summary>
    public TensorDataset Dataset(Table table, string name = "table")
    {
        var column = table[Target];
        if (column.Missing > 0) table = table.Select([.. Enumerable.Range(0, table.Count).Where(row => !column.IsMissing(row))]);
        return new TensorDataset(Inputs(table), Targets(table), new DatasetInfo { Name = name, Labels = Labels, Preprocessing = this });
    }

    /// <summary>A scaled output as a number of the target column.</summary>
    public double Unscale(double output) => output * TargetDeviation + TargetMean;

    public override void WriteJson(Utf8JsonWriter writer)
    {
        writer.WriteStartObject();
        writer.WriteString("kind", KindName);
        writer.WriteString("target", Target);
        if (Labels is not null)
        {
            writer.WriteStartArray("labels");
            foreach (string label in Labels) writer.WriteStringValue(label);
            writer.WriteEndArray();
        }
        else
        {
            writer.WriteNumber("mean", TargetMean);
            writer.WriteNumber("deviation", TargetDeviation);
        }
        writer.WriteStartArray("columns");
        foreach (var encoder in _encoders)
        {
            writer.WriteStartObject();
            encoder.Write(writer);
            writer.WriteEndObject();
        }
        writer.WriteEndArray();
        writer.WriteStartObject("left_out");
        foreach (var (column, why) in LeftOut) writer.WriteString(column, why);
        writer.WriteEndObject();
        writer.WriteEndObject();
    }

    internal static TablePreprocessing Read(JsonElement element)
    {
        var json = new JsonField(element, "preprocessing");
        var encoders = json.Require("columns").AsArray().Select(ColumnEncoder.Read).ToArray();
        var leftOut = json.Find("left_out")?.AsObject().ToDictionary(p => p.Name, p => p.Value.AsText()) ?? [];
        if (json.Find("labels") is { } labels) return new TablePreprocessing(encoders, json.Text("target"), [.. labels.AsArray().Select(l => l.AsText())], 0, 1, leftOut);
        double deviation = json.Require("deviation").AsNumber();
        if (deviation <= 0) throw json.Error("\"deviation\" is not positive");
        return new TablePreprocessing(encoders, json.Text("target"), null, json.Require("mean").AsNumber(), deviation, leftOut);
    }

    // Numbers in their order, names in theirs: 10 comes after 9.
    private static string[] Classes(TableColumn column) => column.HasNumbers
        ? [.. column.Labels().Select(l => l.Label).OrderBy(l => double.Parse(l, System.Globalization.CultureInfo.InvariantCulture))]
        : [.. column.Labels().Select(l => l.Label).Order(StringComparer.Ordinal)];

    /// <summary>What each encoder encodes.</summary>
    private TableColumn[] Sources(Table table, List<(int Row, string Reason)> bad)
    {
        var read = new Dictionary<string, TableColumn>();
        foreach (var encoder in _encoders)
            if (encoder is not PairEncoder) read[encoder.Column] = Matching(table, encoder, bad);
        return Array.ConvertAll(_encoders, encoder => encoder is PairEncoder pair ? pair.Derive(read[pair.Column], read[pair.Other]) : read[encoder.Column]);
    }

    private static TableColumn Matching(Table table, ColumnEncoder encoder, List<(int Row, string Reason)> bad)
    {
        var column = table[encoder.Column];
        int before = bad.Count, present = column.Count - column.Missing;
        var read = encoder.Read(column, bad);
        // Not a value here and there, but another column than in training.
        if (present > 0 && (bad.Count - before) * 2 > present)
            throw new DataException($"{table.Source}: the column \"{CsvTable.Shorten(column.Name)}\" held {(encoder is NumberEncoder ? "numbers" : "dates")} in training, here it is {column.Kind.ToString().ToLowerInvariant()}");
        return read;
    }

    private bool Present(Table table, TableColumn column, int row) =>
        column.IsMissing(row) ? throw new DataException($"{table.At(row)}: the target \"{CsvTable.Shorten(Target)}\" is missing") : true;
}
