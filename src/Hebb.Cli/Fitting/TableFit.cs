using Hebb.Data;

namespace Hebb.Cli.Fitting;

/// <summary>Checks a table, splits it and makes inputs of it.</summary>
internal static class TableFit
{
    private const double TestShare = 0.2;
    private const int FewestRows = 30, MostTokens = 512, MostCategories = 512;

    /// <exception cref="HebbException">The table can't be learned from; the message says why in one line.</exception>
    public static FitData Load(FitSettings settings)
    {
        string path = settings.Source, name = Path.GetFileName(path);
        if (settings.Target is not { } target) throw new UsageException($"fit: --target is missing: which column of {name} is to be predicted? It has {Names(TableSource.Read(path, settings.Columns))}");
        var table = TableSource.Read(path, settings.Columns, [target, settings.Group, settings.Time, .. settings.Exclude]);
        var test = settings.Test is { } file ? TableSource.Read(file, settings.Columns, target) : null;
        return Prepare(settings, target, name, table, test, [TableSource.Record(path), .. settings.Test is { } other ? (DataRecord[])[TableSource.Record(other)] : []]);
    }

    /// <summary>Tables that were read.</summary>
    public static FitData Prepare(FitSettings settings, string target, string name, Table table, Table? test, IReadOnlyList<DataRecord> records)
    {
        var findings = new TableFindings(table, target);
        bool classes = settings.Task is { } task ? task == TableTask.Classification : TablePreprocessing.IsClassification(table[target]);
        findings.CheckColumns(classes, settings.Task is not null);
        int all = table.Count;
        table = findings.WithTarget(table, classes, FewestRows);

        var split = new TableSplit(settings, target, classes);
        Table rest = table, held;
        if (test is null) (rest, held) = split.Cut(table, 1 - TestShare);
        else held = findings.Matching(test, table, classes);
        var parts = split.Parts(rest);
        // Of folds each row is in the training rows of some model; what is learned of columns does not look at the target.
        var learned = parts is [var one] ? one.Train : rest;
        var fitted = TablePreprocessing.Fit(learned, target, new TableFeatures
        {
            Task = classes ? TableTask.Classification : TableTask.Regression,
            Categories = CategoryForm.Index,
            MaxCategories = MostCategories,
            MaxTokens = MostTokens,
            Pairs = true,
            Ignore = [.. settings.Exclude.Append(settings.Group).OfType<string>().Concat(findings.Ids).Distinct().Where(c => c != target)],
        });
        if (classes)
        {
            parts = [.. parts.Select(p => (p.Train, findings.Known(p.Validation, fitted, "validation")))];
            held = findings.Known(held, fitted, "test");
        }
        if (parts.Count == 1) findings.Foreign(parts[0].Validation, fitted);
        findings.Foreign(held, fitted);
        return new FitData
        {
            Name = name,
            Summary = $"{Texts.Plural(all, "row")}, {Texts.Plural(table.Columns.Count, "column")}; predicting {target}: " + (classes ? $"one of {fitted.Labels!.Count} classes" : "a number") + Override(table[target], classes, settings.Task),
            Parts = [.. parts.Select(p => new FitPart(fitted.Dataset(p.Train, name), fitted.Dataset(p.Validation, name)))],
            Test = fitted.Dataset(held, name),
            Split = (parts.Count == 1 ? $"{Texts.Plural(parts[0].Train.Count, "row")} to train, {Texts.Count(parts[0].Validation.Count)} to validate"
                    : $"{Texts.Plural(rest.Count, "row")} to train and validate in {parts.Count} folds") + $", {Texts.Count(held.Count)} to test"
                + (test is not null ? $" (all of {Path.GetFileName(settings.Test)})" : "") + $"; {split.Description}",
            Findings = findings.All,
            Candidates = TableCandidates.For(fitted, fitted.Inputs(parts[0].Train), folded: parts.Count > 1, settings.Epochs),
            Records = records,
            Columns = [.. table.Columns.Select(c => Describe(c, target, fitted))],
            Features = [.. fitted.Layout.Select(c => new FeatureRange(c.Column, c.Start, c.Width))],
        };
    }

    private static string Names(Table table) => string.Join(", ", table.Columns.Select(c => c.Name));

    private static string Override(TableColumn target, bool classes, TableTask? task) => task is null && target.HasNumbers
        ? classes ? " (few different whole numbers are taken as classes; --task regression predicts the number)" : " (--task classification takes each as a class)" : "";

    private static string[] Describe(TableColumn column, string target, TablePreprocessing fitted)
    {
        string use = column.Name == target ? "target" : fitted.LeftOut.TryGetValue(column.Name, out string? why) ? $"left out: {why}"
            : fitted.Layout.First(c => c.Column == column.Name).Kind switch
            {
                TableInputKind.Index => $"category of {Texts.Count(fitted.Layout.First(c => c.Column == column.Name).Count - 1)} names",
                TableInputKind.Tokens => $"text, {Texts.Count(fitted.Layout.First(c => c.Column == column.Name).Count - 1)} words and pairs",
                TableInputKind.Date => "date",
                _ => "number",
            };
        return [column.Name, column.Kind.ToString().ToLowerInvariant(), Texts.Count(column.Missing), Texts.Count(column.Labels().Count), use];
    }
}
