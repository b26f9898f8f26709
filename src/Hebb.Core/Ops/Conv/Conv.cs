using System.Numerics;
using Hebb.Cpu;
using Hebb.Ops;
using Hebb.Transforms;

namespace Hebb;

/// <summary>Convolution over one to three axes. Inputs: x [N, C, input…], w [O, C / groups, kernel…], perhaps bias [O]. Output: [N, O, output…].</summary>
internal sealed class ConvOp : Primitive
{
    private readonly ConvWindow _window;

    public ConvOp(ConvWindow window) => _window = window;

    public ConvOp() => _window = new ConvWindow();

    public ConvWindow Window => _window;

    public override string Name => "conv";

    public override string DisplayName => ConvWindow.Name("Conv", _window.Axes);

    public override Saved Saves => Saved.Input0 | Saved.Input1;

    public override bool HasDecomposition => true;

    public override BatchRule Batching => BatchRule.Own;

    public override void Describe(AttributeVisitor v) => _window.Describe(v);

    public override void Infer(ReadOnlySpan<TensorSpec> inputs, Span<TensorSpec> outputs)
    {
        _window.Check(DisplayName, inputs, transposed: false);
        outputs[0] = inputs[0] with { Shape = _window.Output(DisplayName, inputs[0].Shape, inputs[1].Shape) };
    }

    public override long Flops(ReadOnlySpan<TensorSpec> inputs, ReadOnlySpan<TensorSpec> outputs) => 2 * outputs[0].Sizes.Count * (inputs[1].Sizes.Count / Math.Max(inputs[1].Shape[0], 1)) + (inputs.Length > 2 ? outputs[0].Sizes.Count : 0);

    public override void Run(CpuContext c, ReadOnlySpan<Tensor> inputs, ReadOnlySpan<Tensor> outputs)
    {
        if (inputs[0].DType == DType.Float64)
            Run<double>(inputs, outputs[0]);
        else
            Run<float>(inputs, outputs[0]);
    }

    private unsafe void Run<T>(ReadOnlySpan<Tensor> inputs, Tensor y) where T : unmanaged, INumber<T>
    {
        var geometry = _window.Geometry(inputs[0].Shape, inputs[1].Shape, y.Shape);
        ConvKernels.Forward(geometry, inputs[0].Data<T>(), inputs[1].Data<T>(), inputs.Length > 2 ? inputs[2].Data<T>() : null, y.Data<T>(), inputs[1].Storage);
    }

    public override Tensor[] Decompose(ReadOnlySpan<Tensor> inputs)
    {
        var (x, w) = (inputs[0], inputs[1]);
        var shape = _window.Output(DisplayName, x.Shape, w.Shape);
        var patches = ConvPatches.Take(_window, x, w.Shape.Dims[2..], shape.Dims[2..]);
        int groups = _window.Groups, rows = w.Shape[0] / groups;
        var y = w.Reshape(groups, rows, patches.Shape[2]).MatMul(patches).Reshape(shape);
        return [inputs.Length > 2 ? y + ConvBatching.Along(inputs[2], _window.Axes) : y];
    }

    public override void Vjp(in VjpContext c)
    {
        var g = c.Grad();
        if (c.Needs(0))
            c.Set(0, Engine.Apply(ConvTransposeOp.Towards(_window, c.InputSpec(0).Shape, c.InputSpec(1).Shape, g.Shape), g, c.Input(1)));
        if (c.Needs(1))
            c.Set(1, Engine.Apply(new ConvWeightGradOp(_window, c.InputSpec(1).Shape), c.Input(0), g));
        if (c.InputCount > 2 && c.Needs(2))
            c.Set(2, ConvWindow.SumOfChannels(g));
    }

    public override void Jvp(in JvpContext c)
    {
        var y = c.Has(0) ? Engine.Apply(this, c.Tangent(0), c.Input(1)) : null;
        if (c.Has(1))
            y = ConvBatching.Add(y, Engine.Apply(this, c.Input(0), c.Tangent(1)));
        if (c.InputCount > 2 && c.Has(2))
            y = ConvBatching.Add(y, ConvBatching.Along(c.Tangent(2), _window.Axes));
        c.Set(0, y!.Expand(c.Output().Shape));
    }

    // Examples are images, or output channels where the weights differ, or groups where both do.
    public override Tensor[] Batch(BatchContext c)
    {
        if (c.Size == 0)
            return ConvBatching.Empty(c);
        var (x, w) = (c.Values[0], c.Values[1]);
        var bias = c.Values.Length > 2 ? c.Values[2] : null;
        if (c.IsBatched(1))
        {
            int groups = c.IsBatched(0) ? 1 : _window.Groups;
            var rows = bias is null ? null : ConvBatching.FoldRows(c.Expanded(2), groups);
            var y = c.IsBatched(0)
                ? Apply(_window.WithGroups(_window.Groups * c.Size), ConvBatching.FoldChannels(x, 1), ConvBatching.FoldRows(w, 1), rows)
                : Apply(_window, x, ConvBatching.FoldRows(w, groups), rows);
            return [ConvBatching.UnfoldChannels(y, groups, c.Size)];
        }
        bool own = bias is not null && c.IsBatched(2);
        var all = Apply(_window, c.IsBatched(0) ? x.Flatten(0, 1) : x, w, own ? null : bias);
        all = c.IsBatched(0) ? all.Reshape(c.OutputSpecs[0].Shape.Insert(0, c.Size)) : all.Unsqueeze(0);
        return [own ? all + ConvBatching.Along(bias!, _window.Axes) : all];
    }

    public static Tensor Apply(ConvWindow window, Tensor x, Tensor w, Tensor? bias) =>
        bias is null ? Engine.Apply(new ConvOp(window), x, w) : Engine.Apply(new ConvOp(window), x, w, bias);

    /// <summary>The methods of <see cref="Tensor"/>.</summary>
    public static Tensor Call(Tensor x, int axes, Tensor weight, Tensor? bias, PerAxis? stride, Padding? padding, PerAxis? dilation, int groups)
    {
        string name = ConvWindow.Name("Conv", axes);
        int[] steps = (stride ?? 1).Sizes(name, "stride", axes, 1), gaps = (dilation ?? 1).Sizes(name, "dilation", axes, 1);
        bool single = ConvWindow.IsSingle(name, x, axes);
        ConvWindow.CheckWeight(name, weight.Shape, axes, transposed: false);
        if (padding is { IsSame: true } && Array.Exists(steps, s => s != 1))
            throw new ShapeException($"{name}: padding Same keeps the size, stride {stride} does not; give the padding in numbers");
        var (begin, end) = (padding ?? 0).Resolve(name, weight.Shape.Dims[2..], gaps);
        var y = Apply(new ConvWindow(steps, begin, end, gaps, groups), single ? x.Unsqueeze(0) : x, weight, bias);
        return single ? y.Squeeze(0) : y;
    }
}

public sealed partial class Tensor
{
    /// <summary>Convolution (cross-correlation) over one axis: [N, C, L] or [C, L] with weights [O, C / groups, kernel] gives [N, O, L'].</summary>
    /// <param name="weight">Every output channel's kernel for each input channel of its group.</param>
    /// <param name="bias">[O].</param>
    /// <param name="stride">From one place of the kernel to the next; 1 unless given.</param>
    /// <param name="padding">Zeros around the input; none unless given.</param>
    /// <param name="dilation">From one element of the kernel to the next, in elements of the input; 1 unless given.</param>
    /// <param name="groups">Parts into which input and output channels fall; each output channel sees those of its part.</param>
    /// <returns>L' = (L + padding at both ends - dilation * (kernel - 1) - 1) / stride + 1, rounded down.</returns>
    /// <exception cref="ShapeException">The shapes don't fit, or a number is out of range.</exception>
    /// <exception cref="DTypeException">The tensors are not floats of one type.</exception>
    public Tensor Conv1d(Tensor weight, Tensor? bias = null, PerAxis? stride = null, Padding? padding = null, PerAxis? dilation = null, int groups = 1) =>
        ConvOp.Call(this, 1, weight, bias, stride, padding, dilation, groups);

    /// <summary>Convolution over two axes: [N, C, H, W] or [C, H, W] with weights [O, C / groups, height, width] gives [N, O, H', W'].</summary>
    /// <inheritdoc cref="Conv1d"/>
    public Tensor Conv2d(Tensor weight, Tensor? bias = null, PerAxis? stride = null, Padding? padding = null, PerAxis? dilation = null, int groups = 1) =>
        ConvOp.Call(this, 2, weight, bias, stride, padding, dilation, groups);

    /// <summary>Convolution over three axes: [N, C, D, H, W] or [C, D, H, W] with weights [O, C / groups, depth, height, width] gives [N, O, D', H', W'].</summary>
    /// <inheritdoc cref="Conv1d"/>
    public Tensor Conv3d(Tensor weight, Tensor? bias = null, PerAxis? stride = null, Padding? padding = null, PerAxis? dilation = null, int groups = 1) =>
        ConvOp.Call(this, 3, weight, bias, stride, padding, dilation, groups);
}
