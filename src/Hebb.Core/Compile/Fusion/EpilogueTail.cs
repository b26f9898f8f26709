using Hebb.Cpu;
using Hebb.Ops;

namespace Hebb.Compile;

/// <summary>An elementwise op as the last step of a product or a convolution, in the tile that was just computed.</summary>
internal abstract class EpilogueTail
{
    /// <summary>Whether the op reads a second tensor beside the sums.</summary>
    public abstract bool IsPair { get; }

    public abstract Epilogue<T> Add<T>(in Epilogue<T> epilogue) where T : unmanaged;

    /// <summary>The tail that computes what an op does to its first input; null for ops that have none, among them long ones such as the gradient of gelu, which run better along whole rows.</summary>
    public static EpilogueTail? Of(Primitive primitive) => primitive switch
    {
        Unary<Relu> op => new Function<Relu>(op.Op),
        Unary<Gelu> op => new Function<Gelu>(op.Op),
        Unary<GeluTanh> op => new Function<GeluTanh>(op.Op),
        Unary<Silu> op => new Function<Silu>(op.Op),
        Unary<Sigmoid> op => new Function<Sigmoid>(op.Op),
        Unary<Hardswish> op => new Function<Hardswish>(op.Op),
        Unary<Tanh> op => new Function<Tanh>(op.Op),
        Unary<LeakyRelu> op => new Function<LeakyRelu>(op.Op),
        Binary<ReluGrad> op => new Pair<ReluGrad>(op.Op),
        Binary<SigmoidGrad> op => new Pair<SigmoidGrad>(op.Op),
        Binary<TanhGrad> op => new Pair<TanhGrad>(op.Op),
        Binary<LeakyReluGrad> op => new Pair<LeakyReluGrad>(op.Op),
        _ => null,
    };

    private sealed class Function<TOp>(TOp op) : EpilogueTail where TOp : struct, IUnaryOp<TOp>
    {
        public override bool IsPair => false;

        public override Epilogue<T> Add<T>(in Epilogue<T> epilogue) => epilogue.Then(new ElementFunction<TOp>(op));
    }

    private sealed class Pair<TOp>(TOp op) : EpilogueTail where TOp : struct, IBinaryOp<TOp>
    {
        public override bool IsPair => true;

        public override Epilogue<T> Add<T>(in Epilogue<T> epilogue) => epilogue.ThenWith(new PairFunction<TOp>(op));
    }
}
