namespace Hebb.OpTests;

/// <summary>
/// A row of the op table: inputs, what to run, and what should come out. The harness derives from it the checks of value, types, gradients of both
/// modes and orders, batching, layout and serialised attributes.
/// </summary>
public sealed class OpCase(string name, Func<Tensor[]> inputs, Func<Tensor[], Tensor[]> run)
{
    public OpCase(string name, In[] inputs, Func<Tensor[], Tensor> run)
        : this(name, () => In.Make(name, inputs), xs => [run(xs)])
    {
    }

    public OpCase(string name, In[] inputs, Func<Tensor[], Tensor[]> run)
        : this(name, () => In.Make(name, inputs), run)
    {
    }

    /// <summary>Unique; shown in test output.</summary>
    public string Name { get; } = name;

    /// <summary>Fresh inputs, the same at every call. Float64 ones are differentiated; integer and Bool ones are not.</summary>
    public Func<Tensor[]> Inputs { get; } = inputs;

    public Func<Tensor[], Tensor[]> Run { get; } = run;

    /// <summary>The expected outputs, by independent means (naive loops in double). Null only where a golden case covers the value.</summary>
    public Func<Tensor[], Tensor[]>? Reference { get; init; }

    /// <summary>How close values come to the reference: |a - b| &lt;= Tolerance * (1 + |b|).</summary>
    public double Tolerance { get; init; } = 1e-12;

    /// <summary>Float and integer types in which the op is run again and compared with the float64 run on the same values.</summary>
    public DType[] DTypes { get; init; } = [DType.Float32, DType.Float16, DType.BFloat16];

    /// <summary>Relative tolerance in Float32; halves get their own.</summary>
    public double Float32Tolerance { get; init; } = 1e-5;

    /// <summary>Checked against central differences.</summary>
    public bool Gradient { get; init; } = true;

    public bool SecondGradient { get; init; } = true;

    public bool Jvp { get; init; } = true;

    public bool Vmap { get; init; } = true;

    /// <summary>Why no better batching rule than a loop over the examples serves all inputs or only the first; null where none may be used.</summary>
    public string? LoopsInVmap { get; init; }

    /// <summary>Outputs whose values are unique only up to something (signs of singular vectors); the row then maps them to what is unique.</summary>
    public double GradientTolerance { get; init; } = 1e-6;

    public override string ToString() => Name;
}

/// <summary>A kind of random input. The same row always gets the same numbers.</summary>
public sealed record In(int[] Shape, DType DType = DType.Float64, double Low = -2, double High = 2, double AwayFrom = double.NaN, double Margin = 0.1)
{
    /// <summary>Float64, uniform from -2 to 2.</summary>
    public static In Real(params int[] shape) => new(shape);

    /// <summary>Float64, uniform between two values.</summary>
    public static In Between(double low, double high, params int[] shape) => new(shape, Low: low, High: high);

    /// <summary>Float64, uniform from -2 to 2 but never within 0.1 of a kink.</summary>
    public static In Away(double kink, params int[] shape) => new(shape, AwayFrom: kink);

    /// <summary>Int64, from low up to high, not included.</summary>
    public static In Ints(int low, int high, params int[] shape) => new(shape, DType.Int64, low, high);

    public static In Bools(params int[] shape) => new(shape, DType.Bool, 0, 2);

    internal static Tensor[] Make(string name, In[] inputs)
    {
        int seed = 17;
        foreach (char c in name)
            seed = unchecked(seed * 31 + c);
        var random = new Random(seed);
        return Array.ConvertAll(inputs, i => i.Make(random));
    }

    private Tensor Make(Random random)
    {
        var values = new double[((Shape)Shape).Count];
        for (int i = 0; i < values.Length; i++)
        {
            double v = Low + (High - Low) * random.NextDouble();
            if (DType.IsInteger || DType == DType.Bool)
                v = Math.Floor(v);
            if (Math.Abs(v - AwayFrom) < Margin)
                v = AwayFrom + (v < AwayFrom ? -Margin : Margin) * (1 + random.NextDouble());
            values[i] = v;
        }
        return Tensor.From(values, Shape).To(DType);
    }
}
