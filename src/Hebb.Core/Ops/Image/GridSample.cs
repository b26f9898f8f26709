using Hebb.Ops;
using Hebb.Transforms;

namespace Hebb;

/// <summary>Images read at the points of a grid; the attributes and shapes that the op and its derivatives share.</summary>
internal abstract class GridPrimitive : Primitive
{
    private InterpolationMode _mode;
    private GridPadding _padding;
    private bool _alignCorners;

    protected GridPrimitive(GridRule rule) => (_mode, _padding, _alignCorners) = rule;

    protected GridRule Rule => new(_mode, _padding, _alignCorners);

    public override BatchRule Batching => BatchRule.Own;

    public override void Describe(AttributeVisitor v)
    {
        v.Enum("mode", ref _mode);
        v.Enum("padding", ref _padding);
        v.Bool("align_corners", ref _alignCorners);
    }

    protected static void Check(in TensorSpec x, in TensorSpec grid)
    {
        if (!x.DType.IsFloat || grid.DType != x.DType)
            throw new DTypeException($"GridSample: images of {x.DType.Name} and a grid of {grid.DType.Name}; both must be of one float type");
        int axes = x.Shape.Rank - 2;
        if (axes is not (2 or 3) || grid.Shape.Rank != x.Shape.Rank || grid.Shape[-1] != axes || grid.Shape[0] != x.Shape[0])
            throw new ShapeException($"GridSample: images {x.Shape} with a grid {grid.Shape}; they must be [N, C, H, W] with [N, H', W', 2], or [N, C, D, H, W] with [N, D', H', W', 3]");
        if (x.Shape[2..].Count == 0)
            throw new ShapeException($"GridSample: images {x.Shape} have no elements to read");
    }

    /// <summary>All inputs batched, the batch folded into N.</summary>
    protected static Tensor[] Folded(BatchContext c)
    {
        var folded = new Tensor[c.Values.Length];
        for (int i = 0; i < folded.Length; i++)
            folded[i] = c.Expanded(i).Flatten(0, 1);
        return folded;
    }
}

/// <summary>Images read at the points of a grid.</summary>
internal sealed class GridSampleOp : GridPrimitive
{
    public GridSampleOp(GridRule rule) : base(rule)
    {
    }

    public GridSampleOp() : base(default)
    {
    }

    public override string Name => "grid_sample";

    public override string DisplayName => "GridSample";

    public override Saved Saves => Saved.Input0 | Saved.Input1;

    public override void Infer(ReadOnlySpan<TensorSpec> inputs, Span<TensorSpec> outputs)
    {
        Check(inputs[0], inputs[1]);
        outputs[0] = inputs[0] with { Shape = inputs[0].Shape[..2].Concat(inputs[1].Shape[1..^1]) };
    }

    public override void Run(CpuContext c, ReadOnlySpan<Tensor> inputs, ReadOnlySpan<Tensor> outputs)
    {
        if (outputs[0].DType == DType.Float32)
            GridKernel.Sample<float>(inputs[0], inputs[1], outputs[0], Rule);
        else
            GridKernel.Sample<double>(inputs[0], inputs[1], outputs[0], Rule);
    }

    public override void Vjp(in VjpContext c)
    {
        if (c.Needs(0))
            c.Set(0, Engine.Apply(new GridToImageOp(Rule, c.InputSpec(0).Shape), c.Grad(), c.Input(1)));
        if (c.Needs(1))
            c.Set(1, Engine.Apply(new GridToGridOp(Rule), c.Grad(), c.Input(0), c.Input(1)));
    }

    public override bool HasDecomposition => true;

    public override Tensor[] Decompose(ReadOnlySpan<Tensor> inputs) => [GridDecomposition.Sample(inputs[0], inputs[1], Rule)];

    public override Tensor[] Batch(BatchContext c) => [Engine.Apply(this, Folded(c)).Reshape(c.OutputSpecs[0].Shape.Insert(0, c.Size))];
}

/// <summary>The gradient by the images of sampling them: inputs are that of the samples, and the grid.</summary>
internal sealed class GridToImageOp : GridPrimitive
{
    private Shape _shape;

    public GridToImageOp(GridRule rule, Shape shape) : base(rule) => _shape = shape;

    public GridToImageOp() : base(default)
    {
    }

    public override string Name => "grid_to_image";

    public override string DisplayName => "GridToImage";

    public override Saved Saves => Saved.Input0 | Saved.Input1;

    public override void Describe(AttributeVisitor v)
    {
        base.Describe(v);
        v.Shape("shape", ref _shape);
    }

    public override void Infer(ReadOnlySpan<TensorSpec> inputs, Span<TensorSpec> outputs) => outputs[0] = inputs[0] with { Shape = _shape };

    public override void Run(CpuContext c, ReadOnlySpan<Tensor> inputs, ReadOnlySpan<Tensor> outputs)
    {
        if (outputs[0].DType == DType.Float32)
            GridKernel.ToImage<float>(inputs[0], inputs[1], outputs[0], Rule);
        else
            GridKernel.ToImage<double>(inputs[0], inputs[1], outputs[0], Rule);
    }

    // <u, image(g, grid)> = <sample(u, grid), g>: both derivatives are those of sampling u.
    public override void Vjp(in VjpContext c)
    {
        if (c.Needs(0))
            c.Set(0, Engine.Apply(new GridSampleOp(Rule), c.Grad(), c.Input(1)));
        if (c.Needs(1))
            c.Set(1, Engine.Apply(new GridToGridOp(Rule), c.Input(0), c.Grad(), c.Input(1)));
    }

    public override Tensor[] Batch(BatchContext c)
    {
        var op = new GridToImageOp(Rule, _shape.With(0, checked(_shape[0] * c.Size)));
        return [Engine.Apply(op, Folded(c)).Reshape(_shape.Insert(0, c.Size))];
    }
}

/// <summary>The gradient by the grid of sampling images: inputs are that of the samples, the images and the grid.</summary>
internal sealed class GridToGridOp : GridPrimitive
{
    public GridToGridOp(GridRule rule) : base(rule)
    {
    }

    public GridToGridOp() : base(default)
    {
    }

    public override string Name => "grid_to_grid";

    public override string DisplayName => "GridToGrid";

    public override Saved Saves => Saved.Inputs;

    public override void Infer(ReadOnlySpan<TensorSpec> inputs, Span<TensorSpec> outputs) => outputs[0] = inputs[2];

    public override void Run(CpuContext c, ReadOnlySpan<Tensor> inputs, ReadOnlySpan<Tensor> outputs)
    {
        if (outputs[0].DType == DType.Float32)
            GridKernel.ToGrid<float>(inputs[0], inputs[1], inputs[2], outputs[0], Rule);
        else
            GridKernel.ToGrid<double>(inputs[0], inputs[1], inputs[2], outputs[0], Rule);
    }

    public override bool HasDecomposition => true;

    /// <summary>The derivative of sampling in simpler ops.</summary>
    public override Tensor[] Decompose(ReadOnlySpan<Tensor> inputs)
    {
        using var _ = GradMode.Enable();
        var grid = Derivatives.FreshLeaf(inputs[2]);
        var y = GridDecomposition.Sample(inputs[1], grid, Rule);
        var gradient = Backprop.Run([y], [inputs[0]], [grid], accumulate: false, createGraph: true, retainGraph: true)[0];
        return [gradient ?? Tensor.Zeros(grid.Shape, grid.DType)];
    }

    public override Tensor[] Batch(BatchContext c) => [Engine.Apply(this, Folded(c)).Reshape(c.OutputSpecs[0].Shape.Insert(0, c.Size))];
}

public sealed partial class Tensor
{
    /// <summary>The images read at the points of a grid (Jaderberg et al. 2015).</summary>
    /// <param name="grid">[N, H', W', 2] for images [N, C, H, W], points as x and y; [N, D', H', W', 3] for volumes [N, C, D, H, W], points as x, y and z. From -1 to 1 across the image.</param>
    /// <param name="mode">Nearest, Linear or, for images, Cubic.</param>
    /// <param name="padding">What lies outside.</param>
    /// <param name="alignCorners">Whether -1 and 1 are the centres of the corner elements rather than their outer borders.</param>
    /// <returns>[N, C, H', W'], or [N, C, D', H', W'].</returns>
    /// <exception cref="ShapeException">Images and grid don't fit.</exception>
    /// <exception cref="DTypeException">They are not of one float type.</exception>
    public Tensor GridSample(Tensor grid, InterpolationMode mode = InterpolationMode.Linear, GridPadding padding = GridPadding.Zeros, bool alignCorners = false)
    {
        if (mode == InterpolationMode.NearestExact)
            mode = InterpolationMode.Nearest;
        if (mode == InterpolationMode.Cubic && Rank != 4)
            throw new ShapeException($"GridSample: cubic interpolation takes images [N, C, H, W], not {Shape}");
        return Engine.Apply(new GridSampleOp(new GridRule(mode, padding, alignCorners)), this, grid);
    }
}
