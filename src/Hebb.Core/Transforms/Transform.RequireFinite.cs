using Hebb.Ops;
using Hebb.Transforms;

namespace Hebb;

public static partial class Transform
{
    /// <summary>
    /// Ends a function where a number is not finite. A compiled function then ends before it has changed anything: parameters, state of optimizers and buffers are
    /// as before the call.
    /// <code>Transform.RequireFinite(loss, "the loss");
    /// optimizer.Step();</code>
    /// </summary>
    /// <param name="x">A real tensor; all its elements must be finite.</param>
    /// <param name="what">What the message calls it.</param>
    /// <returns>The tensor.</returns>
    /// <exception cref="NotFiniteException">It is infinite or not a number, or an element is.</exception>
    /// <exception cref="DTypeException">The tensor is complex.</exception>
    public static Tensor RequireFinite(Tensor x, string what = "a number") => Engine.Apply(new RequireFiniteOp(what), x);
}
