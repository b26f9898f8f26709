namespace Hebb;

public sealed partial class Tensor
{
    /// <summary>The gated linear unit (Dauphin et al. 2016): the first half along an axis times the sigmoid of the second.</summary>
    /// <exception cref="ShapeException">There is no such axis, or its size is odd.</exception>
    public Tensor Glu(int axis = -1)
    {
        if (Rank == 0)
            throw new ShapeException("Glu: a scalar has no axis to halve");
        axis = Shape.Axis(axis);
        int size = Shape[axis];
        if (size % 2 != 0)
            throw new ShapeException($"Glu: {Shape} can't be halved along axis {axis}: its size {size} is odd");
        return Narrow(axis, 0, size / 2) * Narrow(axis, size / 2, size / 2).Sigmoid();
    }
}
