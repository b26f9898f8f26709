namespace Hebb;

public static partial class Transform
{
    /// <summary>
    /// The same function, compiled: at the first call with inputs of a shape and type it is traced, from then on replayed with its memory planned. Branches on
    /// shapes, modes and other host values are taken as they were at the trace; shapes, types, train and eval modes, constants, learning rates and whether parameters are
    /// trained are looked at at every call. Tensors that the function changes in place, the gradients that it gathers, steps of optimizers and random streams
    /// change in every call, so that a whole training step is one compiled function; calls of such a function go one after the other.
    /// </summary>
    /// <param name="f">From tensors to tensors. If it reads values that depend on its inputs, or views of memory that it changes, it runs op by op, and says why.</param>
    /// <param name="module">The module whose parameters and buffers the function uses, if it is one.</param>
    /// <param name="strict">Throws a <see cref="Hebb.Compile.TraceException"/> where the function can't be compiled.</param>
    /// <param name="verify">
    /// Applies in every call the traced ops one by one beside the plan and compares each value that the plan computes: bit for bit (NaN equals NaN), or to 1e-6 of the
    /// largest value where a pass changed the order of sums. Traces the function anew too, unless sizes are dynamic, to find values of the host that have changed. Slow, and keeps all intermediates; for finding faults. The first difference is a <see cref="Hebb.Compile.VerificationException"/>.
    /// </param>
    /// <param name="dynamic">
    /// Axes whose sizes change from call to call. The function is traced at a few sizes of them; graphs for all others are worked out from these traces and only planned anew.
    /// Sizes may enter the function as shapes, as numbers that it computes with and as lengths of loops; branches on them must go one way for all. Where
    /// that is not so, every size is traced for itself, and <see cref="CompiledFunction.FixedReason"/> says why.
    /// </param>
    public static CompiledFunction Compile(Func<Tensor[], Tensor[]> f, Module? module = null, bool strict = false, bool verify = false, IEnumerable<DynamicAxis>? dynamic = null) =>
        new(f, module, strict, verify, dynamic);

    /// <summary>A compiled function of one tensor.</summary>
    /// <inheritdoc cref="Compile(Func{Tensor[], Tensor[]}, Module, bool, bool, IEnumerable{DynamicAxis})"/>
    public static Func<Tensor, Tensor> Compile(Func<Tensor, Tensor> f, bool strict = false, bool verify = false)
    {
        var compiled = new CompiledFunction(xs => [f(xs[0])], null, strict, verify);
        return x => compiled.Call(x)[0];
    }

    /// <summary>A module's <see cref="Module.Call(Tensor)"/>, compiled.</summary>
    /// <inheritdoc cref="Compile(Func{Tensor[], Tensor[]}, Module, bool, bool, IEnumerable{DynamicAxis})"/>
    public static CompiledFunction Compile(Module module, bool strict = false, bool verify = false, IEnumerable<DynamicAxis>? dynamic = null) =>
        new(xs => [xs.Length == 1 ? module.Call(xs[0]) : module.Call(xs)], module, strict, verify, dynamic);
}
