using System.Runtime.CompilerServices;
using Hebb.Cpu.Simd;

namespace Hebb.Core.Tests.Simd;

/// <summary>A vector function as a type argument.</summary>
interface IVectorFunction
{
    static abstract V Invoke<V, T>(V x)
        where V : unmanaged, ISimd<V, T>
        where T : unmanaged;
}

/// <summary>The functions of <see cref="VectorMath"/> as types.</summary>
static class Functions
{
    public struct Exp : IVectorFunction
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static V Invoke<V, T>(V x)
            where V : unmanaged, ISimd<V, T>
            where T : unmanaged => VectorMath.Exp<V, T>(x);
    }

    public struct Expm1 : IVectorFunction
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static V Invoke<V, T>(V x)
            where V : unmanaged, ISimd<V, T>
            where T : unmanaged => VectorMath.Expm1<V, T>(x);
    }

    public struct Exp2 : IVectorFunction
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static V Invoke<V, T>(V x)
            where V : unmanaged, ISimd<V, T>
            where T : unmanaged => VectorMath.Exp2<V, T>(x);
    }

    public struct Log : IVectorFunction
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static V Invoke<V, T>(V x)
            where V : unmanaged, ISimd<V, T>
            where T : unmanaged => VectorMath.Log<V, T>(x);
    }

    public struct Log2 : IVectorFunction
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static V Invoke<V, T>(V x)
            where V : unmanaged, ISimd<V, T>
            where T : unmanaged => VectorMath.Log2<V, T>(x);
    }

    public struct Log10 : IVectorFunction
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static V Invoke<V, T>(V x)
            where V : unmanaged, ISimd<V, T>
            where T : unmanaged => VectorMath.Log10<V, T>(x);
    }

    public struct Log1p : IVectorFunction
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static V Invoke<V, T>(V x)
            where V : unmanaged, ISimd<V, T>
            where T : unmanaged => VectorMath.Log1p<V, T>(x);
    }

    public struct Sin : IVectorFunction
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static V Invoke<V, T>(V x)
            where V : unmanaged, ISimd<V, T>
            where T : unmanaged => VectorMath.Sin<V, T>(x);
    }

    public struct Cos : IVectorFunction
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static V Invoke<V, T>(V x)
            where V : unmanaged, ISimd<V, T>
            where T : unmanaged => VectorMath.Cos<V, T>(x);
    }

    public struct Tan : IVectorFunction
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static V Invoke<V, T>(V x)
            where V : unmanaged, ISimd<V, T>
            where T : unmanaged => VectorMath.Tan<V, T>(x);
    }

    public struct Sinh : IVectorFunction
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static V Invoke<V, T>(V x)
            where V : unmanaged, ISimd<V, T>
            where T : unmanaged => VectorMath.Sinh<V, T>(x);
    }

    public struct Cosh : IVectorFunction
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static V Invoke<V, T>(V x)
            where V : unmanaged, ISimd<V, T>
            where T : unmanaged => VectorMath.Cosh<V, T>(x);
    }

    public struct Tanh : IVectorFunction
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static V Invoke<V, T>(V x)
            where V : unmanaged, ISimd<V, T>
            where T : unmanaged => VectorMath.Tanh<V, T>(x);
    }

    public struct Asin : IVectorFunction
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static V Invoke<V, T>(V x)
            where V : unmanaged, ISimd<V, T>
            where T : unmanaged => VectorMath.Asin<V, T>(x);
    }

    public struct Acos : IVectorFunction
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static V Invoke<V, T>(V x)
            where V : unmanaged, ISimd<V, T>
            where T : unmanaged => VectorMath.Acos<V, T>(x);
    }

    public struct Atan : IVectorFunction
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static V Invoke<V, T>(V x)
            where V : unmanaged, ISimd<V, T>
            where T : unmanaged => VectorMath.Atan<V, T>(x);
    }

    public struct Asinh : IVectorFunction
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static V Invoke<V, T>(V x)
            where V : unmanaged, ISimd<V, T>
            where T : unmanaged => VectorMath.Asinh<V, T>(x);
    }

    public struct Acosh : IVectorFunction
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static V Invoke<V, T>(V x)
            where V : unmanaged, ISimd<V, T>
            where T : unmanaged => VectorMath.Acosh<V, T>(x);
    }

    public struct Atanh : IVectorFunction
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static V Invoke<V, T>(V x)
            where V : unmanaged, ISimd<V, T>
            where T : unmanaged => VectorMath.Atanh<V, T>(x);
    }

    public struct Erf : IVectorFunction
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static V Invoke<V, T>(V x)
            where V : unmanaged, ISimd<V, T>
            where T : unmanaged => VectorMath.Erf<V, T>(x);
    }

    public struct Erfc : IVectorFunction
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static V Invoke<V, T>(V x)
            where V : unmanaged, ISimd<V, T>
            where T : unmanaged => VectorMath.Erfc<V, T>(x);
    }

    public struct ErfInv : IVectorFunction
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static V Invoke<V, T>(V x)
            where V : unmanaged, ISimd<V, T>
            where T : unmanaged => VectorMath.ErfInv<V, T>(x);
    }

    public struct Sigmoid : IVectorFunction
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static V Invoke<V, T>(V x)
            where V : unmanaged, ISimd<V, T>
            where T : unmanaged => VectorMath.Sigmoid<V, T>(x);
    }

    public struct LGamma : IVectorFunction
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static V Invoke<V, T>(V x)
            where V : unmanaged, ISimd<V, T>
            where T : unmanaged => VectorMath.LGamma<V, T>(x);
    }

    public struct Digamma : IVectorFunction
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static V Invoke<V, T>(V x)
            where V : unmanaged, ISimd<V, T>
            where T : unmanaged => VectorMath.Digamma<V, T>(x);
    }
}
