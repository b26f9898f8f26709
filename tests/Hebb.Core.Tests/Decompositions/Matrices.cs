using System.Numerics;
using System.Numerics.Tensors;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Hebb.Tests.Decompositions;

/// <summary>
/// Random matrices and naive float64 references for the tests of factorizations. Matrices are double[,] and carry a leading dimension when
/// tested.
/// </summary>
internal static class Matrices
{
    /// <summary>Columns beyond the matrix, to catch code that mistakes the leading dimension.</summary>
    public const int Padding = 3;

    public static double[,] Random(int m, int n, int seed, double scale = 1)
    {
        var random = new Random(seed);
        var a = new double[m, n];
        for (int i = 0; i < m; i++)
        {
            for (int j = 0; j < n; j++)
            {
                a[i, j] = scale * (2 * random.NextDouble() - 1);
            }
        }

        return a;
    }

    public static double[,] Multiply(double[,] a, double[,] b)
    {
        Assert.Equal(a.GetLength(1), b.GetLength(0));
        int m = a.GetLength(0), n = b.GetLength(1), k = b.GetLength(0);
        var c = new double[m, n];
        Span<double> left = MemoryMarshal.CreateSpan(ref Unsafe.As<byte, double>(ref MemoryMarshal.GetArrayDataReference(a)), a.Length);
        Span<double> right = MemoryMarshal.CreateSpan(ref Unsafe.As<byte, double>(ref MemoryMarshal.GetArrayDataReference(b)), b.Length);
        Span<double> target = MemoryMarshal.CreateSpan(ref Unsafe.As<byte, double>(ref MemoryMarshal.GetArrayDataReference(c)), c.Length);
        for (int i = 0; i < m; i++)
        {
            Span<double> row = target.Slice(i * n, n);
            for (int p = 0; p < k; p++)
            {
                TensorPrimitives.MultiplyAdd(right.Slice(p * n, n), left[i * k + p], row, row);
            }
        }

        return c;
    }

    public static double[,] Transpose(double[,] a)
    {
        var t = new double[a.GetLength(1), a.GetLength(0)];
        for (int i = 0; i < a.GetLength(0); i++)
        {
            for (int j = 0; j < a.GetLength(1); j++)
            {
                t[j, i] = a[i, j];
            }
        }

        return t;
    }

    public static double[,] Identity(int n) => Diagonal(n, n, Enumerable.Repeat(1.0, n).ToArray());

    public static double[,] Diagonal(int m, int n, double[] d)
    {
        var a = new double[m, n];
        for (int i = 0; i < d.Length; i++)
        {
            a[i, i] = d[i];
        }

        return a;
    }

    /// <summary>An orthogonal matrix: a product of rotations of neighbouring columns by random angles, in a few passes.</summary>
    public static double[,] Orthogonal(int n, int seed)
    {
        var random = new Random(seed);
        double[,] q = Identity(n);
        for (int pass = 0; pass < 6; pass++)
        {
            for (int j = 0; j + 1 < n; j++)
            {
                (double s, double c) = Math.SinCos(7 * random.NextDouble());
                for (int i = 0; i < n; i++)
                {
                    (q[i, j], q[i, j + 1]) = (c * q[i, j] + s * q[i, j + 1], c * q[i, j + 1] - s * q[i, j]);
                }
            }
        }

        return q;
    }

    /// <summary>Keeps the triangle; with unit, ones on the diagonal.</summary>
    public static double[,] Triangle(double[,] a, bool upper, bool unit = false)
    {
        var t = new double[a.GetLength(0), a.GetLength(1)];
        for (int i = 0; i < t.GetLength(0); i++)
        {
            for (int j = 0; j < t.GetLength(1); j++)
            {
                t[i, j] = i == j && unit ? 1 : (upper ? j >= i : j <= i) ? a[i, j] : 0;
            }
        }

        return t;
    }

    public static double MaxAbs(double[,] a) => a.Length == 0 ? 0 : a.Cast<double>().Max(Math.Abs);

    /// <summary>Asserts |a - b| below tolerance times scale, everywhere; NaN fails.</summary>
    public static void Close(double[,] expected, double[,] actual, double tolerance)
    {
        Assert.Equal((expected.GetLength(0), expected.GetLength(1)), (actual.GetLength(0), actual.GetLength(1)));
        for (int i = 0; i < expected.GetLength(0); i++)
        {
            for (int j = 0; j < expected.GetLength(1); j++)
            {
                double difference = Math.Abs(expected[i, j] - actual[i, j]);
                Assert.True(difference <= tolerance, $"[{i}, {j}]: {expected[i, j]:R} against {actual[i, j]:R}, tolerance {tolerance}");
            }
        }
    }

    public static void OrthonormalColumns(double[,] q, double tolerance) =>
        Close(Identity(q.GetLength(1)), Multiply(Transpose(q), q), tolerance);

    public static double Epsilon<T>() => typeof(T) == typeof(float) ? 1.2e-7 : 2.3e-16;

    /// <summary>The matrix in T, row-major with padding, the padding NaN.</summary>
    public static T[] Pack<T>(double[,] a, out int ld)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        ld = a.GetLength(1) + Padding;
        var data = new T[Math.Max(1, a.GetLength(0) * ld)];
        Array.Fill(data, T.NaN);
        for (int i = 0; i < a.GetLength(0); i++)
        {
            for (int j = 0; j < a.GetLength(1); j++)
            {
                data[i * ld + j] = T.CreateTruncating(a[i, j]);
            }
        }

        return data;
    }

    /// <summary>Rounds to what T can hold.</summary>
    public static double[,] Rounded<T>(double[,] a)
        where T : unmanaged, IFloatingPointIeee754<T> => Unpack(Pack<T>(a, out int ld), a.GetLength(0), a.GetLength(1), ld);

    /// <summary>Reads back, and asserts that the padding was not written.</summary>
    public static double[,] Unpack<T>(T[] data, int m, int n, int ld)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var a = new double[m, n];
        for (int i = 0; i < m; i++)
        {
            for (int j = 0; j < ld; j++)
            {
                if (j < n)
                {
                    a[i, j] = double.CreateTruncating(data[i * ld + j]);
                }
                else
                {
                    Assert.True(T.IsNaN(data[i * ld + j]), "wrote beyond the columns of the matrix");
                }
            }
        }

        return a;
    }
}
