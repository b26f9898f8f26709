namespace Hebb.Tflite;

/// <summary>What an operator sees while it is made: its options, what is known of its tensors, and ways to their values when it runs.</summary>
internal sealed class TfliteNode(TfliteGraph graph, TfliteState state, TfliteOperator step)
{
    public string Name => step.Name;

    public int Count => step.Inputs.Length;

    public int OutputCount => step.Outputs.Length;

    public bool Has(int i) => i < step.Inputs.Length && step.Inputs[i] >= 0;

    /// <exception cref="FormatException">There is no such input.</exception>
    public TfliteTensor In(int i) => Has(i) ? graph.Tensors[step.Inputs[i]] : throw new FormatException($"lacks input {i}");

    /// <exception cref="FormatException">There is no such output.</exception>
    public TfliteTensor Out(int i = 0) => i < step.Outputs.Length ? graph.Tensors[step.Outputs[i]] : throw new FormatException($"lacks output {i}");

    public int Int(int field, int missing = 0) => step.Options?.Int(field, missing) ?? missing;

    public int Byte(int field) => step.Options?.Byte(field) ?? 0;

    public bool Flag(int field, bool missing = false) => step.Options?.Flag(field, missing) ?? missing;

    public float Float(int field, float missing = 0) => step.Options?.Float(field, missing) ?? missing;

    public string Text(int field) => step.Options?.Text(field) ?? "";

    /// <summary>The graphs that it runs.</summary>
    public int[] Graphs => step.Graphs;

    public int[] Ints(int field) => step.Options?.Ints(field) ?? [];

    public float[] Floats(int field) => step.Options?.Floats(field) ?? [];

    /// <summary>An input as it is stored.</summary>
    public Func<Tensor?[], Tensor> Stored(int i)
    {
        var tensor = In(i);
        if (tensor.IsConstant)
        {
            var constant = state.Stored(tensor);
            return _ => constant();
        }
        if (tensor.IsVariable)
            throw new FormatException($"takes the state '{tensor.Name}', which is not read here");
        return x => x[i]!;
    }

    /// <summary>An input as the real numbers that it stands for.</summary>
    public Func<Tensor?[], Tensor> Real(int i)
    {
        var tensor = In(i);
        if (tensor.IsConstant)
        {
            var constant = state.Real(tensor);
            return _ => constant();
        }
        var stored = Stored(i);
        return tensor.Quantization is { } q ? x => TfliteQuantizing.Real(stored(x), q, DType.Float32) : stored;
    }

    /// <summary>Inputs from one on as real numbers; all by default.</summary>
    public Func<Tensor?[], Tensor>[] Reals(int from = 0) => [.. Enumerable.Range(from, Math.Max(0, Count - from)).Select(Real)];

    /// <summary>Whole numbers that decide shapes: known at once if they are constant, else read when the operator runs.</summary>
    public Func<Tensor?[], int[]> Numbers(int i)
    {
        var read = Stored(i);
        if (!In(i).IsConstant)
            return x => Numbers(read(x));
        int[] known = Numbers(read([]));
        return _ => known;
    }

    /// <summary>Real numbers as an output stores them.</summary>
    public Func<Tensor, Tensor> Give(int output = 0)
    {
        var tensor = Out(output);
        if (tensor.Quantization is { } q)
            return y => TfliteQuantizing.Stored(y, q, TfliteTypes.Numbers(tensor.Type)!.Value);
        var type = TfliteTypes.Numbers(tensor.Type);
        return type is null ? y => y : y => y.To(type.Value);
    }

    /// <summary>What is joined to an operator.</summary>
    /// <param name="field">The option that names it.</param>
    /// <exception cref="FormatException">It is not read.</exception>
    public Func<Tensor, Tensor> Activation(int field) => Byte(field) switch
    {
        0 => y => y,
        1 => y => y.ClampMin(0),
        2 => y => y.Clamp(-1L, 1L),
        3 => y => y.Clamp(0L, 6L),
        4 => y => y.Tanh(),
        var other => throw new FormatException($"is joined with activation {other}, which is not read"),
    };

    private static int[] Numbers(Tensor x) => x.DType.IsInteger || x.DType == DType.Bool ? Array.ConvertAll(x.To(DType.Int64).ToArray<long>(), v => (int)Math.Clamp(v, int.MinValue, int.MaxValue))
        : throw new DTypeException($"sizes and axes are whole numbers, not {x.DType.Name}");
}
