namespace Hebb.Data;

/// <summary>Something about a table that a user should know before a model is trained on it.</summary>
/// <param name="Column">The column that it is about.</param>
/// <param name="Message">One line.</param>
/// <param name="IsLeak">Whether the column seems to tell the target.</param>
public sealed record TableWarning(string Column, string Message, bool IsLeak = false);

/// <summary>Looks at a table before training.</summary>
public static class TableChecks
{
    /// <summary>A feature that alone leaves at most this share of the errors that are made without it tells the target.</summary>
    private const double LeakedError = 0.02;

    private const int FewestRows = 40;
    private const double MostlyMissing = 0.5;

    /// <summary>What is odd: features that tell the target, empty and constant columns, columns that are mostly missing, bad rows.</summary>
    /// <param name="table">The rows.</param>
    /// <param name="target">The column to predict.</param>
    /// <exception cref="DataException">There is no such column, or it can't be predicted: it is empty, or the same everywhere.</exception>
    public static IReadOnlyList<TableWarning> Run(Table table, string target)
    {
        Target(table, target);
        var warnings = new List<TableWarning>();
        if (table[target].Missing is > 0 and var missing) warnings.Add(new TableWarning(target, $"the target is missing in {missing} of {table.Count} rows: they are left out"));
        foreach (var column in table.Columns.Where(c => c.Name != target))
        {
            if (column.Kind == ColumnKind.Empty) warnings.Add(new TableWarning(column.Name, "is empty: it is left out"));
            else if (column.Kind == ColumnKind.Constant) warnings.Add(new TableWarning(column.Name, "is the same in every row: it is left out"));
            else if (column.Missing > column.Count * MostlyMissing) warnings.Add(new TableWarning(column.Name, $"is missing in {column.Missing} of {column.Count} rows"));
            if (ColumnInference.Undecided(column) is { } date)
                warnings.Add(new TableWarning(column.Name, $"has dates such as {CsvTable.Shorten(date)}, and none tells whether day or month comes first: they are taken as names; write them as yyyy-MM-dd"));
            if (Leak(table, column, table[target]) is { } leak) warnings.Add(leak);
        }
        return warnings;
    }

    /// <summary>What makes a target impossible to predict, as an exception.</summary>
    internal static void Target(Table table, string target)
    {
        var column = table[target];
        string name = $"{table.Source}: the target \"{CsvTable.Shorten(target)}\"";
        if (column.Missing == column.Count) throw new DataException($"{name} is empty");
        var labels = column.Labels();
        if (labels.Count == 1) throw new DataException($"{name} is \"{CsvTable.Shorten(labels[0].Label)}\" in every row: there is nothing to predict");
        if (!column.HasNumbers && labels.Count == column.Count - column.Missing && column.Count > 2)
            throw new DataException($"{name} is different in every row: it is neither a number nor a class");
    }

    /// <summary>
    /// Whether one column predicts another nearly perfectly. Of the rows, every other one is learned from: the most frequent class, or the mean,
    /// of each value. The others are predicted by theirs; a number that was not seen, by the nearest, or between its neighbours.
    /// </summary>
    private static TableWarning? Leak(Table table, TableColumn feature, TableColumn target)
    {
        if (feature.Kind is ColumnKind.Empty or ColumnKind.Constant or ColumnKind.Id or ColumnKind.Text) return null;
        int[] rows = [.. Enumerable.Range(0, table.Count).Where(row => !target.IsMissing(row))];
        if (rows.Length < FewestRows) return null;
        bool classes = TablePreprocessing.IsClassification(target);
        // By the place in a shuffled order: every other row as it stands could be a pattern of the file.
        int[] order = Permutation.Of(rows.Length, 0, RandomDomain.Split, 0);
        int[] learn = [.. order.Where((_, i) => i % 2 == 0).Select(i => rows[i])], test = [.. order.Where((_, i) => i % 2 == 1).Select(i => rows[i])];
        var (with, without) = classes ? ClassErrors(feature, target, learn, test) : SquaredErrors(feature, target, learn, test);
        if (!(without > 0) || with > LeakedError * without) return null;
        string figure = classes ? $"{100 * (1 - with / test.Length):F1}% of the classes are right with it alone" : $"it alone explains {100 * (1 - with / without):F1}% of the variance";
        return new TableWarning(feature.Name, $"seems to tell the target: {figure}; leave it out if it is not known when a prediction is made", IsLeak: true);
    }

    private static (double With, double Without) ClassErrors(TableColumn feature, TableColumn target, int[] learn, int[] test)
    {
        static string Mode(IEnumerable<string> labels) => labels.GroupBy(l => l).OrderByDescending(g => g.Count()).ThenBy(g => g.Key, StringComparer.Ordinal).First().Key;
        string all = Mode(learn.Select(row => target.Label(row)!));
        var key = Keys(feature);
        var best = learn.GroupBy(key).OrderBy(g => g.Key).Select(g => (g.Key, Value: Mode(g.Select(row => target.Label(row)!)))).ToArray();
        double[] keys = [.. best.Select(b => b.Key)];
        string Guess(int row)
        {
            var (below, above, part) = Neighbours(keys, key(row), feature);
            return below < 0 ? all : best[part < 0.5 ? below : above].Value;
        }

        return (test.Count(row => Guess(row) != target.Label(row)), test.Count(row => all != target.Label(row)));
    }

    private static (double With, double Without) SquaredErrors(TableColumn feature, TableColumn target, int[] learn, int[] test)
    {
        double all = learn.Average(target.Number);
        var key = Keys(feature);
        var means = learn.GroupBy(key).OrderBy(g => g.Key).Select(g => (g.Key, Value: g.Average(target.Number))).ToArray();
        double[] keys = [.. means.Select(m => m.Key)];
        double Guess(int row)
        {
            var (below, above, part) = Neighbours(keys, key(row), feature);
            return below < 0 ? all : means[below].Value * (1 - part) + means[above].Value * part;
        }

        double Square(int row, double guess) => (target.Number(row) - guess) * (target.Number(row) - guess);
        return (test.Sum(row => Square(row, Guess(row))), test.Sum(row => Square(row, all)));
    }

    /// <summary>A number for each value: the value itself, or the index of a name; negative infinity where it is missing.</summary>
    private static Func<int, double> Keys(TableColumn column)
    {
        if (column.HasNumbers) return row => column.IsMissing(row) ? double.NegativeInfinity : column.Number(row);
        if (column.HasDates) return row => column.Date(row)?.Ticks ?? double.NegativeInfinity;
        var index = column.Labels().Select((l, i) => (l.Label, i)).ToDictionary(p => p.Label, p => (double)p.i);
        return row => column.Label(row) is { } label ? index[label] : double.NegativeInfinity;
    }

    /// <summary>The learned values around a value, and how far it is from the lower to the upper; -1 where there is none to go by.</summary>
    private static (int Below, int Above, double Part) Neighbours(double[] keys, double key, TableColumn column)
    {
        int at = Array.BinarySearch(keys, key);
        if (at >= 0) return (at, at, 0);
        bool ordered = column.HasNumbers || column.HasDates;
        if (!ordered || double.IsInfinity(key)) return (-1, -1, 0);
        int above = Math.Min(~at, keys.Length - 1), below = Math.Max(~at - 1, 0);
        if (double.IsInfinity(keys[below])) below = above;
        if (double.IsInfinity(keys[below])) return (-1, -1, 0);
        return below == above ? (below, above, 0) : (below, above, (key - keys[below]) / (keys[above] - keys[below]));
    }
}
