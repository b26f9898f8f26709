namespace Hebb.Data;

/// <summary>A dataset seen through a function, called anew each time a sample is read, on whichever thread reads it.</summary>
public sealed class Map<TFrom, T>(IDataset<TFrom> source, Func<TFrom, T> function) : IDataset<T>
{
    public int Count => source.Count;

    public T this[int index] => function(source[index]);

    public DatasetInfo Info => source.Info;
}
