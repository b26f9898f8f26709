using System.Numerics;
using Hebb.Cpu;
using Hebb.Ops;
using Hebb.Transforms;

namespace Hebb;

/// <summary>The maximum of each window over the last axes, and, if asked for, its place in the plane (Int64; the first of equals).</summary>
internal sealed class MaxPoolOp : Primitive
{
    private readonly PoolWindow _window;
    private bool _indices;

    public MaxPoolOp(PoolWindow window, bool indices)
    {
        _window = window;
        _indices = indices;
    }

    public MaxPoolOp() => _window = new PoolWindow();

    public override string Name => "max_pool";

    public override string DisplayName => PoolWindow.Name("MaxPool", _window.Axes);

    public override int Outputs => _indices ? 2 : 1;

    public override Saved Saves => _indices ? Saved.Output1 : Saved.Input0;

    public override bool HasDecomposition => true;

    public override BatchRule Batching => BatchRule.Own;

    public override void Describe(AttributeVisitor v)
    {
        _window.Describe(v);
        v.Bool("indices", ref _indices);
    }

    public override void Infer(ReadOnlySpan<TensorSpec> inputs, Span<TensorSpec> outputs)
    {
        PoolWindow.Check(DisplayName, inputs[0].DType);
        outputs[0] = inputs[0] with { Shape = _window.Output(DisplayName, inputs[0].Shape) };
        if (_indices)
            outputs[1] = outputs[0] with { DType = DType.Int64 };
    }

    public override void Run(CpuContext c, ReadOnlySpan<Tensor> inputs, ReadOnlySpan<Tensor> outputs)
    {
        if (inputs[0].DType == DType.Float64)
            Run<double>(inputs[0], outputs);
        else
            Run<float>(inputs[0], outputs);
    }

    private unsafe void Run<T>(Tensor x, ReadOnlySpan<Tensor> outputs) where T : unmanaged, INumber<T> =>
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

    public override void Vjp(in VjpContext c)
    {
        if (!c.HasGrad(0))
            return;
        var places = _indices ? c.Output(1) : Engine.ApplyAll(new MaxPoolOp(_window, indices: true), c.Input(0))[1];
        c.Set(0, Engine.Apply(new PoolScatterOp(c.InputSpec(0).Shape.Dims[^_window.Axes..]), c.Grad(), places));
    }

    public override void Jvp(in JvpContext c)
    {
        var places = _indices ? c.Output(1) : Engine.ApplyAll(new MaxPoolOp(_window, indices: true), c.Input(0))[1];
        c.Set(0, Engine.Apply(new PoolGatherOp(_window.Axes), c.Tangent(0), places));
    }

    // All axes in front are planes.
    public override Tensor[] Batch(BatchContext c) => Engine.ApplyAll(this, c.Values);

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
