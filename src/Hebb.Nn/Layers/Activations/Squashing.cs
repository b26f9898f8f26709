namespace Hebb;

/// <summary>The hyperbolic tangent, from -1 to 1.</summary>
public sealed class Tanh : Module
{
    protected override Tensor Forward(Tensor x) => x.Tanh();
}

/// <summary>1 / (1 + exp(-x)), from 0 to 1.</summary>
public sealed class Sigmoid : Module
{
    protected override Tensor Forward(Tensor x) => x.Sigmoid();
}

/// <summary>The logarithm of <see cref="Sigmoid"/>, without overflow.</summary>
public sealed class LogSigmoid : Module
{
    protected override Tensor Forward(Tensor x) => x.LogSigmoid();
}

/// <summary>x / (1 + |x|), from -1 to 1.</summary>
public sealed class Softsign : Module
{
    protected override Tensor Forward(Tensor x) => x.Softsign();
}

/// <summary>x within two bounds, cut off beyond.</summary>
/// <param name="min">The lower bound.</param>
/// <param name="max">The upper bound.</param>
public sealed class Hardtanh(double min = -1, double max = 1) : Module
{
    protected override Tensor Forward(Tensor x) => x.Hardtanh(min, max);

    public override string ToString() => $"Hardtanh({min}, {max})";
}

/// <summary><see cref="Sigmoid"/> from straight pieces: 0 below -3, 1 above 3 (Courbariaux et al., 2015).</summary>
public sealed class Hardsigmoid : Module
{
    protected override Tensor Forward(Tensor x) => x.Hardsigmoid();
}

/// <summary>x * <see cref="Hardsigmoid"/> (Howard et al., 2019).</summary>
public sealed class Hardswish : Module
{
    protected override Tensor Forward(Tensor x) => x.Hardswish();
}

/// <summary>x - tanh(x).</summary>
public sealed class Tanhshrink : Module
{
    protected override Tensor Forward(Tensor x) => x.Tanhshrink();
}

/// <summary>x where |x| exceeds lambda, else 0.</summary>
/// <param name="lambda">0 or more.</param>
public sealed class Hardshrink(double lambda = 0.5) : Module
{
    protected override Tensor Forward(Tensor x) => x.Hardshrink(lambda);

    public override string ToString() => $"Hardshrink({lambda})";
}

/// <summary>x moved towards 0 by lambda, as far as 0.</summary>
/// <param name="lambda">0 or more.</param>
public sealed class Softshrink(double lambda = 0.5) : Module
{
    protected override Tensor Forward(Tensor x) => x.Softshrink(lambda);

    public override string ToString() => $"Softshrink({lambda})";
}
