namespace Hebb.Compile;

/// <summary>Who reads the values of a graph.</summary>
internal static class Readers
{
    /// <summary>How often each value is read by nodes or returned; those that never are have no entry.</summary>
    public static Dictionary<GraphValue, int> Count(Graph graph)
    {
        var readers = new Dictionary<GraphValue, int>(ReferenceEqualityComparer.Instance);
        foreach (var node in graph.Nodes)
        {
            foreach (var input in node.Inputs)
                readers[input] = readers.GetValueOrDefault(input) + 1;
        }
        foreach (var output in graph.Outputs)
            readers[output] = readers.GetValueOrDefault(output) + 1;
        return readers;
    }
}
