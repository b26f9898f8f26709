namespace Hebb;

/// <summary>
/// Maxima of windows that begin at random distances (Graham, 2014), so that sizes shrink by factors that are no integers. Each example and channel has windows of its own, drawn at each call, in
/// eval mode too.
/// </summary>
public abstract class FractionalMaxPool : Module
{
    private readonly int _axes;
    private readonly PerAxis _kernel;
    private readonly PerAxis? _outputSize;
    private readonly double[]? _ratio;
    private readonly Rng? _rng;

    private protected FractionalMaxPool(int axes, PerAxis kernel, PerAxis? outputSize, double[]? outputRatio, Rng? rng)
    {
        if ((outputSize is null) == (outputRatio is null))
            throw new HebbException($"{GetType().Name}: give either the output's size or its ratio");
        if (outputRatio is not null && (outputRatio.Length != 1 && outputRatio.Length != axes || !outputRatio.All(r => r is > 0 and < 1)))
            throw new HebbException($"{GetType().Name}: ratios [{string.Join(", ", outputRatio)}] are not one or {axes} numbers between 0 and 1");
        (_axes, _kernel, _outputSize, _ratio, _rng) = (axes, kernel, outputSize, outputRatio, rng);
    }

    /// <summary>Which of the random numbers of a channel belongs to an axis: PyTorch takes planes from the width on, volumes from the depth on.</summary>
    private protected abstract int Sample(int axis);

    /// <summary>The maxima, with windows from given random numbers.</summary>
    /// <param name="x">[N, C, …] or [C, …].</param>
    /// <param name="samples">[N, C, axes], from 0 to below 1.</param>
    /// <exception cref="ShapeException">The shapes don't fit.</exception>
    public Tensor Call(Tensor x, Tensor samples) => Enter(() => Run(x, samples).Values);

    /// <summary>The maxima, and the place of each in its plane or volume, counted row by row (Int64).</summary>
    /// <param name="x">[N, C, …] or [C, …].</param>
    /// <exception cref="ShapeException">The input is smaller than a window, or the output larger than the input.</exception>
    public (Tensor Values, Tensor Indices) CallWithIndices(Tensor x) => Enter(() => Run(x, null));

    protected override Tensor Forward(Tensor x) => Run(x, null).Values;

    protected override Tensor Forward(ReadOnlySpan<Tensor> inputs) => inputs.Length switch
    {
        1 => Run(inputs[0], null).Values,
        2 => Run(inputs[0], inputs[1]).Values,
        _ => throw new HebbException($"{GetType().Name} takes one tensor, or two with random numbers, not {inputs.Length}"),
    };

    private (Tensor Values, Tensor Indices) Run(Tensor input, Tensor? samples)
    {
        bool single = input.Rank == _axes + 1;
        if (!single && input.Rank != _axes + 2)
            throw new ShapeException($"{GetType().Name}: input {input.Shape} has {input.Rank} axes, not {_axes + 1} or {_axes + 2}");
        var x = single ? input.Unsqueeze(0) : input;
        var (n, c) = (x.Shape[0], x.Shape[1]);
        samples ??= Tensor.Rand([n, c, _axes], x.DType.IsHalf ? DType.Float32 : x.DType, _rng);
        if (samples.Shape != Shape.Create([n, c, _axes]))
            throw new ShapeException($"{GetType().Name}: random numbers {samples.Shape} are not [{n}, {c}, {_axes}]");
        // Places of all elements of all windows: [N, C, outputs of axis 0, …, elements of axis 0, …].
        Tensor? places = null;
        int[] outputs = new int[_axes], kernel = new int[_axes];
        for (int a = 0; a < _axes; a++)
        {
            var (size, window) = (x.Shape[a + 2], _kernel.Count == 1 ? _kernel[0] : _kernel[a]);
            (outputs[a], kernel[a]) = (_outputSize is { } o ? o.Count == 1 ? o[0] : o[a] : (int)(size * _ratio![_ratio.Length == 1 ? 0 : a]), window);
            if (window < 1 || outputs[a] < 1 || outputs[a] + window - 1 > size)
                throw new ShapeException($"{GetType().Name}: {outputs[a]} windows of {window} don't fit into axis {a + 2} of {x.Shape}");
            var along = (Starts(samples.Select(2, Sample(a)), size, outputs[a], window).Unsqueeze(-1) + Tensor.Arange(window)).Reshape(Placed(n, c, a, outputs[a], window));
            places = places is null ? along : places * (long)size + along;
        }
        var shape = Shape.Create([n, c, .. outputs]);
        int area = kernel.Aggregate(1, (p, k) => p * k);
        var flat = places!.Reshape(n, c, -1);
        var windows = x.Flatten(2).Gather(2, flat).Reshape(shape.Concat([area]));
        var best = windows.Detach().ArgMax(-1, keepDim: true);
        var values = windows.Gather(_axes + 2, best).Squeeze(-1);
        var indices = flat.Reshape(shape.Concat([area])).Gather(_axes + 2, best).Squeeze(-1);
        return single ? (values.Squeeze(0), indices.Squeeze(0)) : (values, indices);
    }

    /// <summary>Where windows begin, [N, C, outputs]: evenly, moved by a random part; the last at the end.</summary>
    private static Tensor Starts(Tensor sample, int size, int outputs, int window)
    {
        if (outputs == 1)
            return Tensor.Full(sample.Shape.Insert(sample.Rank), size - window, DType.Int64);
        double alpha = (double)(size - window) / (outputs - 1);
        var u = sample.Unsqueeze(-1);
        // In the samples' own type, in which PyTorch rounds too.
        var starts = ((Tensor.Arange(outputs - 1, u.DType) + u) * alpha).Trunc() - (u * alpha).Trunc();
        return Tensor.Cat([starts.To(DType.Int64), Tensor.Full(sample.Shape.Insert(sample.Rank), size - window, DType.Int64)], -1);
    }

    /// <summary>[N, C, outputs, window] with the other axes' places between, of size 1.</summary>
    private Shape Placed(int n, int c, int axis, int outputs, int window)
    {
        int[] sizes = [n, c, .. Enumerable.Repeat(1, 2 * _axes)];
        (sizes[2 + axis], sizes[2 + _axes + axis]) = (outputs, window);
        return Shape.Create(sizes);
    }
}

/// <summary><see cref="FractionalMaxPool"/> of [N, C, H, W] or [C, H, W].</summary>
/// <param name="kernel">The size of a window: <c>2</c>, or one number an axis.</param>
/// <param name="outputSize">The output's size; or give its ratio.</param>
/// <param name="outputRatio">The output's size as a part of the input's: one number, or one an axis, between 0 and 1.</param>
/// <param name="rng">The stream of keys; by default <see cref="Rng.Default"/>.</param>
public sealed class FractionalMaxPool2d(PerAxis kernel, PerAxis? outputSize = null, double[]? outputRatio = null, Rng? rng = null) : FractionalMaxPool(2, kernel, outputSize, outputRatio, rng)
{
    private protected override int Sample(int axis) => 1 - axis;
}

/// <summary><see cref="FractionalMaxPool"/> of [N, C, D, H, W] or [C, D, H, W].</summary>
/// <inheritdoc cref="FractionalMaxPool2d"/>
public sealed class FractionalMaxPool3d(PerAxis kernel, PerAxis? outputSize = null, double[]? outputRatio = null, Rng? rng = null) : FractionalMaxPool(3, kernel, outputSize, outputRatio, rng)
{
    private protected override int Sample(int axis) => axis;
}
