namespace Hebb;

/// <summary>Partly undoes <see cref="MaxPool1d"/>: zeros, with each value where its window had it. <c>Call(values, indices)</c>, the indices from <see cref="MaxPool1d.CallWithIndices"/>.</summary>
/// <param name="kernel">The size of a window of the pooling.</param>
/// <param name="stride">Its stride; by default the window's size.</param>
/// <param name="padding">Its padding.</param>
/// <param name="outputSize">The sizes of its input, where several give one output.</param>
public sealed class MaxUnpool1d(PerAxis kernel, PerAxis? stride = null, Padding? padding = null, PerAxis? outputSize = null) : Module
{
    protected override Tensor Forward(ReadOnlySpan<Tensor> inputs) => inputs.Length == 2
        ? inputs[0].MaxUnpool1d(inputs[1], kernel, stride, padding, outputSize)
        : throw new HebbException($"MaxUnpool1d takes values and indices, not {inputs.Length} tensors");

    public override string ToString() => $"MaxUnpool1d({kernel})";
}

/// <summary>Partly undoes <see cref="MaxPool2d"/>: zeros, with each value where its window had it. <c>Call(values, indices)</c>, the indices from <see cref="MaxPool2d.CallWithIndices"/>.</summary>
/// <inheritdoc cref="MaxUnpool1d"/>
public sealed class MaxUnpool2d(PerAxis kernel, PerAxis? stride = null, Padding? padding = null, PerAxis? outputSize = null) : Module
{
    protected override Tensor Forward(ReadOnlySpan<Tensor> inputs) => inputs.Length == 2
        ? inputs[0].MaxUnpool2d(inputs[1], kernel, stride, padding, outputSize)
        : throw new HebbException($"MaxUnpool2d takes values and indices, not {inputs.Length} tensors");

    public override string ToString() => $"MaxUnpool2d({kernel})";
}

/// <summary>Partly undoes <see cref="MaxPool3d"/>: zeros, with each value where its window had it. <c>Call(values, indices)</c>, the indices from <see cref="MaxPool3d.CallWithIndices"/>.</summary>
/// <inheritdoc cref="MaxUnpool1d"/>
public sealed class MaxUnpool3d(PerAxis kernel, PerAxis? stride = null, Padding? padding = null, PerAxis? outputSize = null) : Module
{
    protected override Tensor Forward(ReadOnlySpan<Tensor> inputs) => inputs.Length == 2
        ? inputs[0].MaxUnpool3d(inputs[1], kernel, stride, padding, outputSize)
        : throw new HebbException($"MaxUnpool3d takes values and indices, not {inputs.Length} tensors");

    public override string ToString() => $"MaxUnpool3d({kernel})";
}
