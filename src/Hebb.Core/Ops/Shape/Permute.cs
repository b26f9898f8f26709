using Hebb.Ops;
using Hebb.Transforms;

namespace Hebb;

/// <summary>Axes in another order. A view.</summary>
internal sealed class PermuteOp : ViewPrimitive
{
    private int[] _axes;

    public PermuteOp(int[] axes) => _axes = axes;

    public PermuteOp() => _axes = [];

    public int[] Axes => _axes;

    public override string Name => "permute";

    public override string DisplayName => "Permute";

    public override BatchRule Batching => BatchRule.ShiftAxis;

    public override void Describe(AttributeVisitor v) => v.Ints("axes", ref _axes);

    public override void Infer(ReadOnlySpan<TensorSpec> inputs, Span<TensorSpec> outputs)
    {
        IndexShapes.CheckElement(DisplayName, inputs[0].DType);
        var shape = inputs[0].Shape;
        Span<int> sizes = stackalloc int[_axes.Length];
        for (int i = 0; i < _axes.Length; i++)
            sizes[i] = shape[_axes[i]];
        outputs[0] = inputs[0] with { Shape = Shape.Create(sizes) };
    }

    public override void CheckAttributes(ReadOnlySpan<TensorSpec> inputs)
    {
        if (_axes.Length != inputs[0].Shape.Rank)
            throw new FormatException($"{Name}: an order of {_axes.Length} axes for {inputs[0].Shape}");
    }

    internal override Tensor View(Tensor x, in Shape shape)
    {
        Span<long> old = stackalloc long[Shape.MaxRank];
        x.CopyStrides(old);
        var strides = new long[_axes.Length];
        for (int i = 0; i < _axes.Length; i++)
            strides[i] = old[_axes[i]];
        return Tensor.Strided(x, shape, strides, x.Offset);
    }

    public override void Vjp(in VjpContext c)
    {
        var inverse = new int[_axes.Length];
        for (int i = 0; i < _axes.Length; i++)
            inverse[_axes[i]] = i;
        c.Set(0, c.Grad().Permute(inverse));
    }

    public override Primitive Shifted(int rank) => new PermuteOp([0, .. Array.ConvertAll(_axes, a => a + 1)]);
}

public sealed partial class Tensor
{
    /// <summary>The axes in another order: result axis i is this tensor's axis <c>axes[i]</c>. Shares memory.</summary>
    /// <exception cref="ShapeException">Not a permutation of all axes.</exception>
    public Tensor Permute(params ReadOnlySpan<int> axes)
    {
        var normal = new int[axes.Length];
        int seen = 0;
        bool identity = true;
        for (int i = 0; i < axes.Length; i++)
        {
            normal[i] = Shape.Axis(axes[i]);
            seen |= 1 << normal[i];
            identity &= normal[i] == i;
        }
        if (axes.Length != Rank || seen != (1 << Rank) - 1)
            throw new ShapeException($"Permute: [{string.Join(", ", axes.ToArray())}] is not an order of the {Rank} axes of {Shape}");
        return identity ? this : Engine.Apply(new PermuteOp(normal), this);
    }

    /// <summary>Two axes swapped. Shares memory.</summary>
    public Tensor Transpose(int axis1, int axis2)
    {
        if (Rank == 0)
            return this;
        var axes = new int[Rank];
        for (int i = 0; i < axes.Length; i++)
            axes[i] = i;
        (axes[Shape.Axis(axis1)], axes[Shape.Axis(axis2)]) = (axes[Shape.Axis(axis2)], axes[Shape.Axis(axis1)]);
        return Permute(axes);
    }

    /// <summary>The matrix transposed: the last two axes swapped, any before them a batch.</summary>
    /// <exception cref="ShapeException">The tensor has fewer than two axes.</exception>
    public Tensor MT => Rank >= 2 ? Transpose(-2, -1) : throw new ShapeException($"MT: {Shape} is no matrix");

    /// <summary>One axis moved to another place, the others kept in order. Shares memory.</summary>
    public Tensor MoveAxis(int from, int to)
    {
        from = Shape.Axis(from);
        to = Shape.Axis(to);
        if (from == to)
            return this;
        var axes = new List<int>(Rank);
        for (int i = 0; i < Rank; i++)
        {
            if (i != from)
                axes.Add(i);
        }
        axes.Insert(to, from);
        return Permute(axes.ToArray());
    }
}
