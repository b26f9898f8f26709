using Hebb.Transforms;

namespace Hebb;

public static partial class Control
{
    /// <summary>One of two tensors, of which only one is computed.</summary>
    /// <param name="predicate">A Bool scalar.</param>
    /// <param name="then">Computes the result where the predicate is true.</param>
    /// <param name="otherwise">Computes it where it is false; of the same shape and type.</param>
    /// <remarks>Under <see cref="Transform.Vmap(Func{Tensor, Tensor}, int, int, string)"/> with a predicate of each example's own both are computed, and each example gets its own.</remarks>
    /// <exception cref="ShapeException">The predicate is no scalar, or the results differ in shape.</exception>
    /// <exception cref="DTypeException">The predicate is not Bool, or the results differ in type.</exception>
    /// <exception cref="Compile.TraceException">A function reads values, its shapes depend on them, or it changes a tensor in place.</exception>
    public static Tensor Cond(Tensor predicate, Func<Tensor> then, Func<Tensor> otherwise) => Cond(predicate, _ => [then()], _ => [otherwise()], [])[0];

    /// <summary>One of two functions of a tensor, of which only one runs.</summary>
    /// <inheritdoc cref="Cond(Tensor, Func{Tensor}, Func{Tensor})"/>
    public static Tensor Cond(Tensor predicate, Func<Tensor, Tensor> then, Func<Tensor, Tensor> otherwise, Tensor input) =>
        Cond(predicate, xs => [then(xs[0])], xs => [otherwise(xs[0])], [input])[0];

    /// <summary>One of two functions of several tensors, of which only one runs.</summary>
    /// <param name="predicate">A Bool scalar.</param>
    /// <param name="then">Computes the results where the predicate is true.</param>
    /// <param name="otherwise">Computes them where it is false; as many, of the same shapes and types.</param>
    /// <param name="inputs">What the functions are given. Other tensors that they use need not be named.</param>
    /// <inheritdoc cref="Cond(Tensor, Func{Tensor}, Func{Tensor})" path="/remarks|/exception"/>
    public static Tensor[] Cond(Tensor predicate, Func<Tensor[], Tensor[]> then, Func<Tensor[], Tensor[]> otherwise, Tensor[] inputs)
    {
        CheckPredicate("Control.Cond: the predicate", predicate);
        var closure = new Closure();
        var specs = Specs(inputs);
        closure.Add(then, specs);
        closure.Add(otherwise, specs);
        bool draws = closure.KeyCount > 0;
        var bodies = Array.ConvertAll([0, 1], i => draws ? closure.BodyWithKeys(i) : closure.Body(i));
        var (a, b) = (bodies[0].Outputs, bodies[1].Outputs);
        if (a.Length != b.Length)
            throw new ShapeException($"Control.Cond: {a.Length} tensors come out where the predicate is true, {b.Length} where it is false");
        for (int i = 0; i < a.Length; i++)
            Check(a[i], b[i], $"Control.Cond: output {i} is {a[i]} where the predicate is true, {b[i]} where it is false");
        Tensor[] keys = draws ? [closure.DrawKeys()] : [];
        return Engine.ApplyAll(new CondOp(bodies[0], bodies[1]), [predicate, .. closure.Tensors, .. keys, .. inputs]);
    }
}
