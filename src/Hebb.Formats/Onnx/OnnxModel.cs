using Hebb.Onnx;
using Hebb.Onnx.Proto;

namespace Hebb;

/// <summary>
/// A model read from an ONNX file: an ordinary module. Its initialisers of float types are parameters under their own names, so that it can be trained and its state saved; others are buffers.
/// <code>var model = OnnxModel.Load("resnet.onnx");
/// var y = model.Call(x);                                        // one input, one output
/// var all = model.Run(new Dictionary&lt;string, OnnxValue&gt; { ["x"] = x, ["lengths"] = n });  // any</code>
/// </summary>
public sealed class OnnxModel : Module
{
    private readonly OnnxGraph _graph;
    private readonly List<(string Name, InitialValue Value)> _state;

    private OnnxModel(ModelProto proto, OnnxGraph graph, List<(string, InitialValue)> state)
    {
        (_graph, _state) = (graph, state);
        Name = proto.Graph.Name;
        Producer = $"{proto.ProducerName} {proto.ProducerVersion}".Trim();
        Inputs = [.. graph.Inputs.Select(p => new OnnxPort(p.Name, TypeNames.Describe(p.Type)))];
        Outputs = [.. graph.Outputs.Select(p => new OnnxPort(p.Name, TypeNames.Describe(p.Type)))];
        Opsets = ModelReader.Opsets(proto.OpsetImport);
        Metadata = proto.MetadataProps.GroupBy(p => p.Key).ToDictionary(g => g.Key, g => g.Last().Value);
        Operators = [.. graph.Nodes.GroupBy(n => n.Domain.Length == 0 ? n.OpType : $"{n.Domain}.{n.OpType}").OrderBy(g => g.Key, StringComparer.Ordinal).Select(g => (g.Key, g.Count()))];
        Eval();
    }

    /// <summary>The graph's name.</summary>
    public string Name { get; }

    /// <summary>What wrote the file, and its version.</summary>
    public string Producer { get; }

    /// <summary>What the graph takes, without what initialisers give.</summary>
    public IReadOnlyList<OnnxPort> Inputs { get; }

    /// <summary>What the graph gives.</summary>
    public IReadOnlyList<OnnxPort> Outputs { get; }

    /// <summary>The versions of the operator sets that the graph is written for, by domain.</summary>
    public IReadOnlyDictionary<string, int> Opsets { get; }

    /// <summary>What the file says of itself.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; }

    /// <summary>The operators of the main graph, and how often each stands there.</summary>
    public IReadOnlyList<(string Name, int Count)> Operators { get; }

    internal OnnxGraph Graph => _graph;

    /// <summary>Reads a model. Data in further files are looked for in its folder, and nowhere else.</summary>
    /// <param name="path">The file.</param>
    /// <param name="part">The part of the graph that is wanted; null for all of it.</param>
    /// <exception cref="Hebb.FormatException">The file is damaged, or uses an operator that is not known.</exception>
    /// <exception cref="IOException">The file can't be read.</exception>
    public static OnnxModel Load(string path, OnnxPart? part = null)
    {
        try
        {
            return Load(File.ReadAllBytes(path), Path.GetDirectoryName(Path.GetFullPath(path)), part);
        }
        catch (FormatException e)
        {
            throw new FormatException($"{path}: {e.Message}", e);
        }
    }

    /// <summary>Reads a model out of memory.</summary>
    /// <param name="bytes">The file's bytes.</param>
    /// <param name="folder">Where data in further files are looked for; null where there may be none.</param>
    /// <param name="part">The part of the graph that is wanted; null for all of it.</param>
    /// <exception cref="Hebb.FormatException">The bytes are damaged, or use an operator that is not known.</exception>
    public static OnnxModel Load(byte[] bytes, string? folder = null, OnnxPart? part = null) => ModelReader.Read(bytes, folder, part, (proto, graph, state) => new OnnxModel(proto, graph, state));

    /// <summary>Computes all outputs.</summary>
    /// <param name="inputs">Values by the names of the inputs. Inputs that initialisers give may be among them.</param>
    /// <returns>One value for each of <see cref="Outputs"/>.</returns>
    /// <exception cref="Hebb.FormatException">An input is missing or unknown, or a value is not of the kind that an operator takes.</exception>
    public OnnxValue[] Run(IReadOnlyDictionary<string, OnnxValue> inputs) => Enter(() => RunGraph(inputs));

    /// <inheritdoc/>
    protected override Tensor Forward(Tensor x) => Forward([x]);

    /// <summary>Computes from tensors in the order of <see cref="Inputs"/>; gives the first output.</summary>
    protected override Tensor Forward(ReadOnlySpan<Tensor> inputs) => RunGraph(Named(inputs))[0].AsTensor();

    /// <summary>Computes all outputs from tensors in the order of <see cref="Inputs"/>. Outputs must be tensors.</summary>
    public Tensor[] CallAll(params ReadOnlySpan<Tensor> inputs)
    {
        var named = Named(inputs);
        return Enter(() => Array.ConvertAll(RunGraph(named), v => v.AsTensor()));
    }

    /// <summary>
    /// The model as one function for inference, from the tensors of <see cref="Inputs"/> to those of <see cref="Outputs"/>: constants and what follows from them are computed once, weights laid out
    /// once, normalisations folded into them, memory planned. The model itself stays as it is. When its weights change, the next call compiles anew; results carry no gradients.
    /// </summary>
    /// <param name="verify">Compares in every call what the plan computes with the ops one by one, as <see cref="Transform.Compile(Module, bool, bool, IEnumerable{DynamicAxis})"/> does.</param>
    /// <param name="dynamic">Axes whose sizes change from call to call, as there.</param>
    public CompiledFunction Compile(bool verify = false, IEnumerable<DynamicAxis>? dynamic = null) => new(
        inputs =>
        {
            using var none = GradMode.NoGrad();
            return CallAll(inputs);
        },
        module: null, strict: false, verify, dynamic, freezes: true);

    /// <inheritdoc/>
    protected override void VisitMembers(IModuleVisitor visitor)
    {
        foreach (var (name, value) in _state)
        {
            if (value is InitialParameter { Parameter: var parameter })
                visitor.Parameter(name, parameter);
            else if (value is InitialBuffer buffer)
                visitor.Buffer(name, buffer.Tensor, t => buffer.Tensor = t, persistent: !buffer.Tensor.DType.IsStorageOnly);
        }
    }

    private Dictionary<string, OnnxValue> Named(ReadOnlySpan<Tensor> inputs)
    {
        if (inputs.Length > Inputs.Count)
            throw new FormatException($"the model takes {Inputs.Count} inputs ({string.Join(", ", Inputs.Select(i => i.Name))}), not {inputs.Length}");
        var named = new Dictionary<string, OnnxValue>();
        for (int i = 0; i < inputs.Length; i++)
            named[Inputs[i].Name] = inputs[i];
        return named;
    }

    private OnnxValue[] RunGraph(IReadOnlyDictionary<string, OnnxValue> inputs)
    {
        var frame = new Frame(_graph, null);
        int used = 0;
        foreach (var port in _graph.AllInputs)
        {
            if (inputs.TryGetValue(port.Name, out var value))
            {
                frame.Values[port.Slot.Slot] = value;
                used++;
            }
            else if (frame.Values[port.Slot.Slot] is null && port.Type?.OptionalType is null)
            {
                throw new FormatException($"the input '{port.Name}' is missing; the model takes {string.Join(", ", Inputs)}");
            }
        }
        if (used < inputs.Count)
            throw new FormatException($"the model has no input '{inputs.Keys.First(n => !_graph.AllInputs.Any(p => p.Name == n))}'; it takes {string.Join(", ", Inputs)}");
        var outputs = frame.Run();
        return [.. outputs.Select((v, i) => v ?? throw new FormatException($"the output '{Outputs[i].Name}' has no value"))];
    }
}

/// <summary>An input or output of an ONNX graph.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Type">Its type as the file gives it, such as <c>float32[batch, 3, 224, 224]</c>.</param>
public sealed record OnnxPort(string Name, string Type)
{
    /// <inheritdoc/>
    public override string ToString() => $"{Name}: {Type}";
}
