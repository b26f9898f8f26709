using Hebb.Compile;

namespace Hebb;

/// <summary>Limits gradients between <see cref="Tensor.Backward"/> and <see cref="Optimizer.Step()"/>.</summary>
public static class GradientClipping
{
    /// <summary>Scales all gradients by one factor so that their common norm is at most <paramref name="maxNorm"/> (Pascanu et al., 2013).</summary>
    /// <param name="parameters">Whose gradients.</param>
    /// <param name="maxNorm">The largest norm.</param>
    /// <param name="normType">Which norm: 2 the Euclidean one, infinity the largest magnitude; above 0.</param>
    /// <returns>The norm before, Float64 []. It is not finite if a gradient is not; gradients then are not changed.</returns>
    /// <exception cref="HebbException"><paramref name="maxNorm"/> or <paramref name="normType"/> is not above 0.</exception>
    public static Tensor ByNorm(IReadOnlyList<Parameter> parameters, double maxNorm, double normType = 2)
    {
        if (!(normType > 0))
            throw new HebbException($"ByNorm: normType {normType} is not above 0");
        if (!(maxNorm > 0))
            throw new HebbException($"ByNorm: maxNorm {maxNorm} is not above 0");
        using var noGrad = GradMode.NoGrad();
        var total = Norm(parameters, normType);
        if (total.HasStorage && TraceInterpreter.Compiling is null)
        {
            double found = total.Item(), factor = Factor(maxNorm, found);
            if (factor < 1 && double.IsFinite(found))
                Change(parameters, g => g * factor);
            return total;
        }
        var scale = maxNorm / (total + 1e-6);
        scale = Tensor.Where((scale < 1.0).LogicalAnd(total.IsFinite()), scale, Tensor.Ones([], DType.Float64));
        Change(parameters, g => g * scale.To(g.DType));
        return total;
    }

    private static double Factor(double maxNorm, double norm) => maxNorm / (norm + 1e-6);

    // In the order of the parameters and in double: the same bits always.
    private static Tensor Norm(IReadOnlyList<Parameter> parameters, double p)
    {
        Tensor? sum = null;
        foreach (var gradient in Gradients(parameters))
        {
            var norm = (gradient.DType.IsHalf ? gradient.To(DType.Float32) : gradient).Norm([], p).To(DType.Float64);
            var part = p == 2 ? norm.Square() : double.IsInfinity(p) ? norm : norm.Pow(p);
            sum = sum is null ? part : double.IsInfinity(p) ? sum.Maximum(part) : sum + part;
        }
        if (sum is null)
            return Tensor.Zeros([], DType.Float64);
        return p == 2 ? sum.Sqrt() : double.IsInfinity(p) ? sum : sum.Pow(1 / p);
    }

    /// <summary>Cuts every element of the gradients to at most <paramref name="limit"/> in magnitude.</summary>
    public static void ByValue(IReadOnlyList<Parameter> parameters, double limit)
    {
        if (!(limit > 0))
            throw new HebbException($"ByValue: limit {limit} is not above 0");
        using var noGrad = GradMode.NoGrad();
        Change(parameters, g => g.Clamp(-limit, limit));
    }

    private static IEnumerable<Tensor> Gradients(IReadOnlyList<Parameter> parameters) => parameters.Select(p => p.Grad).OfType<Tensor>();

    // New tensors: backward may have given several parameters one and the same gradient.
    private static void Change(IReadOnlyList<Parameter> parameters, Func<Tensor, Tensor> change)
    {
        foreach (var parameter in parameters)
        {
            if (parameter.Grad is { } gradient)
                parameter.Grad = change(gradient);
        }
    }
}
