namespace Hebb.Ops;

/// <summary>An elementwise op as a function of runs of elements that lie in cache, in the type that it computes in: what fused ops are made of.</summary>
internal abstract unsafe class TileKernel(DType compute)
{
    /// <summary>The type of the operands, and of the result unless <see cref="WritesMask"/>. Halves are floats here, Bool is a byte.</summary>
    public DType Compute { get; } = compute;

    /// <summary>Whether the result is Bool whatever the op computes in.</summary>
    public virtual bool WritesMask => false;

    /// <summary>The type of the result.</summary>
    public virtual DType ResultType => WritesMask ? DType.Bool : Compute;

    /// <summary>The type in which operand <paramref name="i"/> is read.</summary>
    public virtual DType OperandType(int i) => Compute;

    /// <summary>Computes a run. Operands that the op does not have are ignored; the result may lie in the place of an operand of its size.</summary>
    public abstract void Run(byte* a, byte* b, byte* c, byte* y, long count);
}

/// <summary>A function that eager calls use, on tiles.</summary>
internal sealed unsafe class MapTile<TMap>(TMap map, DType compute) : TileKernel(compute) where TMap : struct, IElementwiseMap
{
    public override bool WritesMask => TMap.WritesMask;

    public override void Run(byte* a, byte* b, byte* c, byte* y, long count) => map.Run(a, b, c, y, count);
}

/// <summary>A function of two operands of which one is a number, that lies where its pointer says.</summary>
internal sealed unsafe class NumberTile<TOp, T, TSide>(TOp op, DType compute) : TileKernel(compute)
    where TOp : struct, IBinaryOp<TOp>
    where T : unmanaged
    where TSide : struct, IConstantSide
{
    public override void Run(byte* a, byte* b, byte* c, byte* y, long count) =>
        new BinaryConstantMap<TOp, T, TSide>(op, *(T*)(TSide.IsFirst ? a : b)).Run(TSide.IsFirst ? b : a, null, null, y, count);
}

/// <summary>A comparison with such a number.</summary>
internal sealed unsafe class NumberCompareTile<TOp, T, TSide>(TOp op, DType compute) : TileKernel(compute)
    where TOp : struct, ICompareOp<TOp>
    where T : unmanaged
    where TSide : struct, IConstantSide
{
    public override bool WritesMask => true;

    public override void Run(byte* a, byte* b, byte* c, byte* y, long count) =>
        new CompareConstantMap<TOp, T, TSide>(op, *(T*)(TSide.IsFirst ? a : b)).Run(TSide.IsFirst ? b : a, null, null, y, count);
}

/// <summary>Elements from one type to another; a copy if the types are the same.</summary>
internal sealed unsafe class ConvertTile(DType from, DType to) : TileKernel(from)
{
    public override DType ResultType => to;

    public override void Run(byte* a, byte* b, byte* c, byte* y, long count) => Converting.Convert(a, Compute, y, to, count);
}

/// <summary>Sums and products of Bool back to 0 and 1, in place.</summary>
internal sealed unsafe class ToBoolTile() : TileKernel(DType.UInt8)
{
    public override void Run(byte* a, byte* b, byte* c, byte* y, long count) => ElementwiseBlocks.ToBool(y, count);
}

/// <summary>Makes the tile kernels of the families of elementwise ops. Float first: other types cost code that mostly nobody needs.</summary>
internal static class TileKernels
{
    public static TileKernel Unary<TOp>(TOp op, DType compute) where TOp : struct, IUnaryOp<TOp>
    {
        if (compute == DType.Float32)
            return new MapTile<UnaryMap<TOp, float>>(new(op), compute);
        var make = new UnaryMake<TOp>(op, compute);
        OpDomains.ForType(compute, in make);
        return make.Kernel;
    }

    public static TileKernel Predicate<TOp>(DType compute) where TOp : struct, IPredicateOp<TOp>
    {
        if (compute == DType.Float32)
            return new MapTile<PredicateMap<TOp, float>>(new(default), compute);
        var make = new PredicateMake<TOp>(compute);
        OpDomains.ForType(compute, in make);
        return make.Kernel;
    }

    public static TileKernel Ternary<TOp>(TOp op, DType compute) where TOp : struct, ITernaryOp<TOp>
    {
        if (compute == DType.Float32)
            return new MapTile<TernaryMap<TOp, float>>(new(op), compute);
        var make = new TernaryMake<TOp>(op, compute);
        OpDomains.ForType(compute, in make);
        return make.Kernel;
    }

    /// <param name="op">The op.</param>
    /// <param name="compute">What it computes in.</param>
    /// <param name="number">Which operand is a number; -1 for none.</param>
    public static TileKernel Binary<TOp>(TOp op, DType compute, int number) where TOp : struct, IBinaryOp<TOp>
    {
        if (compute == DType.Float32)
            return Binary<TOp, float>(op, compute, number);
        var make = new BinaryMake<TOp>(op, compute, number);
        OpDomains.ForType(compute, in make);
        return make.Kernel;
    }

    /// <inheritdoc cref="Binary{TOp}(TOp, DType, int)"/>
    public static TileKernel Compare<TOp>(DType compute, int number) where TOp : struct, ICompareOp<TOp>
    {
        if (compute == DType.Float32)
            return Compare<TOp, float>(compute, number);
        var make = new CompareMake<TOp>(compute, number);
        OpDomains.ForType(compute, in make);
        return make.Kernel;
    }

    private static TileKernel Binary<TOp, T>(TOp op, DType compute, int number) where TOp : struct, IBinaryOp<TOp> where T : unmanaged => number switch
    {
        0 => new NumberTile<TOp, T, FirstIsConstant>(op, compute),
        1 => new NumberTile<TOp, T, SecondIsConstant>(op, compute),
        _ => new MapTile<BinaryMap<TOp, T>>(new(op), compute),
    };

    private static TileKernel Compare<TOp, T>(DType compute, int number) where TOp : struct, ICompareOp<TOp> where T : unmanaged => number switch
    {
        0 => new NumberCompareTile<TOp, T, FirstIsConstant>(default, compute),
        1 => new NumberCompareTile<TOp, T, SecondIsConstant>(default, compute),
        _ => new MapTile<CompareMap<TOp, T>>(new(default), compute),
    };

    private struct UnaryMake<TOp>(TOp op, DType compute) : ITypedCall where TOp : struct, IUnaryOp<TOp>
    {
        public TileKernel Kernel = null!;

        public void Invoke<T>() where T : unmanaged => Kernel = new MapTile<UnaryMap<TOp, T>>(new(op), compute);
    }

    private struct PredicateMake<TOp>(DType compute) : ITypedCall where TOp : struct, IPredicateOp<TOp>
    {
        public TileKernel Kernel = null!;

        public void Invoke<T>() where T : unmanaged => Kernel = new MapTile<PredicateMap<TOp, T>>(new(default), compute);
    }

    private struct TernaryMake<TOp>(TOp op, DType compute) : ITypedCall where TOp : struct, ITernaryOp<TOp>
    {
        public TileKernel Kernel = null!;

        public void Invoke<T>() where T : unmanaged => Kernel = new MapTile<TernaryMap<TOp, T>>(new(op), compute);
    }

    private struct BinaryMake<TOp>(TOp op, DType compute, int number) : ITypedCall where TOp : struct, IBinaryOp<TOp>
    {
        public TileKernel Kernel = null!;

        public void Invoke<T>() where T : unmanaged => Kernel = Binary<TOp, T>(op, compute, number);
    }

    private struct CompareMake<TOp>(DType compute, int number) : ITypedCall where TOp : struct, ICompareOp<TOp>
    {
        public TileKernel Kernel = null!;

        public void Invoke<T>() where T : unmanaged => Kernel = Compare<TOp, T>(compute, number);
    }
}
