namespace Hebb.Data;

/// <summary>Ways to cut, join and change datasets. None copies a sample.</summary>
public static class DatasetExtensions
{
    /// <summary>Chosen samples, in the order of the indices.</summary>
    /// <exception cref="DataException">An index is outside the dataset.</exception>
    public static Subset<T> Subset<T>(this IDataset<T> dataset, ReadOnlySpan<int> indices) => new(dataset, indices);

    /// <summary>The first <paramref name="count"/> samples, or all where there are fewer.</summary>
    public static Subset<T> Take<T>(this IDataset<T> dataset, int count) => Range(dataset, 0, Math.Clamp(count, 0, dataset.Count));

    /// <summary>All but the first <paramref name="count"/> samples.</summary>
    public static Subset<T> Skip<T>(this IDataset<T> dataset, int count)
    {
        count = Math.Clamp(count, 0, dataset.Count);
        return Range(dataset, count, dataset.Count - count);
    }

    /// <summary>This dataset followed by another.</summary>
    public static Concat<T> Concat<T>(this IDataset<T> dataset, IDataset<T> other) => new(dataset, other);

    /// <summary>The dataset seen through a function.</summary>
    public static Map<TFrom, T> Map<TFrom, T>(this IDataset<TFrom> dataset, Func<TFrom, T> function) => new(dataset, function);

    /// <summary>Two disjoint random parts that together are the dataset; the same seed gives the same parts.</summary>
    /// <param name="dataset">What to split.</param>
    /// <param name="fraction">Share of the first part, 0 to 1; its size is rounded to the nearest.</param>
    /// <param name="seed">Chooses the parts.</param>
    /// <exception cref="DataException">The fraction is not in 0 to 1.</exception>
    public static (Subset<T> First, Subset<T> Second) Split<T>(this IDataset<T> dataset, double fraction, long seed = 0)
    {
        if (!(fraction >= 0 && fraction <= 1)) throw new DataException($"Split: the fraction {fraction} is not in 0 to 1");
        int first = (int)Math.Round(dataset.Count * fraction);
        var parts = Split(dataset, [first, dataset.Count - first], seed);
        return (parts[0], parts[1]);
    }

    /// <summary>Disjoint random parts of given sizes; the same seed gives the same parts.</summary>
    /// <exception cref="DataException">A size is negative or they add up to more than there is.</exception>
    public static Subset<T>[] Split<T>(this IDataset<T> dataset, ReadOnlySpan<int> sizes, long seed = 0)
    {
        long total = 0;
        foreach (int size in sizes)
        {
            if (size < 0) throw new DataException($"Split: a part cannot have {size} samples");
            total += size;
        }
        if (total > dataset.Count) throw new DataException($"Split: parts of {total} samples from a dataset of {dataset.Count}");
        int[] order = Permutation.Of(dataset.Count, seed, RandomDomain.Split, 0);
        var parts = new Subset<T>[sizes.Length];
        for (int i = 0, start = 0; i < sizes.Length; start += sizes[i++]) parts[i] = new Subset<T>(dataset, order.AsSpan(start, sizes[i]));
        return parts;
    }

    private static Subset<T> Range<T>(IDataset<T> dataset, int start, int count) => new(dataset, [.. Enumerable.Range(start, count)]);
}
