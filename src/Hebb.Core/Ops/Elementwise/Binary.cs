using System.Numerics;
using Hebb.Cpu.Simd;
using Hebb.Transforms;

namespace Hebb.Ops;

/// <summary>An elementwise function of two tensors that broadcast, written once for every vector width and type. Attributes are the struct's fields.</summary>
[ElementwiseDriver(typeof(Binary<>))]
public interface IBinaryOp<TSelf> where TSelf : struct, IBinaryOp<TSelf>
{
    /// <summary>The element types it takes; operands of different types meet by <see cref="DTypes.Promote(in TensorSpec, in TensorSpec)"/>.</summary>
    static virtual OpDomain Domain => OpDomain.Numeric;

    /// <summary>What the differentials read: Input0, Input1, Output0.</summary>
    static virtual Saved Saves => Saved.Input0 | Saved.Input1;

    /// <summary>The function. Lanes past the end of the data hold 0.</summary>
    V Invoke<V, T>(V a, V b) where V : unmanaged, ISimd<V, T> where T : unmanaged;

    /// <summary>The function of a, b, c, d and, in this order, x, y, z, w; see <see cref="IUnaryOp{TSelf}.Four"/>.</summary>
    static virtual void Four<V, T>(in TSelf op, ref V a, ref V b, ref V c, ref V d, V x, V y, V z, V w) where V : unmanaged, ISimd<V, T> where T : unmanaged =>
        (a, b, c, d) = (op.Invoke<V, T>(a, x), op.Invoke<V, T>(b, y), op.Invoke<V, T>(c, z), op.Invoke<V, T>(d, w));

    /// <summary>d times the derivative by a, where y is the value; null where that is 0 everywhere. Written in ops.</summary>
    Tensor? DifferentialA(Tensor d, Tensor a, Tensor b, Tensor y);

    /// <summary>d times the derivative by b, where y is the value; null where that is 0 everywhere. Written in ops.</summary>
    Tensor? DifferentialB(Tensor d, Tensor a, Tensor b, Tensor y);

    /// <summary>Names the attributes.</summary>
    void Describe(AttributeVisitor v)
    {
    }
}

/// <summary>Implemented beside <see cref="IBinaryOp{TSelf}"/> by functions that also take complex tensors.</summary>
public interface IComplexBinaryOp
{
    Complex Invoke(Complex a, Complex b);
}

/// <summary>Implemented beside <see cref="IBinaryOp{TSelf}"/> by functions where b divides integers: lanes of b past the end of the data then hold 1.</summary>
public interface IDividesByB
{
}

// Marks in place of static members with defaults: code that calls such a default isn't precompiled.

/// <summary>Implemented beside <see cref="IUnaryOp{TSelf}"/> or <see cref="IBinaryOp{TSelf}"/> by functions so short that a loop of one vector a turn would be half bookkeeping.</summary>
public interface IBrief
{
}

/// <summary>
/// Implemented beside <see cref="IUnaryOp{TSelf}"/> or <see cref="IBinaryOp{TSelf}"/> by functions whose <c>Four</c> is to be called where exponentials are reduced by shifts
/// (<see cref="VectorMath.ReducesByShift{V, T}"/>).
/// </summary>
public interface IFourAtOnce
{
}

/// <summary>Drives a <see cref="IBinaryOp{TSelf}"/>: broadcasting, promotion, strides, tiles, threads, derivatives, batching.</summary>
public sealed class Binary<TOp> : Primitive where TOp : struct, IBinaryOp<TOp>
{
    private TOp _op;

    public Binary(TOp op) => _op = op;

    public Binary()
    {
    }

    /// <summary>The function with its attributes.</summary>
    internal TOp Op => _op;

    /// <summary>The op without attributes.</summary>
    public static Binary<TOp> Instance { get; } = new();

    public static Tensor Apply(Tensor a, Tensor b) => Engine.Apply(Instance, a, b);

    public static Tensor Apply(Tensor a, Tensor b, TOp op) => Engine.Apply(new Binary<TOp>(op), a, b);

    public static Tensor Apply(Tensor a, double b) => Engine.Apply(Instance, a, Tensor.ScalarLike(b, a));

    public static Tensor Apply(double a, Tensor b) => Engine.Apply(Instance, Tensor.ScalarLike(a, b), b);

    public static Tensor Apply(Tensor a, long b) => Engine.Apply(Instance, a, Tensor.ScalarLike(b, a));

    public static Tensor Apply(long a, Tensor b) => Engine.Apply(Instance, Tensor.ScalarLike(a, b), b);

    public override string Name => ElementwiseName<TOp>.Name;

    public override string DisplayName => ElementwiseName<TOp>.Display;

    public override bool AcceptsStrided => true;

    public override bool AcceptsHalf => true;

    public override Saved Saves => TOp.Saves;

    public override BatchRule Batching => BatchRule.Broadcast;

    internal override bool IsElementwise => true;

    internal override TileKernel? Tile(ReadOnlySpan<TensorSpec> inputs, in TensorSpec output, int number) =>
        TileKernels.Binary(_op, OpDomains.Compute(output.DType), number);

    public override void Infer(ReadOnlySpan<TensorSpec> inputs, Span<TensorSpec> outputs)
    {
        var dtype = inputs[0].DType == inputs[1].DType ? inputs[0].DType : DTypes.Promote(inputs[0], inputs[1]);
        dtype = TOp.Domain.Resolve(dtype, DisplayName, _op is IComplexBinaryOp);
        if (dtype == inputs[0].DType && inputs[0].Sizes == inputs[1].Sizes)
            outputs[0] = inputs[0];
        else
            outputs[0] = new TensorSpec(Hebb.Shape.Broadcast(inputs[0].Sizes, inputs[1].Sizes, DisplayName), dtype, inputs[0].Device);
    }

    internal override bool TryRun(EngineThread thread, ReadOnlySpan<Tensor> inputs, ref Tensor output)
    {
        Tensor a = inputs[0], b = inputs[1];
        if (!TOp.Domain.TakesFloats || !a.IsPlainFloat || !b.IsPlainFloat)
            return false;
        if (a.Sizes == b.Sizes)
            output = ElementwiseDirect<BinaryMap<TOp, float>>.Float(thread, this, new(_op), a, b);
        else if (b.Rank == 0)
            output = ElementwiseDirect<BinaryConstantMap<TOp, float, SecondIsConstant>>.Float(thread, this, new(_op, b.Number), a, null);
        else if (a.Rank == 0)
            output = ElementwiseDirect<BinaryConstantMap<TOp, float, FirstIsConstant>>.Float(thread, this, new(_op, a.Number), b, null);
        else
            return false;
        return true;
    }

    public override void Run(CpuContext c, ReadOnlySpan<Tensor> inputs, ReadOnlySpan<Tensor> outputs)
    {
        if (outputs[0].DType.IsComplex)
            ComplexLoops.Binary(_op, inputs[0], inputs[1], outputs[0]);
        else
            ElementwiseLoops.Binary(_op, inputs[0], inputs[1], outputs[0]);
    }

    public override void Vjp(in VjpContext c)
    {
        var a = (Saves & Saved.Input0) != 0 ? c.Input(0) : null!;
        var b = (Saves & Saved.Input1) != 0 ? c.Input(1) : null!;
        var y = (Saves & Saved.Output0) != 0 ? c.Output() : null!;
        var g = c.Grad();
        bool complex = g.DType.IsComplex;
        if (complex)
            g = g.Conj();
        if (c.Needs(0) && _op.DifferentialA(g, a, b, y) is { } left)
            c.Set(0, ToInput(left, c.InputSpec(0), complex));
        if (c.Needs(1) && _op.DifferentialB(g, a, b, y) is { } right)
            c.Set(1, ToInput(right, c.InputSpec(1), complex));
    }

    public override void Jvp(in JvpContext c)
    {
        var (a, b, y) = (c.Input(0), c.Input(1), c.Output());
        var left = c.Has(0) ? _op.DifferentialA(c.Tangent(0), a, b, y) : null;
        var right = c.Has(1) ? _op.DifferentialB(c.Tangent(1), a, b, y) : null;
        var sum = left is null ? right : right is null ? left : left + right;
        if (sum is not null)
            c.Set(0, sum.Shape == y.Shape ? sum : sum.Expand(y.Shape));
    }

    // Boxed by hand: most ops leave this to the interface, and code that boxes a value to call it isn't precompiled.
    public override void Describe(AttributeVisitor v)
    {
        IBinaryOp<TOp> op = _op;
        op.Describe(v);
        _op = (TOp)op;
    }

    private static Tensor ToInput(Tensor gradient, in TensorSpec input, bool complex)
    {
        if (complex)
            gradient = input.DType.IsComplex ? gradient.Conj() : gradient.Real();
        return gradient.SumTo(input.Shape);
    }
}
