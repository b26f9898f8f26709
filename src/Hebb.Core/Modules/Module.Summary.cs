using Hebb.Modules;

namespace Hebb;

public abstract partial class Module
{
    /// <summary>
    /// What the module is made of, layer by layer: output shapes, parameters, arithmetic, memory. The module is called on tensors without values: nothing is computed
    /// or changed, and layers that infer their sizes have none afterwards either. Print it, or look at <see cref="ModuleSummary.Layers"/>.
    /// <code>Console.WriteLine(model.Summary([32, 1, 28, 28]));</code>
    /// </summary>
    /// <param name="input">The shape of the input, the batch included.</param>
    /// <param name="dtype">Its element type: Int64 for tokens.</param>
    /// <exception cref="ShapeException">The module does not take such an input.</exception>
    /// <exception cref="Hebb.Compile.TraceException">The module reads values, which are not there.</exception>
    public ModuleSummary Summary(Shape input, DType dtype = DType.Float32) => Summary([new TensorSpec(input, dtype)]);

    /// <summary>The same for a module of several inputs; without any, for inputs like those of its first call.</summary>
    /// <exception cref="HebbException">No inputs are given, and the module was not called yet.</exception>
    /// <inheritdoc cref="Summary(Shape, DType)"/>
    public ModuleSummary Summary(params ReadOnlySpan<TensorSpec> inputs)
    {
        if (inputs.Length == 0)
            inputs = InputSpecs?.ToArray() ?? throw new HebbException($"Summary: {GetType().Name} was not called yet; give the shape of its input, such as Summary([32, 784])");
        return ModuleSummary.Of(this, inputs);
    }
}
