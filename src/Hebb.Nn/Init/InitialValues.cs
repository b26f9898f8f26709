namespace Hebb;

/// <summary>
/// First values of a layer's parameters. The layer draws its key when it is made and each parameter folds its own number into it, so values depend on neither
/// the order of calls nor on whether sizes were given or inferred.
/// </summary>
internal readonly struct InitialValues(Rng? rng)
{
    private readonly Tensor _key = TensorScope.Escape((rng ?? Rng.Default).NextKey());

    /// <summary>The key of parameter number <paramref name="index"/>.</summary>
    public Tensor Key(int index) => RandomKey.FoldIn(_key, index);

    /// <summary>Uniform within 1 / sqrt(fanIn), the bound that PyTorch's linear and convolution layers start from (LeCun et al., 1998).</summary>
    public Tensor FanIn(int index, Shape shape, long fanIn)
    {
        double bound = fanIn > 0 ? 1 / Math.Sqrt(fanIn) : 0;
        return Tensor.Uniform(-bound, bound, shape, key: Key(index));
    }

    /// <summary>Normally distributed, mean 0.</summary>
    public Tensor Normal(int index, Shape shape, double std) => Tensor.Normal(0, std, shape, key: Key(index));

    /// <summary>Uniform within sqrt(6 / (rows + columns)) (Glorot and Bengio, 2010).</summary>
    public Tensor Xavier(int index, int rows, int columns)
    {
        double bound = rows + columns > 0 ? Math.Sqrt(6.0 / (rows + columns)) : 0;
        return Tensor.Uniform(-bound, bound, [rows, columns], key: Key(index));
    }

    /// <summary>A parameter that exists from the start.</summary>
    public static Parameter Make(Func<Tensor> values)
    {
        using var noGrad = GradMode.NoGrad();
        using var suspended = TensorScope.Suspend();
        return new Parameter(values());
    }

    /// <summary>Sets a parameter to 0.</summary>
    public static void Clear(Parameter parameter)
    {
        using var noGrad = GradMode.NoGrad();
        InPlace.Fill(parameter.Value, 0);
    }

    public static Parameter Ones(Shape shape) => Make(() => Tensor.Ones(shape));

    public static Parameter Zeros(Shape shape) => Make(() => Tensor.Zeros(shape));
}
