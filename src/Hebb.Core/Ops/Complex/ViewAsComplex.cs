using Hebb.Ops;
using Hebb.Transforms;

namespace Hebb;

/// <summary>Pairs along the last axis as complex numbers. A view.</summary>
internal sealed class ViewAsComplexOp : ViewPrimitive
{
    public static ViewAsComplexOp Instance { get; } = new();

    public override string Name => "view_as_complex";

    public override string DisplayName => "ViewAsComplex";

    public override BatchRule Batching => BatchRule.Broadcast;

    public override void Infer(ReadOnlySpan<TensorSpec> inputs, Span<TensorSpec> outputs)
    {
        var x = inputs[0];
        if (x.DType is not (DType.Float32 or DType.Float64))
            throw new DTypeException($"ViewAsComplex: {x.DType.Name} has no complex type; it takes float32 and float64");
        if (x.Shape.Rank == 0 || x.Shape[-1] != 2)
            throw new ShapeException($"ViewAsComplex: {x.Shape}: the last axis must have size 2, for real and imaginary parts");
        outputs[0] = x with { Shape = x.Shape.Remove(-1), DType = x.DType == DType.Float32 ? DType.Complex64 : DType.Complex128 };
    }

    internal override bool CanView(Tensor x, in Shape shape)
    {
        Span<long> old = stackalloc long[Shape.MaxRank];
        x.CopyStrides(old);
        bool pairs = x.Offset % 2 == 0 && (x.Count == 0 || old[x.Rank - 1] == 1);
        for (int i = 0; i < shape.Rank; i++)
            pairs &= old[i] % 2 == 0 || x.Shape[i] <= 1;
        return pairs;
    }

    internal override Tensor View(Tensor x, in Shape shape)
    {
        if (!CanView(x, shape))
            return View(Copying.Contiguous(x), shape);
        Span<long> old = stackalloc long[Shape.MaxRank];
        x.CopyStrides(old);
        var strides = new long[shape.Rank];
        for (int i = 0; i < strides.Length; i++)
            strides[i] = old[i] / 2;
        return Tensor.Strided(x, shape, strides, x.Offset / 2, x.DType == DType.Float32 ? DType.Complex64 : DType.Complex128);
    }

    public override void Vjp(in VjpContext c) => c.Set(0, c.Grad().ViewAsReal());
}

public sealed partial class Tensor
{
    /// <summary>
    /// A Float32 or Float64 tensor [..., 2] of real and imaginary parts as a complex one [...]. Shares memory, unless the pairs do not lie
    /// together.
    /// </summary>
    /// <exception cref="ShapeException">The last axis does not have size 2.</exception>
    /// <exception cref="DTypeException">The type is neither Float32 nor Float64.</exception>
    public Tensor ViewAsComplex() => Engine.Apply(ViewAsComplexOp.Instance, this);

    /// <summary>A complex tensor from its real and imaginary parts, which broadcast.</summary>
    /// <exception cref="DTypeException">The two meet in a type other than Float32 and Float64.</exception>
    public static Tensor Complex(Tensor real, Tensor imaginary)
    {
        var dtype = DTypes.Promote(real.DType, imaginary.DType);
        var shape = Shape.Broadcast(real.Shape, imaginary.Shape, "Complex");
        return Stack([real.To(dtype).Expand(shape), imaginary.To(dtype).Expand(shape)], shape.Rank).ViewAsComplex();
    }
}
