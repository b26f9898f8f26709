using System.Numerics;
using Hebb.Cpu;
using static Hebb.Tests.Decompositions.Matrices;

namespace Hebb.Tests.Decompositions;

public unsafe class DecompositionsCholeskyTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(7)]
    [InlineData(32)]
    [InlineData(33)]
    [InlineData(64)]
    [InlineData(131)]
    public void Factor_reconstructs_and_solves(int n)
    {
        Check<float>(n);
        Check<double>(n);
    }

    private static void Check<T>(int n)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        double[,] a = Rounded<T>(Positive(n)), b = Rounded<T>(Random(n, 5, 3));
        (double[,] l, int bad) = Factor<T>(a);
        Assert.Equal(-1, bad);
        Close(Triangle(l, upper: false), l, 0);
        Close(a, Multiply(l, Transpose(l)), 10 * n * Epsilon<T>());
        T[] factor = Pack<T>(l, out int ldl), x = Pack<T>(b, out int ldb);
        fixed (T* pl = factor, px = x)
        {
            CholeskyFactorization.Solve(n, 5, pl, ldl, px, ldb);
        }

        double[,] solution = Unpack(x, n, 5, ldb);
        Close(b, Multiply(a, solution), 20 * n * Epsilon<T>() * (1 + MaxAbs(solution)));
    }

    [Theory]
    [InlineData(1, 0)]
    [InlineData(5, 3)]
    [InlineData(40, 0)]
    [InlineData(40, 31)]
    [InlineData(40, 32)]
    [InlineData(40, 39)]
    public void The_bad_minor_is_named(int n, int bad)
    {
        double[,] a = Positive(n);
        a[bad, bad] = -1;
        Assert.Equal(bad, Factor<double>(a).Bad);
        a[bad, bad] = double.NaN;
        Assert.Equal(bad, Factor<double>(a).Bad);
        Assert.Equal(bad, Factor<float>(a).Bad);
    }

    [Fact]
    public void Zero_matrix_is_not_positive_definite() => Assert.Equal(0, Factor<double>(new double[3, 3]).Bad);

    private static double[,] Positive(int n)
    {
        double[,] r = Random(n, n, n), a = Multiply(r, Transpose(r));
        for (int i = 0; i < n; i++)
        {
            a[i, i] += 0.5;
        }

        return a;
    }

    private static (double[,] L, int Bad) Factor<T>(double[,] a)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        int n = a.GetLength(0);

        // The upper triangle must not be read.
        double[,] lower = Triangle(a, upper: false);
        for (int i = 0; i < n; i++)
        {
            for (int j = i + 1; j < n; j++)
            {
                lower[i, j] = double.NaN;
            }
        }

        T[] data = Pack<T>(lower, out int lda);
        fixed (T* p = data)
        {
            int bad = CholeskyFactorization.Factor(n, p, lda);
            return (Unpack(data, n, n, lda), bad);
        }
    }
}
