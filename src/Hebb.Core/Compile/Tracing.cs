namespace Hebb.Compile;

/// <summary>Makes graphs of functions by running them on tensors without values.</summary>
public static class Tracing
{
    /// <summary>
    /// The ops that <paramref name="function"/> applies to inputs of these shapes. No kernel runs; branches on shapes are taken, branches on values are errors.
    /// Tensors that the function uses but is not given become constants, unless they are parameters or buffers of <paramref name="module"/>.
    /// </summary>
    /// <param name="function">From tensors to tensors; called once, on this thread.</param>
    /// <param name="inputs">Shapes and element types.</param>
    /// <param name="module">Whose parameters and buffers keep their names and stay changeable.</param>
    /// <param name="names">Names of the inputs; by default <c>input</c>, or <c>input0</c>, <c>input1</c> … where there are several.</param>
    /// <param name="lines">Notes the source line of every op, in tens of microseconds each.</param>
    /// <exception cref="TraceException">The function reads values, or its shapes depend on them.</exception>
    public static Graph Trace(Func<Tensor[], Tensor[]> function, ReadOnlySpan<TensorSpec> inputs, Module? module = null, IReadOnlyList<string>? names = null, bool lines = true)
    {
        return Run(new TraceInterpreter(module, lines), function, inputs, names, out _);
    }

    /// <summary>A function as a graph to be run at once, in the midst of whatever transforms are open: all that it uses but is not given becomes a leaf.</summary>
    /// <exception cref="TraceException">The function reads values, or its shapes depend on them.</exception>
    internal static Graph Capture(Func<Tensor[], Tensor[]> function, ReadOnlySpan<TensorSpec> inputs)
    {
        using var noGrad = GradMode.NoGrad();
        return Run(new TraceInterpreter(null, lines: false, captures: true), function, inputs, null, out _);
    }

    /// <summary>The same for a graph to be run again and again: nothing is computed ahead from tensors that may change.</summary>
    /// <exception cref="TraceException">The function reads values, its shapes depend on them, or it changes a tensor in place.</exception>
    internal static Graph CaptureWhole(Func<Tensor[], Tensor[]> function, ReadOnlySpan<TensorSpec> inputs)
    {
        using var noGrad = GradMode.NoGrad();
        return Run(new TraceInterpreter(null, lines: false, captures: true, folds: false), function, inputs, null, out _);
    }

    /// <summary>A function as a graph to be compiled.</summary>
    /// <param name="function">From tensors to tensors; called once, on this thread.</param>
    /// <param name="inputs">Shapes and element types.</param>
    /// <param name="module">Whose parameters and buffers are read anew at every run.</param>
    /// <param name="modes">The modules whose mode the function asked for, and what it was told.</param>
    /// <param name="records">Whether outputs hang on tensors on the tape.</param>
    /// <param name="lines">Notes the source line of every op.</param>
    /// <exception cref="TraceException">The function reads values, or its shapes depend on them.</exception>
    internal static Graph Observe(Func<Tensor[], Tensor[]> function, ReadOnlySpan<TensorSpec> inputs, Module? module, out IEnumerable<(Module Module, bool Training)> modes, out bool records, bool lines = false)
    {
        var interpreter = new TraceInterpreter(module, lines, folds: false);
        var graph = Run(interpreter, function, inputs, null, out var outputs);
        modes = interpreter.Modes;
        records = Array.Exists(outputs, y => y.RequiresGrad);
        return graph;
    }

    private static Graph Run(TraceInterpreter interpreter, Func<Tensor[], Tensor[]> function, ReadOnlySpan<TensorSpec> inputs, IReadOnlyList<string>? names, out Tensor[] outputs)
    {
        // What is made on the way lives as long as the graph, whatever scope the caller has open.
        using var scope = TensorScope.Suspend();
        try
        {
            var values = new GraphInput[inputs.Length];
            for (int i = 0; i < values.Length; i++)
                values[i] = new GraphInput(names?[i] ?? InputName(i, values.Length), inputs[i]);
            outputs = function(Array.ConvertAll(values, interpreter.Wrap));
            return DeadCode.Remove(new Graph(values, interpreter.Nodes, outputs.Select(interpreter.Open)));
        }
        finally
        {
            interpreter.End();
        }
    }

    /// <summary>The ops of a module's <see cref="Module.Call(Tensor)"/>, in the mode that it is in.</summary>
    /// <exception cref="TraceException">The module reads values, or its shapes depend on them.</exception>
    public static Graph Trace(Module module, params ReadOnlySpan<TensorSpec> inputs) => Trace(xs => [Call(module, xs)], inputs, module);

    internal static Tensor Call(Module module, Tensor[] inputs) => inputs.Length == 1 ? module.Call(inputs[0]) : module.Call(inputs);

    private static string InputName(int i, int count) => count == 1 ? "input" : $"input{i}";
}
