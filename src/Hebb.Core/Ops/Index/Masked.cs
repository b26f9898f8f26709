namespace Hebb;

public sealed partial class Tensor
{
    /// <summary>The tensor with one value where <paramref name="mask"/> (Bool, broadcast) holds. The value is converted to this tensor's type.</summary>
    /// <exception cref="DTypeException">The mask is not Bool.</exception>
    /// <exception cref="ShapeException">The mask does not broadcast to this shape.</exception>
    public Tensor MaskedFill(Tensor mask, double value) => MaskedFill(mask, Full([], value, DType));

    /// <summary>The tensor with <paramref name="value"/> (broadcast) where <paramref name="mask"/> (Bool, broadcast) holds. Gradients flow to both.</summary>
    /// <exception cref="DTypeException">The mask is not Bool.</exception>
    /// <exception cref="ShapeException">The mask or the value does not broadcast to this shape.</exception>
    public Tensor MaskedFill(Tensor mask, Tensor value)
    {
        CheckMask("MaskedFill", mask);
        if (!value.Shape.ExpandsTo(Shape))
            throw new ShapeException($"MaskedFill: a value of {value.Shape} does not broadcast to {Shape}");
        return Where(mask, value.To(DType), this);
    }

    /// <summary>The elements where <paramref name="mask"/> (Bool; the two broadcast) holds, in row-major order. The shape depends on the values.</summary>
    /// <exception cref="DTypeException">The mask is not Bool.</exception>
    /// <exception cref="ShapeException">The two don't broadcast.</exception>
    public Tensor MaskedSelect(Tensor mask)
    {
        if (mask.DType != DType.Bool)
            throw new DTypeException($"MaskedSelect: the mask is {mask.DType.Name}, not bool; compare first, as in x > 0");
        var shape = Shape.Broadcast(Shape, mask.Shape, "MaskedSelect");
        return shape.Rank == 0 ? Reshape([1])[mask.Reshape([1])] : Expand(shape)[mask.Expand(shape)];
    }

    private void CheckMask(string op, Tensor mask)
    {
        if (mask.DType != DType.Bool)
            throw new DTypeException($"{op}: the mask is {mask.DType.Name}, not bool; compare first, as in x > 0");
        if (!mask.Shape.ExpandsTo(Shape))
            throw new ShapeException($"{op}: a mask of {mask.Shape} does not broadcast to {Shape}");
    }
}
