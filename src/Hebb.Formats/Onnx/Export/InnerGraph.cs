using Hebb.Onnx.Proto;

namespace Hebb.Onnx.Export;

/// <summary>A graph inside a node, such as the body of a loop. It sees the names of the graphs around it.</summary>
internal sealed class InnerGraph(ExportModel model, string stem)
{
    public List<NodeProto> Nodes { get; } = [];

    /// <summary>A name for an input.</summary>
    public string Name(string name) => model.Unique($"{stem}/{name}");

    public string Op(string op, params string[] inputs) => model.Node(Nodes, stem, op, 1, inputs)[0];

    /// <summary>The graph as an attribute.</summary>
    /// <param name="inputs">Names and types of what it takes.</param>
    /// <param name="outputs">Names and types of what it gives.</param>
    /// <param name="scalars">How many of the inputs, from the first on, are said to be scalars: runtimes ask for that of a loop's counter and condition.</param>
    public GraphProto Finish(IEnumerable<(string Name, DType Type)> inputs, IEnumerable<(string Name, DType Type)> outputs, int scalars = 0)
    {
        var graph = new GraphProto { Name = stem.Length == 0 ? "body" : stem };
        graph.Input.Add(inputs.Select(p => Port(p.Name, p.Type)));
        foreach (var input in graph.Input.Take(scalars))
            input.Type.TensorType.Shape = new TensorShapeProto();
        var given = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (name, type) in outputs)
        {
            // What comes from outside, or goes out twice, needs a node of its own.
            bool own = Nodes.Exists(n => n.Output.Contains(name)) && given.Add(name);
            graph.Output.Add(Port(own ? name : Op("Identity", name), type));
        }
        graph.Node.Add(Nodes);
        return graph;
    }

    public static ValueInfoProto Port(string name, DType type) => new() { Name = name, Type = new TypeProto { TensorType = new TypeProto.Types.Tensor { ElemType = ElementType.NumberOf(type) } } };
}
