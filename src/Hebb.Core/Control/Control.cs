using Hebb.Transforms;

namespace Hebb;

/// <summary>
/// Control flow on the values of tensors, where C#'s own <c>if</c> and <c>for</c> would read them: it stays in a compiled function, a batch, a gradient. The functions
/// given are traced, once a call or once for a compiled function; tensors and parameters that they use but are not given get gradients too. After JAX's <c>lax</c>.
/// </summary>
public static partial class Control
{
    private static TensorSpec[] Specs(Tensor[] tensors) => Array.ConvertAll(tensors, x => x.Spec);

    /// <exception cref="ShapeException">It is no scalar.</exception>
    /// <exception cref="DTypeException">It is not Bool.</exception>
    private static void CheckPredicate(string what, Tensor x)
    {
        if (x.DType != DType.Bool)
            throw new DTypeException($"{what} is {x.Spec}, not a bool scalar; compare it with something");
        if (x.Rank != 0)
            throw new ShapeException($"{what} is {x.Spec}, not a bool scalar; reduce it with Any or All");
    }

    /// <exception cref="ShapeException">The number of tensors, or a shape, is another.</exception>
    /// <exception cref="DTypeException">A type is another.</exception>
    private static void CheckState(string op, string what, Tensor[] before, Tensor[] after)
    {
        if (before.Length != after.Length)
            throw new ShapeException($"{op}: the body takes {before.Length} tensors of {what} and gives {after.Length}");
        for (int i = 0; i < before.Length; i++)
            Check(before[i].Spec, after[i].Spec, $"{op}: {what} {i} goes into the body as {before[i].Spec} and comes out as {after[i].Spec}");
    }

    private static void Check(in TensorSpec a, in TensorSpec b, string message)
    {
        if (a.Shape != b.Shape)
            throw new ShapeException(message);
        if (a.DType != b.DType)
            throw new DTypeException(message);
    }
}
