using Hebb.Ops;

namespace Hebb;

public sealed partial class Tensor
{
    /// <summary>The complex conjugate; a real tensor itself.</summary>
    public Tensor Conj() => DType.IsComplex ? Unary<ConjFunction>.Apply(this) : this;
}
