using Hebb.Transforms;

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
        return Run(new TraceInterpreter(module, lines), function, inputs, names);
    }

    /// <summary>A function as a graph to be run at once, in the midst of whatever transforms are open: all that it uses but is not given becomes a leaf.</summary>
    /// <exception cref="TraceException">The function reads values, or its shapes depend on them.</exception>
    internal static Graph Capture(Func<Tensor[], Tensor[]> function, ReadOnlySpan<TensorSpec> inputs)
    {
        using var noGrad = GradMode.NoGrad();
        return Run(new TraceInterpreter(null, lines: false, captures: true), function, inputs, null);
    }

    /// <summary>The same for a function that may change tensors in place, which nothing does yet: their values come after its outputs.</summary>
    /// <exception cref="TraceException">The function reads values, or its shapes depend on them.</exception>
    internal static (Graph Graph, Tensor[] Changed) CaptureWithChanges(Func<Tensor[], Tensor[]> function, ReadOnlySpan<TensorSpec> inputs)
    {
        using var noGrad = GradMode.NoGrad();
        var interpreter = new TraceInterpreter(null, lines: false, captures: true, collects: true);
        Tensor[] changed = [];
        var graph = Run(interpreter, function, inputs, null, _ =>
        {
            var changes = interpreter.Changes();
            changed = [.. changes.Select(c => c.Target)];
            return changes.Select(c => c.Value);
        });
        return (graph, changed);
    }

    /// <summary>The same for a graph to be run again and again: nothing is computed ahead from tensors that may change.</summary>
    /// <exception cref="TraceException">The function reads values, its shapes depend on them, or it changes a tensor in place.</exception>
    internal static Graph CaptureWhole(Func<Tensor[], Tensor[]> function, ReadOnlySpan<TensorSpec> inputs)
    {
        using var noGrad = GradMode.NoGrad();
        return Run(new TraceInterpreter(null, EngineThread.Current.Trace?.NotesLines ?? false, captures: true, folds: false), function, inputs, null);
    }

    /// <summary>A function as a graph to be compiled, with all that it does beside computing.</summary>
    /// <param name="function">From tensors to tensors; called once, on this thread.</param>
    /// <param name="inputs">Shapes and element types.</param>
    /// <param name="module">Whose parameters and buffers are read anew at every run.</param>
    /// <param name="lines">Notes the source line of every op.</param>
    /// <exception cref="TraceException">The function reads values, or its shapes depend on them.</exception>
    internal static Observation Observe(Func<Tensor[], Tensor[]> function, ReadOnlySpan<TensorSpec> inputs, Module? module, bool lines = false)
    {
        var interpreter = new TraceInterpreter(module, lines, folds: false);
        int results = 0;
        bool records = false;
        TraceEffects effects = null!;
        var graph = Run(interpreter, function, inputs, null, outputs =>
        {
            results = outputs.Length;
            // What backward has consumed nobody can differentiate.
            records = Array.Exists(outputs, y => y.Node is { Freed: false });
            effects = interpreter.Effects();
            return effects.Values;
        });
        return new Observation(graph, results, effects, [.. interpreter.Modes], records);
    }

    private static Graph Run(TraceInterpreter interpreter, Func<Tensor[], Tensor[]> function, ReadOnlySpan<TensorSpec> inputs, IReadOnlyList<string>? names, Func<Tensor[], IEnumerable<GraphValue>>? more = null)
    {
        // What is made on the way lives as long as the graph, whatever scope the caller has open.
        using var scope = TensorScope.Suspend();
        try
        {
            var values = new GraphInput[inputs.Length];
            for (int i = 0; i < values.Length; i++)
                values[i] = new GraphInput(names?[i] ?? InputName(i, values.Length), inputs[i]);
            var outputs = function(Array.ConvertAll(values, interpreter.Wrap));
            GraphValue[] results = [.. outputs.Select(interpreter.Open)];
            return DeadCode.Remove(new Graph(values, interpreter.Nodes, more is null ? results : [.. results, .. more(outputs)]));
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
