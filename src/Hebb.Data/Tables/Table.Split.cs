namespace Hebb.Data;

public sealed partial class Table
{
    /// <summary>Two disjoint random parts; the same seed gives the same parts.</summary>
    /// <param name="fraction">Share of the first part, 0 to 1.</param>
    /// <param name="seed">Chooses the parts.</param>
    /// <exception cref="DataException">The fraction is not in 0 to 1.</exception>
    public (Table First, Table Second) Split(double fraction, long seed = 0)
    {
        CheckFraction(fraction);
        int[] order = Permutation.Of(Count, seed, RandomDomain.Split, 0);
        return Cut(order, (int)Math.Round(Count * fraction));
    }

    /// <summary>Two random parts in which every class has its share, as exactly as whole rows allow. Rows without a class are a class of their own.</summary>
    /// <param name="column">Names the classes.</param>
    /// <param name="fraction">Share of the first part, 0 to 1.</param>
    /// <param name="seed">Chooses the parts.</param>
    /// <exception cref="DataException">The fraction is not in 0 to 1, or there is no such column.</exception>
    public (Table First, Table Second) SplitStratified(string column, double fraction, long seed = 0)
    {
        CheckFraction(fraction);
        var classes = this[column];
        int[] order = Permutation.Of(Count, seed, RandomDomain.Split, 0);
        // Each class makes up for the rounding of those before it.
        var first = new bool[Count];
        int total = 0, taken = 0;
        foreach (var group in order.GroupBy(row => classes.Label(row) ?? "\0").OrderByDescending(g => g.Count()).ThenBy(g => g.Key, StringComparer.Ordinal))
        {
            int[] rows = [.. group];
            total += rows.Length;
            int here = Math.Clamp((int)Math.Round(total * fraction) - taken, (int)Math.Floor(rows.Length * fraction), (int)Math.Ceiling(rows.Length * fraction));
            taken += here;
            foreach (int row in rows.AsSpan(0, here)) first[row] = true;
        }
        return Parts(order, first);
    }

    /// <summary>Two random parts that share no group: one patient, one side. The first has as many rows as come nearest to its share.</summary>
    /// <param name="column">Names the groups; a row without a group is one by itself.</param>
    /// <param name="fraction">Share of the first part in the rows, 0 to 1.</param>
    /// <param name="seed">Chooses the groups.</param>
    /// <exception cref="DataException">The fraction is not in 0 to 1, there is no such column, or there is one group alone.</exception>
    public (Table First, Table Second) SplitGrouped(string column, double fraction, long seed = 0)
    {
        CheckFraction(fraction);
        var groups = this[column];
        int[] order = Permutation.Of(Count, seed, RandomDomain.Split, 0);
        var members = order.GroupBy(row => groups.Label(row) ?? $"\0{row}").Select(g => g.ToArray()).ToArray();
        if (members.Length < 2) throw new DataException($"{Source}: all rows are of one group in \"{CsvTable.Shorten(column)}\": they cannot be split by it");
        double wanted = Count * fraction;
        int taken = 0;
        var first = new bool[Count];
        foreach (int[] rows in members)
        {
            if (Math.Abs(taken + rows.Length - wanted) > Math.Abs(taken - wanted)) continue;
            taken += rows.Length;
            foreach (int row in rows) first[row] = true;
        }
        return Parts(order, first);
    }

    /// <summary>The earlier rows and the later ones: what a model of the future is tested on. Rows of one instant stay on one side.</summary>
    /// <param name="column">Dates or numbers, none missing.</param>
    /// <param name="fraction">Share of the earlier part, 0 to 1.</param>
    /// <exception cref="DataException">The fraction is not in 0 to 1, or the column has no order, or a gap.</exception>
    public (Table First, Table Second) SplitByTime(string column, double fraction)
    {
        CheckFraction(fraction);
        var times = this[column];
        if (!times.HasNumbers && !times.HasDates) throw new DataException($"{Source}: the column \"{CsvTable.Shorten(column)}\" has neither dates nor numbers: its rows have no order in time");
        var keys = new double[Count];
        for (int row = 0; row < Count; row++)
        {
            if (times.IsMissing(row)) throw new DataException($"{At(row)}: \"{CsvTable.Shorten(column)}\" is missing: the row has no place in time");
            keys[row] = times.HasDates ? times.Date(row)!.Value.Ticks : times.Number(row);
        }
        int[] order = [.. Enumerable.Range(0, Count).OrderBy(row => keys[row])];
        int cut = (int)Math.Round(Count * fraction);
        while (cut > 0 && cut < Count && keys[order[cut]] == keys[order[cut - 1]]) cut++;
        return Cut(order, cut);
    }

    private (Table, Table) Cut(int[] order, int first) => (Select(order.AsSpan(0, first)), Select(order.AsSpan(first)));

    private (Table, Table) Parts(int[] order, bool[] first) =>
        (Select([.. order.Where(row => first[row])]), Select([.. order.Where(row => !first[row])]));

    private static void CheckFraction(double fraction)
    {
        if (!(fraction >= 0 && fraction <= 1)) throw new DataException($"Split: the fraction {fraction} is not in 0 to 1");
    }
}
