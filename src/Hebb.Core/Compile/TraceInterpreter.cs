using System.Runtime.InteropServices;
using Hebb.Modules;
using Hebb.Transforms;

namespace Hebb.Compile;

/// <summary>
/// Writes down the ops that run on this thread, without running them. It sees all of them, also those on tensors that it did not wrap: what is computed from
/// parameters belongs to the graph. What is computed from constants alone is a constant.
/// </summary>
internal sealed partial class TraceInterpreter : Interpreter
{
    private sealed class Traced(Interpreter interpreter, GraphValue value) : Tracer(interpreter)
    {
        public readonly GraphValue Value = value;
    }

    private readonly TraceInterpreter? _outer = EngineThread.Current.Trace;
    private readonly Dictionary<Tensor, GraphLeaf> _state = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<Tensor, GraphConstant> _constants = new(ReferenceEqualityComparer.Instance);
    private readonly List<GraphNode> _nodes = [];
    private readonly bool _lines;
    private readonly bool _captures, _folds, _collects;
    private readonly Dictionary<Module, bool> _modes = new(ReferenceEqualityComparer.Instance);

    /// <param name="module">Whose parameters and buffers keep their names.</param>
    /// <param name="lines">Notes the source line of every op.</param>
    /// <param name="captures">Takes in tensors from inside other transforms, and what is computed from tensors on the tape: the graph is run at once.</param>
    /// <param name="folds">Computes at once what depends on constants alone.</param>
    /// <param name="collects">Notes what the function changes in place, so that whoever runs the graph can do it.</param>
    public TraceInterpreter(Module? module, bool lines, bool captures = false, bool folds = true, bool collects = false)
    {
        (_lines, _captures, _folds, _collects) = (lines, captures, folds, collects);
        if (module is not null)
        {
            var tree = ModuleTree.Of(module);
            foreach (var (name, parameter) in tree.Parameters.Where(p => p.Parameter.IsMaterialized))
                _state.TryAdd(parameter.Value, new GraphParameter(name, parameter));
            foreach (var (name, buffer, _, _) in tree.Buffers)
                _state.TryAdd(buffer, new GraphBuffer(name, buffer));
        }
        EngineThread.Current.Trace = this;
        BoundParameters.Attend();
    }

    public override string Name => "Trace";

    /// <summary>Whether the source line of every op is noted.</summary>
    public bool NotesLines => _lines;

    public IReadOnlyList<GraphNode> Nodes => _nodes;

    /// <summary>The modules whose mode the function asked for, and what it was told.</summary>
    public IEnumerable<(Module Module, bool Training)> Modes => _modes.Select(m => (m.Key, m.Value));

    /// <summary>The source line of the op that was written down last, where lines are noted.</summary>
    public string? LastLine { get; private set; }

    public void Saw(Module module, bool training)
    {
        _modes.TryAdd(module, training);
        _outer?.Saw(module, training);
    }

    public Tensor Wrap(GraphValue value) => new(new Traced(this, value), value.Spec.Shape, value.Spec.DType);

    /// <summary>The value in the graph that a tensor stands for; one from outside becomes a constant.</summary>
    public GraphValue Open(Tensor x)
    {
        if (x.Tracer is Traced traced && traced.Interpreter == this)
            return traced.Value;
        if (x.Tracer is { } other && !_captures)
            throw new TraceException($"Trace: the function uses a tensor from inside {other.Interpreter.Name}, {x.Spec}, which it was not given; make it an input");
        return Current(x) ?? Leaf(x);
    }

    /// <summary>What stands for a tensor from outside as it is when a run begins.</summary>
    private GraphLeaf Leaf(Tensor x)
    {
        if (_state.TryGetValue(x, out var leaf))
            return leaf;
        ref var constant = ref CollectionsMarshal.GetValueRefOrAddDefault(_constants, x, out _);
        return constant ??= new GraphConstant(_captures ? x : TensorScope.Escape(x));
    }

    /// <summary>In place of a random key: one that every run of the graph draws afresh.</summary>
    public Tensor Key(Rng rng)
    {
        var key = new GraphKey(rng == Rng.Default ? null : rng);
        _keys.Add(key);
        return Wrap(key);
    }

    public override void Process(Primitive primitive, ReadOnlySpan<Tensor> inputs, Span<Tensor> outputs)
    {
        if (IsConstant(inputs))
        {
            Eager.Run(EngineThread.Current, primitive, inputs, outputs);
            return;
        }
        if (primitive is CheckpointOp)
        {
            // What a graph keeps for backward is for its passes to say; only loops ask.
            var within = EngineThread.Current;
            bool outer = within.IsCheckpointed;
            within.IsCheckpointed = true;
            try
            {
                primitive.Decompose(inputs).CopyTo(outputs);
            }
            finally
            {
                within.IsCheckpointed = outer;
            }
            return;
        }
        // What belongs to a backward pass is called from where that was asked for; the line of the op forward says more.
        var thread = EngineThread.Current;
        string? line = _lines || primitive.IsDataDependent ? thread.ReplayedLine ?? thread.Backward?.Line ?? SourceLine.OfCaller() : null;
        LastLine = line;
        if (primitive.IsDataDependent)
            throw new TraceException($"Trace: the shape of what {primitive.DisplayName} gives depends on values, which a graph does not know (called at {line})");
        var values = new GraphValue[inputs.Length];
        Span<TensorSpec> expected = new TensorSpec[inputs.Length + outputs.Length];
        for (int i = 0; i < inputs.Length; i++)
        {
            values[i] = Open(inputs[i]);
            expected[i] = inputs[i].Spec;
        }
        var specs = expected[inputs.Length..];
        primitive.Infer(expected[..inputs.Length], specs);
        var node = new GraphNode(primitive, values, specs, thread.OpPath, line) { Recomputation = thread.Recomputation, IsCheckpointed = thread.IsCheckpointed };
        _nodes.Add(node);
        for (int i = 0; i < outputs.Length; i++)
            outputs[i] = Wrap(node.Outputs[i]);
    }

    private bool IsConstant(ReadOnlySpan<Tensor> inputs)
    {
        if (!_folds)
            return false;
        foreach (var input in inputs)
        {
            if (input.Tracer is not null || _state.ContainsKey(input) || (_captures && input.Node is not null) || (_collects && MayChange(input)))
                return false;
        }
        return true;
    }

    // What the function itself has changed, or what another trace around this one has to see being read.
    private bool MayChange(Tensor x) => x.HasStorage && (_written.ContainsKey(x.Storage) || (_outer is { IsCompiling: true } && !_new.Contains(x.Storage)));

    public void End()
    {
        UndoAll();
        BoundParameters.Ignore();
        EngineThread.Current.Trace = _outer;
        Close();
    }
}

/// <summary>A function that can't be written down as a graph, and why.</summary>
public sealed class TraceException(string message, Exception? inner = null) : HebbException(message, inner)
{
    /// <summary>Whether the reason is gone once the function has run: it makes what it then finds, such as the state of an optimizer.</summary>
    public bool IsPassing { get; init; }
}
