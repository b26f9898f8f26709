using Hebb.Data;

namespace Hebb.Cli.Fitting;

/// <summary>What is odd about a table, gathered while it is checked.</summary>
internal sealed class TableFindings(Table table, string target)
{
    private const int FewestOfAClass = 3, MostLines = 20, ComparedRows = 3000, ComparedColumns = 60;
    private const double Lopsided = 0.9;
    private readonly List<Finding> _all = [];

    public IReadOnlyList<Finding> All => _all;

    /// <summary>Columns of numbers that name their row.</summary>
    public List<string> Ids { get; } = [];

    /// <summary>Bad rows, odd columns, leaks, repeated rows, columns that tell the same.</summary>
    /// <exception cref="DataException">The target can't be predicted.</exception>
    public void CheckColumns(bool classes, bool chosen)
    {
        Bad(table.BadRows, "");
        foreach (var warning in TableChecks.Run(table, target)) _all.Add(new Finding($"{warning.Column} {warning.Message}", warning.IsLeak));
        foreach (var column in table.Columns.Where(c => c.Name != target))
        {
            if (column.Kind == ColumnKind.Id) _all.Add(new Finding($"{column.Name} names its row: it is left out"));
            else if (IsNamedId(column)) AddId(column.Name);
        }
        Same();
        Repeated();
        var labels = table[target].Labels();
        if (!classes) return;
        if (!chosen && !table[target].HasNumbers && labels.Count > 200)
            _all.Add(new Finding($"{target} has {Texts.Count(labels.Count)} different values, each taken as a class", IsWarning: true));
        double share = (double)labels[0].Count / labels.Sum(l => l.Count);
        if (share >= Lopsided) _all.Add(new Finding($"{Texts.Percent(share)} of the rows are {target} {labels[0].Label}: accuracy alone says little, look at the F1 of each class", IsWarning: true));
    }

    /// <summary>The rows that have a target; of classes, one that has enough rows.</summary>
    /// <exception cref="DataException">Too few are left.</exception>
    public Table WithTarget(Table rows, bool classes, int fewest)
    {
        var column = rows[target];
        int present = column.Count - column.Missing;
        if (present < fewest) throw new DataException($"{rows.Source}: has {Texts.Plural(present, "row")} with a target; to train, validate and test at least {fewest} are needed");
        var rare = classes ? column.Labels().Where(l => l.Count < FewestOfAClass).Select(l => l.Label).ToHashSet() : [];
        if (rare.Count > 0)
        {
            _all.Add(new Finding($"{Texts.Plural(rare.Count, "class", "classes")} of {target} with fewer than {FewestOfAClass} rows can't be learned and tested: left out ({Some(rare.Order(StringComparer.Ordinal))})", IsWarning: true));
            if (column.Labels().Count - rare.Count < 2)
                throw new DataException($"{rows.Source}: the target \"{target}\" has fewer than two classes of at least {FewestOfAClass} rows{(column.HasNumbers ? "; --task regression predicts the number" : "")}");
        }
        return column.Missing == 0 && rare.Count == 0 ? rows : rows.Select([.. Enumerable.Range(0, rows.Count).Where(row => !column.IsMissing(row) && !rare.Contains(column.Label(row)!))]);
    }

    /// <summary>The test file's rows with classes named as in training: names that differ in case or in a full stop at the end are meant to be the same.</summary>
    public Table Matching(Table test, Table train, bool classes)
    {
        Bad(test.BadRows, Path.GetFileName(test.Source) + " ");
        var column = test[target];
        var rows = test.Select([.. Enumerable.Range(0, test.Count).Where(row => !column.IsMissing(row))]);
        if (rows.Count == 0) throw new DataException($"{test.Source}: the target \"{target}\" is empty");
        if (!classes) return rows;
        string[] known = [.. train[target].Labels().Select(l => l.Label)];
        var renamed = new Dictionary<string, string>();
        foreach (var (label, _) in column.Labels())
            if (!known.Contains(label) && known.Where(k => Plain(k) == Plain(label)).ToArray() is [var one]) renamed[label] = one;
        if (renamed.Count == 0) return rows;
        _all.Add(new Finding($"{Path.GetFileName(test.Source)}: {string.Join(", ", renamed.Take(5).Select(r => $"\"{r.Key}\" is taken for \"{r.Value}\""))}"));
        return rows.WithLabels(target, renamed);
    }

    /// <summary>The rows whose class the training rows have.</summary>
    public Table Known(Table rows, TablePreprocessing fitted, string part)
    {
        var column = rows[target];
        int[] known = [.. Enumerable.Range(0, rows.Count).Where(row => fitted.Labels!.Contains(column.Label(row)!))];
        if (known.Length == rows.Count) return rows;
        if (known.Length == 0) throw new DataException($"{rows.Source}: no {part} row has a class that the training rows have");
        var unknown = column.Labels().Select(l => l.Label).Except(fitted.Labels!);
        _all.Add(new Finding($"{Texts.Plural(rows.Count - known.Length, $"{part} row")} of classes that no training row has: left out ({Some(unknown)})", IsWarning: true));
        return rows.Select(known);
    }

    /// <summary>Values of held-out rows that are not what training had in their column.</summary>
    public void Foreign(Table rows, TablePreprocessing fitted)
    {
        fitted.Inputs(rows, out var bad);
        Bad(bad, Path.GetFileName(rows.Source) + " ");
    }

    /// <summary>Rows of one fault share a line, with the lines of the first of them.</summary>
    private void Bad(IEnumerable<BadRow> rows, string file)
    {
        foreach (var fault in rows.GroupBy(r => (r.Reason, r.Dropped)))
        {
            long[] lines = [.. fault.Select(r => r.Line)];
            string where = lines.Length == 1 ? $"line {lines[0]}" : $"lines {string.Join(", ", lines.Take(MostLines))}{(lines.Length > MostLines ? $", … ({Texts.Count(lines.Length)} in all)" : "")}";
            string what = fault.Key.Dropped ? lines.Length == 1 ? "the row is left out" : "the rows are left out" : lines.Length == 1 ? "the value counts as missing" : "the values count as missing";
            _all.Add(new Finding($"{file}{where}: {fault.Key.Reason}: {what}", IsWarning: true));
        }
    }

    private static string Plain(string label) => label.TrimEnd('.').ToLowerInvariant();

    private static string Some(IEnumerable<string> names)
    {
        string[] all = [.. names];
        return string.Join(", ", all.Take(5)) + (all.Length > 5 ? ", …" : "");
    }

    private void AddId(string column)
    {
        Ids.Add(column);
        _all.Add(new Finding($"{column} names its row: it is left out"));
    }

    /// <summary>Whole numbers, nearly all different, under a name that says so.</summary>
    private static bool IsNamedId(TableColumn column)
    {
        if (!column.HasNumbers || !(column.Name.Equals("id", StringComparison.OrdinalIgnoreCase) || column.Name.EndsWith("_id", StringComparison.OrdinalIgnoreCase)
            || column.Name.EndsWith(" id", StringComparison.OrdinalIgnoreCase) || column.Name.EndsWith("Id", StringComparison.Ordinal) || column.Name.EndsWith("ID", StringComparison.Ordinal))) return false;
        return column.Labels().Count > 0.95 * (column.Count - column.Missing) && Enumerable.Range(0, column.Count).All(row => column.IsMissing(row) || double.IsInteger(column.Number(row)));
    }

    /// <summary>Columns whose values stand for one another: one of them would do.</summary>
    private void Same()
    {
        int rows = Math.Min(table.Count, ComparedRows);
        var columns = table.Columns.Where(c => c.Name != target && c.Kind is ColumnKind.Numeric or ColumnKind.Categorical or ColumnKind.Date).Take(ComparedColumns)
            .Select(c => (c.Name, Codes: Codes(c, rows))).ToArray();
        var told = new HashSet<string>();
        for (int i = 0; i < columns.Length; i++)
        {
            for (int j = i + 1; j < columns.Length; j++)
            {
                // Codes count values in the order in which they first come: equal codes, one value for each of the other's.
                if (columns[i].Codes is { } a && columns[j].Codes is { } b && a.AsSpan().SequenceEqual(b) && told.Add(columns[j].Name))
                    _all.Add(new Finding($"{columns[j].Name} tells the same as {columns[i].Name}"));
            }
        }

        static int[]? Codes(TableColumn column, int rows)
        {
            var codes = new Dictionary<string, int>();
            var result = new int[rows];
            for (int row = 0; row < rows; row++)
            {
                string value = column.Text(row) ?? "\0";
                if (!codes.TryGetValue(value, out result[row])) codes[value] = result[row] = codes.Count;
            }
            // Values that never come again are matched by anything.
            return codes.Count * 2 < rows && codes.Count > 1 ? result : null;
        }
    }

    /// <summary>Rows that are there more than once may end up on both sides of the split.</summary>
    private void Repeated()
    {
        var seen = new HashSet<string>();
        int repeated = 0;
        for (int row = 0; row < table.Count; row++)
            if (!seen.Add(string.Join('\u001f', table.Columns.Select(c => c.Text(row))))) repeated++;
        if (repeated > 0) _all.Add(new Finding($"{Texts.Plural(repeated, "row")} {(repeated == 1 ? "is" : "are")} there more than once: copies may stand on both sides of the split, which flatters the test", IsWarning: repeated * 20 > table.Count));
    }
}
