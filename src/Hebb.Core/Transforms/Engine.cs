using System.Runtime.CompilerServices;
using Hebb.Compile;
using Hebb.Ops;

namespace Hebb.Transforms;

/// <summary>The one door through which every op enters: transforms that stand on the inputs first, the kernel last, then the tape.</summary>
public static class Engine
{
    /// <summary>Applies an op of one output.</summary>
    public static Tensor Apply(Primitive primitive, params ReadOnlySpan<Tensor> inputs)
    {
        Tensor output = null!;
        Execute(primitive, inputs, new Span<Tensor>(ref output));
        return output;
    }

    /// <summary>Applies an op of any number of outputs.</summary>
    public static Tensor[] ApplyAll(Primitive primitive, params ReadOnlySpan<Tensor> inputs)
    {
        var outputs = new Tensor[primitive.Outputs];
        Execute(primitive, inputs, outputs);
        return outputs;
    }

    internal static void Execute(Primitive primitive, ReadOnlySpan<Tensor> inputs, Span<Tensor> outputs)
    {
        var thread = EngineThread.Current;
        if (thread.IsWatched)
        {
            if (thread.Autocast is { } autocast && autocast.TryApply(thread, primitive, inputs, outputs))
                return;
            thread.Observer?.Invoke(primitive);
        }
        Tracer? top = null;
        bool record = false;
        foreach (var input in inputs)
        {
            if (input.Tracer is { } tracer && (top is null || tracer.Interpreter.Level > top.Interpreter.Level))
                top = tracer;
            record |= input.Node is not null;
        }
        var by = top?.Interpreter;
        // A trace also sees what is done to tensors that it did not wrap.
        if (thread.Trace is { } trace && (by is null || by.Level < trace.Level))
            by = trace;
        if (by is null)
        {
            if (thread.IsWatched && thread.Profile is { } profile)
                profile.Run(thread, primitive, inputs, outputs);
            else
                Eager.Run(thread, primitive, inputs, outputs);
        }
        else
            Process(by, primitive, inputs, outputs);
        if (record && !thread.GradDisabled)
            Tape.Record(thread, primitive, inputs, outputs);
        if (thread.DetectsAnomalies && by is null)
            Anomaly.Check(primitive, inputs, outputs);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Process(Interpreter interpreter, Primitive primitive, ReadOnlySpan<Tensor> inputs, Span<Tensor> outputs)
    {
        interpreter.CheckOpen();
        interpreter.Process(primitive, inputs, outputs);
    }
}
