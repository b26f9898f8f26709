using Hebb.Compile;
using Hebb.Transforms;

namespace Hebb;

public static partial class Control
{
    /// <summary>Applies a function to a tensor again and again while a condition on it holds.</summary>
    /// <inheritdoc cref="While(Func{Tensor[], Tensor}, Func{Tensor[], Tensor[]}, Tensor[], int?)"/>
    public static Tensor While(Func<Tensor, Tensor> condition, Func<Tensor, Tensor> body, Tensor state, int? maxIterations = null) =>
        While(xs => condition(xs[0]), xs => [body(xs[0])], [state], maxIterations)[0];

    /// <summary>Applies a function to tensors again and again while a condition on them holds.</summary>
    /// <param name="condition">From the state to a Bool scalar; asked before every iteration.</param>
    /// <param name="body">From the state to the next, of the same shapes and types.</param>
    /// <param name="state">What the first iteration begins with.</param>
    /// <param name="maxIterations">
    /// Ends the loop after so many iterations, whatever the condition says. Needed for reverse mode, which then keeps the states of so many iterations, and takes as
    /// many steps; forward mode works without.
    /// </param>
    /// <returns>The last state: the first for which the condition does not hold.</returns>
    /// <remarks>Under <see cref="Transform.Vmap(Func{Tensor, Tensor}, int, int, string)"/> the loop goes on while any example does; the others keep their state.</remarks>
    /// <exception cref="ShapeException">A shape changes from one iteration to the next, or the condition is no scalar.</exception>
    /// <exception cref="DTypeException">A type changes from one iteration to the next, or the condition is not Bool.</exception>
    /// <exception cref="TraceException">A function reads values, its shapes depend on them, or it changes a tensor in place; or the condition draws random numbers.</exception>
    public static Tensor[] While(Func<Tensor[], Tensor> condition, Func<Tensor[], Tensor[]> body, Tensor[] state, int? maxIterations = null)
    {
        if (maxIterations is < 0)
            throw new ArgumentOutOfRangeException(nameof(maxIterations), $"Control.While: {maxIterations} iterations");
        var closure = new Closure();
        var specs = Specs(state);
        closure.Add(
            xs =>
            {
                var holds = condition(xs);
                CheckPredicate("Control.While: what the condition gives", holds);
                return [holds];
            },
            specs);
        if (closure.KeyCount > 0)
            throw new TraceException("Control.While: the condition draws random numbers; draw them in the body and keep them in the state");
        closure.Add(
            xs =>
            {
                var next = body([.. xs]);
                CheckState("Control.While", "state", xs, next);
                return next;
            },
            specs);
        if (closure.KeyCount == 0)
            return Engine.ApplyAll(new WhileOp(closure.Body(0), closure.Body(1), maxIterations), [.. closure.Tensors, .. state]);
        return Engine.ApplyAll(new WhileOp(closure.BodyWithKeys(0), closure.BodyThatSplitsKeys(1), maxIterations), [.. closure.Tensors, closure.DrawKeys(), .. state])[1..];
    }
}
