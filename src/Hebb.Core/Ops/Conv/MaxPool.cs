using System.Numerics;
using Hebb.Cpu;
using Hebb.Ops;
using Hebb.Transforms;

namespace Hebb;

/// <summary>The maximum of each window over the last axes, and, if asked for, its place in the plane (Int64; the first of equals).</summary>
internal sealed class MaxPoolOp : MaxPoolPrimitive
{
    private readonly PoolWindow _window;

    public MaxPoolOp(PoolWindow window, bool indices) : base(indices) => _window = window;

    public MaxPoolOp() : base(indices: false) => _window = new PoolWindow();

    public override string Name => "max_pool";

    public override string DisplayName => PoolWindow.Name("MaxPool", _window.Axes);

    protected override int Axes => _window.Axes;

    public override long Flops(ReadOnlySpan<TensorSpec> inputs, ReadOnlySpan<TensorSpec> outputs) => outputs[0].Sizes.Count * ((Shape)_window.Kernel).Count;

    protected override Shape OutputShape(in Shape input) => _window.Output(DisplayName, input);

    protected override MaxPoolPrimitive WithIndices() => new MaxPoolOp(_window, indices: true);

    public override void Describe(AttributeVisitor v)
    {
        _window.Describe(v);
        v.Bool("indices", ref _indices);
    }

    protected override unsafe void Run<T>(Tensor x, ReadOnlySpan<Tensor> outputs) =>
        PoolingKernels.Max(_window.Geometry(x.Shape), x.Data<T>(), outputs[0].Data<T>(), _indices ? outputs[1].Data<long>() : null);

    public override Tensor[] Decompose(ReadOnlySpan<Tensor> inputs)
    {
        var x = inputs[0];
        var shape = _window.Output(DisplayName, x.Shape);
        var spatial = x.Shape[^_window.Axes..];
        var flat = shape.Concat([(int)((Shape)_window.Kernel).Count]);
        var windows = _window.Windows(x, shape, double.NegativeInfinity).Reshape(flat);
        var places = _window.Windows(PoolWindow.Places(spatial), shape[^_window.Axes..], -1).Reshape(flat[^(_window.Axes + 1)..]).Expand(flat);
        var best = windows.ArgMax(-1, keepDim: true);
        var values = windows.Gather(windows.Rank - 1, best).Reshape(shape);
        return _indices ? [values, places.Gather(places.Rank - 1, best).Reshape(shape)] : [values];
    }

    /// <summary>The methods of <see cref="Tensor"/>.</summary>
    public static Tensor[] Call(Tensor x, int axes, PerAxis kernel, PerAxis? stride, Padding? padding, PerAxis? dilation, bool ceilMode, bool indices)
    {
        string name = PoolWindow.Name("MaxPool", axes);
        ConvWindow.IsSingle(name, x, axes);
        return Engine.ApplyAll(new MaxPoolOp(new PoolWindow(name, axes, kernel, stride, padding, dilation, ceilMode), indices), x);
    }

    // The backward pass wants the indices.
    public static Tensor Call(Tensor x, int axes, PerAxis kernel, PerAxis? stride, Padding? padding, PerAxis? dilation, bool ceilMode) =>
        Call(x, axes, kernel, stride, padding, dilation, ceilMode, x.RequiresGrad && GradMode.IsEnabled)[0];
}

public sealed partial class Tensor
{
    /// <summary>The maximum of each window over the last axis of [N, C, L] or [C, L]. NaN counts as the largest.</summary>
    /// <param name="kernel">Elements in a window.</param>
    /// <param name="stride">From one window to the next; the kernel unless given.</param>
    /// <param name="padding">Minus infinity around the input; none unless given. It must be smaller than a window.</param>
    /// <param name="dilation">From one element of a window to the next; 1 unless given.</param>
    /// <param name="ceilMode">Whether a last window counts that overhangs the padded input; it must begin inside it.</param>
    /// <returns>[N, C, L'] with L' = (L + padding at both ends - dilation * (kernel - 1) - 1) / stride + 1, rounded down, or up with <paramref name="ceilMode"/>.</returns>
    /// <exception cref="ShapeException">The shape doesn't fit, or a number is out of range.</exception>
    /// <exception cref="DTypeException">The elements are not floats.</exception>
    public Tensor MaxPool1d(PerAxis kernel, PerAxis? stride = null, Padding? padding = null, PerAxis? dilation = null, bool ceilMode = false) =>
        MaxPoolOp.Call(this, 1, kernel, stride, padding, dilation, ceilMode);

    /// <summary>The maximum of each window over the last two axes of [N, C, H, W] or [C, H, W]. NaN counts as the largest.</summary>
    /// <inheritdoc cref="MaxPool1d"/>
    public Tensor MaxPool2d(PerAxis kernel, PerAxis? stride = null, Padding? padding = null, PerAxis? dilation = null, bool ceilMode = false) =>
        MaxPoolOp.Call(this, 2, kernel, stride, padding, dilation, ceilMode);

    /// <summary>The maximum of each window over the last three axes of [N, C, D, H, W] or [C, D, H, W]. NaN counts as the largest.</summary>
    /// <inheritdoc cref="MaxPool1d"/>
    public Tensor MaxPool3d(PerAxis kernel, PerAxis? stride = null, Padding? padding = null, PerAxis? dilation = null, bool ceilMode = false) =>
        MaxPoolOp.Call(this, 3, kernel, stride, padding, dilation, ceilMode);

    /// <summary>As <see cref="MaxPool1d"/>, and the place of each maximum in its row (Int64): the first of equals.</summary>
    /// <inheritdoc cref="MaxPool1d"/>
    public (Tensor Values, Tensor Indices) MaxPool1dWithIndices(PerAxis kernel, PerAxis? stride = null, Padding? padding = null, PerAxis? dilation = null, bool ceilMode = false) =>
        Pair(MaxPoolOp.Call(this, 1, kernel, stride, padding, dilation, ceilMode, indices: true));

    /// <summary>As <see cref="MaxPool2d"/>, and the place of each maximum in its plane, row * W + column (Int64): the first of equals.</summary>
    /// <inheritdoc cref="MaxPool2d"/>
    public (Tensor Values, Tensor Indices) MaxPool2dWithIndices(PerAxis kernel, PerAxis? stride = null, Padding? padding = null, PerAxis? dilation = null, bool ceilMode = false) =>
        Pair(MaxPoolOp.Call(this, 2, kernel, stride, padding, dilation, ceilMode, indices: true));

    /// <summary>As <see cref="MaxPool3d"/>, and the place of each maximum in its volume, counted row by row (Int64): the first of equals.</summary>
    /// <inheritdoc cref="MaxPool3d"/>
    public (Tensor Values, Tensor Indices) MaxPool3dWithIndices(PerAxis kernel, PerAxis? stride = null, Padding? padding = null, PerAxis? dilation = null, bool ceilMode = false) =>
        Pair(MaxPoolOp.Call(this, 3, kernel, stride, padding, dilation, ceilMode, indices: true));

    private static (Tensor Values, Tensor Indices) Pair(Tensor[] outputs) => (outputs[0], outputs[1]);
}
