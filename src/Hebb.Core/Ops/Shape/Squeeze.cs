namespace Hebb;

public sealed partial class Tensor
{
    /// <summary>A new axis of size 1 before <paramref name="axis"/>; negative axes count from the end of the result. Shares memory.</summary>
    public Tensor Unsqueeze(int axis)
    {
        int at = axis < 0 ? axis + Rank + 1 : axis;
        if ((uint)at > (uint)Rank)
            throw new ShapeException($"Unsqueeze: a new axis at {axis} is out of range for {Shape}");
        return Reshape(Shape.Insert(at));
    }

    /// <summary>Without the axes of size 1. Shares memory.</summary>
    public Tensor Squeeze()
    {
        var sizes = new List<int>(Rank);
        foreach (int size in Shape.Dims)
        {
            if (size != 1)
                sizes.Add(size);
        }
        return Reshape((Shape)sizes.ToArray());
    }

    /// <summary>Without one axis, if it is of size 1; else the tensor as it is. Shares memory.</summary>
    public Tensor Squeeze(int axis) => Rank > 0 && Shape[axis] == 1 ? Reshape(Shape.Remove(axis)) : this;

    /// <summary>Axes <paramref name="start"/> to <paramref name="end"/> (both included) merged into one. Shares memory where it can.</summary>
    public Tensor Flatten(int start = 0, int end = -1)
    {
        if (Rank == 0)
            return Reshape(1);
        start = Shape.Axis(start);
        end = Shape.Axis(end);
        if (start > end)
            throw new ShapeException($"Flatten: axis {start} comes after axis {end}");
        return Reshape(Shape[..start].Concat([checked((int)Shape[start..(end + 1)].Count)]).Concat(Shape[(end + 1)..]));
    }
}
