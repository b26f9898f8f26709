using Hebb.Data;

namespace Hebb.Cli.Fitting;

/// <summary>How rows are divided: by time, by groups, by classes, or at random.</summary>
internal sealed class TableSplit(FitSettings settings, string target, bool classes)
{
    /// <summary>What a reader should know of it.</summary>
    public string Description => settings.Time is { } time ? $"the latest rows by {time} test"
        : settings.Group is { } group ? $"rows of one {group} stay together" : classes ? "every class in its share" : "at random";

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
