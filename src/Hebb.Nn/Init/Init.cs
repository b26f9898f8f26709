namespace Hebb;

/// <summary>Whose variance an initialisation keeps.</summary>
public enum FanMode
{
    /// <summary>That of activations in the forward pass: by the number of inputs of an output.</summary>
    FanIn,

    /// <summary>That of gradients in the backward pass: by the number of outputs of an input.</summary>
    FanOut,
}

/// <summary>What follows a layer, for <see cref="Init.Gain"/>.</summary>
public enum Nonlinearity
{
    Linear,
    Sigmoid,
    Tanh,
    ReLU,
    LeakyReLU,
    SELU,
}

/// <summary>
/// First values, written in place to a tensor or <see cref="Parameter"/>: <c>Init.KaimingNormal(layer.Weight)</c>. Each returns the tensor. Weights are
/// [out, in, …]: the axes after the first two count into both fans.
/// </summary>
public static partial class Init
{
    /// <summary>By how much a nonlinearity shrinks standard deviations, inverted.</summary>
    /// <param name="nonlinearity">What follows the layer.</param>
    /// <param name="slope">The slope of a leaky ReLU for negative numbers.</param>
    public static double Gain(Nonlinearity nonlinearity, double slope = 0.01) => nonlinearity switch
    {
        Nonlinearity.Tanh => 5.0 / 3,
        Nonlinearity.ReLU => Math.Sqrt(2),
        Nonlinearity.LeakyReLU => Math.Sqrt(2 / (1 + slope * slope)),
        Nonlinearity.SELU => 0.75,
        _ => 1,
    };

    /// <summary>One value everywhere.</summary>
    public static Tensor Constant(Tensor tensor, double value)
    {
        using var noGrad = GradMode.NoGrad();
        return tensor.Fill(value);
    }

    /// <summary>0 everywhere.</summary>
    public static Tensor Zeros(Tensor tensor) => Constant(tensor, 0);

    /// <summary>1 everywhere.</summary>
    public static Tensor Ones(Tensor tensor) => Constant(tensor, 1);

    /// <summary>Uniform between two numbers.</summary>
    public static Tensor Uniform(Tensor tensor, double low = 0, double high = 1, Rng? rng = null) =>
        Write(tensor, () => Tensor.Uniform(low, high, tensor.Shape, tensor.DType, rng));

    /// <summary>Normally distributed.</summary>
    public static Tensor Normal(Tensor tensor, double mean = 0, double std = 1, Rng? rng = null) =>
        Write(tensor, () => Tensor.Normal(mean, std, tensor.Shape, tensor.DType, rng));

    /// <summary>Normally distributed, but nothing outside two bounds.</summary>
    /// <param name="tensor">What is written to.</param>
    /// <param name="mean">The mean of the distribution before it was cut.</param>
    /// <param name="std">Its standard deviation.</param>
    /// <param name="low">The lower bound, a value, not a multiple of the deviation.</param>
    /// <param name="high">The upper bound.</param>
    /// <param name="rng">Where the numbers come from; by default <see cref="Rng.Default"/>.</param>
    public static Tensor TruncatedNormal(Tensor tensor, double mean = 0, double std = 1, double low = -2, double high = 2, Rng? rng = null)
    {
        if (!(low < high) || !(std > 0))
            throw new HebbException($"TruncatedNormal: std {std} must be above 0 and low {low} below high {high}");
        // The inverse of the distribution function, of numbers that are uniform between its values at the bounds.
        double Erf(double bound) => Tensor.Scalar((bound - mean) / std / Math.Sqrt(2), DType.Float64).Erf().Item();
        return Write(tensor, () => (Tensor.Uniform(Erf(low), Erf(high), tensor.Shape, DType.Float64, rng).ErfInv() * (std * Math.Sqrt(2)) + mean).Clamp(low, high));
    }

    /// <summary>Uniform with the variance 2 / (fan in + fan out) times the squared gain (Glorot and Bengio, 2010).</summary>
    /// <exception cref="ShapeException">The tensor has fewer than two axes.</exception>
    public static Tensor XavierUniform(Tensor tensor, double gain = 1, Rng? rng = null)
    {
        var (fanIn, fanOut) = Fans(nameof(XavierUniform), tensor.Shape);
        double bound = gain * Root(6, fanIn + fanOut);
        return Uniform(tensor, -bound, bound, rng);
    }

    /// <summary>Normal with the variance 2 / (fan in + fan out) times the squared gain (Glorot and Bengio, 2010).</summary>
    /// <exception cref="ShapeException">The tensor has fewer than two axes.</exception>
    public static Tensor XavierNormal(Tensor tensor, double gain = 1, Rng? rng = null)
    {
        var (fanIn, fanOut) = Fans(nameof(XavierNormal), tensor.Shape);
        return Normal(tensor, 0, gain * Root(2, fanIn + fanOut), rng);
    }

    /// <summary>Uniform with the variance gain^2 / fan (He et al., 2015).</summary>
    /// <param name="tensor">What is written to.</param>
    /// <param name="slope">The slope of a leaky ReLU for negative numbers; 0 is a ReLU.</param>
    /// <param name="mode">Which fan.</param>
    /// <param name="nonlinearity">What follows the layer.</param>
    /// <param name="rng">Where the numbers come from; by default <see cref="Rng.Default"/>.</param>
    /// <exception cref="ShapeException">The tensor has fewer than two axes.</exception>
    public static Tensor KaimingUniform(Tensor tensor, double slope = 0, FanMode mode = FanMode.FanIn, Nonlinearity nonlinearity = Nonlinearity.LeakyReLU, Rng? rng = null)
    {
        double bound = Gain(nonlinearity, slope) * Root(3, Fan(nameof(KaimingUniform), tensor.Shape, mode));
        return Uniform(tensor, -bound, bound, rng);
    }

    /// <summary>Normal with the variance gain^2 / fan (He et al., 2015).</summary>
    /// <inheritdoc cref="KaimingUniform"/>
    public static Tensor KaimingNormal(Tensor tensor, double slope = 0, FanMode mode = FanMode.FanIn, Nonlinearity nonlinearity = Nonlinearity.LeakyReLU, Rng? rng = null) =>
        Normal(tensor, 0, Gain(nonlinearity, slope) * Root(1, Fan(nameof(KaimingNormal), tensor.Shape, mode)), rng);

    /// <summary>Rows, or columns if there are fewer, at right angles and of length <paramref name="gain"/> (Saxe et al., 2014). Axes after the first count as one.</summary>
    /// <exception cref="ShapeException">The tensor has fewer than two axes.</exception>
    public static Tensor Orthogonal(Tensor tensor, double gain = 1, Rng? rng = null)
    {
        Fans(nameof(Orthogonal), tensor.Shape);
        return Write(tensor, () =>
        {
            if (tensor.Count == 0)
                return tensor.Detach().Clone();
            int rows = tensor.Shape[0], columns = (int)(tensor.Count / rows);
            var random = Tensor.RandN([Math.Max(rows, columns), Math.Min(rows, columns)], tensor.DType == DType.Float64 ? DType.Float64 : DType.Float32, rng);
            var (q, r) = random.Qr();
            // Signs make the result evenly distributed among all such matrices.
            q *= r.Diagonal().Sign();
            return ((rows < columns ? q.MT : q) * gain).Reshape(tensor.Shape);
        });
    }

    /// <summary>1 on the diagonal of a matrix [rows, columns], 0 elsewhere.</summary>
    /// <exception cref="ShapeException">The tensor is not a matrix.</exception>
    public static Tensor Eye(Tensor tensor)
    {
        if (tensor.Rank != 2)
            throw new ShapeException($"Eye: {tensor.Shape} is not a matrix");
        return Write(tensor, () => Tensor.Arange(tensor.Shape[0]).Unsqueeze(1).Equal(Tensor.Arange(tensor.Shape[1])));
    }

    /// <summary>Weights [out, in / groups, …] of a convolution of 1 to 3 axes that hands its channels on: 1 in the middle of the kernel from each channel to its own, 0 elsewhere.</summary>
    /// <param name="tensor">What is written to.</param>
    /// <param name="groups">The groups of the convolution, each of which hands on its channels.</param>
    /// <exception cref="ShapeException">The tensor does not have 3 to 5 axes, or the groups do not divide its first.</exception>
    public static Tensor Dirac(Tensor tensor, int groups = 1)
    {
        if (tensor.Rank is < 3 or > 5)
            throw new ShapeException($"Dirac: {tensor.Shape} are not the weights of a convolution, [out, in, …] with 1 to 3 axes more");
        if (groups < 1 || tensor.Shape[0] % groups != 0)
            throw new ShapeException($"Dirac: {groups} groups do not divide the {tensor.Shape[0]} channels of {tensor.Shape}");
        int perGroup = tensor.Shape[0] / groups;
        return Write(tensor, () =>
        {
            var ones = Tensor.Arange(tensor.Shape[0]).Remainder(perGroup).Unsqueeze(1).Equal(Tensor.Arange(tensor.Shape[1]));
            for (int axis = 2; axis < tensor.Rank; axis++)
            {
                int size = tensor.Shape[axis];
                ones = ones.Unsqueeze(-1).LogicalAnd(Tensor.Arange(size).Equal((long)(size / 2)));
            }
            return ones;
        });
    }

    /// <summary>Normally distributed with mean 0, and 0 at randomly chosen places, as many in each column (Martens, 2010).</summary>
    /// <param name="tensor">A matrix [rows, columns].</param>
    /// <param name="sparsity">The part of each column that is 0, 0 to 1; rounded up to whole elements.</param>
    /// <param name="std">The standard deviation of the others.</param>
    /// <param name="rng">Where the numbers come from; by default <see cref="Rng.Default"/>.</param>
    /// <exception cref="ShapeException">The tensor is not a matrix.</exception>
    /// <exception cref="HebbException"><paramref name="sparsity"/> is not from 0 to 1.</exception>
    public static Tensor Sparse(Tensor tensor, double sparsity, double std = 0.01, Rng? rng = null)
    {
        if (tensor.Rank != 2)
            throw new ShapeException($"Sparse: {tensor.Shape} is not a matrix");
        if (sparsity is not (>= 0 and <= 1))
            throw new HebbException($"Sparse: sparsity {sparsity} is not from 0 to 1");
        long zeros = (long)Math.Ceiling(sparsity * tensor.Shape[0]);
        return Write(tensor, () =>
        {
            // The ranks of random numbers are a random order of each column.
            var ranks = Tensor.Uniform(0, 1, tensor.Shape, DType.Float64, rng).ArgSort(0).ArgSort(0);
            return Tensor.Where(ranks < zeros, 0.0, Tensor.Normal(0, std, tensor.Shape, tensor.DType, rng));
        });
    }

    private static Tensor Write(Tensor tensor, Func<Tensor> values)
    {
        using var noGrad = GradMode.NoGrad();
        InPlace.Copy(values(), tensor);
        return tensor;
    }

    private static double Root(double variance, long fan) => fan > 0 ? Math.Sqrt(variance / fan) : 0;

    private static long Fan(string name, in Shape shape, FanMode mode)
    {
        var (fanIn, fanOut) = Fans(name, shape);
        return mode == FanMode.FanIn ? fanIn : fanOut;
    }

    private static (long In, long Out) Fans(string name, in Shape shape)
    {
        if (shape.Rank < 2)
            throw new ShapeException($"{name}: {shape} has no fans; it needs two axes or more, [out, in, …]");
        long places = 1;
        for (int i = 2; i < shape.Rank; i++)
            places *= shape[i];
        return (shape[1] * places, shape[0] * places);
    }
}
