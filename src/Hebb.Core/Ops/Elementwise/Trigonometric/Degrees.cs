namespace Hebb;

public sealed partial class Tensor
{
    /// <summary>Degrees to radians, elementwise. Integers give Float32.</summary>
    public Tensor Deg2Rad() => this * (Math.PI / 180);

    /// <summary>Radians to degrees, elementwise. Integers give Float32.</summary>
    public Tensor Rad2Deg() => this * (180 / Math.PI);
}
