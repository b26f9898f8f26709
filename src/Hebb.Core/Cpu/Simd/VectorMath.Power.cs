using System.Runtime.CompilerServices;

namespace Hebb.Cpu.Simd;

public static partial class VectorMath
{
    /// <summary>x to the power y, with the special cases of C's pow. Double goes lane by lane through <see cref="Math.Pow"/>.</summary>
    [MethodImpl(Call)]
    public static V Pow<V, T>(V x, V y)
        where V : unmanaged, ISimd<V, T>
        where T : unmanaged =>
        typeof(T) == typeof(float) ? ViaDouble<V, T, PowFunc>(x, y) : V.Map2<ScalarPow<T>>(x, y);

    // Operands are widened floats: the 53 bits of the logarithm leave enough after multiplying by y.
    readonly struct PowFunc : IDoubleFunc2
    {
        public static W Invoke<W>(W x, W y)
            where W : unmanaged, ISimd<W, double>
        {
            W one = W.One;
            W a = W.Abs(x);
            W magnitude = Exp2<W, double>(W.AndNot(y * Log2<W, double>(a), W.Equal(a, one)));
            W half = C<W, double>(0.5) * y;
            W integral = W.Equal(W.Floor(y), y);
            W odd = W.AndNot(integral, W.Equal(W.Floor(half), half));
            W root = W.AndNot(W.AndNot(W.Less(x, W.Zero), integral), W.Equal(a, C<W, double>(double.PositiveInfinity)));
            W result = W.Select(root, C<W, double>(double.NaN), magnitude ^ (x & odd & C<W, double>(-0.0)));
            W unity = W.Equal(x, one) | W.Equal(y, W.Zero);
            W nan = W.IsNaN(x) | W.IsNaN(y);
            return W.Select(unity, one, W.Select(nan, x + y, result));
        }
    }

    readonly struct ScalarPow<T> : ILaneFunc2<T>
    {
        public static T Invoke(T x, T y) => (T)(object)Math.Pow((double)(object)x!, (double)(object)y!);
    }
}
