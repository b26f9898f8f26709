using System.Globalization;
using Hebb.Files;

namespace Hebb.Tfjs;

/// <summary>Reads graphs of TensorFlow's ops, as the converter of TensorFlow.js writes them: nodes that name their inputs, and attributes.</summary>
internal static class TfjsGraph
{
    /// <param name="topology">The graph.</param>
    /// <param name="weight">Finds weights by the names of their nodes.</param>
    /// <exception cref="FormatException">An op is not read, or the graph is damaged.</exception>
    public static TfjsProgram Read(Json topology, Func<string, Func<Tensor>?> weight)
    {
        var nodes = new Dictionary<string, Node>();
        foreach (var json in topology["node"].Items())
        {
            var node = new Node(json);
            if (!nodes.TryAdd(node.Name, node))
                throw new FormatException($"{json.At}: '{node.Name}' is there twice");
        }
        var program = new TfjsProgram();
        var values = new Dictionary<string, int>();
        foreach (var node in nodes.Values.Where(n => n.Op == "Placeholder"))
            values[node.Name] = program.AddInput(node.Name);
        var used = nodes.Values.SelectMany(n => n.Inputs).ToHashSet();
        foreach (var node in InOrder(nodes))
        {
            if (values.ContainsKey(node.Name))
                continue;
            if (node.Op == "Const")
            {
                var constant = weight(node.Name) ?? throw new FormatException($"{node.Json.At}: the weight '{node.Name}' is missing");
                values[node.Name] = program.Add(node.Name, [], _ => constant());
                continue;
            }
            program.Kinds.Add(node.Op);
            values[node.Name] = program.Add($"{node.Name}, {node.Op}", [.. node.Inputs.Select(i => values[i])], TfjsOps.Make(node));
        }
        foreach (var node in nodes.Values.Where(n => !used.Contains(n.Name) && n.Op != "Const"))
            program.AddOutput(node.Name, values[node.Name]);
        return program;
    }

    /// <summary>Nodes after those that they take.</summary>
    private static List<Node> InOrder(Dictionary<string, Node> nodes)
    {
        var order = new List<Node>();
        var state = new Dictionary<Node, bool>();
        // Not by recursion: a graph may be deep.
        var path = new Stack<(Node Node, int Next)>();
        foreach (var root in nodes.Values)
        {
            if (state.TryAdd(root, false))
                path.Push((root, 0));
            while (path.TryPop(out var top))
            {
                if (top.Next == top.Node.Inputs.Count)
                {
                    state[top.Node] = true;
                    order.Add(top.Node);
                    continue;
                }
                path.Push((top.Node, top.Next + 1));
                string name = top.Node.Inputs[top.Next];
                if (!nodes.TryGetValue(name, out var from))
                    throw new FormatException($"{top.Node.Json.At}: takes '{name}', which is not there");
                if (state.TryAdd(from, false))
                    path.Push((from, 0));
                else if (!state[from])
                    throw new FormatException($"{top.Node.Json.At}: is part of a loop, which is not read");
            }
        }
        return order;
    }

    /// <summary>An op in a graph.</summary>
    public sealed class Node
    {
        public Node(Json json)
        {
            (Json, Name, Op) = (json, json["name"].Text(), json["op"].Text());
            // "^name" only says that something must come before; "name:0" is the first output.
            Inputs = json.Has("input") ? [.. json["input"].Items().Select(i => i.Text()).Where(i => !i.StartsWith('^')).Select(i => i.EndsWith(":0", StringComparison.Ordinal) ? i[..^2] : i)] : [];
        }

        public Json Json { get; }

        public string Name { get; }

        public string Op { get; }

        public List<string> Inputs { get; }

        public string Text(string name, string missing) => Attribute(name, "s") is { } value ? Plain(value.Text()) : missing;

        public bool Flag(string name) => Attribute(name, "b") is { } value && value.Bool();

        public double Number(string name, double missing) => Attribute(name, "f") is { } value ? value.Number() : missing;

        public int Int(string name, int missing) => Attribute(name, "i") is { } value ? Int(value) : missing;

        public int[] Ints(string name) => Attribute(name, "list") is { } list && list.Has("i") ? [.. list["i"].Items().ConvertAll(Int)] : [];

        public string[] Texts(string name) => Attribute(name, "list") is { } list && list.Has("s") ? [.. list["s"].Items().ConvertAll(s => Plain(s.Text()))] : [];

        /// <summary>The element type of an attribute.</summary>
        public DType Type(string name) => Attribute(name, "type") is not { } value ? DType.Float32 : value.Kind == JsonKind.Number ? TypeOf(value.Int().ToString(CultureInfo.InvariantCulture)) : TypeOf(value.Text());

        public FormatException Refusal(string what) => new($"{Json.At}: the op '{Name}' is {Op}, {what}");

        private DType TypeOf(string name) => name switch
        {
            "DT_FLOAT" or "1" => DType.Float32,
            "DT_INT32" or "3" or "DT_INT64" or "9" => DType.Int32,
            "DT_BOOL" or "10" => DType.Bool,
            _ => throw Refusal($"of the element type {name}, which is not read"),
        };

        private Json? Attribute(string name, string kind) => Json.Has("attr") && Json["attr"].Has(name) && Json["attr"][name].Has(kind) ? Json["attr"][name][kind] : null;

        // 64-bit integers are texts in protobuf's JSON.
        private static int Int(Json json) => json.Kind == JsonKind.String
            ? int.TryParse(json.Text(), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int value) ? value : throw new FormatException($"{json.At} is no integer") : json.Int();

        // Bytes are base64 in protobuf's JSON.
        private static string Plain(string text)
        {
            Span<byte> bytes = stackalloc byte[64];
            return text.Length is > 0 and <= 64 && Convert.TryFromBase64String(text, bytes, out int count) && bytes[..count].IndexOfAnyExceptInRange((byte)' ', (byte)'~') < 0
                && System.Text.Encoding.ASCII.GetString(bytes[..count]) is var plain && Convert.ToBase64String(bytes[..count]) == text && Words.Contains(plain.ToUpperInvariant()) ? plain : text;
        }

        /// <summary>What attributes say in words.</summary>
        private static readonly HashSet<string> Words = ["SAME", "VALID", "EXPLICIT", "NHWC", "NCHW", "BIASADD", "RELU", "RELU6", "ELU", "PRELU", "LEAKYRELU", "SIGMOID", "TANH"];
    }
}
