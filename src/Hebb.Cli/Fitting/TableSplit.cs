using Hebb.Data;

namespace Hebb.Cli.Fitting;

/// <summary>How rows are divided: by time, by groups, by classes, or at random.</summary>
internal sealed class TableSplit(FitSettings settings, string target, bool classes)
{
    /// <summary>What a reader should know of it.</summary>
    public string Description => settings.Time is { } time ? $"the latest rows by {time} test"
        : settings.Group is { } group ? $"rows of one {group} stay together" : classes ? "every class in its share" : "at random";

    private const double ValidationShare = 0.2;
    private const int Folds = 5, MostFoldedRows = 2000;

    /// <summary>
    /// Training and validation rows. Few rows are folded: each is validated on once and learned from otherwise, by models that then answer together, for with few rows both the
    /// fifth that is not learned from and the luck of which it is cost much.
    /// </summary>
    /// <exception cref="DataException">A part is empty.</exception>
    public IReadOnlyList<(Table Train, Table Validation)> Parts(Table rows)
    {
        bool fold = rows.Count <= MostFoldedRows && settings.Time is null && !(settings.Group is { } g && rows[g].Labels().Count + rows[g].Missing < Folds);
        if (!fold) return [Cut(rows, 1 - ValidationShare)];
        return settings.Group is { } group ? rows.FoldsGrouped(group, Folds, settings.Seed) : classes ? rows.FoldsStratified(target, Folds, settings.Seed) : rows.Folds(Folds, settings.Seed);
    }

    /// <summary>Two parts, the first with this share of the rows.</summary>
    /// <exception cref="DataException">One of them is empty.</exception>
    public (Table First, Table Second) Cut(Table table, double share)
    {
        var (first, second) = settings.Time is { } time ? table.SplitByTime(time, share)
            : settings.Group is { } group ? table.SplitGrouped(group, share, settings.Seed)
            : classes ? table.SplitStratified(target, share, settings.Seed) : table.Split(share, settings.Seed);
        if (first.Count == 0 || second.Count == 0)
            throw new DataException($"{table.Source}: {(settings.Time is not null ? $"\"{settings.Time}\" has too few different times" : $"\"{settings.Group}\" has too few groups")} to hold rows out");
        return (first, second);
    }
}
