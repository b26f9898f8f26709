namespace Hebb;

/// <summary>Limits gradients between <see cref="Tensor.Backward"/> and <see cref="Optimizer.Step"/>.</summary>
public static class GradientClipping
{
    /// <summary>Scales all gradients by one factor so that their common Euclidean norm is at most <paramref name="maxNorm"/> (Pascanu et al., 2013).</summary>
    /// <returns>The norm before. It is not finite if a gradient is not; gradients then are not changed.</returns>
    public static double ByNorm(IReadOnlyList<Parameter> parameters, double maxNorm)
    {
        if (!(maxNorm > 0))
            throw new HebbException($"ByNorm: maxNorm {maxNorm} is not above 0");
        using var noGrad = GradMode.NoGrad();
        double sum = 0;
        // In the order of the parameters and in double: the same bits always.
        foreach (var gradient in Gradients(parameters))
        {
            double norm = (gradient.DType.IsHalf ? gradient.To(DType.Float32) : gradient).Norm().Item();
            sum += norm * norm;
        }
        double total = Math.Sqrt(sum);
        double factor = maxNorm / (total + 1e-6);
        if (factor < 1 && double.IsFinite(total))
            Change(parameters, g => g * factor);
        return total;
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
