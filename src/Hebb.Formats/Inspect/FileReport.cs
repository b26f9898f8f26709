using Hebb.Files;
using Hebb.Inspect;

namespace Hebb;

/// <summary>What a graph takes or gives: a name, and shape and type as text.</summary>
public sealed record FilePort(string Name, string Type);

/// <summary>What a file holds, found without reading values or running anything.</summary>
/// <param name="Path">The file.</param>
/// <param name="Format">Its kind.</param>
/// <param name="Bytes">Its size; of weights in several files, of all.</param>
public sealed record FileReport(string Path, FileFormat Format, long Bytes)
{
    /// <summary>What it says beside its tensors.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; init; } = new Dictionary<string, string>();

    /// <summary>Its tensors.</summary>
    public IReadOnlyList<WeightEntry> Tensors { get; init; } = [];

    /// <summary>Of a graph: what it takes.</summary>
    public IReadOnlyList<FilePort> Inputs { get; init; } = [];

    /// <summary>Of a graph: what it gives.</summary>
    public IReadOnlyList<FilePort> Outputs { get; init; } = [];

    /// <summary>Of a graph: how often each operator stands in it, the most frequent first.</summary>
    public IReadOnlyList<(string Name, int Count)> Operators { get; init; } = [];

    /// <summary>The number of elements of all tensors.</summary>
    public long Elements => Tensors.Sum(t => t.Shape.Count);

    /// <summary>Looks into a file of any kind that Hebb reads.</summary>
    /// <exception cref="FormatException">It is of no such kind, or damaged.</exception>
    /// <exception cref="DataException">There is no such file, or it can't be read.</exception>
    public static FileReport Of(string path)
    {
        var file = FileBytes.Open(path);
        try
        {
            return Inspectors.Report(file);
        }
        finally
        {
            file.Dispose();
        }
    }

    /// <summary>Names counted, the most frequent first.</summary>
    internal static List<(string Name, int Count)> Count(IEnumerable<string> operators) =>
        [.. operators.GroupBy(o => o).Select(g => (g.Key, g.Count())).OrderByDescending(g => g.Item2).ThenBy(g => g.Key, StringComparer.Ordinal)];
}
