using System.Numerics;
using Hebb.Cpu;
using Hebb.Ops;
using Hebb.Transforms;

namespace Hebb;

/// <summary>The gradient of a convolution's weights. Inputs: x [N, C, input…], g [N, O, output…]. Output: [O, C / groups, kernel…], summed over the batch.</summary>
internal sealed class ConvWeightGradOp : Primitive
{
    private readonly ConvWindow _window;
    private int[] _kernel;

    public ConvWeightGradOp(ConvWindow window, in Shape weight)
        : this(window, weight.Dims[2..].ToArray())
    {
    }

    private ConvWeightGradOp(ConvWindow window, int[] kernel)
    {
        _window = window;
        _kernel = kernel;
    }

    public ConvWeightGradOp()
    {
        _window = new ConvWindow();
        _kernel = [];
    }

    public override string Name => "conv_weight_grad";

    public override string DisplayName => "ConvWeightGrad";

    public override Saved Saves => Saved.Inputs;

    public override bool HasDecomposition => true;

    public override BatchRule Batching => BatchRule.Own;

    public override void Describe(AttributeVisitor v)
    {
        _window.Describe(v);
        v.Ints("kernel", ref _kernel);
    }

    public override void Infer(ReadOnlySpan<TensorSpec> inputs, Span<TensorSpec> outputs)
    {
        var (x, g) = (inputs[0].Shape, inputs[1].Shape);
        var weight = Output(x, g);
        if (_window.Output(DisplayName, x, weight) != g || x[0] != g[0])
            throw new ShapeException($"ConvWeightGrad: input {x} with weight {weight} does not give {g}");
        outputs[0] = inputs[0] with { Shape = weight };
    }

    private Shape Output(in Shape x, in Shape g) => new Shape().Concat([g[1], x[1] / _window.Groups]).Concat(_kernel);

    public override long Flops(ReadOnlySpan<TensorSpec> inputs, ReadOnlySpan<TensorSpec> outputs) => 2 * inputs[1].Sizes.Count * (outputs[0].Sizes.Count / Math.Max(outputs[0].Shape[0], 1));

    public override void Run(CpuContext c, ReadOnlySpan<Tensor> inputs, ReadOnlySpan<Tensor> outputs)
    {
        if (inputs[0].DType == DType.Float64)
            Run<double>(inputs, outputs[0]);
        else
            Run<float>(inputs, outputs[0]);
    }

    private unsafe void Run<T>(ReadOnlySpan<Tensor> inputs, Tensor w) where T : unmanaged, INumber<T> =>
        ConvKernels.WeightGrad(_window.Geometry(inputs[0].Shape, w.Shape, inputs[1].Shape), inputs[0].Data<T>(), inputs[1].Data<T>(), w.Data<T>());

    public override Tensor[] Decompose(ReadOnlySpan<Tensor> inputs)
    {
        var (x, g) = (inputs[0], inputs[1]);
        var patches = ConvPatches.Take(_window, x, _kernel, g.Shape.Dims[2..]);
        int groups = _window.Groups, rows = g.Shape[1] / groups, places = (int)g.Shape[2..].Count;
        var products = g.Reshape(g.Shape[0], groups, rows, places).MatMul(patches.Transpose(2, 3));
        return [products.Sum(0).Reshape(Output(x.Shape, g.Shape))];
    }

    public override void Vjp(in VjpContext c)
    {
        var w = c.Grad();
        if (c.Needs(0))
            c.Set(0, Engine.Apply(ConvTransposeOp.Towards(_window, c.InputSpec(0).Shape, w.Shape, c.InputSpec(1).Shape), c.Input(1), w));
        if (c.Needs(1))
            c.Set(1, Engine.Apply(new ConvOp(_window), c.Input(0), w));
    }

    public override void Jvp(in JvpContext c)
    {
        var left = c.Has(0) ? Engine.Apply(this, c.Tangent(0), c.Input(1)) : null;
        c.Set(0, ConvBatching.Add(left, c.Has(1) ? Engine.Apply(this, c.Input(0), c.Tangent(1)) : null)!);
    }

    // Examples are channels of the side that has them, or groups where both do.
    public override Tensor[] Batch(BatchContext c)
    {
        if (c.Size == 0)
            return ConvBatching.Empty(c);
        var (x, g) = (c.Values[0], c.Values[1]);
        int groups = _window.Groups;
        if (!c.IsBatched(1))
            return [ConvBatching.UnfoldChannels(Engine.Apply(this, ConvBatching.FoldChannels(x, groups), g), 1, c.Size)];
        if (!c.IsBatched(0))
            return [ConvBatching.UnfoldRows(Engine.Apply(this, x, ConvBatching.FoldChannels(g, groups)), groups, c.Size)];
        var op = new ConvWeightGradOp(_window.WithGroups(groups * c.Size), _kernel);
        return [ConvBatching.UnfoldRows(Engine.Apply(op, ConvBatching.FoldChannels(x, 1), ConvBatching.FoldChannels(g, 1)), 1, c.Size)];
    }
}
