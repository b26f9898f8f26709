using System.Numerics;
using Hebb.Cpu;
using Hebb.Ops;
using Hebb.Transforms;

namespace Hebb;

/// <summary>
/// The adjoint of convolution along its input: its gradient, and the transposed convolution. Inputs: y [N, O, output…], w [O, C / groups, kernel…],
/// perhaps bias [C]. Output: x [N, C, input…] with input = (output - 1) * stride + span of the kernel - padding + extra.
/// </summary>
internal sealed class ConvTransposeOp : Primitive
{
    private readonly ConvWindow _window;
    private int[] _extra; // elements that no kernel place needs, below the stride

    public ConvTransposeOp(ConvWindow window, int[] extra)
    {
        _window = window;
        _extra = extra;
    }

    public ConvTransposeOp()
    {
        _window = new ConvWindow();
        _extra = [];
    }

    /// <summary>The op that leads from y back to x.</summary>
    public static ConvTransposeOp Towards(ConvWindow window, in Shape x, in Shape w, in Shape y)
    {
        var extra = new int[window.Axes];
        for (int i = 0; i < extra.Length; i++)
            extra[i] = x[i + 2] - Length(window, i, y[i + 2], w[i + 2]);
        return new ConvTransposeOp(window, extra);
    }

    private static int Length(ConvWindow window, int axis, int output, int kernel) =>
        checked((output - 1) * window.Stride[axis] + window.Span(axis, kernel) - window.PadBegin[axis] - window.PadEnd[axis]);

    public override string Name => "conv_transpose";

    public override string DisplayName => ConvWindow.Name("ConvTranspose", _window.Axes);

    public override Saved Saves => Saved.Input0 | Saved.Input1;

    public override bool HasDecomposition => true;

    public override BatchRule Batching => BatchRule.Own;

    public override void Describe(AttributeVisitor v)
    {
        _window.Describe(v);
        v.Ints("extra", ref _extra);
    }

    public override void Infer(ReadOnlySpan<TensorSpec> inputs, Span<TensorSpec> outputs)
    {
        _window.Check(DisplayName, inputs, transposed: true);
        outputs[0] = inputs[0] with { Shape = Output(inputs[0].Shape, inputs[1].Shape) };
    }

    private Shape Output(in Shape y, in Shape w)
    {
        var x = y.With(1, w[1] * _window.Groups);
        for (int i = 0; i < _window.Axes; i++)
        {
            int length = Length(_window, i, y[i + 2], w[i + 2]) + _extra[i];
            if (length < 1 || y[i + 2] < 1)
                throw new ShapeException($"{DisplayName}: input {y}, weight {w}: along axis {i + 2} the output would have {length} elements");
            x = x.With(i + 2, length);
        }
        return x;
    }

    public override long Flops(ReadOnlySpan<TensorSpec> inputs, ReadOnlySpan<TensorSpec> outputs) => 2 * inputs[0].Sizes.Count * (inputs[1].Sizes.Count / Math.Max(inputs[1].Shape[0], 1)) + (inputs.Length > 2 ? outputs[0].Sizes.Count : 0);

    public override void Run(CpuContext c, ReadOnlySpan<Tensor> inputs, ReadOnlySpan<Tensor> outputs)
    {
        if (inputs[0].DType == DType.Float64)
            Run<double>(inputs, outputs[0]);
        else
            Run<float>(inputs, outputs[0]);
    }

    private unsafe void Run<T>(ReadOnlySpan<Tensor> inputs, Tensor x) where T : unmanaged, INumber<T>
    {
        var geometry = _window.Geometry(x.Shape, inputs[1].Shape, inputs[0].Shape);
        ConvKernels.DataGrad(geometry, inputs[0].Data<T>(), inputs[1].Data<T>(), inputs.Length > 2 ? inputs[2].Data<T>() : null, x.Data<T>(), inputs[1].Storage);
    }

    public override Tensor[] Decompose(ReadOnlySpan<Tensor> inputs)
    {
        var (y, w) = (inputs[0], inputs[1]);
        var shape = Output(y.Shape, w.Shape);
        int groups = _window.Groups, rows = w.Shape[0] / groups, area = (int)w.Shape[1..].Count, places = (int)y.Shape[2..].Count;
        var patches = w.Reshape(groups, rows, area).Transpose(1, 2).MatMul(y.Reshape(y.Shape[0], groups, rows, places));
        var x = ConvPatches.Put(_window, patches, shape[1], w.Shape.Dims[2..], y.Shape.Dims[2..], shape.Dims[2..]);
        return [inputs.Length > 2 ? x + ConvBatching.Along(inputs[2], _window.Axes) : x];
    }

    public override void Vjp(in VjpContext c)
    {
        var g = c.Grad();
        if (c.Needs(0))
            c.Set(0, Engine.Apply(new ConvOp(_window), g, c.Input(1)));
        if (c.Needs(1))
            c.Set(1, Engine.Apply(new ConvWeightGradOp(_window, c.InputSpec(1).Shape), g, c.Input(0)));
        if (c.InputCount > 2 && c.Needs(2))
            c.Set(2, ConvWindow.SumOfChannels(g));
    }

    public override void Jvp(in JvpContext c)
    {
        var x = c.Has(0) ? Engine.Apply(this, c.Tangent(0), c.Input(1)) : null;
        if (c.Has(1))
            x = ConvBatching.Add(x, Engine.Apply(this, c.Input(0), c.Tangent(1)));
        if (c.InputCount > 2 && c.Has(2))
            x = ConvBatching.Add(x, ConvBatching.Along(c.Tangent(2), _window.Axes));
        c.Set(0, x!.Expand(c.Output().Shape));
    }

    // Examples are images, or channels of the result where the weights differ, or groups where both do.
    public override Tensor[] Batch(BatchContext c)
    {
        if (c.Size == 0)
            return ConvBatching.Empty(c);
        var (y, w) = (c.Values[0], c.Values[1]);
        var bias = c.Values.Length > 2 ? c.Values[2] : null;
        if (c.IsBatched(1))
        {
            int groups = c.IsBatched(0) ? 1 : _window.Groups;
            var rows = bias is null ? null : ConvBatching.FoldRows(c.Expanded(2), groups);
            var x = c.IsBatched(0)
                ? Apply(_window.WithGroups(_window.Groups * c.Size), ConvBatching.FoldChannels(y, 1), ConvBatching.FoldRows(w, 1), rows)
                : Apply(_window, y, ConvBatching.FoldChannels(w, 1), rows);
            return [ConvBatching.UnfoldChannels(x, groups, c.Size)];
        }
        bool own = bias is not null && c.IsBatched(2);
        var all = Apply(_window, c.IsBatched(0) ? y.Flatten(0, 1) : y, w, own ? null : bias);
        all = c.IsBatched(0) ? all.Reshape(c.OutputSpecs[0].Shape.Insert(0, c.Size)) : all.Unsqueeze(0);
        return [own ? all + ConvBatching.Along(bias!, _window.Axes) : all];
    }

    private Tensor Apply(ConvWindow window, Tensor y, Tensor w, Tensor? bias)
    {
        var op = new ConvTransposeOp(window, _extra);
        return bias is null ? Engine.Apply(op, y, w) : Engine.Apply(op, y, w, bias);
    }

    /// <summary>The methods of <see cref="Tensor"/>.</summary>
    public static Tensor Call(Tensor y, int axes, Tensor weight, Tensor? bias, PerAxis? stride, Padding? padding, PerAxis? outputPadding, int groups, PerAxis? dilation)
    {
        string name = ConvWindow.Name("ConvTranspose", axes);
        int[] steps = (stride ?? 1).Sizes(name, "stride", axes, 1), gaps = (dilation ?? 1).Sizes(name, "dilation", axes, 1);
        int[] extra = (outputPadding ?? 0).Sizes(name, "output padding", axes, 0);
        bool single = ConvWindow.IsSingle(name, y, axes);
        ConvWindow.CheckWeight(name, weight.Shape, axes, transposed: true);
        if (padding is { IsSame: true })
            throw new ShapeException($"{name}: padding Same is for convolutions; give the padding in numbers");
        var (begin, end) = (padding ?? 0).Resolve(name, weight.Shape.Dims[2..], gaps);
        for (int i = 0; i < axes; i++)
        {
            if (extra[i] >= Math.Max(steps[i], gaps[i]))
                throw new ShapeException($"{name}: output padding {extra[i]} must be smaller than the stride {steps[i]} or the dilation {gaps[i]}");
            if (extra[i] < steps[i])
                continue;
            // Whole strides are less padding at the end.
            if (begin == end)
                end = [.. begin];
            end[i] -= extra[i] / steps[i] * steps[i];
            extra[i] %= steps[i];
        }
        var op = new ConvTransposeOp(new ConvWindow(steps, begin, end, gaps, groups), extra);
        var images = single ? y.Unsqueeze(0) : y;
        var x = bias is null ? Engine.Apply(op, images, weight) : Engine.Apply(op, images, weight, bias);
        return single ? x.Squeeze(0) : x;
    }
}

public sealed partial class Tensor
{
    /// <summary>Transposed convolution over one axis, the gradient of a convolution as an op: [N, C, L] or [C, L] with weights [C, O / groups, kernel] gives [N, O, L'].</summary>
    /// <param name="weight">Every input channel's kernel for each output channel of its group.</param>
    /// <param name="bias">[O].</param>
    /// <param name="stride">From one place of the kernel in the output to the next; 1 unless given.</param>
    /// <param name="padding">Elements cut off both ends of the output; none unless given.</param>
    /// <param name="outputPadding">Elements added at the end of the output, where several input sizes give one size of a strided convolution; 0 unless given.</param>
    /// <param name="groups">Parts into which input and output channels fall.</param>
    /// <param name="dilation">From one element of the kernel to the next; 1 unless given.</param>
    /// <returns>L' = (L - 1) * stride - padding at both ends + dilation * (kernel - 1) + 1 + output padding.</returns>
    /// <exception cref="ShapeException">The shapes don't fit, or a number is out of range.</exception>
    /// <exception cref="DTypeException">The tensors are not floats of one type.</exception>
    public Tensor ConvTranspose1d(
        Tensor weight, Tensor? bias = null, PerAxis? stride = null, Padding? padding = null, PerAxis? outputPadding = null, int groups = 1, PerAxis? dilation = null) =>
        ConvTransposeOp.Call(this, 1, weight, bias, stride, padding, outputPadding, groups, dilation);

    /// <summary>Transposed convolution over two axes: [N, C, H, W] or [C, H, W] with weights [C, O / groups, height, width] gives [N, O, H', W'].</summary>
    /// <inheritdoc cref="ConvTranspose1d"/>
    public Tensor ConvTranspose2d(
        Tensor weight, Tensor? bias = null, PerAxis? stride = null, Padding? padding = null, PerAxis? outputPadding = null, int groups = 1, PerAxis? dilation = null) =>
        ConvTransposeOp.Call(this, 2, weight, bias, stride, padding, outputPadding, groups, dilation);

    /// <summary>Transposed convolution over three axes: [N, C, D, H, W] or [C, D, H, W] with weights [C, O / groups, depth, height, width] gives [N, O, D', H', W'].</summary>
    /// <inheritdoc cref="ConvTranspose1d"/>
    public Tensor ConvTranspose3d(
        Tensor weight, Tensor? bias = null, PerAxis? stride = null, Padding? padding = null, PerAxis? outputPadding = null, int groups = 1, PerAxis? dilation = null) =>
        ConvTransposeOp.Call(this, 3, weight, bias, stride, padding, outputPadding, groups, dilation);
}
