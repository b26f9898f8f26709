using Hebb.Ops;
using Hebb.Transforms;

namespace Hebb;

public sealed partial class Tensor
{
    /// <summary>Axes in reverse order; none named means all. Shares memory.</summary>
    /// <exception cref="ShapeException">An axis does not exist or is named twice.</exception>
    public Tensor Flip(params ReadOnlySpan<int> axes)
    {
        if (Rank == 0)
            return this;
        var (starts, steps) = (new int[Rank], new int[Rank]);
        Array.Fill(steps, 1);
        foreach (int axis in ReduceAxes.Normalize("Flip", Shape, axes))
            (starts[axis], steps[axis]) = (Math.Max(Shape[axis] - 1, 0), -1);
        return Engine.Apply(new SliceOp(starts, Shape.ToArray(), steps), this);
    }

    /// <summary>The plane of two axes turned by quarters, from <paramref name="axis1"/> towards <paramref name="axis2"/>. Shares memory.</summary>
    /// <param name="quarters">How many; negative ones turn back.</param>
    /// <param name="axis1">The axis turned from.</param>
    /// <param name="axis2">The axis turned to.</param>
    /// <exception cref="ShapeException">The axes are one, or do not exist.</exception>
    public Tensor Rot90(int quarters = 1, int axis1 = 0, int axis2 = 1)
    {
        (axis1, axis2) = (Shape.Axis(axis1), Shape.Axis(axis2));
        if (axis1 == axis2)
            throw new ShapeException($"Rot90: a plane has two axes, not axis {axis1} of {Shape} twice");
        return (quarters & 3) switch
        {
            1 => Flip(axis2).Transpose(axis1, axis2),
            2 => Flip(axis1, axis2),
            3 => Transpose(axis1, axis2).Flip(axis2),
            _ => this,
        };
    }

    /// <summary>Several axes moved: <c>from[i]</c> goes to place <c>to[i]</c>, the others keep their order. Shares memory.</summary>
    /// <exception cref="ShapeException">The numbers of axes differ, or an axis does not exist or is named twice.</exception>
    public Tensor MoveAxis(ReadOnlySpan<int> from, ReadOnlySpan<int> to)
    {
        if (from.Length != to.Length)
            throw new ShapeException($"MoveAxis: {from.Length} axes to {to.Length} places");
        var order = new int[Rank];
        Array.Fill(order, -1);
        int taken = 0;
        for (int i = 0; i < from.Length; i++)
        {
            int source = Shape.Axis(from[i]), target = Shape.Axis(to[i]);
            if ((taken & (1 << source)) != 0 || order[target] >= 0)
                throw new ShapeException($"MoveAxis: axis {source} or place {target} of {Shape} is named twice");
            taken |= 1 << source;
            order[target] = source;
        }
        int next = 0;
        for (int i = 0; i < order.Length; i++)
        {
            if (order[i] >= 0)
                continue;
            while ((taken & (1 << next)) != 0)
                next++;
            order[i] = next++;
        }
        return Permute(order);
    }
}
