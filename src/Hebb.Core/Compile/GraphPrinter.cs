using System.Text;

namespace Hebb.Compile;

/// <summary>
/// Writes a graph as text:
/// <code>graph(%x: float32[5, 8])
///   %0 = permute(hidden.weight) {axes=[1, 0]}: float32[8, 16]     # model.hidden, Linear at Mlp.cs:12
///   %1 = matmul(%x, %0): float32[5, 16]
///   return %1</code>
/// </summary>
internal static class GraphPrinter
{
    public static string Print(Graph graph)
    {
        var names = new Dictionary<GraphValue, string>(ReferenceEqualityComparer.Instance);
        foreach (var input in graph.Inputs)
            names.Add(input, $"%{input.Name}");
        int constants = 0, keys = 0;
        var text = new StringBuilder();
        text.Append($"graph({string.Join(", ", graph.Inputs.Select(i => $"%{i.Name}: {i.Spec}"))})\n");
        foreach (var leaf in graph.Leaves)
        {
            string name = leaf switch
            {
                GraphParameter parameter => parameter.Name,
                GraphBuffer buffer => buffer.Name,
                GraphConstant constant => constant.Tensor is { Count: 1, DType.IsComplex: false, HasStorage: true } one ? AttributeRecord.Text(one.Item()) : $"constant{constants++}",
                _ => $"key{keys++}",
            };
            names.Add(leaf, name);
            if (leaf is not GraphConstant { Tensor.Count: 1 })
                text.Append($"  {Kind(leaf)} {name}: {leaf.Spec}\n");
        }
        int results = 0;
        var body = new List<(string Op, string From)>();
        foreach (var node in graph.Nodes)
        {
            foreach (var output in node.Outputs)
                names.Add(output, $"%{results++}");
            string attributes = AttributeRecord.Of(node.Primitive).ToString();
            string from = string.Join(" at ", new[] { node.Path, node.Line }.OfType<string>());
            body.Add(($"  {string.Join(", ", node.Outputs.Select(o => names[o]))} = {node.Primitive.Name}({string.Join(", ", node.Inputs.Select(i => names[i]))})"
                + $"{(attributes.Length == 0 ? "" : $" {{{attributes}}}")}: {string.Join(", ", node.Outputs.Select(o => o.Spec))}", from));
        }
        int width = Math.Min(90, body.Select(b => b.Op.Length).DefaultIfEmpty().Max());
        foreach (var (op, from) in body)
            text.Append(from.Length == 0 ? op : $"{op.PadRight(width)}  # {from}").Append('\n');
        return text.Append($"  return {string.Join(", ", graph.Outputs.Select(o => names[o]))}\n").ToString();
    }

    private static string Kind(GraphLeaf leaf) => leaf switch
    {
        GraphParameter => "parameter",
        GraphBuffer => "buffer",
        GraphKey => "key",
        _ => "constant",
    };
}
