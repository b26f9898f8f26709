namespace Hebb;

/// <summary>
/// Sharpness-aware minimisation (Foret et al., 2021; adaptive after Kwon et al., 2021): any optimizer, stepping by the gradient at the worst point nearby. Computes the loss twice, so it
/// takes a closure, which a trainer gives it; a batch normalisation's running statistics see both.
/// <code>var sam = new SAM(new SGD(0.1, momentum: 0.9));
/// sam.Bind(model);
/// var loss = sam.Step(() =>
/// {
///     sam.ZeroGrad();
///     var loss = Losses.CrossEntropy(model.Call(x), y);
///     loss.Backward();
///     return loss;
/// });</code>
/// </summary>
public sealed class SAM : CompositeOptimizer
{
    private readonly double _rho;
    private readonly bool _adaptive;

    /// <param name="inner">What steps.</param>
    /// <param name="rho">How far away the worst point is looked for.</param>
    /// <param name="adaptive">Measures distances in units of each parameter's magnitude.</param>
    /// <exception cref="HebbException"><paramref name="rho"/> is negative.</exception>
    public SAM(Optimizer inner, double rho = 0.05, bool adaptive = false) : base(nameof(SAM), [inner])
    {
        Check(nameof(rho), rho, rho >= 0, "0 or more");
        (_rho, _adaptive) = (rho, adaptive);
    }

    public override bool NeedsClosure => true;

    internal override void StepCore() => throw new HebbException("SAM: a step computes the loss twice: give Step a closure that clears the gradients, computes the loss, and calls Backward on it");

    private protected override Tensor StepCore(Func<Tensor> closure)
    {
        var loss = closure().Detach();
        var before = Climb();
        try
        {
            closure();
        }
        finally
        {
            using var noGrad = GradMode.NoGrad();
            foreach (var (parameter, values) in before)
                parameter.Value.CopyFrom(values);
        }
        Parts[0].Step();
        return loss;
    }

    /// <summary>Moves parameters to where the loss is highest nearby, as the gradient tells; gives what they were.</summary>
    private List<(Parameter Parameter, Tensor Values)> Climb()
    {
        using var noGrad = GradMode.NoGrad();
        var climbs = new List<(Parameter Parameter, Tensor Values, Tensor Towards)>();
        Tensor? sum = null;
        foreach (var parameter in Parameters)
        {
            if (parameter.Grad is not { } gradient)
                continue;
            var values = parameter.Value.Clone();
            var slope = _adaptive ? values.Abs() * gradient : gradient;
            var square = (slope.DType.IsHalf ? slope.To(DType.Float32) : slope).Norm().To(DType.Float64).Square();
            sum = sum is null ? square : sum + square;
            climbs.Add((parameter, values, _adaptive ? values.Abs() * slope : slope));
        }
        if (sum is null)
            return [];
        var scale = _rho / (sum.Sqrt() + 1e-12);
        foreach (var (parameter, values, towards) in climbs)
            parameter.Value.CopyFrom(values + towards * scale.To(towards.DType));
        return climbs.ConvertAll(c => (c.Parameter, c.Values));
    }
}
