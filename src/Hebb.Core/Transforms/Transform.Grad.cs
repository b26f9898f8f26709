using Hebb.Modules;
using Hebb.Transforms;

namespace Hebb;

public static partial class Transform
{
    /// <summary>The function's gradient: <paramref name="f"/> maps a tensor to one of a single element. The result can itself be differentiated.</summary>
    public static Func<Tensor, Tensor> Grad(Func<Tensor, Tensor> f) => x => ValueAndGrad(f)(x).Grad;

    /// <summary>The gradient of a function of two tensors with respect to the first.</summary>
    public static Func<Tensor, Tensor, Tensor> Grad(Func<Tensor, Tensor, Tensor> f) => (x, y) => ValueAndGrad(f)(x, y).Grad;

    /// <summary>The gradients of a function of several tensors.</summary>
    /// <param name="f">From tensors to one of a single element.</param>
    /// <param name="arguments">With respect to which of them, in this order; by default all.</param>
    public static Func<Tensor[], Tensor[]> GradMany(Func<Tensor[], Tensor> f, int[]? arguments = null) => xs => ValueAndGradMany(f, arguments)(xs).Grads;

    /// <summary>The gradients of a loss with respect to a module's trainable parameters, in the order of <see cref="Module.Parameters()"/>.</summary>
    /// <param name="module">The module that <paramref name="loss"/> calls.</param>
    /// <param name="loss">From a batch, or one example under <see cref="VmapMany"/>, to a tensor of one element.</param>
    public static Func<Tensor[], Tensor[]> Grad(Module module, Func<Tensor[], Tensor> loss) => batch => ValueAndGrad(module, loss)(batch).Grads;

    /// <summary>The function's value and gradient.</summary>
    public static Func<Tensor, (Tensor Value, Tensor Grad)> ValueAndGrad(Func<Tensor, Tensor> f) => x =>
    {
        var (value, gradients) = Differentiate(leaves => f(leaves[0]), [x]);
        return (value, gradients[0]);
    };

    /// <summary>The value of a function of two tensors, and its gradient with respect to the first.</summary>
    public static Func<Tensor, Tensor, (Tensor Value, Tensor Grad)> ValueAndGrad(Func<Tensor, Tensor, Tensor> f) => (x, y) => ValueAndGrad((Tensor v) => f(v, y))(x);

    /// <summary>The value of a function of several tensors, and its gradients.</summary>
    /// <param name="f">From tensors to one of a single element.</param>
    /// <param name="arguments">With respect to which of them, in this order; by default all.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such argument.</exception>
    public static Func<Tensor[], (Tensor Value, Tensor[] Grads)> ValueAndGradMany(Func<Tensor[], Tensor> f, int[]? arguments = null) => xs =>
    {
        if (arguments is null)
            return Differentiate(f, xs);
        foreach (int argument in arguments)
        {
            if ((uint)argument >= (uint)xs.Length)
                throw new ArgumentOutOfRangeException(nameof(arguments), $"Grad: there is no argument {argument} among {xs.Length}");
        }
        return Differentiate(
            leaves =>
            {
                var all = (Tensor[])xs.Clone();
                for (int i = 0; i < arguments.Length; i++)
                    all[arguments[i]] = leaves[i];
                return f(all);
            },
            Array.ConvertAll(arguments, i => xs[i]));
    };

    /// <summary>A loss, and its gradients with respect to a module's trainable parameters, in the order of <see cref="Module.Parameters()"/>.</summary>
    /// <param name="module">The module that <paramref name="loss"/> calls.</param>
    /// <param name="loss">From a batch to a tensor of one element.</param>
    /// <remarks>Neither <see cref="Parameter.Grad"/> nor the values of the parameters are touched.</remarks>
    public static Func<Tensor[], (Tensor Value, Tensor[] Grads)> ValueAndGrad(Module module, Func<Tensor[], Tensor> loss) => batch =>
    {
        Parameter[] parameters = [.. module.Parameters().Where(p => p.RequiresGrad)];
        return Differentiate(
            leaves =>
            {
                using var bound = BoundParameters.Open(parameters, leaves);
                return loss(batch);
            },
            // The parameter's own leaf is no concern of this gradient; what a transform around this one has put in its place is.
            Array.ConvertAll(parameters, p => BoundParameters.Find(p) ?? p.Value.Detach()));
    };

    /// <summary>Value and gradients at fresh leaves. They stay on the tape only where the function also depends on something outside it.</summary>
    private static (Tensor Value, Tensor[] Grads) Differentiate(Func<Tensor[], Tensor> f, Tensor[] xs)
    {
        bool recording = GradMode.IsEnabled;
        using var _ = GradMode.Enable();
        var leaves = Array.ConvertAll(xs, Derivatives.FreshLeaf);
        var y = f(leaves);
        if (y.Node is null)
            return (y, Array.ConvertAll(xs, x => Tensor.Zeros(x.Shape, x.DType)));
        bool outer = recording && Derivatives.ReachesBeyond([y], leaves);
        var gradients = Backprop.Run([y], [Autograd.Seed(y, null, "Grad")], leaves, accumulate: false, createGraph: outer, retainGraph: outer);
        var results = new Tensor[xs.Length];
        for (int i = 0; i < results.Length; i++)
        {
            var gradient = gradients[i] ?? Tensor.Zeros(xs[i].Shape, xs[i].DType);
            results[i] = outer ? gradient : Derivatives.OffTape(gradient);
        }
        return (outer ? y : Derivatives.OffTape(y), results);
    }
}
