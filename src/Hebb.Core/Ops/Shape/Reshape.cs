using System.Runtime.CompilerServices;
using Hebb.Ops;
using Hebb.Transforms;

namespace Hebb;

/// <summary>The same elements in row-major order under other sizes. A view where the layout allows it, else a copy.</summary>
internal sealed class ReshapeOp : ViewPrimitive
{
    private Shape _shape;

    public ReshapeOp(Shape shape) => _shape = shape;

    public ReshapeOp()
    {
    }

    public override string Name => "reshape";

    public override string DisplayName => "Reshape";

    public override BatchRule Batching => BatchRule.Own;

    public override void Describe(AttributeVisitor v) => v.Shape("shape", ref _shape);

    public override void Infer(ReadOnlySpan<TensorSpec> inputs, Span<TensorSpec> outputs)
    {
        if (inputs[0].Sizes.Count != _shape.Count)
            throw new ShapeException($"Reshape: {inputs[0].Shape} has {inputs[0].Shape.Count} elements, {_shape} {_shape.Count}");
        outputs[0] = inputs[0] with { Shape = _shape };
    }

    internal override bool CanView(Tensor x, in Shape shape) => x.IsContiguous || TryStrides(x, shape) is not null;

    internal override Tensor View(Tensor x, in Shape shape)
    {
        if (x.IsContiguous)
            return new Tensor(x, shape, null, x.Offset);
        return TryStrides(x, shape) is { } strides ? new Tensor(x, shape, strides, x.Offset) : new Tensor(Copying.Contiguous(x), shape, null, 0);
    }

    public override void Vjp(in VjpContext c) => c.Set(0, c.Grad().Reshape(c.InputSpec(0).Shape));

    public override Tensor[] Batch(BatchContext c) => [c.Values[0].Reshape(_shape.Insert(0, c.Size))];

    /// <summary>Strides that show the elements under new sizes, or null if there are none.</summary>
    private static long[]? TryStrides(Tensor x, in Shape shape)
    {
        Span<long> old = stackalloc long[Shape.MaxRank];
        x.CopyStrides(old);
        var strides = new long[shape.Rank];
        if (x.Count == 0)
            return null;
        int at = x.Rank - 1;
        long stride = 1, room = 1;
        for (int i = shape.Rank - 1; i >= 0; i--)
        {
            if (shape[i] == 1)
            {
                strides[i] = stride;
                continue;
            }
            if (room == 1)
            {
                while (at >= 0 && x.Shape[at] == 1)
                    at--;
                stride = old[at];
                room = x.Shape[at];
                // Axes of the input that step evenly into the next one count as one.
                while (at > 0 && (x.Shape[at - 1] == 1 || old[at - 1] == stride * room))
                {
                    at--;
                    room *= x.Shape[at];
                }
                at--;
            }
            if (room % shape[i] != 0)
                return null;
            strides[i] = stride;
            stride *= shape[i];
            room /= shape[i];
        }
        return strides;
    }
}

public sealed partial class Tensor
{
    /// <summary>The same elements in row-major order under other sizes; one size may be -1 and is then worked out. Shares memory where it can.</summary>
    /// <exception cref="ShapeException">The number of elements differs.</exception>
    [OverloadResolutionPriority(1)]
    public Tensor Reshape(params ReadOnlySpan<int> sizes)
    {
        int unknown = sizes.IndexOf(-1);
        if (unknown < 0)
            return Reshape(Shape.Create(sizes));
        Span<int> known = stackalloc int[sizes.Length];
        sizes.CopyTo(known);
        known[unknown] = 1;
        long rest = Shape.Create(known).Count;
        if (known.IndexOf(-1) >= 0 || rest == 0 || Count % rest != 0)
            throw new ShapeException($"Reshape: {Shape} has {Count} elements, which do not fit [{string.Join(", ", sizes.ToArray())}]");
        known[unknown] = checked((int)(Count / rest));
        return Reshape(Shape.Create(known));
    }

    /// <summary>The same elements in row-major order under another shape.</summary>
    public Tensor Reshape(Shape shape) => shape == Sizes ? this : Engine.Apply(new ReshapeOp(shape), this);
}
