using Hebb.Ops;

namespace Hebb.Transforms;

/// <summary>Writes what ran onto the tape, so that gradients can be taken.</summary>
internal static class Tape
{
    public static void Record(EngineThread thread, Primitive primitive, ReadOnlySpan<Tensor> inputs, ReadOnlySpan<Tensor> outputs)
    {
        bool any = false;
        foreach (var output in outputs)
            any |= output.DType.IsDifferentiable;
        if (!any)
            return;

        var saves = primitive.Saves;
        long sequence = thread.Sequence;
        var edges = new Edge[inputs.Length];
        for (int i = 0; i < inputs.Length; i++)
        {
            var input = inputs[i];
            ref var edge = ref edges[i];
            edge.Spec = input.Spec;
            if (input.DType.IsDifferentiable)
            {
                edge.Node = input.Node;
                edge.Slot = input.Slot;
                sequence = Math.Max(sequence, input.Node?.Sequence ?? 0);
            }
            if ((saves & (Saved)(1 << Math.Min(i, 15))) != 0)
            {
                edge.Value = input;
                edge.Version = input.HasStorage ? input.Storage.Version : 0;
            }
        }
        var node = new Node(primitive, edges, thread.Sequence = sequence + 1, thread.OpPath);
        if (thread.DetectsAnomalies)
            node.Line = SourceLine.OfCaller();
        else if (thread.Trace is { } trace)
            node.Line = trace.LastLine;
        if (outputs.Length > 1)
            node.OutputSpecs = new TensorSpec[outputs.Length];
        if ((saves & Saved.Outputs) != 0)
        {
            node.Saved = new Tensor?[outputs.Length];
            node.SavedVersions = new int[outputs.Length];
        }
        for (int i = 0; i < outputs.Length; i++)
        {
            var output = outputs[i];
            if (node.OutputSpecs is not null)
                node.OutputSpecs[i] = output.Spec;
            if ((saves & (Saved)(1 << (16 + Math.Min(i, 14)))) != 0)
            {
                node.Saved![i] = output;
                node.SavedVersions![i] = output.HasStorage ? output.Storage.Version : 0;
            }
            if (!output.DType.IsDifferentiable)
                continue;
            output.Node = node;
            output.Slot = i;
        }
    }
}
