using Hebb.Compile;

namespace Hebb.Onnx.Export;

/// <summary>A node whose way of being written is asked for.</summary>
/// <param name="Node">The node.</param>
/// <param name="Opset">The version of the operator set that is written.</param>
/// <param name="Used">Whether anything reads one of its outputs.</param>
internal readonly record struct ExportCase(GraphNode Node, int Opset, Func<GraphValue, bool> Used)
{
    public AttributeRecord Attributes => AttributeRecord.Of(Node.Primitive);

    /// <summary>Whether anything reads an output after the first ones.</summary>
    public bool UsesFrom(int output)
    {
        for (int i = output; i < Node.Outputs.Count; i++)
        {
            if (Used(Node.Outputs[i]))
                return true;
        }
        return false;
    }
}

/// <summary>How each primitive is written: an operator or several, or its decomposition; or why it can't be.</summary>
internal sealed class ExportTable
{
    private static readonly ExportTable s_all = Build();

    private readonly Dictionary<string, Action<NodeExport>> _writers = [];
    private readonly Dictionary<string, Func<ExportCase, bool>> _decomposed = [];
    private readonly Dictionary<string, string> _reasons = [];

    private static ExportTable Build()
    {
        var table = new ExportTable();
        ElementwiseExports.Add(table);
        ActivationExports.Add(table);
        ReductionExports.Add(table);
        CumulativeExports.Add(table);
        ShapeExports.Add(table);
        WindowExports.Add(table);
        IndexExports.Add(table);
        MatrixExports.Add(table);
        ConvExports.Add(table);
        PoolExports.Add(table);
        NormExports.Add(table);
        AttentionExports.Add(table);
        RecurrentExports.Add(table);
        LossExports.Add(table);
        RandomExports.Add(table);
        ImageExports.Add(table);
        SpectralExports.Add(table);
        ControlExports.Add(table);
        MissingExports.Add(table);
        return table;
    }

    /// <summary>Says how a primitive is written.</summary>
    /// <param name="name">The primitive's name.</param>
    /// <param name="write">Adds nodes and names the outputs.</param>
    /// <param name="decomposed">The cases in which its decomposition is written.</param>
    public void Add(string name, Action<NodeExport> write, Func<ExportCase, bool>? decomposed = null)
    {
        _writers.Add(name, write);
        if (decomposed is not null)
            _decomposed.Add(name, decomposed);
    }

    /// <summary>Says why primitives are not written.</summary>
    public void Miss(string reason, params ReadOnlySpan<string> names)
    {
        foreach (string name in names)
            _reasons.Add(name, reason);
    }

    /// <summary>Whether a node is to be put in simpler ops.</summary>
    public static bool Decomposes(ExportCase node) => s_all._decomposed.TryGetValue(node.Node.Primitive.Name, out var decides)
        ? decides(node)
        : node.Node.Primitive.HasDecomposition && !s_all._writers.ContainsKey(node.Node.Primitive.Name);

    /// <summary>How a primitive is written; null if it is not.</summary>
    public static Action<NodeExport>? Writer(string name) => s_all._writers.GetValueOrDefault(name);

    /// <summary>Why a primitive is not written; null where there is no reason.</summary>
    public static string? Reason(string name) => s_all._reasons.GetValueOrDefault(name);
}
