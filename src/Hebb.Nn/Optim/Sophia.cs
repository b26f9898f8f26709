using Hebb.Optim;

namespace Hebb;

/// <summary>
/// Momentum divided by an estimate of the Hessian's diagonal and cut to the learning rate (Liu et al., 2023, algorithm 3). The estimate is refreshed every ten steps or so by the caller:
/// <see cref="UpdateHessian(double)"/> (Gauss-Newton-Bartlett) or <see cref="UpdateHessian(Module, Func{Tensor}, Rng)"/> (Hutchinson).
/// <code>if (step % 10 == 0)
/// {
///     var logits = model.Call(x);
///     var drawn = logits.Detach().Softmax(1).Multinomial(1).Squeeze(1);   // targets from the model itself
///     Losses.CrossEntropy(logits, drawn).Backward();
///     sophia.UpdateHessian(batchSize: drawn.Count);
///     sophia.ZeroGrad();
/// }</code>
/// </summary>
public sealed class Sophia : FusedOptimizer
{
    private const string Hessian = "hessian";

    private readonly double _beta2, _rho, _eps;

    /// <param name="lr">The learning rate: the longest distance that an element moves in a step.</param>
    /// <param name="beta1">How much of the gradient's running mean is kept, 0 to below 1.</param>
    /// <param name="beta2">How much of the running estimate of the Hessian is kept, 0 to below 1.</param>
    /// <param name="rho">Multiplies the estimate: the smaller, the more elements are cut.</param>
    /// <param name="weightDecay">Apart from the gradient: parameters shrink by lr * weightDecay of themselves in each step.</param>
    /// <param name="eps">The least number that is divided by.</param>
    /// <exception cref="HebbException">A number is out of its range.</exception>
    public Sophia(double lr = 1e-4, double beta1 = 0.965, double beta2 = 0.99, double rho = 0.04, double weightDecay = 0.1, double eps = 1e-15) : base(lr, weightDecay, "exp_avg", Hessian)
    {
        CheckBetas(beta1, beta2, eps);
        Check(nameof(rho), rho, rho > 0, "above 0");
        (_beta2, _rho, _eps) = (beta2, rho, eps);
        AllowMomentum(beta1);
    }

    private protected override OptimizerPrimitive NewOp(double weightDecay) => new SophiaStepOp(_rho, _eps, weightDecay);

    /// <summary>
    /// Takes up the Gauss-Newton-Bartlett estimate, batchSize * gradient², from the gradients that the parameters now have: those of the mean loss over a batch whose targets were drawn from
    /// what the model predicts.
    /// </summary>
    /// <param name="batchSize">How many targets were drawn.</param>
    /// <exception cref="HebbException">The optimizer is not bound.</exception>
    public void UpdateHessian(double batchSize) => UpdateHessian(parameter => parameter.Grad is { } gradient ? Wide(gradient).Square() * batchSize : null);

    /// <summary>Takes up Hutchinson's estimate, u * (Hessian u) for random signs u: the derivative of the gradient, at the cost of about three gradients.</summary>
    /// <param name="model">The model that the optimizer is bound to, on which a derivative of a derivative can be taken.</param>
    /// <param name="loss">Calls the model on a batch and gives the loss.</param>
    /// <param name="rng">Where the signs come from; by default <see cref="Rng.Default"/>.</param>
    /// <exception cref="HebbException">The optimizer is not bound.</exception>
    public void UpdateHessian(Module model, Func<Tensor> loss, Rng? rng = null)
    {
        var function = new FunctionalModule(model);
        var numbers = model.Parameters().Select((p, i) => (p, i)).ToDictionary();
        Tensor[] values = function.Parameters, signs = Array.ConvertAll(values, v => Tensor.Bernoulli(0.5, v.Shape, rng).To(v.DType) * 2.0 - 1.0);
        var gradient = Transform.GradMany(xs => function.Run(xs, loss));
        var products = Transform.GradMany(xs => gradient(xs).Zip(signs, (g, u) => (g * u).Sum()).Aggregate((a, b) => a + b))(values);
        UpdateHessian(parameter => numbers.TryGetValue(parameter, out int i) ? Wide(products[i] * signs[i]) : null);
    }

    private void UpdateHessian(Func<Parameter, Tensor?> estimate)
    {
        CheckBound(nameof(UpdateHessian));
        using var noGrad = GradMode.NoGrad();
        using var scope = TensorScope.Open();
        foreach (var state in Slots)
        {
            if (estimate(state.Parameter) is not { } found)
                continue;
            var hessian = state.GetOrZeros(Hessian, found);
            hessian.CopyFrom(WithoutTraces(hessian * _beta2 + found * (1 - _beta2)));
        }
    }

    private static Tensor Wide(Tensor x) => x.DType.IsHalf ? x.To(DType.Float32) : x;
}
