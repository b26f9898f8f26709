using Hebb.Ops;
using Hebb.Transforms;

namespace Hebb;

/// <summary>Complex numbers as pairs along a new last axis. A view.</summary>
internal sealed class ViewAsRealOp : ViewPrimitive
{
    public static ViewAsRealOp Instance { get; } = new();

    public override string Name => "view_as_real";

    public override string DisplayName => "ViewAsReal";

    public override BatchRule Batching => BatchRule.Broadcast;

    public override void Infer(ReadOnlySpan<TensorSpec> inputs, Span<TensorSpec> outputs)
    {
        var x = inputs[0];
        if (!x.DType.IsComplex)
            throw new DTypeException($"ViewAsReal: {x.DType.Name} is not complex");
        outputs[0] = x with { Shape = x.Shape.Insert(x.Shape.Rank, 2), DType = x.DType.RealPart };
    }

    internal override Tensor View(Tensor x, in Shape shape)
    {
        var strides = new long[shape.Rank];
        x.CopyStrides(strides);
        for (int i = 0; i < x.Rank; i++)
            strides[i] *= 2;
        strides[x.Rank] = 1;
        return Tensor.Strided(x, shape, strides, 2 * x.Offset, x.DType.RealPart);
    }

    public override void Vjp(in VjpContext c) => c.Set(0, c.Grad().ViewAsComplex());
}

public sealed partial class Tensor
{
    /// <summary>A complex tensor [...] as a real one [..., 2] of real and imaginary parts. Shares memory.</summary>
    /// <exception cref="DTypeException">The tensor is not complex.</exception>
    public Tensor ViewAsReal() => Engine.Apply(ViewAsRealOp.Instance, this);

    /// <summary>The real parts of a complex tensor, sharing memory; a real tensor itself.</summary>
    public Tensor Real() => DType.IsComplex ? ViewAsReal().Select(-1, 0) : this;

    /// <summary>The imaginary parts of a complex tensor, sharing memory; zeros for a real one.</summary>
    public Tensor Imag() => DType.IsComplex ? ViewAsReal().Select(-1, 1) : ZerosLike(this);
}
