namespace Hebb.Tflite;

/// <summary>Computes some values from others. What stands in the place of a tensor that is left out or constant is null.</summary>
internal delegate Tensor[] TfliteStep(Tensor?[] inputs);

/// <summary>The steps of a graph, one after the other; a value is let go after its last use.</summary>
internal sealed class TfliteProgram
{
    private readonly List<(TfliteOperator Operator, TfliteStep Compute, int[] Dead)> _steps = [];
    private readonly TfliteFile _file;
    private readonly Func<Tensor?[], Tensor>[] _outputs;

    /// <exception cref="FormatException">A step is not read, or takes what was not computed before it.</exception>
    public TfliteProgram(TfliteFile file, TfliteState state)
    {
        _file = file;
        var known = new HashSet<int>(file.Inputs);
        var last = new Dictionary<int, int>();
        for (int i = 0; i < file.Operators.Count; i++)
        {
            var step = file.Operators[i];
            foreach (int tensor in step.Inputs.Where(t => t >= 0))
            {
                if (!known.Contains(tensor) && file.Tensors[tensor] is { IsConstant: false, IsVariable: false } early)
                    throw new FormatException($"step {i}, {step.Name}, takes '{early.Name}' before it is computed");
                last[tensor] = i;
            }
            known.UnionWith(step.Outputs);
        }
        var kept = new HashSet<int>(file.Outputs);
        for (int i = 0; i < file.Operators.Count; i++)
        {
            var step = file.Operators[i];
            TfliteStep compute;
            try
            {
                compute = TfliteOps.Make(new TfliteNode(file, state, step));
            }
            catch (FormatException e)
            {
                throw new FormatException($"{Place(step)}: {e.Message}", e);
            }
            _steps.Add((step, compute, [.. step.Inputs.Where(t => t >= 0 && last[t] == i && !kept.Contains(t)).Distinct()]));
        }
        _outputs = Array.ConvertAll(file.Outputs, o => Output(file.Tensors[o], known, state));
    }

    private static Func<Tensor?[], Tensor> Output(TfliteTensor tensor, HashSet<int> known, TfliteState state)
    {
        if (known.Contains(tensor.Index))
            return values => values[tensor.Index]!;
        if (!tensor.IsConstant)
            throw new FormatException($"gives '{tensor.Name}', which nothing computes");
        var constant = state.Stored(tensor);
        return _ => constant();
    }

    public Tensor[] Run(ReadOnlySpan<Tensor> inputs)
    {
        var values = new Tensor?[_file.Tensors.Count];
        for (int i = 0; i < inputs.Length; i++)
            values[_file.Inputs[i]] = inputs[i];
        foreach (var (step, compute, dead) in _steps)
        {
            Tensor[] y;
            try
            {
                y = compute(Array.ConvertAll(step.Inputs, t => t < 0 ? null : values[t]));
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

    private string Place(TfliteOperator step) => step.Outputs.Length == 0 ? step.Name : $"{_file.Tensors[step.Outputs[0]].Name}, {step.Name}";
}
