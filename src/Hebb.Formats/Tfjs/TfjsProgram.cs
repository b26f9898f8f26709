namespace Hebb.Tfjs;

/// <summary>Values that follow from each other: each step computes one from earlier ones.</summary>
internal sealed class TfjsProgram
{
    private readonly List<Step> _steps = [];
    private readonly List<int> _inputs = [], _outputs = [];

    private sealed record Step(string Name, int[] From, Func<Tensor[], Tensor> Compute);

    public List<string> Inputs { get; } = [];

    public List<string> Outputs { get; } = [];

    /// <summary>What the steps are called in the file.</summary>
    public List<string> Kinds { get; } = [];

    /// <summary>Adds an argument of the call.</summary>
    /// <returns>Its number among the values.</returns>
    public int AddInput(string name)
    {
        Inputs.Add(name);
        _inputs.Add(_steps.Count);
        return Add(name, [], _ => throw new InvalidOperationException(name));
    }

    /// <summary>Adds a value that follows from earlier ones.</summary>
    /// <returns>Its number.</returns>
    public int Add(string name, int[] from, Func<Tensor[], Tensor> compute)
    {
        _steps.Add(new Step(name, from, compute));
        return _steps.Count - 1;
    }

    /// <summary>Makes a value a result of the call.</summary>
    public void AddOutput(string name, int value)
    {
        Outputs.Add(name);
        _outputs.Add(value);
    }

    public Tensor[] Run(Tensor[] inputs)
    {
        if (inputs.Length != _inputs.Count)
            throw new HebbException($"the model takes {_inputs.Count} tensor{(_inputs.Count == 1 ? "" : "s")} ({string.Join(", ", Inputs)}), not {inputs.Length}");
        var values = new Tensor?[_steps.Count];
        for (int i = 0; i < inputs.Length; i++)
            values[_inputs[i]] = inputs[i];
        for (int i = 0; i < values.Length; i++)
        {
            if (values[i] is not null)
                continue;
            var step = _steps[i];
            try
            {
                values[i] = step.Compute(Array.ConvertAll(step.From, f => values[f]!));
            }
            catch (Exception e) when (e is ShapeException or DTypeException or ArgumentException or IndexOutOfRangeException or OverflowException)
            {
                throw new FormatException($"{step.Name}: {e.Message.ReplaceLineEndings(" ")}", e);
            }
        }
        return [.. _outputs.Select(o => values[o]!)];
    }
}
