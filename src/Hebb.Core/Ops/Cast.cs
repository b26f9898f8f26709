using Hebb.Ops;
using Hebb.Transforms;

namespace Hebb;

/// <summary>The values in another element type.</summary>
internal sealed class CastOp : Primitive
{
    private DType _dtype;

    public CastOp(DType dtype) => _dtype = dtype;

    public CastOp()
    {
    }

    public override string Name => "cast";

    public override string DisplayName => "To";

    public override bool AcceptsStrided => true;

    public override bool AcceptsHalf => true;

    public override bool IsLinear => _dtype.IsDifferentiable;

    public override Saved Saves => Saved.None;

    public override BatchRule Batching => BatchRule.Broadcast;

    internal override bool IsElementwise => true;

    internal override TileKernel? Tile(ReadOnlySpan<TensorSpec> inputs, in TensorSpec output, int number) =>
        number < 0 ? new ConvertTile(inputs[0].DType, output.DType) : null;

    public override void Describe(AttributeVisitor v) => v.DType("dtype", ref _dtype);

    public override void Infer(ReadOnlySpan<TensorSpec> inputs, Span<TensorSpec> outputs) => outputs[0] = inputs[0] with { DType = _dtype };

    public override long Flops(ReadOnlySpan<TensorSpec> inputs, ReadOnlySpan<TensorSpec> outputs) => 0;

    public override void Run(CpuContext c, ReadOnlySpan<Tensor> inputs, ReadOnlySpan<Tensor> outputs) => Copying.Convert(inputs[0], outputs[0]);

    public override void Vjp(in VjpContext c) => c.Set(0, c.InputSpec(0).DType.IsComplex ? c.Grad().To(c.InputSpec(0).DType) : c.Grad().DType.IsComplex ? c.Grad().Real() : c.Grad());
}

/// <summary>The values row by row in memory of their own.</summary>
internal sealed class ContiguousOp : Primitive
{
    public static ContiguousOp Instance { get; } = new();

    public override string Name => "contiguous";

    public override string DisplayName => "Contiguous";

    public override bool AcceptsStrided => true;

    public override bool AcceptsHalf => true;

    public override bool IsLinear => true;

    public override Saved Saves => Saved.None;

    public override BatchRule Batching => BatchRule.Broadcast;

    public override void Infer(ReadOnlySpan<TensorSpec> inputs, Span<TensorSpec> outputs) => outputs[0] = inputs[0];

    public override long Flops(ReadOnlySpan<TensorSpec> inputs, ReadOnlySpan<TensorSpec> outputs) => 0;

    public override void Run(CpuContext c, ReadOnlySpan<Tensor> inputs, ReadOnlySpan<Tensor> outputs) => Copying.Convert(inputs[0], outputs[0]);

    public override void Vjp(in VjpContext c) => c.Set(0, c.Grad());
}

public sealed partial class Tensor
{
    /// <summary>The values in another element type; the tensor itself if that is its type. Floats to integers truncate and saturate; to Bool, all but 0 is true.</summary>
    /// <exception cref="DTypeException">Complex to real: take <c>Real()</c> or <c>Abs()</c>.</exception>
    public Tensor To(DType dtype)
    {
        if (dtype == DType)
            return this;
        if (DType.IsComplex && !dtype.IsComplex)
            throw new DTypeException($"To: {DType.Name} does not convert to {dtype.Name}; take Real(), Imag() or Abs() first");
        return Engine.Apply(new CastOp(dtype), this);
    }

    /// <summary>The tensor itself if its elements lie in row-major order, else a copy in which they do.</summary>
    public Tensor Contiguous() => Tracer is null && IsContiguous ? this : Engine.Apply(ContiguousOp.Instance, this);

    /// <summary>A copy in memory of its own.</summary>
    public Tensor Clone() => Engine.Apply(ContiguousOp.Instance, this);
}
