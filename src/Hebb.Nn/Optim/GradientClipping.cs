using Hebb.Compile;

namespace Hebb;

/// <summary>Limits gradients between <see cref="Tensor.Backward"/> and <see cref="Optimizer.Step"/>.</summary>
public static class GradientClipping
{
    /// <summary>Scales all gradients by one factor so that their common Euclidean norm is at most <paramref name="maxNorm"/> (Pascanu et al., 2013).</summary>
    /// <returns>The norm before, Float64 []. It is not finite if a gradient is not; gradients then are not changed.</returns>
    /// <exception cref="HebbException"><paramref name="maxNorm"/> is not above 0.</exception>
    public static Tensor ByNorm(IReadOnlyList<Parameter> parameters, double maxNorm)
    {
        if (!(maxNorm > 0))
            throw new HebbException($"ByNorm: maxNorm {maxNorm} is not above 0");
        using var noGrad = GradMode.NoGrad();
        var total = Norm(parameters);
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
    private static Tensor Norm(IReadOnlyList<Parameter> parameters)
    {
        Tensor? sum = null;
        foreach (var gradient in Gradients(parameters))
        {
            var square = (gradient.DType.IsHalf ? gradient.To(DType.Float32) : gradient).Norm().To(DType.Float64).Square();
            sum = sum is null ? square : sum + square;
        }
        return sum is null ? Tensor.Zeros([], DType.Float64) : sum.Sqrt();
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
