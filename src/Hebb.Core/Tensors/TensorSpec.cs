using System.Diagnostics.CodeAnalysis;

namespace Hebb;

/// <summary>What is known of a tensor without its values: shape, element type, device.</summary>
public readonly record struct TensorSpec(Shape Shape, DType DType, Device Device = default)
{
    private readonly Shape _shape = Shape;

    public Shape Shape
    {
        get => _shape;
        init => _shape = value;
    }

    /// <summary>The shape in place: where it is only looked at, nothing need be copied.</summary>
    [UnscopedRef]
    internal ref readonly Shape Sizes => ref _shape;

    // By hand, as in Device: what the compiler writes compares enumerations by a comparer, which isn't precompiled.
    public bool Equals(TensorSpec other) => DType == other.DType && Device.Equals(other.Device) && _shape == other._shape;

    public override int GetHashCode() => HashCode.Combine(_shape, (int)DType, Device);

    public override string ToString() => $"{DType.Name}{Shape}";
}
