using System.Numerics;
using Hebb.Cpu;
using Hebb.Ops;
using Hebb.Transforms;

namespace Hebb;

/// <summary>Maxima of windows that divide the last axes into given sizes, and, if asked for, their places in the plane (Int64; the first of equals).</summary>
internal sealed class AdaptiveMaxPoolOp : MaxPoolPrimitive
{
    private int[] _size;

    public AdaptiveMaxPoolOp(int[] size, bool indices) : base(indices) => _size = size;

    public AdaptiveMaxPoolOp() : base(indices: false) => _size = [];

    public override string Name => "adaptive_max_pool";

    public override string DisplayName => PoolWindow.Name("AdaptiveMaxPool", _size.Length);

    protected override int Axes => _size.Length;

    protected override Shape OutputShape(in Shape input) => AdaptiveWindows.Output(DisplayName, input, _size);

    protected override MaxPoolPrimitive WithIndices() => new AdaptiveMaxPoolOp(_size, indices: true);

    public override void Describe(AttributeVisitor v)
    {
        v.Ints("size", ref _size);
        v.Bool("indices", ref _indices);
    }

    protected override unsafe void Run<T>(Tensor x, ReadOnlySpan<Tensor> outputs)
    {
        int axes = _size.Length;
        var y = outputs[0];
        PoolingKernels.AdaptiveMax(
            x.Shape[..^axes].Count,
            AdaptiveWindows.Axes(x.Shape, axes),
            AdaptiveWindows.Axes(y.Shape, axes),
            x.Data<T>(),
            y.Data<T>(),
            _indices ? outputs[1].Data<long>() : null);
    }

    // Windows of one length, in which the last element of shorter ones comes several times.
    public override Tensor[] Decompose(ReadOnlySpan<Tensor> inputs)
    {
        var x = inputs[0];
        int axes = _size.Length, lead = x.Rank - axes;
        var shape = AdaptiveWindows.Output(DisplayName, x.Shape, _size);
        Tensor windows = x, places = PoolWindow.Places(x.Shape[lead..]);
        int area = 1;
        for (int i = 0; i < axes; i++)
        {
            var members = Members(x.Shape[lead + i], shape[lead + i], out int length);
            windows = Take(windows, lead + i, members, shape[lead + i], length);
            places = Take(places, i, members, shape[lead + i], length);
            area *= length;
        }
        windows = windows.Reshape(shape.Concat([area]));
        places = places.Reshape(shape[lead..].Concat([area])).Expand(windows.Shape);
        var best = windows.ArgMax(-1, keepDim: true);
        var values = windows.Gather(windows.Rank - 1, best).Reshape(shape);
        return _indices ? [values, places.Gather(places.Rank - 1, best).Reshape(shape)] : [values];
    }

    private static Tensor Take(Tensor x, int axis, Tensor members, int windows, int length)
    {
        var taken = x.IndexSelect(axis, members);
        var order = new int[taken.Rank + 1];
        for (int i = 0; i < order.Length; i++)
            order[i] = i <= axis ? i : i + 1;
        order[^1] = axis + 1;
        return taken.Reshape(taken.Shape.With(axis, windows).Insert(axis + 1, length)).Permute(order);
    }

    private static Tensor Members(int input, int output, out int length)
    {
        length = 1;
        for (int o = 0; o < output; o++)
        {
            var (begin, end) = AdaptiveWindows.Window(o, input, output);
            length = Math.Max(length, end - begin);
        }
        var members = new long[output * length];
        for (int i = 0; i < members.Length; i++)
        {
            var (begin, end) = AdaptiveWindows.Window(i / length, input, output);
            members[i] = Math.Min(begin + i % length, end - 1);
        }
        return Tensor.From(members, [members.Length]);
    }

    /// <summary>The methods of <see cref="Tensor"/>.</summary>
    public static Tensor[] Call(Tensor x, int axes, PerAxis size, bool indices)
    {
        string name = PoolWindow.Name("AdaptiveMaxPool", axes);
        ConvWindow.IsSingle(name, x, axes);
        return Engine.ApplyAll(new AdaptiveMaxPoolOp(size.Sizes(name, "size", axes, -1), indices), x);
    }

    // The backward pass wants the indices.
    public static Tensor Call(Tensor x, int axes, PerAxis size) => Call(x, axes, size, x.RequiresGrad && GradMode.IsEnabled)[0];
}

public sealed partial class Tensor
{
    /// <summary>Maxima of windows that divide the last axis of [N, C, L] or [C, L] into a given number: window i spans floor(i L / size) to ceil((i + 1) L / size). NaN counts as the largest.</summary>
    /// <param name="size">The sizes that come out; -1 keeps an axis.</param>
    /// <exception cref="ShapeException">The shape doesn't fit, or the input has nothing along an axis.</exception>
    /// <exception cref="DTypeException">The elements are not floats.</exception>
    public Tensor AdaptiveMaxPool1d(PerAxis size) => AdaptiveMaxPoolOp.Call(this, 1, size);

    /// <summary>Maxima of windows that divide the last two axes of [N, C, H, W] or [C, H, W] into given numbers. NaN counts as the largest.</summary>
    /// <inheritdoc cref="AdaptiveMaxPool1d"/>
    public Tensor AdaptiveMaxPool2d(PerAxis size) => AdaptiveMaxPoolOp.Call(this, 2, size);

    /// <summary>Maxima of windows that divide the last three axes of [N, C, D, H, W] or [C, D, H, W] into given numbers. NaN counts as the largest.</summary>
    /// <inheritdoc cref="AdaptiveMaxPool1d"/>
    public Tensor AdaptiveMaxPool3d(PerAxis size) => AdaptiveMaxPoolOp.Call(this, 3, size);

    /// <summary>As <see cref="AdaptiveMaxPool1d"/>, and the place of each maximum in its row (Int64): the first of equals.</summary>
    /// <inheritdoc cref="AdaptiveMaxPool1d"/>
    public (Tensor Values, Tensor Indices) AdaptiveMaxPool1dWithIndices(PerAxis size) => Pair(AdaptiveMaxPoolOp.Call(this, 1, size, indices: true));

    /// <summary>As <see cref="AdaptiveMaxPool2d"/>, and the place of each maximum in its plane, row * W + column (Int64): the first of equals.</summary>
    /// <inheritdoc cref="AdaptiveMaxPool1d"/>
    public (Tensor Values, Tensor Indices) AdaptiveMaxPool2dWithIndices(PerAxis size) => Pair(AdaptiveMaxPoolOp.Call(this, 2, size, indices: true));

    /// <summary>As <see cref="AdaptiveMaxPool3d"/>, and the place of each maximum in its volume, counted row by row (Int64): the first of equals.</summary>
    /// <inheritdoc cref="AdaptiveMaxPool1d"/>
    public (Tensor Values, Tensor Indices) AdaptiveMaxPool3dWithIndices(PerAxis size) => Pair(AdaptiveMaxPoolOp.Call(this, 3, size, indices: true));
}
