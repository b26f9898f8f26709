using System.Numerics;
using Hebb.Cpu.Simd;
using Hebb.Transforms;

namespace Hebb.Ops;

/// <summary>An elementwise function of one tensor, written once for every vector width and type. Attributes are the struct's fields.</summary>
[ElementwiseDriver(typeof(Unary<>))]
public interface IUnaryOp<TSelf> where TSelf : struct, IUnaryOp<TSelf>
{
    /// <summary>The element types it takes.</summary>
    static virtual OpDomain Domain => OpDomain.Float;

    /// <summary>What <see cref="Differential"/> reads: Input0, Output0, both or nothing.</summary>
    static virtual Saved Saves => Saved.Input0;

    /// <summary>The function. Lanes past the end of the data hold 0.</summary>
    V Invoke<V, T>(V x) where V : unmanaged, ISimd<V, T> where T : unmanaged;

    /// <summary>
    /// The function of four vectors, with the bits of one by one, for large data; called where there is an <see cref="IFourAtOnce"/>. Written step by step, each for all four, it keeps the processor busy where the
    /// steps of one wait for each other, and reads constants once for all.
    /// </summary>
    static virtual void Four<V, T>(in TSelf op, ref V a, ref V b, ref V c, ref V d) where V : unmanaged, ISimd<V, T> where T : unmanaged =>
        (a, b, c, d) = (op.Invoke<V, T>(a), op.Invoke<V, T>(b), op.Invoke<V, T>(c), op.Invoke<V, T>(d));

    /// <summary>d times the derivative at x, where y is the value; serves both modes of differentiation. Written in ops.</summary>
    Tensor Differential(Tensor d, Tensor x, Tensor y);

    /// <summary>Names the attributes.</summary>
    void Describe(AttributeVisitor v)
    {
    }

    /// <summary>Checks attributes that come from a file.</summary>
    /// <exception cref="FormatException">An attribute is out of the range that the method on tensors allows.</exception>
    void CheckAttributes()
    {
    }
}

/// <summary>Implemented beside <see cref="IUnaryOp{TSelf}"/> by functions that also take complex tensors.</summary>
public interface IComplexUnaryOp
{
    Complex Invoke(Complex x);
}

/// <summary>Drives a <see cref="IUnaryOp{TSelf}"/>: types, strides, tiles, threads, derivatives, batching.</summary>
public sealed class Unary<TOp> : Primitive where TOp : struct, IUnaryOp<TOp>
{
    private TOp _op;

    public Unary(TOp op) => _op = op;

    public Unary()
    {
    }

    /// <summary>The function with its attributes.</summary>
    internal TOp Op => _op;

    /// <summary>The op without attributes.</summary>
    public static Unary<TOp> Instance { get; } = new();

    public static Tensor Apply(Tensor x) => Engine.Apply(Instance, x);

    public static Tensor Apply(Tensor x, TOp op) => Engine.Apply(new Unary<TOp>(op), x);

    public override string Name => ElementwiseName<TOp>.Name;

    public override string DisplayName => ElementwiseName<TOp>.Display;

    public override bool AcceptsStrided => true;

    public override bool AcceptsHalf => true;

    public override Saved Saves => TOp.Saves;

    public override BatchRule Batching => BatchRule.Broadcast;

    internal override bool IsElementwise => true;

    internal override TileKernel? Tile(ReadOnlySpan<TensorSpec> inputs, in TensorSpec output, int number) =>
        number < 0 ? TileKernels.Unary(_op, OpDomains.Compute(output.DType)) : null;

    public override void Infer(ReadOnlySpan<TensorSpec> inputs, Span<TensorSpec> outputs) =>
        outputs[0] = inputs[0] with { DType = TOp.Domain.Resolve(inputs[0].DType, DisplayName, _op is IComplexUnaryOp) };

    internal override bool TryRun(EngineThread thread, ReadOnlySpan<Tensor> inputs, ref Tensor output)
    {
        var x = inputs[0];
        if (!TOp.Domain.TakesFloats || !x.IsPlainFloat)
            return false;
        output = ElementwiseDirect<UnaryMap<TOp, float>>.Float(thread, this, new(_op), x, null);
        return true;
    }

    public override void Run(CpuContext c, ReadOnlySpan<Tensor> inputs, ReadOnlySpan<Tensor> outputs)
    {
        if (outputs[0].DType.IsComplex)
            ComplexLoops.Unary(_op, inputs[0], outputs[0]);
        else
            ElementwiseLoops.Unary(_op, inputs[0], outputs[0]);
    }

    public override void Vjp(in VjpContext c)
    {
        var x = (Saves & Saved.Input0) != 0 ? c.Input(0) : null!;
        var y = (Saves & Saved.Output0) != 0 ? c.Output() : null!;
        c.Set(0, Differential(c.Grad(), x, y, conjugate: true));
    }

    public override void Jvp(in JvpContext c) => c.Set(0, Differential(c.Tangent(0), c.Input(0), c.Output(), conjugate: false));

    // Boxed by hand: most ops leave these to the interface, and code that boxes a value to call it isn't precompiled.
    public override void Describe(AttributeVisitor v)
    {
        IUnaryOp<TOp> op = _op;
        op.Describe(v);
        _op = (TOp)op;
    }

    public override void CheckAttributes(ReadOnlySpan<TensorSpec> inputs) => ((IUnaryOp<TOp>)_op).CheckAttributes();

    // For a holomorphic f the gradient is g * conj(f'), so it is the differential of conj(g), conjugated.
    private Tensor Differential(Tensor d, Tensor x, Tensor y, bool conjugate) =>
        conjugate && d.DType.IsComplex ? _op.Differential(d.Conj(), x, y).Conj() : _op.Differential(d, x, y);
}
