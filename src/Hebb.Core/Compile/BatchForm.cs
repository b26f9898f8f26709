namespace Hebb.Compile;

/// <summary>What of a graph follows from the batch size: elements of attributes, and the shapes of constants that hold one value everywhere.</summary>
public sealed class BatchForm
{
    private readonly Dictionary<GraphNode, Dictionary<string, BatchSize[]>> _attributes = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<GraphConstant, BatchSize[]> _constants = new(ReferenceEqualityComparer.Instance);

    /// <summary>The attributes of a node that follow from the batch size; null if none does.</summary>
    public IReadOnlyDictionary<string, BatchSize[]>? Attributes(GraphNode node) => _attributes.GetValueOrDefault(node);

    /// <summary>The sizes of a constant that follows from the batch size; null if it does not.</summary>
    public IReadOnlyList<BatchSize>? Constant(GraphConstant constant) => _constants.GetValueOrDefault(constant);

    /// <summary>Makes an attribute follow from the batch size: one size for a number, one each for an array.</summary>
    public void SetAttribute(GraphNode node, string name, BatchSize[] sizes)
    {
        if (!_attributes.TryGetValue(node, out var attributes))
            _attributes.Add(node, attributes = []);
        attributes[name] = sizes;
    }

    /// <summary>Makes the shape of a constant follow from the batch size. All its elements must be the same.</summary>
    public void SetConstant(GraphConstant constant, BatchSize[] sizes) => _constants[constant] = sizes;

    /// <summary>A node's op for a batch size.</summary>
    public Primitive Primitive(GraphNode node, int batch)
    {
        if (Attributes(node) is not { } sizes)
            return node.Primitive;
        return AttributeRecord.Of(node.Primitive).With((name, value) => sizes.TryGetValue(name, out var at) ? Value(value, at, batch) : value).Create(node.Primitive.Name);
    }

    private static object Value(object kind, BatchSize[] sizes, int batch) => kind switch
    {
        int => sizes[0].At(batch),
        long => (long)sizes[0].At(batch),
        long[] => Array.ConvertAll(sizes, s => (long)s.At(batch)),
        _ => Array.ConvertAll(sizes, s => s.At(batch)),
    };
}
