using System.Runtime.CompilerServices;
using Hebb.Cpu;
using Hebb.Cpu.Simd;

namespace Hebb.Ops;

/// <summary>An elementwise op as the last step of a product: the same bits as the op after it.</summary>
internal readonly struct ElementFunction<TOp>(TOp op) : IElementFunction
    where TOp : struct, IUnaryOp<TOp>
{
    private readonly TOp _op = op;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Invoke<V, T>(V x) where V : unmanaged, ISimd<V, T> where T : unmanaged => _op.Invoke<V, T>(x);
}

/// <summary>The same of an elementwise op of two operands, the product's sum being the first.</summary>
internal readonly struct PairFunction<TOp>(TOp op) : IPairFunction
    where TOp : struct, IBinaryOp<TOp>
{
    private readonly TOp _op = op;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Invoke<V, T>(V x, V y) where V : unmanaged, ISimd<V, T> where T : unmanaged => _op.Invoke<V, T>(x, y);
}
