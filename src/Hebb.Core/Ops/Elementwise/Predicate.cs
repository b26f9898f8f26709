using Hebb.Cpu.Simd;
using Hebb.Transforms;

namespace Hebb.Ops;

/// <summary>An elementwise question about one tensor; the answer is a Bool tensor.</summary>
[ElementwiseDriver(typeof(Predicate<>))]
public interface IPredicateOp<TSelf> where TSelf : struct, IPredicateOp<TSelf>
{
    static virtual OpDomain Domain => OpDomain.Any;

    /// <summary>A mask: all bits of a lane set, or none.</summary>
    V Invoke<V, T>(V x) where V : unmanaged, ISimd<V, T> where T : unmanaged;
}

/// <summary>An elementwise comparison of two tensors that broadcast; the answer is a Bool tensor.</summary>
[ElementwiseDriver(typeof(Compare<>))]
public interface ICompareOp<TSelf> where TSelf : struct, ICompareOp<TSelf>
{
    static virtual OpDomain Domain => OpDomain.Any;

    /// <summary>A mask: all bits of a lane set, or none.</summary>
    V Invoke<V, T>(V a, V b) where V : unmanaged, ISimd<V, T> where T : unmanaged;
}

/// <summary>Drives a <see cref="IPredicateOp{TSelf}"/>.</summary>
public sealed class Predicate<TOp> : Primitive where TOp : struct, IPredicateOp<TOp>
{
    /// <summary>The op.</summary>
    public static Predicate<TOp> Instance { get; } = new();

    public static Tensor Apply(Tensor x) => Engine.Apply(Instance, x);

    public override string Name => ElementwiseName<TOp>.Name;

    public override string DisplayName => ElementwiseName<TOp>.Display;

    public override bool AcceptsStrided => true;

    public override bool AcceptsHalf => true;

    public override BatchRule Batching => BatchRule.Broadcast;

    internal override bool IsElementwise => true;

    internal override TileKernel? Tile(ReadOnlySpan<TensorSpec> inputs, in TensorSpec output, int number) =>
        number < 0 ? TileKernels.Predicate<TOp>(OpDomains.Compute(TOp.Domain.Resolve(inputs[0].DType, DisplayName, complex: false))) : null;

    public override void Infer(ReadOnlySpan<TensorSpec> inputs, Span<TensorSpec> outputs)
    {
        TOp.Domain.Resolve(inputs[0].DType, DisplayName, complex: false);
        outputs[0] = inputs[0] with { DType = DType.Bool };
    }

    public override void Run(CpuContext c, ReadOnlySpan<Tensor> inputs, ReadOnlySpan<Tensor> outputs) =>
        ElementwiseLoops.Predicate(default(TOp), inputs[0], outputs[0], OpDomains.Compute(TOp.Domain.Resolve(inputs[0].DType, DisplayName, complex: false)));
}

/// <summary>Drives a <see cref="ICompareOp{TSelf}"/>.</summary>
public sealed class Compare<TOp> : Primitive where TOp : struct, ICompareOp<TOp>
{
    /// <summary>The op.</summary>
    public static Compare<TOp> Instance { get; } = new();

    public static Tensor Apply(Tensor a, Tensor b) => Engine.Apply(Instance, a, b);

    public static Tensor Apply(Tensor a, double b) => Engine.Apply(Instance, a, Tensor.ScalarLike(b, a));

    public static Tensor Apply(double a, Tensor b) => Engine.Apply(Instance, Tensor.ScalarLike(a, b), b);

    public static Tensor Apply(Tensor a, long b)
    {
        a = RoomFor(b, a);
        return Engine.Apply(Instance, a, Tensor.ScalarLike(b, a));
    }

    public static Tensor Apply(long a, Tensor b)
    {
        b = RoomFor(a, b);
        return Engine.Apply(Instance, Tensor.ScalarLike(a, b), b);
    }

    public override string Name => ElementwiseName<TOp>.Name;

    public override string DisplayName => ElementwiseName<TOp>.Display;

    public override bool AcceptsStrided => true;

    public override bool AcceptsHalf => true;

    public override BatchRule Batching => BatchRule.Broadcast;

    internal override bool IsElementwise => true;

    internal override TileKernel? Tile(ReadOnlySpan<TensorSpec> inputs, in TensorSpec output, int number) =>
        TileKernels.Compare<TOp>(OpDomains.Compute(Common(inputs[0], inputs[1])), number);

    public override void Infer(ReadOnlySpan<TensorSpec> inputs, Span<TensorSpec> outputs)
    {
        Common(inputs[0], inputs[1]);
        outputs[0] = new TensorSpec(Hebb.Shape.Broadcast(inputs[0].Shape, inputs[1].Shape, DisplayName), DType.Bool, inputs[0].Device);
    }

    public override void Run(CpuContext c, ReadOnlySpan<Tensor> inputs, ReadOnlySpan<Tensor> outputs) =>
        ElementwiseLoops.Compare(default(TOp), inputs[0], inputs[1], outputs[0], OpDomains.Compute(Common(inputs[0].Spec, inputs[1].Spec)));

    /// <summary>The tensor in a type that holds the number it is compared with, which would wrap in its own.</summary>
    private static Tensor RoomFor(long value, Tensor x)
    {
        if (!x.DType.IsInteger)
            return x;
        var (min, max) = x.DType.IntegerRange;
        return value >= min && value <= max ? x : x.To(x.DType == DType.UInt64 ? DType.Float64 : DType.Int64);
    }

    private DType Common(in TensorSpec a, in TensorSpec b) => TOp.Domain.Resolve(DTypes.Promote(a, b), DisplayName, complex: false);
}
