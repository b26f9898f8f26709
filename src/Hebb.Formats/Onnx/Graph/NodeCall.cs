namespace Hebb.Onnx;

/// <summary>What an operator computes: outputs in their order, null for one that is left out. It may give more than are asked for.</summary>
internal delegate OnnxValue?[] OperatorBody(NodeCall call);

/// <summary>One run of a node: its inputs and attributes, as operators ask for them.</summary>
internal sealed class NodeCall(OnnxNode node, Frame frame)
{
    public OnnxNode Node => node;

    public Frame Frame => frame;

    /// <summary>The version of the operator set.</summary>
    public int Version => node.Version;

    /// <summary>How many inputs the node lists.</summary>
    public int Count => node.Inputs.Length;

    /// <summary>How many outputs the node lists.</summary>
    public int OutputCount => node.Outputs.Length;

    /// <summary>Whether somebody asks for an output.</summary>
    public bool Wants(int output) => output < node.Outputs.Length && node.Outputs[output] >= 0;

    /// <summary>Whether an input is given.</summary>
    public bool Has(int input) => Value(input) is not null;

    /// <summary>An input, or null where it is left out.</summary>
    public OnnxValue? Value(int input) => input < node.Inputs.Length ? frame[node.Inputs[input]] : null;

    /// <summary>An input of any kind.</summary>
    /// <exception cref="FormatException">It is left out.</exception>
    public OnnxValue Required(int input) => Value(input) ?? throw new FormatException($"input {input + 1} is missing");

    /// <summary>An input that is a tensor.</summary>
    /// <exception cref="FormatException">It is left out, or no tensor.</exception>
    public Tensor this[int input] => Required(input).AsTensor();

    /// <summary>An input that is a tensor, or null where it is left out.</summary>
    public Tensor? Tensor(int input) => Value(input)?.AsTensor();

    /// <summary>All inputs, which are tensors.</summary>
    public Tensor[] Tensors(int start = 0)
    {
        var all = new Tensor[node.Inputs.Length - start];
        for (int i = 0; i < all.Length; i++)
            all[i] = this[start + i];
        return all;
    }

    /// <summary>An input that is strings.</summary>
    public OnnxStrings Strings(int input) => Required(input) as OnnxStrings ?? throw new FormatException($"input {input + 1} must be strings, not {Required(input).Describe()}");

    /// <summary>An input that is a sequence.</summary>
    public OnnxSequence Sequence(int input) => Required(input) as OnnxSequence ?? throw new FormatException($"input {input + 1} must be a sequence, not {Required(input).Describe()}");

    /// <summary>The values of an integer tensor, which decide shapes.</summary>
    public long[] Longs(int input) => HostValues.Longs(this[input]);

    /// <summary>The values of an integer tensor, or null where it is left out.</summary>
    public long[]? LongsOrNull(int input) => Has(input) ? Longs(input) : null;

    /// <summary>The only value of an integer tensor.</summary>
    public long Long(int input)
    {
        long[] values = Longs(input);
        return values.Length == 1 ? values[0] : throw new FormatException($"input {input + 1} must be one number, not {values.Length}");
    }

    /// <summary>The only value of a tensor of any real type.</summary>
    public double Number(int input)
    {
        double[] values = HostValues.Doubles(this[input]);
        return values.Length == 1 ? values[0] : throw new FormatException($"input {input + 1} must be one number, not {values.Length}");
    }

    /// <summary>Whether the node, or the call of the function that it stands in, gives an attribute.</summary>
    public bool HasAttribute(string name) => Find(name) is not null;

    public long Int(string name, long otherwise) => Get(name, otherwise);

    public long Int(string name) => Needed<long>(name);

    public bool Flag(string name, bool otherwise = false) => Get(name, otherwise ? 1L : 0L) != 0;

    public float Float(string name, float otherwise) => Get(name, otherwise);

    public string Text(string name, string otherwise) => Get(name, otherwise);

    public string Text(string name) => Needed<string>(name);

    public long[]? Ints(string name) => Get<long[]?>(name, null);

    public float[]? Floats(string name) => Get<float[]?>(name, null);

    public string[]? Texts(string name) => Get<string[]?>(name, null);

    public OnnxValue? Given(string name) => Get<OnnxValue?>(name, null);

    public OnnxValue[]? GivenMany(string name) => Get<OnnxValue[]?>(name, null);

    /// <summary>An attribute that is an element type.</summary>
    public DType DType(string name, DType otherwise) => Find(name) is null ? otherwise : ElementType.Of(Needed<long>(name));

    public Proto.TypeProto? Type(string name) => Get<Proto.TypeProto?>(name, null);

    /// <summary>Runs an attribute that is a graph.</summary>
    public OnnxValue?[] Run(string name, params ReadOnlySpan<OnnxValue?> inputs)
    {
        var (attribute, at) = Find(name) ?? throw Missing(name);
        return at.Call(attribute.Value as OnnxGraph ?? throw Wrong(name), inputs);
    }

    /// <summary>An attribute that is a graph.</summary>
    public OnnxGraph Graph(string name) => Needed<OnnxGraph>(name);

    private (OnnxAttribute Attribute, Frame Frame)? Find(string name)
    {
        if (!node.Attributes.TryGetValue(name, out var attribute))
            return null;
        if (attribute.Reference is null)
            return (attribute, frame);
        return frame.Attributes is { } given && given.TryGetValue(attribute.Reference, out var passed) ? passed : null;
    }

    private T Get<T>(string name, T otherwise) => Find(name) is not { } found ? otherwise : found.Attribute.Value is T value ? value : throw Wrong(name);

    private T Needed<T>(string name) => (Find(name) ?? throw Missing(name)).Attribute.Value is T value ? value : throw Wrong(name);

    private FormatException Missing(string name) => new($"{node.OpType} needs the attribute '{name}'");

    private FormatException Wrong(string name) => new($"{node.OpType}: the attribute '{name}' is of another type than it has to be");
}
