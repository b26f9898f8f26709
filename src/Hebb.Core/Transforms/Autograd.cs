using Hebb.Transforms;

namespace Hebb;

/// <summary>Gradients asked for by name, without touching any tensor's <see cref="Tensor.Grad"/>.</summary>
public static class Autograd
{
    /// <summary>The gradients of the sum of <paramref name="outputs"/> with respect to <paramref name="inputs"/>.</summary>
    /// <param name="outputs">Tensors of one element, unless <paramref name="gradOutputs"/> weighs them.</param>
    /// <param name="inputs">Tensors that the outputs were computed from; leaves or not.</param>
    /// <param name="gradOutputs">The gradient of each output, of its shape.</param>
    /// <param name="createGraph">Records the computation, so that the gradients can be differentiated.</param>
    /// <param name="retainGraph">Keeps what backward needs, so that it can run again; implied by <paramref name="createGraph"/>.</param>
    /// <returns>One gradient an input, of its shape; zeros where the outputs do not depend on it.</returns>
    /// <exception cref="GradientException">An output or input requires no gradient.</exception>
    public static Tensor[] Grad(ReadOnlySpan<Tensor> outputs, ReadOnlySpan<Tensor> inputs, ReadOnlySpan<Tensor> gradOutputs = default, bool createGraph = false, bool retainGraph = false)
    {
        var seeds = new Tensor?[outputs.Length];
        for (int i = 0; i < outputs.Length; i++)
            seeds[i] = Seed(outputs[i], gradOutputs.IsEmpty ? null : gradOutputs[i], "Grad");
        foreach (var input in inputs)
        {
            if (input.Node is null)
                throw new GradientException($"Grad: an input, {input.Spec}, requires no gradient");
        }
        var gradients = Backprop.Run(outputs, seeds, inputs, accumulate: false, createGraph, retainGraph || createGraph);
        var results = new Tensor[inputs.Length];
        for (int i = 0; i < results.Length; i++)
            results[i] = gradients[i] ?? Tensor.Zeros(inputs[i].Shape, inputs[i].DType);
        return results;
    }

    /// <summary>The gradient of one output with respect to one input.</summary>
    public static Tensor Grad(Tensor output, Tensor input, Tensor? gradOutput = null, bool createGraph = false, bool retainGraph = false) =>
        Grad([output], [input], gradOutput is null ? [] : [gradOutput], createGraph, retainGraph)[0];

    internal static Tensor Seed(Tensor output, Tensor? gradient, string op)
    {
        if (output.Node is null)
            throw new GradientException($"{op}: nothing that this {output.Spec} was computed from requires a gradient");
        if (gradient is null)
        {
            if (output.Count != 1)
                throw new GradientException($"{op}: a gradient must be given for an output of {output.Count} elements, {output.Shape}; reduce it to one first, with Sum or Mean");
            return Tensor.Ones(output.Shape, output.DType);
        }
        if (gradient.Shape != output.Shape)
            throw new ShapeException($"{op}: the gradient is {gradient.Shape}, the output {output.Shape}");
        return gradient;
    }
}
