namespace Hebb.Ops;

/// <summary>Runs an elementwise function over tensors: picks the element type to compute in, and the way to the elements.</summary>
internal static unsafe class ElementwiseLoops
{
    public static void Unary<TOp>(TOp op, Tensor x, Tensor y) where TOp : struct, IUnaryOp<TOp>
    {
        var compute = OpDomains.Compute(y.DType);
        OpDomains.ForType(compute, new UnaryCall<TOp>(op, x, y, compute));
    }

    public static void Predicate<TOp>(TOp op, Tensor x, Tensor y, DType compute) where TOp : struct, IPredicateOp<TOp> =>
        OpDomains.ForType(compute, new PredicateCall<TOp>(op, x, y, compute));

    public static void Binary<TOp>(TOp op, Tensor a, Tensor b, Tensor y) where TOp : struct, IBinaryOp<TOp>
    {
        var compute = OpDomains.Compute(y.DType);
        OpDomains.ForType(compute, new BinaryCall<TOp>(op, a, b, y, compute));
    }

    public static void Compare<TOp>(TOp op, Tensor a, Tensor b, Tensor y, DType compute) where TOp : struct, ICompareOp<TOp> =>
        OpDomains.ForType(compute, new CompareCall<TOp>(op, a, b, y, compute));

    public static void Ternary<TOp>(TOp op, Tensor a, Tensor b, Tensor c, Tensor y) where TOp : struct, ITernaryOp<TOp>
    {
        var compute = OpDomains.Compute(y.DType);
        OpDomains.ForType(compute, new TernaryCall<TOp>(op, a, b, c, y, compute));
    }

    private readonly struct UnaryCall<TOp>(TOp op, Tensor x, Tensor y, DType compute) : ITypedCall where TOp : struct, IUnaryOp<TOp>
    {
        public void Invoke<T>() where T : unmanaged
        {
            var map = new UnaryMap<TOp, T>(op);
            if (Operand.IsPlain(x, y.Sizes, compute))
                ElementwiseDirect<UnaryMap<TOp, T>>.Run(map, x.Pointer, null, null, compute, y);
            else
                ElementwiseTiled<UnaryMap<TOp, T>>.Run(map, [x], compute, y);
        }
    }

    private readonly struct PredicateCall<TOp>(TOp op, Tensor x, Tensor y, DType compute) : ITypedCall where TOp : struct, IPredicateOp<TOp>
    {
        public void Invoke<T>() where T : unmanaged
        {
            var map = new PredicateMap<TOp, T>(op);
            if (Operand.IsPlain(x, y.Sizes, compute))
                ElementwiseDirect<PredicateMap<TOp, T>>.Run(map, x.Pointer, null, null, compute, y);
            else
                ElementwiseTiled<PredicateMap<TOp, T>>.Run(map, [x], compute, y);
        }
    }

    private readonly struct BinaryCall<TOp>(TOp op, Tensor a, Tensor b, Tensor y, DType compute) : ITypedCall where TOp : struct, IBinaryOp<TOp>
    {
        public void Invoke<T>() where T : unmanaged
        {
            bool plainA = Operand.IsPlain(a, y.Sizes, compute), plainB = Operand.IsPlain(b, y.Sizes, compute);
            if (plainA && plainB)
                ElementwiseDirect<BinaryMap<TOp, T>>.Run(new(op), a.Pointer, b.Pointer, null, compute, y);
            else if (plainA && Operand.IsNumber(b, compute))
                ElementwiseDirect<BinaryConstantMap<TOp, T, SecondIsConstant>>.Run(new(op, *b.Data<T>()), a.Pointer, null, null, compute, y);
            else if (plainB && Operand.IsNumber(a, compute))
                ElementwiseDirect<BinaryConstantMap<TOp, T, FirstIsConstant>>.Run(new(op, *a.Data<T>()), b.Pointer, null, null, compute, y);
            else if (!ElementwiseRows<BinaryMap<TOp, T>>.TryRun(new(op), a, b, compute, y)
                && !ElementwiseColumns<TOp, T, SecondIsConstant>.TryRun(op, a, b, compute, y)
                && !ElementwiseColumns<TOp, T, FirstIsConstant>.TryRun(op, b, a, compute, y))
                ElementwiseTiled<BinaryMap<TOp, T>>.Run(new(op), [a, b], compute, y);
        }
    }

    private readonly struct CompareCall<TOp>(TOp op, Tensor a, Tensor b, Tensor y, DType compute) : ITypedCall where TOp : struct, ICompareOp<TOp>
    {
        public void Invoke<T>() where T : unmanaged
        {
            bool plainA = Operand.IsPlain(a, y.Sizes, compute), plainB = Operand.IsPlain(b, y.Sizes, compute);
            if (plainA && plainB)
                ElementwiseDirect<CompareMap<TOp, T>>.Run(new(op), a.Pointer, b.Pointer, null, compute, y);
            else if (plainA && Operand.IsNumber(b, compute))
                ElementwiseDirect<CompareConstantMap<TOp, T, SecondIsConstant>>.Run(new(op, *b.Data<T>()), a.Pointer, null, null, compute, y);
            else if (plainB && Operand.IsNumber(a, compute))
                ElementwiseDirect<CompareConstantMap<TOp, T, FirstIsConstant>>.Run(new(op, *a.Data<T>()), b.Pointer, null, null, compute, y);
            else
                ElementwiseTiled<CompareMap<TOp, T>>.Run(new(op), [a, b], compute, y);
        }
    }

    private readonly struct TernaryCall<TOp>(TOp op, Tensor a, Tensor b, Tensor c, Tensor y, DType compute) : ITypedCall where TOp : struct, ITernaryOp<TOp>
    {
        public void Invoke<T>() where T : unmanaged
        {
            var map = new TernaryMap<TOp, T>(op);
            if (Operand.IsPlain(a, y.Sizes, compute) && Operand.IsPlain(b, y.Sizes, compute) && Operand.IsPlain(c, y.Sizes, compute))
                ElementwiseDirect<TernaryMap<TOp, T>>.Run(map, a.Pointer, b.Pointer, c.Pointer, compute, y);
            else
                ElementwiseTiled<TernaryMap<TOp, T>>.Run(map, [a, b, c], compute, y);
        }
    }
}
