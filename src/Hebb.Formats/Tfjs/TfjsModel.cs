using Hebb.Files;
using Hebb.Package;
using Hebb.Tfjs;

namespace Hebb;

/// <summary>
/// A TensorFlow.js model as a module, in eval mode: a graph of TensorFlow's ops, or layers of Keras. Its float weights are parameters under their own names, so it can be trained further.
/// Pictures are [N, H, W, C], as in TensorFlow.
/// <code>var model = TfjsModel.Load("model/model.json");
/// Tensor scores = model.Call(pictures);</code>
/// </summary>
public sealed class TfjsModel : Module
{
    private readonly TfjsProgram _program;
    private readonly OrderedDictionary<string, Parameter> _weights;

    private TfjsModel(TfjsProgram program, OrderedDictionary<string, Parameter> weights)
    {
        (_program, _weights) = (program, weights);
        Eval();
    }

    /// <summary>The names of what it takes, in the order of the arguments of a call.</summary>
    public IReadOnlyList<string> Inputs => _program.Inputs;

    /// <summary>The names of what it gives.</summary>
    public IReadOnlyList<string> Outputs => _program.Outputs;

    /// <summary>How often each kind of layer or op stands in it.</summary>
    public IReadOnlyList<(string Name, int Count)> Operators => FileReport.Count(_program.Kinds);

    /// <summary>Reads a model.</summary>
    /// <param name="path">Its <c>model.json</c>; files of weights are looked for in its folder only.</param>
    /// <exception cref="FormatException">It is no such file, is damaged, or has layers or ops that are not read (the message names them).</exception>
    /// <exception cref="DataException">There is no such file, or one of the weights is missing.</exception>
    public static TfjsModel Load(string path)
    {
        using var file = FileBytes.Open(path);
        return Load(file);
    }

    internal static TfjsModel Load(FileBytes file) => Reading.Guard(file.Name, () =>
    {
        var json = TfjsWeights.Parse(file);
        using var source = new TfjsWeights(json, file.Name);
        var tensors = source.Entries.ToDictionary(e => e.Name, e => source.Read(e.Name));
        var weights = new OrderedDictionary<string, Parameter>();
        foreach (var entry in source.Entries)
        {
            if (tensors[entry.Name].DType.IsFloat)
                weights.Add(entry.Name, new Parameter(tensors[entry.Name]));
        }
        var topology = json["modelTopology"];
        var others = OtherNames(tensors.Keys);
        var program = topology.Has("node") ? TfjsGraph.Read(topology, Weight) : KerasModel.Read(topology, Weight);
        return new TfjsModel(program, weights);

        Func<Tensor>? Weight(string name)
        {
            if (weights.TryGetValue(name, out var parameter))
                return () => parameter.Value;
            if (tensors.TryGetValue(name, out var tensor))
                return () => tensor;
            return others.GetValueOrDefault(name) is { } other ? Weight(other) : null;
        }
    });

    /// <summary>
    /// Further names of weights, where they are those of one alone: newer Keras puts a cell into recurrent layers, and models into models: <c>outer/lstm/lstm_cell/kernel</c> is <c>lstm/kernel</c> too.
    /// </summary>
    private static Dictionary<string, string?> OtherNames(IEnumerable<string> names)
    {
        const int mostParts = 8;
        var others = new Dictionary<string, string?>();
        foreach (string name in names)
        {
            string[] parts = name.Split('/');
            if (parts.Length is < 3 or > mostParts)
                continue;
            for (int outer = 0; outer <= parts.Length - 2; outer++)
            {
                if (outer > 0)
                    Add(string.Join('/', parts[outer..]), name);
                if (outer <= parts.Length - 3)
                    Add(string.Join('/', [.. parts[outer..^2], parts[^1]]), name);
            }
        }
        return others;

        void Add(string other, string name) => others[other] = others.ContainsKey(other) ? null : name;
    }

    /// <summary>Computes all outputs. <see cref="Module.Call(Tensor)"/> gives the first.</summary>
    /// <exception cref="HebbException">The inputs are not as many as the model takes, or do not fit.</exception>
    public Tensor[] CallAll(params ReadOnlySpan<Tensor> inputs)
    {
        Tensor[] given = inputs.ToArray();
        return Enter(() => _program.Run(given));
    }

    protected override Tensor Forward(Tensor x) => _program.Run([x])[0];

    protected override Tensor Forward(ReadOnlySpan<Tensor> inputs) => _program.Run(inputs.ToArray())[0];

    protected override void VisitMembers(IModuleVisitor visitor)
    {
        foreach (var (name, weight) in _weights)
            visitor.Parameter(name, weight);
    }
}
