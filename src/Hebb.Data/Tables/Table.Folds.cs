namespace Hebb.Data;

public sealed partial class Table
{
    /// <summary>Cross-validation: as many splits as folds, each row in the second part of exactly one; the same seed gives the same folds.</summary>
    /// <param name="folds">How many, at least 2; their sizes differ by one row at most.</param>
    /// <param name="seed">Chooses them.</param>
    /// <exception cref="DataException">There are fewer rows than folds.</exception>
    public IReadOnlyList<(Table Train, Table Test)> Folds(int folds, long seed = 0)
    {
        CheckFolds(folds, Count, "rows");
        int[] order = Permutation.Of(Count, seed, RandomDomain.Split, 0);
        var fold = new int[Count];
        for (int i = 0; i < order.Length; i++) fold[order[i]] = i % folds;
        return Parts(order, fold, folds);
    }

    /// <summary><see cref="Folds"/> in which every class has its share, as exactly as whole rows allow. Rows without a class are a class of their own.</summary>
    /// <param name="column">Names the classes.</param>
    /// <param name="folds">How many, at least 2.</param>
    /// <param name="seed">Chooses them.</param>
    /// <exception cref="DataException">There are fewer rows than folds, or there is no such column.</exception>
    public IReadOnlyList<(Table Train, Table Test)> FoldsStratified(string column, int folds, long seed = 0)
    {
        CheckFolds(folds, Count, "rows");
        var classes = this[column];
        int[] order = Permutation.Of(Count, seed, RandomDomain.Split, 0);
        var fold = new int[Count];
        // Dealt out class by class, each going on where the one before ended.
        int next = 0;
        foreach (var group in order.GroupBy(row => classes.Label(row) ?? "\0").OrderByDescending(g => g.Count()).ThenBy(g => g.Key, StringComparer.Ordinal))
            foreach (int row in group) fold[row] = next++ % folds;
        return Parts(order, fold, folds);
    }

    /// <summary><see cref="Folds"/> that share no group; of sizes as equal as the groups let them be.</summary>
    /// <param name="column">Names the groups; a row without a group is one by itself.</param>
    /// <param name="folds">How many, at least 2.</param>
    /// <param name="seed">Chooses them.</param>
    /// <exception cref="DataException">There are fewer groups than folds, or there is no such column.</exception>
    public IReadOnlyList<(Table Train, Table Test)> FoldsGrouped(string column, int folds, long seed = 0)
    {
        var groups = this[column];
        int[] order = Permutation.Of(Count, seed, RandomDomain.Split, 0);
        int[][] members = [.. order.GroupBy(row => groups.Label(row) ?? $"\0{row}").Select(g => g.ToArray())];
        CheckFolds(folds, members.Length, $"groups in \"{CsvTable.Shorten(column)}\"");
        var fold = new int[Count];
        int[] sizes = new int[folds];
        // The largest first, each to the smallest fold (Graham's rule).
        foreach (int[] rows in members.OrderByDescending(m => m.Length))
        {
            int smallest = Array.IndexOf(sizes, sizes.Min());
            sizes[smallest] += rows.Length;
            foreach (int row in rows) fold[row] = smallest;
        }
        return Parts(order, fold, folds);
    }

    private (Table, Table)[] Parts(int[] order, int[] fold, int folds) =>
        [.. Enumerable.Range(0, folds).Select(f => (Select([.. order.Where(row => fold[row] != f)]), Select([.. order.Where(row => fold[row] == f)])))];

    private void CheckFolds(int folds, int count, string what)
    {
        if (folds < 2 || folds > count) throw new DataException($"{Source}: {folds} folds of {count} {what}: must be 2 to {count}");
    }
}
