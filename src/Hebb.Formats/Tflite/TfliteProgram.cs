namespace Hebb.Tflite;

/// <summary>Computes some values from others. What stands in the place of a tensor that is left out or constant is null.</summary>
internal delegate Tensor[] TfliteStep(Tensor?[] inputs);

/// <summary>The same, of what runs other graphs or keeps variables.</summary>
internal delegate Tensor[] TfliteCall(Tensor?[] inputs, TfliteRun run);

/// <summary>The steps of a graph, one after the other; a value is let go after its last use.</summary>
internal sealed class TfliteProgram
{
    private readonly List<(TfliteOperator Operator, TfliteCall Compute, int[] Dead)> _steps = [];
    private readonly TfliteGraph _graph;
    private readonly Func<Tensor?[], Tensor>[] _outputs;

    /// <exception cref="FormatException">A step is not read, or takes what was not computed before it.</exception>
    public TfliteProgram(TfliteGraph graph, TfliteState state, TflitePrograms programs)
    {
        _graph = graph;
        var known = new HashSet<int>(graph.Inputs);
        var last = new Dictionary<int, int>();
        for (int i = 0; i < graph.Operators.Count; i++)
        {
            var step = graph.Operators[i];
            foreach (int tensor in step.Inputs.Where(t => t >= 0))
            {
                if (!known.Contains(tensor) && graph.Tensors[tensor] is { IsConstant: false, IsVariable: false } early)
                    throw new FormatException($"step {i}, {step.Name}, takes '{early.Name}' before it is computed");
                last[tensor] = i;
            }
            known.UnionWith(step.Outputs);
        }
        var kept = new HashSet<int>(graph.Outputs);
        for (int i = 0; i < graph.Operators.Count; i++)
        {
            var step = graph.Operators[i];
            TfliteCall compute;
            try
            {
                var node = new TfliteNode(graph, state, step);
                compute = TfliteControl.Make(node, programs) ?? Alone(TfliteOps.Make(node));
            }
            catch (FormatException e)
            {
                throw new FormatException($"{Place(step)}: {e.Message}", e);
            }
            foreach (int called in step.Graphs)
            {
                Depth = Math.Max(Depth, programs[called].Depth + 1);
                ChangesVariables |= step.Name != "CALL_ONCE" && programs[called].ChangesVariables;
            }
            ChangesVariables |= step.Name == "ASSIGN_VARIABLE";
            _steps.Add((step, compute, [.. step.Inputs.Where(t => t >= 0 && last[t] == i && !kept.Contains(t)).Distinct()]));
        }
        _outputs = Array.ConvertAll(graph.Outputs, o => Output(graph.Tensors[o], known, state));
    }

    public int InputCount => _graph.Inputs.Length;

    public int OutputCount => _graph.Outputs.Length;

    /// <summary>How many graphs run each other here at most, this one too.</summary>
    public int Depth { get; } = 1;

    /// <summary>Whether a call gives variables other values than those that they begin with.</summary>
    public bool ChangesVariables { get; }

    private static TfliteCall Alone(TfliteStep step) => (x, _) => step(x);

    private static Func<Tensor?[], Tensor> Output(TfliteTensor tensor, HashSet<int> known, TfliteState state)
    {
        if (known.Contains(tensor.Index))
            return values => values[tensor.Index]!;
        if (!tensor.IsConstant)
            throw new FormatException($"gives '{tensor.Name}', which nothing computes");
        var constant = state.Stored(tensor);
        return _ => constant();
    }

    public Tensor[] Run(ReadOnlySpan<Tensor> inputs, TfliteRun run)
    {
        var values = new Tensor?[_graph.Tensors.Count];
        for (int i = 0; i < inputs.Length; i++)
            values[_graph.Inputs[i]] = inputs[i];
        foreach (var (step, compute, dead) in _steps)
        {
            Tensor[] y;
            try
            {
                y = compute(Array.ConvertAll(step.Inputs, t => t < 0 ? null : values[t]), run);
            }
            catch (Exception e) when (e is ShapeException or DTypeException or ArgumentException or IndexOutOfRangeException or OverflowException or DivideByZeroException)
            {
                throw new FormatException($"{Place(step)}: {e.Message.ReplaceLineEndings(" ")}", e);
            }
            // States and scratch after the values need not be given.
            for (int i = 0; i < y.Length && i < step.Outputs.Length; i++)
                values[step.Outputs[i]] = y[i];
            foreach (int tensor in dead)
                values[tensor] = null;
        }
        return Array.ConvertAll(_outputs, o => o(values));
    }

    private string Place(TfliteOperator step) => step.Outputs.Length == 0 ? step.Name : $"{_graph.Tensors[step.Outputs[0]].Name}, {step.Name}";
}
