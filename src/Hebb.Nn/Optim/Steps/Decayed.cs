namespace Hebb.Optim;

/// <summary>Weight decay, as decompositions and optimizers written in ops apply it.</summary>
internal static class Decayed
{
    /// <summary>Parameter and gradient after weight decay: of the gradient, or apart from it, of the parameter itself.</summary>
    /// <param name="parameter">The parameter.</param>
    /// <param name="gradient">Its gradient.</param>
    /// <param name="rate">The learning rate, Float64 [].</param>
    /// <param name="weightDecay">How much; 0 changes nothing.</param>
    /// <param name="decoupled">Whether it is apart from the gradient.</param>
    public static (Tensor Parameter, Tensor Gradient) Of(Tensor parameter, Tensor gradient, Tensor rate, double weightDecay, bool decoupled)
    {
        if (weightDecay == 0)
            return (parameter, gradient);
        return decoupled ? (parameter * (1.0 - rate * weightDecay).To(parameter.DType), gradient) : (parameter, gradient + parameter * weightDecay);
    }
}
