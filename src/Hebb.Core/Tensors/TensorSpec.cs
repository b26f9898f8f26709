namespace Hebb;

/// <summary>What is known of a tensor without its values: shape, element type, device.</summary>
public readonly record struct TensorSpec(Shape Shape, DType DType, Device Device = default)
{
    public override string ToString() => $"{DType.Name}{Shape}";
}
