using System.Runtime.CompilerServices;
using Hebb.Ops;

namespace Hebb.Transforms;

/// <summary>Runs ops at once: infer, allocate, compute.</summary>
internal static class Eager
{
    private const int MaxInline = 4;

    [InlineArray(MaxInline)]
    private struct Specs
    {
        private TensorSpec _first;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Run(EngineThread thread, Primitive primitive, ReadOnlySpan<Tensor> inputs, Span<Tensor> outputs)
    {
        if (outputs.Length == 1 && primitive.TryRun(thread, inputs, ref outputs[0]))
            return;
        thread.Running = primitive;
        RunGeneral(thread, primitive, inputs, outputs);
        thread.Running = null;
    }

    [SkipLocalsInit]
    private static void RunGeneral(EngineThread thread, Primitive primitive, ReadOnlySpan<Tensor> inputs, Span<Tensor> outputs)
    {
        Unsafe.SkipInit(out Specs inputBuffer);
        Unsafe.SkipInit(out Specs outputBuffer);
        Span<TensorSpec> inputSpecs = inputs.Length <= MaxInline ? ((Span<TensorSpec>)inputBuffer)[..inputs.Length] : new TensorSpec[inputs.Length];
        Span<TensorSpec> outputSpecs = outputs.Length <= MaxInline ? ((Span<TensorSpec>)outputBuffer)[..outputs.Length] : new TensorSpec[outputs.Length];
        bool prepare = false;
        for (int i = 0; i < inputs.Length; i++)
        {
            var input = inputs[i];
            _ = input.Storage;
            inputSpecs[i] = input.Spec;
            prepare |= (!input.IsContiguous && !primitive.AcceptsStrided) || (input.DType.IsHalf && !primitive.AcceptsHalf);
        }
        primitive.Infer(inputSpecs, outputSpecs);
        if (primitive is ViewPrimitive view)
        {
            view.Views(inputs[0], outputSpecs, outputs);
            return;
        }
        if (primitive.MakesOutputs)
        {
            primitive.RunDynamic(thread.Kernels, prepare ? Prepare(primitive, inputs) : inputs).CopyTo(outputs);
            return;
        }
        for (int i = 0; i < outputs.Length; i++)
        {
            outputs[i] = new Tensor(outputSpecs[i], thread);
            prepare |= outputSpecs[i].DType.IsHalf && !primitive.AcceptsHalf;
        }
        if (prepare)
            RunPrepared(thread, primitive, inputs, outputs);
        else
            primitive.Run(thread.Kernels, inputs, outputs);
        KeepAlive(inputs, outputs);
    }

    /// <summary>Runs the kernel into outputs that exist; they may share memory with inputs where the kernel allows it.</summary>
    public static void RunInto(Primitive primitive, ReadOnlySpan<Tensor> inputs, ReadOnlySpan<Tensor> outputs, bool prepare)
    {
        var thread = EngineThread.Current;
        if (prepare)
            RunPrepared(thread, primitive, inputs, outputs);
        else
            primitive.Run(thread.Kernels, inputs, outputs);
        KeepAlive(inputs, outputs);
    }

    // The kernel worked on raw pointers: nothing may be collected before it returned.
    private static void KeepAlive(ReadOnlySpan<Tensor> inputs, ReadOnlySpan<Tensor> outputs)
    {
        foreach (var input in inputs)
            GC.KeepAlive(input);
        foreach (var output in outputs)
            GC.KeepAlive(output);
    }

    private static void RunPrepared(EngineThread thread, Primitive primitive, ReadOnlySpan<Tensor> inputs, ReadOnlySpan<Tensor> outputs)
    {
        // Copies live no longer than the kernel, however long the step.
        using var scope = TensorScope.Open();
        var ready = Prepare(primitive, inputs);
        if (primitive.AcceptsHalf)
        {
            primitive.Run(thread.Kernels, ready, outputs);
            GC.KeepAlive(ready);
            return;
        }
        var wide = new Tensor[outputs.Length];
        for (int i = 0; i < outputs.Length; i++)
            wide[i] = outputs[i].DType.IsHalf ? new Tensor(outputs[i].Spec with { DType = DType.Float32 }) : outputs[i];
        primitive.Run(thread.Kernels, ready, wide);
        for (int i = 0; i < outputs.Length; i++)
        {
            if (wide[i] != outputs[i])
                Copying.Convert(wide[i], outputs[i]);
        }
        GC.KeepAlive(ready);
        GC.KeepAlive(wide);
    }

    private static Tensor[] Prepare(Primitive primitive, ReadOnlySpan<Tensor> inputs)
    {
        var ready = new Tensor[inputs.Length];
        for (int i = 0; i < inputs.Length; i++)
        {
            var input = inputs[i];
            if (input.DType.IsHalf && !primitive.AcceptsHalf)
                ready[i] = Copying.To(input, DType.Float32);
            else
                ready[i] = input.IsContiguous || primitive.AcceptsStrided ? input : Copying.Contiguous(input);
        }
        return ready;
    }
}
