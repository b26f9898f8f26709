using System.Runtime.CompilerServices;
using Hebb.Ops;
using Hebb.Transforms;

namespace Hebb;

/// <summary>Axes of size 1 repeated without copying, new axes in front. A view.</summary>
internal sealed class ExpandOp : ViewPrimitive
{
    private Shape _shape;

    public ExpandOp(Shape shape) => _shape = shape;

    public ExpandOp()
    {
    }

    public override string Name => "expand";

    public override string DisplayName => "Expand";

    public override BatchRule Batching => BatchRule.Own;

    public override void Describe(AttributeVisitor v) => v.Shape("shape", ref _shape);

    public override void Infer(ReadOnlySpan<TensorSpec> inputs, Span<TensorSpec> outputs)
    {
        IndexShapes.CheckElement(DisplayName, inputs[0].DType);
        if (!inputs[0].Shape.ExpandsTo(_shape))
            throw new ShapeException($"Expand: {inputs[0].Shape} does not expand to {_shape}; only axes of size 1 can be repeated");
        outputs[0] = inputs[0] with { Shape = _shape };
    }

    internal override Tensor View(Tensor x, in Shape shape) => Copying.Expand(x, shape);

    public override void Vjp(in VjpContext c) => c.Set(0, c.Grad().SumTo(c.InputSpec(0).Shape));

    public override Tensor[] Batch(BatchContext c)
    {
        var x = c.Values[0];
        while (x.Rank <= _shape.Rank)
            x = x.Unsqueeze(1);
        return [x.Expand(_shape.Insert(0, c.Size))];
    }
}

public sealed partial class Tensor
{
    /// <summary>Axes of size 1 repeated to other sizes, new axes in front; -1 leaves a size as it is. Shares memory.</summary>
    /// <exception cref="ShapeException">An axis that differs is not of size 1, or a new one has no size.</exception>
    [OverloadResolutionPriority(1)]
    public Tensor Expand(params ReadOnlySpan<int> sizes)
    {
        if (!sizes.Contains(-1))
            return Expand(Shape.Create(sizes));
        int[] known = sizes.ToArray();
        int fresh = sizes.Length - Rank;
        for (int i = 0; i < known.Length; i++)
        {
            if (known[i] == -1)
                known[i] = i >= fresh ? Shape[i - fresh] : throw new ShapeException($"Expand: {Shape} to [{string.Join(", ", known)}]: the new axis {i} needs a size, not -1");
        }
        return Expand(Shape.Create(known));
    }

    /// <summary>Axes of size 1 repeated to the sizes of <paramref name="shape"/>, new axes in front. Shares memory.</summary>
    /// <exception cref="ShapeException">An axis that differs is not of size 1.</exception>
    public Tensor Expand(Shape shape) => shape == Shape ? this : Engine.Apply(new ExpandOp(shape), this);
}
