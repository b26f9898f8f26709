using Hebb.Compile;
using Hebb.Files;
using Hebb.Tflite;
using Hebb.Transforms;

namespace Hebb;

/// <summary>
/// A TensorFlow Lite model as a module, in eval mode. Its float weights are parameters under their own names, so it can be trained further; quantised weights are buffers. Pictures are [N, H, W, C].
/// <code>var model = TfliteModel.Load("model.tflite");
/// Tensor scores = model.Call(pictures);</code>
/// A quantised model takes and gives whole numbers, as in TensorFlow Lite. If it is given floats, they are quantised by its own scales, and what it gives is made real numbers too.
/// </summary>
public sealed class TfliteModel : Module
{
    private readonly TfliteGraph _graph;
    private readonly TfliteProgram _program;
    private readonly TfliteState _state;

    private TfliteRun? _kept;

    private TfliteModel(TfliteFile file, TfliteState state)
    {
        (_graph, _state, _program) = (file.Main, state, new TflitePrograms(file, state)[0]);
        Inputs = [.. file.Main.Inputs.Select(file.Port)];
        Outputs = [.. file.Main.Outputs.Select(file.Port)];
        Operators = file.CountOperators();
        Description = file.Description;
        Eval();
    }

    /// <summary>What it takes, in the order of the arguments of a call: names, types, sizes, and how whole numbers stand for real ones.</summary>
    public IReadOnlyList<FilePort> Inputs { get; }

    /// <summary>What it gives.</summary>
    public IReadOnlyList<FilePort> Outputs { get; }

    /// <summary>How often each operator stands in it.</summary>
    public IReadOnlyList<(string Name, int Count)> Operators { get; }

    /// <summary>What the file says of itself.</summary>
    public string Description { get; }

    /// <summary>Reads a model.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="FormatException">It is no such file, is damaged, or has operators that are not read (the message names them).</exception>
    /// <exception cref="DataException">There is no such file, or it can't be read.</exception>
    public static TfliteModel Load(string path)
    {
        using var file = FileBytes.Open(path);
        return Load(file);
    }

    /// <summary>Reads a model out of memory.</summary>
    /// <param name="bytes">The whole file.</param>
    /// <param name="name">What errors call it.</param>
    /// <inheritdoc cref="Load(string)"/>
    public static TfliteModel Load(byte[] bytes, string name = "model.tflite")
    {
        using var file = new FileBytes(bytes, name);
        return Load(file);
    }

    internal static TfliteModel Load(FileBytes file) => Reading.Guard(file.Name, () =>
    {
        if (FileFormats.Recognise(file) != FileFormat.TensorFlowLite)
            throw new FormatException("is no TensorFlow Lite file");
        var parsed = new TfliteFile(file);
        return new TfliteModel(parsed, new TfliteState(new TfliteWeights(file, parsed)));
    });

    /// <summary>Computes all outputs. <see cref="Module.Call(Tensor)"/> gives the first.</summary>
    /// <exception cref="HebbException">The inputs are not as many as the model takes, or do not fit.</exception>
    public Tensor[] CallAll(params ReadOnlySpan<Tensor> inputs)
    {
        Tensor[] given = inputs.ToArray();
        return Enter(() => Run(given));
    }

    /// <summary>Gives variables the values that they begin with. A model that changes variables keeps them from call to call, so that its calls come one after the other.</summary>
    public void ResetVariables() => _kept = null;

    protected override Tensor Forward(Tensor x) => Run([x])[0];

    protected override Tensor Forward(ReadOnlySpan<Tensor> inputs) => Run(inputs.ToArray())[0];

    protected override void VisitMembers(IModuleVisitor visitor)
    {
        foreach (var (name, parameter) in _state.Parameters)
            visitor.Parameter(name, parameter);
        foreach (string name in _state.Buffers.Keys.ToArray())
            visitor.Buffer(name, _state.Buffers[name], t => _state.Buffers[name] = t, persistent: true);
    }

    private Tensor[] Run(Tensor[] inputs)
    {
        if (inputs.Length != _graph.Inputs.Length)
            throw new HebbException($"the model takes {_graph.Inputs.Length} tensor{(_graph.Inputs.Length == 1 ? "" : "s")} ({string.Join(", ", Inputs.Select(i => i.Name))}), not {inputs.Length}");
        bool real = false;
        for (int i = 0; i < inputs.Length; i++)
        {
            var tensor = _graph.Tensors[_graph.Inputs[i]];
            var type = TfliteTypes.Numbers(tensor.Type);
            if (tensor.Quantization is { } q && inputs[i].DType.IsFloat)
                (inputs[i], real) = (TfliteQuantizing.Stored(inputs[i], q, type!.Value), true);
            else if (inputs[i].DType != type)
                throw new DTypeException($"the model takes {Inputs[i].Name} as {Inputs[i].Type}, not {inputs[i].DType.Name}");
        }
        if (_program.ChangesVariables && EngineThread.Current.Trace is not null)
            throw new TraceException("the model changes variables, which it keeps from call to call");
        var run = _kept?.Copy() ?? new TfliteRun();
        var outputs = _program.Run(inputs, run);
        if (_program.ChangesVariables)
            _kept = run.Copy();
        return real ? [.. outputs.Select((y, i) => _graph.Tensors[_graph.Outputs[i]].Quantization is { } q ? TfliteQuantizing.Real(y, q, DType.Float32) : y)] : outputs;
    }
}
