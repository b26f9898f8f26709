namespace Hebb;

public sealed partial class Tensor
{
    /// <summary>The tensor itself.</summary>
    public Tensor Positive() => this;

    public static Tensor operator +(Tensor value) => value;
}
