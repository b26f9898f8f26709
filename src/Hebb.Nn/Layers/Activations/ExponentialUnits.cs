namespace Hebb;

/// <summary>x where it is positive, else alpha * (exp(x) - 1) (Clevert et al., 2016).</summary>
/// <param name="alpha">The limit below, times -1.</param>
public sealed class ELU(double alpha = 1) : Module
{
    protected override Tensor Forward(Tensor x) => x.Elu(alpha);

    public override string ToString() => $"ELU({alpha})";
}

/// <summary>A scaled <see cref="ELU"/> under which activations keep mean 0 and variance 1 (Klambauer et al., 2017).</summary>
public sealed class SELU : Module
{
    protected override Tensor Forward(Tensor x) => x.Selu();
}

/// <summary>x where it is positive, else alpha * (exp(x / alpha) - 1): smooth for every alpha (Barron, 2017).</summary>
/// <param name="alpha">The limit below, times -1; not 0.</param>
public sealed class CELU(double alpha = 1) : Module
{
    protected override Tensor Forward(Tensor x) => x.Celu(alpha);

    public override string ToString() => $"CELU({alpha})";
}

/// <summary>x times the standard normal distribution's probability of less than x (Hendrycks and Gimpel, 2016).</summary>
/// <param name="approximate">Uses the tanh approximation, as GPT-2 does.</param>
public sealed class GELU(bool approximate = false) : Module
{
    protected override Tensor Forward(Tensor x) => x.Gelu(approximate);

    public override string ToString() => approximate ? "GELU(approximate: true)" : "GELU()";
}

/// <summary>x * sigmoid(x); also called swish.</summary>
public sealed class SiLU : Module
{
    protected override Tensor Forward(Tensor x) => x.Silu();
}

/// <summary>x * tanh(softplus(x)) (Misra, 2019).</summary>
public sealed class Mish : Module
{
    protected override Tensor Forward(Tensor x) => x.Mish();
}

/// <summary>log(1 + exp(beta * x)) / beta: a smooth <see cref="ReLU"/>.</summary>
/// <param name="beta">How sharp the bend is.</param>
/// <param name="threshold">Where beta * x exceeds it, x itself.</param>
public sealed class Softplus(double beta = 1, double threshold = 20) : Module
{
    protected override Tensor Forward(Tensor x) => x.Softplus(beta, threshold);

    public override string ToString() => $"Softplus({beta}, {threshold})";
}
