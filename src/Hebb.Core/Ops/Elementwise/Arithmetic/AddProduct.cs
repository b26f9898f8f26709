namespace Hebb;

public sealed partial class Tensor
{
    /// <summary>this + value * a * b, elementwise with broadcasting.</summary>
    public Tensor AddCMul(Tensor a, Tensor b, double value = 1) => value == 1 ? this + a * b : this + a * b * value;

    /// <summary>this + value * a / b, elementwise with broadcasting.</summary>
    public Tensor AddCDiv(Tensor a, Tensor b, double value = 1) => value == 1 ? this + a / b : this + a / b * value;
}
