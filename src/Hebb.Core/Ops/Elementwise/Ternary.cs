using Hebb.Cpu.Simd;
using Hebb.Transforms;

namespace Hebb.Ops;

/// <summary>An elementwise function of three tensors that broadcast, written once for every vector width and type. Attributes are the struct's fields.</summary>
[ElementwiseDriver(typeof(Ternary<>))]
public interface ITernaryOp<TSelf> where TSelf : struct, ITernaryOp<TSelf>
{
    /// <summary>The element types it takes; operands of different types meet by <see cref="DTypes.Promote(ReadOnlySpan{TensorSpec})"/>.</summary>
    static virtual OpDomain Domain => OpDomain.Numeric;

    /// <summary>What the differentials read: Input0, Input1, Input2, Output0.</summary>
    static virtual Saved Saves => Saved.Input0 | Saved.Input1 | Saved.Input2;

    /// <summary>The function. Lanes past the end of the data hold 0.</summary>
    V Invoke<V, T>(V a, V b, V c) where V : unmanaged, ISimd<V, T> where T : unmanaged;

    /// <summary>d times the derivative by input <paramref name="i"/>, where y is the value; null where that is 0 everywhere. Written in ops.</summary>
    Tensor? Differential(int i, Tensor d, Tensor a, Tensor b, Tensor c, Tensor y);

    /// <summary>Names the attributes.</summary>
    void Describe(AttributeVisitor v)
    {
    }
}

/// <summary>Drives a <see cref="ITernaryOp{TSelf}"/>: broadcasting, promotion, strides, tiles, threads, derivatives, batching.</summary>
public sealed class Ternary<TOp> : Primitive where TOp : struct, ITernaryOp<TOp>
{
    private TOp _op;

    public Ternary(TOp op) => _op = op;

    public Ternary()
    {
    }

    /// <summary>The op without attributes.</summary>
    public static Ternary<TOp> Instance { get; } = new();

    public static Tensor Apply(Tensor a, Tensor b, Tensor c) => Engine.Apply(Instance, a, b, c);

    public static Tensor Apply(Tensor a, Tensor b, Tensor c, TOp op) => Engine.Apply(new Ternary<TOp>(op), a, b, c);

    public override string Name => ElementwiseName<TOp>.Name;

    public override string DisplayName => ElementwiseName<TOp>.Display;

    public override bool AcceptsStrided => true;

    public override bool AcceptsHalf => true;

    public override Saved Saves => TOp.Saves;

    public override BatchRule Batching => BatchRule.Broadcast;

    internal override bool IsElementwise => true;

    internal override TileKernel? Tile(ReadOnlySpan<TensorSpec> inputs, in TensorSpec output, int number) =>
        number < 0 ? TileKernels.Ternary(_op, OpDomains.Compute(output.DType)) : null;

    public override void Infer(ReadOnlySpan<TensorSpec> inputs, Span<TensorSpec> outputs) => outputs[0] = new TensorSpec(
        Hebb.Shape.Broadcast(Hebb.Shape.Broadcast(inputs[0].Shape, inputs[1].Shape, DisplayName), inputs[2].Shape, DisplayName),
        TOp.Domain.Resolve(DTypes.Promote(inputs), DisplayName, complex: false),
        inputs[0].Device);

    public override void Run(CpuContext c, ReadOnlySpan<Tensor> inputs, ReadOnlySpan<Tensor> outputs) =>
        ElementwiseLoops.Ternary(_op, inputs[0], inputs[1], inputs[2], outputs[0]);

    public override void Vjp(in VjpContext c)
    {
        var x = (Saves & Saved.Input0) != 0 ? c.Input(0) : null!;
        var y = (Saves & Saved.Input1) != 0 ? c.Input(1) : null!;
        var z = (Saves & Saved.Input2) != 0 ? c.Input(2) : null!;
        var value = (Saves & Saved.Output0) != 0 ? c.Output() : null!;
        for (int i = 0; i < 3; i++)
        {
            if (c.Needs(i) && _op.Differential(i, c.Grad(), x, y, z, value) is { } gradient)
                c.Set(i, gradient.SumTo(c.InputSpec(i).Shape));
        }
    }

    public override void Jvp(in JvpContext c)
    {
        Tensor? sum = null;
        for (int i = 0; i < 3; i++)
        {
            if (c.Has(i) && _op.Differential(i, c.Tangent(i), c.Input(0), c.Input(1), c.Input(2), c.Output()) is { } term)
                sum = sum is null ? term : sum + term;
        }
        if (sum is not null)
            c.Set(0, sum.Expand(c.Output().Shape));
    }

    // Boxed by hand: most ops leave this to the interface, and code that boxes a value to call it isn't precompiled.
    public override void Describe(AttributeVisitor v)
    {
        ITernaryOp<TOp> op = _op;
        op.Describe(v);
        _op = (TOp)op;
    }
}
