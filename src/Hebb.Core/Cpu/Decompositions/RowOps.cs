using System.Numerics;
using System.Runtime.CompilerServices;

namespace Hebb.Cpu;

/// <summary>
/// Vectorised operations on contiguous rows, for the factorizations. <c>T</c> is float or double throughout.
/// </summary>
internal static unsafe class RowOps
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector<T> MultiplyAdd<T>(Vector<T> a, Vector<T> b, Vector<T> c)
        where T : unmanaged
    {
        if (typeof(T) == typeof(float))
        {
            return Vector.MultiplyAddEstimate(a.As<T, float>(), b.As<T, float>(), c.As<T, float>()).As<float, T>();
        }

        return Vector.MultiplyAddEstimate(a.As<T, double>(), b.As<T, double>(), c.As<T, double>()).As<double, T>();
    }

    /// <summary>y += alpha x.</summary>
    public static void Axpy<T>(int n, T alpha, T* x, T* y)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var a = new Vector<T>(alpha);
        int i = 0;
        for (; i <= n - Vector<T>.Count; i += Vector<T>.Count)
        {
            MultiplyAdd(a, Vector.Load(x + i), Vector.Load(y + i)).Store(y + i);
        }

        for (; i < n; i++)
        {
            y[i] = T.MultiplyAddEstimate(alpha, x[i], y[i]);
        }
    }

    /// <summary>z += alpha x + beta y.</summary>
    public static void Axpy2<T>(int n, T alpha, T* x, T beta, T* y, T* z)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var a = new Vector<T>(alpha);
        var b = new Vector<T>(beta);
        int i = 0;
        for (; i <= n - Vector<T>.Count; i += Vector<T>.Count)
        {
            MultiplyAdd(b, Vector.Load(y + i), MultiplyAdd(a, Vector.Load(x + i), Vector.Load(z + i))).Store(z + i);
        }

        for (; i < n; i++)
        {
            z[i] = T.MultiplyAddEstimate(beta, y[i], T.MultiplyAddEstimate(alpha, x[i], z[i]));
        }
    }

    /// <summary>Sum of x[i] y[i].</summary>
    public static T Dot<T>(int n, T* x, T* y)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        Vector<T> s0 = default, s1 = default;
        int i = 0;
        for (; i <= n - 2 * Vector<T>.Count; i += 2 * Vector<T>.Count)
        {
            s0 = MultiplyAdd(Vector.Load(x + i), Vector.Load(y + i), s0);
            s1 = MultiplyAdd(Vector.Load(x + i + Vector<T>.Count), Vector.Load(y + i + Vector<T>.Count), s1);
        }

        T sum = Vector.Sum(s0 + s1);
        for (; i < n; i++)
        {
            sum = T.MultiplyAddEstimate(x[i], y[i], sum);
        }

        return sum;
    }

    /// <summary>
    /// Sum of x[i] y[i], and y += alpha x with what y held before: one pass of a symmetric matrix-vector product over a half row.
    /// </summary>
    public static T DotAxpy<T>(int n, T* row, T* v, T alpha, T* p)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        Vector<T> s = default;
        var a = new Vector<T>(alpha);
        int i = 0;
        for (; i <= n - Vector<T>.Count; i += Vector<T>.Count)
        {
            Vector<T> r = Vector.Load(row + i);
            s = MultiplyAdd(r, Vector.Load(v + i), s);
            MultiplyAdd(a, r, Vector.Load(p + i)).Store(p + i);
        }

        T sum = Vector.Sum(s);
        for (; i < n; i++)
        {
            sum = T.MultiplyAddEstimate(row[i], v[i], sum);
            p[i] = T.MultiplyAddEstimate(alpha, row[i], p[i]);
        }

        return sum;
    }

    /// <summary>x *= alpha.</summary>
    public static void Scale<T>(int n, T alpha, T* x)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var a = new Vector<T>(alpha);
        int i = 0;
        for (; i <= n - Vector<T>.Count; i += Vector<T>.Count)
        {
            (a * Vector.Load(x + i)).Store(x + i);
        }

        for (; i < n; i++)
        {
            x[i] *= alpha;
        }
    }

    public static void Swap<T>(int n, T* x, T* y)
        where T : unmanaged
    {
        var xs = new Span<T>(x, n);
        var ys = new Span<T>(y, n);
        int i = 0;
        for (; i <= n - Vector<T>.Count; i += Vector<T>.Count)
        {
            Vector<T> t = Vector.Load(x + i);
            Vector.Load(y + i).Store(x + i);
            t.Store(y + i);
        }

        for (; i < n; i++)
        {
            (xs[i], ys[i]) = (ys[i], xs[i]);
        }
    }

    /// <summary>Plane rotation of two rows: x' = c x + s y, y' = c y - s x.</summary>
    public static void Rotate<T>(int n, T* x, T* y, T c, T s)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var vc = new Vector<T>(c);
        var vs = new Vector<T>(s);
        int i = 0;
        for (; i <= n - Vector<T>.Count; i += Vector<T>.Count)
        {
            Vector<T> a = Vector.Load(x + i), b = Vector.Load(y + i);
            MultiplyAdd(vs, b, vc * a).Store(x + i);
            MultiplyAdd(-vs, a, vc * b).Store(y + i);
        }

        for (; i < n; i++)
        {
            T a = x[i], b = y[i];
            x[i] = T.MultiplyAddEstimate(s, b, c * a);
            y[i] = T.MultiplyAddEstimate(-s, a, c * b);
        }
    }

    /// <summary>1, or -1 where the element of the largest magnitude, the first of such, is negative.</summary>
    public static double SignOfLargest(int n, double* x, long stride)
    {
        double largest = 0;
        for (int i = 0; i < n; i++)
        {
            double v = x[i * stride];
            largest = Math.Abs(v) > Math.Abs(largest) ? v : largest;
        }

        return largest < 0 ? -1 : 1;
    }

    /// <summary>
    /// Euclidean norm of n elements <paramref name="stride"/> apart, without overflow or harmful underflow; summed in double.
    /// </summary>
    public static T Norm<T>(int n, T* x, int stride)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        double sum = 0;
        for (int i = 0; i < n; i++)
        {
            double v = double.CreateTruncating(x[(long)i * stride]);
            sum += v * v;
        }

        // Squares of doubles leave the normal range beyond 1e±154: only then is a scaled second pass needed.
        if (sum is > 1e-280 and < 1e300 || double.IsNaN(sum))
        {
            return T.CreateTruncating(Math.Sqrt(sum));
        }

        double max = 0;
        for (int i = 0; i < n; i++)
        {
            max = Math.Max(max, Math.Abs(double.CreateTruncating(x[(long)i * stride])));
        }

        if (max == 0 || double.IsInfinity(max))
        {
            return T.CreateTruncating(max);
        }

        sum = 0;
        for (int i = 0; i < n; i++)
        {
            double v = double.CreateTruncating(x[(long)i * stride]) / max;
            sum += v * v;
        }

        return T.CreateTruncating(max * Math.Sqrt(sum));
    }
}
