using System.Runtime.CompilerServices;
using Hebb.Cpu.Simd;
using Hebb.Ops;


namespace Hebb.Ops
{
    /// <summary>x * P(Z up to x) for a standard normal Z.</summary>
    [Op("gelu", Facade = false)]
    public readonly struct Gelu : IUnaryOp<Gelu>
    {
        public V Invoke<V, T>(V x) where V : unmanaged, ISimd<V, T> where T : unmanaged
        {
            V half = x * Constant.Of<V, T>(0.5);
            return half + half * VectorMath.InlinedErf<V, T>(x * Constant.Of<V, T>(Math.Sqrt(0.5)));
        }

        public Tensor Differential(Tensor d, Tensor x, Tensor y) => Binary<GeluGrad>.Apply(d, x);
    }

    /// <summary>d times the derivative of gelu at x: P(Z up to x) + x * density(x).</summary>
    [Op("gelu_grad", Facade = false)]
    public readonly struct GeluGrad : IBinaryOp<GeluGrad>
    {
        public static OpDomain Domain => OpDomain.Float;

        public V Invoke<V, T>(V a, V b) where V : unmanaged, ISimd<V, T> where T : unmanaged
        {
            V half = Constant.Of<V, T>(0.5);
            V probability = half + half * VectorMath.Erf<V, T>(b * Constant.Of<V, T>(Math.Sqrt(0.5)));
            // exp(-x²/2) is 0 long before x² overflows, so that x times it stays 0.
            V far = Constant.Of<V, T>(typeof(T) == typeof(float) ? 20 : 50);
            V x = V.Select(V.Greater(V.Abs(b), far), V.CopySign(far, b), b);
            V density = VectorMath.Exp<V, T>(x * x * Constant.Of<V, T>(-0.5)) * Constant.Of<V, T>(1 / Math.Sqrt(2 * Math.PI));
            return a * V.MultiplyAdd(x, density, probability);
        }

        public Tensor DifferentialA(Tensor d, Tensor a, Tensor b, Tensor y) => Binary<GeluGrad>.Apply(d, b);

        // The second derivative is density(x) * (2 - x²).
        public Tensor DifferentialB(Tensor d, Tensor a, Tensor b, Tensor y)
        {
            var square = b.Square();
            return d * a * (square * -0.5).Exp() * (2.0 - square) * (1 / Math.Sqrt(2 * Math.PI));
        }
    }

    /// <summary>x * (1 + tanh(u)) / 2 with u = sqrt(2 / pi) * (x + 0.044715 x³).</summary>
    [Op("gelu_tanh", Facade = false)]
    public readonly struct GeluTanh : IUnaryOp<GeluTanh>, IFourAtOnce
    {
        internal const double Scale = 0.79788456080286535587989211986876, Cubic = 0.044715;

        /// <summary>As floats exp(-2u) is infinite from the first of these down, and nothing beside 1 from the other up.</summary>
        private const double Least = -10.06, Most = 10;

        /// <summary>exp(-2u) is 2 to the power of this times u.</summary>
        private const double TurnsOfU = -2 * 1.4426950408889634;

        // (1 + tanh(u)) / 2 = 1 / (1 + exp(-2u)), which loses nothing where tanh(u) is near -1.
        public V Invoke<V, T>(V x) where V : unmanaged, ISimd<V, T> where T : unmanaged
        {
            V near = VectorMath.ReducesByShift<V, T>() ? V.MinNative(Constant.Of<V, T>(Most), V.MaxNative(Constant.Of<V, T>(Least), x)) : x;
            return VectorMath.Gate<V, T>(x, near, Turns<V, T>(near));
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void Four<V, T>(in GeluTanh op, ref V a, ref V b, ref V c, ref V d) where V : unmanaged, ISimd<V, T> where T : unmanaged
        {
            V k = Constant.Of<V, T>(Least), l = Constant.Of<V, T>(Most);
            V w = V.MaxNative(k, a), x = V.MaxNative(k, b), y = V.MaxNative(k, c), z = V.MaxNative(k, d);
            (w, x, y, z) = (V.MinNative(l, w), V.MinNative(l, x), V.MinNative(l, y), V.MinNative(l, z));
            Turns<V, T>(w, x, y, z, out V p, out V q, out V r, out V s);
            VectorMath.Gate<V, T>(ref a, ref b, ref c, ref d, w, x, y, z, p, q, r, s);
        }

        /// <summary>The binary logarithm of exp(-2u), divided by x.</summary>
        internal static V Turns<V, T>(V x) where V : unmanaged, ISimd<V, T> where T : unmanaged =>
            V.MultiplyAdd(x * x, Constant.Of<V, T>(TurnsOfU * Scale * Cubic), Constant.Of<V, T>(TurnsOfU * Scale));

        /// <summary>The same of four.</summary>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        internal static void Turns<V, T>(V w, V x, V y, V z, out V p, out V q, out V r, out V s) where V : unmanaged, ISimd<V, T> where T : unmanaged
        {
            V k = Constant.Of<V, T>(TurnsOfU * Scale * Cubic), l = Constant.Of<V, T>(TurnsOfU * Scale);
            (p, q, r, s) = (w * w, x * x, y * y, z * z);
            p = V.MultiplyAdd(p, k, l);
            q = V.MultiplyAdd(q, k, l);
            r = V.MultiplyAdd(r, k, l);
            s = V.MultiplyAdd(s, k, l);
        }

        public Tensor Differential(Tensor d, Tensor x, Tensor y) => Binary<GeluTanhGrad>.Apply(d, x);
    }

    /// <summary>d times the derivative of gelu_tanh at x: s + 2 x u' s (1 - s) with s = 1 / (1 + e) and e = exp(-2u); 1 - s is e s.</summary>
    [Op("gelu_tanh_grad", Facade = false)]
    public readonly struct GeluTanhGrad : IBinaryOp<GeluTanhGrad>, IFourAtOnce
    {
        public static OpDomain Domain => OpDomain.Float;

        public V Invoke<V, T>(V a, V b) where V : unmanaged, ISimd<V, T> where T : unmanaged
        {
            V x = Near<V, T>(b);
            V e = VectorMath.QuickPowerOfTwo<V, T>(x, GeluTanh.Turns<V, T>(x)), s = V.One / (V.One + e);
            V slope = x * V.MultiplyAdd(x * x, Constant.Of<V, T>(6 * GeluTanh.Scale * GeluTanh.Cubic), Constant.Of<V, T>(2 * GeluTanh.Scale));
            return a * s * V.MultiplyAdd(slope, e * s, V.One);
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void Four<V, T>(in GeluTanhGrad op, ref V a, ref V b, ref V c, ref V d, V x, V y, V z, V w) where V : unmanaged, ISimd<V, T> where T : unmanaged
        {
            (x, y, z, w) = (Near<V, T>(x), Near<V, T>(y), Near<V, T>(z), Near<V, T>(w));
            V e = x, f = y, g = z, h = w;
            GeluTanh.Turns<V, T>(x, y, z, w, out V p, out V q, out V r, out V s);
            VectorMath.QuickPowerOfTwo<V, T>(ref e, ref f, ref g, ref h, p, q, r, s);
            V k = Constant.Of<V, T>(6 * GeluTanh.Scale * GeluTanh.Cubic), l = Constant.Of<V, T>(2 * GeluTanh.Scale), one = V.One;
            (p, q, r, s) = (one / (one + e), one / (one + f), one / (one + g), one / (one + h));
            x *= V.MultiplyAdd(x * x, k, l);
            y *= V.MultiplyAdd(y * y, k, l);
            z *= V.MultiplyAdd(z * z, k, l);
            w *= V.MultiplyAdd(w * w, k, l);
            a = a * p * V.MultiplyAdd(x, e * p, one);
            b = b * q * V.MultiplyAdd(y, f * q, one);
            c = c * r * V.MultiplyAdd(z, g * r, one);
            d = d * s * V.MultiplyAdd(w, h * s, one);
        }

        /// <summary>Farther out the derivative is 0 or 1 as far as sums can tell, and e may overflow.</summary>
        private static V Near<V, T>(V x) where V : unmanaged, ISimd<V, T> where T : unmanaged
        {
            double far = typeof(T) == typeof(float) ? 10 : 20;
            return V.MinNative(Constant.Of<V, T>(far), V.MaxNative(Constant.Of<V, T>(-far), x));
        }

        public Tensor DifferentialA(Tensor d, Tensor a, Tensor b, Tensor y) => Binary<GeluTanhGrad>.Apply(d, b);

        // With u' and u'' the derivatives of u, the second derivative is (1 - t²) (u' + x u'' / 2 - x t u'²).
        public Tensor DifferentialB(Tensor d, Tensor a, Tensor b, Tensor y)
        {
            const double Scale = GeluTanh.Scale, Cubic = GeluTanh.Cubic;
            var x = Unary<Clamp>.Apply(b, new Clamp(-20, 20));
            var square = x.Square();
            var t = (x * (square * (Scale * Cubic) + Scale)).Tanh();
            var slope = square * (3 * Scale * Cubic) + Scale;
            return d * a * (1.0 - t.Square()) * (slope + square * (3 * Scale * Cubic) - x * t * slope.Square());
        }
    }
}

namespace Hebb
{
    public sealed partial class Tensor
    {
        /// <summary>The Gaussian error linear unit, elementwise (Hendrycks and Gimpel 2016): x * P(Z up to x) for a standard normal Z. Integers give Float32.</summary>
        /// <param name="approximate">By x / 2 * (1 + tanh(sqrt(2 / pi) * (x + 0.044715 x³))).</param>
        public Tensor Gelu(bool approximate = false) => approximate ? Unary<GeluTanh>.Apply(this) : Unary<Gelu>.Apply(this);
    }
}
