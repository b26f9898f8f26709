namespace Hebb;

/// <summary>Zeros with values at the places that the indices of a maximum name.</summary>
internal static class MaxUnpool
{
    public static Tensor Call(Tensor x, int axes, Tensor indices, PerAxis kernel, PerAxis? stride, Padding? padding, PerAxis? outputSize)
    {
        string name = PoolWindow.Name("MaxUnpool", axes);
        ConvWindow.IsSingle(name, x, axes);
        if (indices.Shape != x.Shape)
            throw new ShapeException($"{name}: values {x.Shape} and indices {indices.Shape} differ");
        var window = new PoolWindow(name, axes, kernel, stride, padding, null, ceilMode: false);
        int[]? wanted = outputSize?.Sizes(name, "output size", axes, 1);
        var lead = x.Shape[..^axes];
        var size = lead;
        for (int i = 0; i < axes; i++)
        {
            int length = (x.Shape[lead.Rank + i] - 1) * window.Stride[i] + window.Kernel[i] - window.PadBegin[i] - window.PadEnd[i];
            if (wanted is not null && Math.Abs(wanted[i] - length) >= window.Stride[i])
                throw new ShapeException($"{name}: output size {outputSize} along spatial axis {i}; only {length - window.Stride[i] + 1} to {length + window.Stride[i] - 1} give {x.Shape}");
            size = size.Concat([wanted is null ? length : wanted[i]]);
        }
        var plane = lead.Concat([checked((int)size[lead.Rank..].Count)]);
        var places = lead.Concat([checked((int)x.Shape[lead.Rank..].Count)]);
        return Tensor.Zeros(plane, x.DType).Scatter(lead.Rank, indices.Reshape(places), x.Reshape(places)).Reshape(size);
    }
}

public sealed partial class Tensor
{
    /// <summary>Partly undoes <see cref="MaxPool1dWithIndices"/>: zeros, with each value at its index. Of several for one place one stays.</summary>
    /// <param name="indices">The indices of the maxima, as many as values.</param>
    /// <param name="kernel">The kernel of the pooling.</param>
    /// <param name="stride">Its stride; the kernel unless given.</param>
    /// <param name="padding">Its padding.</param>
    /// <param name="outputSize">The spatial sizes of its input, where several give one output; (L - 1) * stride + kernel - padding at both ends unless given.</param>
    /// <exception cref="ShapeException">The shapes don't fit, or an index is out of range.</exception>
    public Tensor MaxUnpool1d(Tensor indices, PerAxis kernel, PerAxis? stride = null, Padding? padding = null, PerAxis? outputSize = null) =>
        MaxUnpool.Call(this, 1, indices, kernel, stride, padding, outputSize);

    /// <summary>Partly undoes <see cref="MaxPool2dWithIndices"/>: zeros, with each value at its index. Of several for one place one stays.</summary>
    /// <inheritdoc cref="MaxUnpool1d"/>
    public Tensor MaxUnpool2d(Tensor indices, PerAxis kernel, PerAxis? stride = null, Padding? padding = null, PerAxis? outputSize = null) =>
        MaxUnpool.Call(this, 2, indices, kernel, stride, padding, outputSize);

    /// <summary>Partly undoes <see cref="MaxPool3dWithIndices"/>: zeros, with each value at its index. Of several for one place one stays.</summary>
    /// <inheritdoc cref="MaxUnpool1d"/>
    public Tensor MaxUnpool3d(Tensor indices, PerAxis kernel, PerAxis? stride = null, Padding? padding = null, PerAxis? outputSize = null) =>
        MaxUnpool.Call(this, 3, indices, kernel, stride, padding, outputSize);
}
