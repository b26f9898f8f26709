using System.Numerics;
using Hebb.Cpu;
using static Hebb.Tests.Decompositions.Matrices;

namespace Hebb.Tests.Decompositions;

public unsafe class DecompositionsLuTests
{
    public static TheoryData<int, int> Sizes => new()
    {
        { 0, 0 }, { 0, 4 }, { 1, 1 }, { 2, 2 }, { 3, 5 }, { 5, 3 }, { 17, 17 }, { 31, 31 }, { 32, 32 }, { 33, 33 },
        { 65, 40 }, { 40, 65 }, { 100, 100 }, { 131, 131 },
    };

    [Theory]
    [MemberData(nameof(Sizes))]
    public void Factors_reconstruct_the_permuted_matrix(int m, int n)
    {
        Reconstruct<float>(m, n);
        Reconstruct<double>(m, n);
    }

    private static void Reconstruct<T>(int m, int n)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        double[,] a = Rounded<T>(Random(m, n, 7 * m + n));
        (double[,] lu, int[] pivots, int singular) = Factor<T>(a);
        int k = Math.Min(m, n);
        Assert.Equal(-1, singular);
        var permutation = new int[m + 1];
        fixed (int* p = pivots, q = permutation)
        {
            LuFactorization.Permutation(m, k, p, q);
        }

        var permuted = new double[m, n];
        var l = new double[m, k];
        var u = new double[k, n];
        for (int i = 0; i < m; i++)
        {
            for (int j = 0; j < n; j++)
            {
                permuted[i, j] = a[permutation[i], j];
                if (j < k)
                {
                    l[i, j] = i == j ? 1 : i > j ? lu[i, j] : 0;
                    Assert.InRange(Math.Abs(l[i, j]), 0, 1);
                }

                if (i < k)
                {
                    u[i, j] = i <= j ? lu[i, j] : 0;
                }
            }
        }

        Close(permuted, Multiply(l, u), 20 * Epsilon<T>() * (1 + Math.Sqrt(k)));
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(4, 1)]
    [InlineData(4, 9)]
    [InlineData(50, 3)]
    [InlineData(70, 41)]
    public void Solve_leaves_a_small_residual(int n, int k)
    {
        foreach (bool transpose in new[] { false, true })
        {
            Residual<float>(n, k, transpose);
            Residual<double>(n, k, transpose);
        }
    }

    private static void Residual<T>(int n, int k, bool transpose)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        double[,] a = Rounded<T>(Random(n, n, n)), b = Rounded<T>(Random(n, k, n + 1));
        (double[,] factors, int[] pivots, _) = Factor<T>(a);
        T[] lu = Pack<T>(factors, out int lda), x = Pack<T>(b, out int ldb);
        fixed (T* pl = lu, px = x)
        fixed (int* pp = pivots)
        {
            LuFactorization.Solve(transpose, n, k, pl, lda, pp, px, ldb);
        }

        double[,] solution = Unpack(x, n, k, ldb);
        Close(b, Multiply(transpose ? Transpose(a) : a, solution), 10 * n * Epsilon<T>() * (1 + MaxAbs(solution)));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(6)]
    [InlineData(45)]
    public void Inverse_times_the_matrix_is_the_identity(int n)
    {
        double[,] a = Random(n, n, n);
        (double[,] factors, int[] pivots, _) = Factor<double>(a);
        double[] lu = Pack<double>(factors, out int lda), inverse = Pack<double>(new double[n, n], out int ldi);
        fixed (double* pl = lu, pi = inverse)
        fixed (int* pp = pivots)
        {
            LuFactorization.Inverse(n, pl, lda, pp, pi, ldi);
        }

        Close(Identity(n), Multiply(a, Unpack(inverse, n, n, ldi)), 1e-11);
    }

    [Fact]
    public void Determinant_is_that_of_the_leibniz_formula()
    {
        double[,] a = { { 2, -1, 0.5 }, { 4, 3, -2 }, { -1, 0.25, 5 } };
        double expected = 2 * (3 * 5 - -2 * 0.25) - -1 * (4 * 5 - -2 * -1) + 0.5 * (4 * 0.25 - 3 * -1);
        Assert.Equal(expected, Determinant<double>(a), 12);
        Assert.Equal(expected, Determinant<float>(a), 4);
        (double sign, double log) = SignLog(a);
        Assert.Equal(Math.Sign(expected), sign);
        Assert.Equal(Math.Log(Math.Abs(expected)), log, 12);
        double[,] swapped = { { 0, 1 }, { 1, 0 } };
        Assert.Equal(-1, Determinant<double>(swapped));
        Assert.Equal((-1, 0), SignLog(swapped));
        Assert.Equal(1, Determinant<double>(new double[0, 0]));
        Assert.Equal((1, 0), SignLog(new double[0, 0]));
    }

    [Fact]
    public void Determinant_of_a_triangular_matrix_survives_intermediate_overflow()
    {
        double[,] a = Diagonal(4, 4, [1e200, 1e200, 1e-200, -1e-199]);
        Assert.Equal(-10, Determinant<double>(a), 9);
        Assert.Equal(double.PositiveInfinity, Determinant<double>(Diagonal(2, 2, [1e200, 1e200])));
        Assert.Equal(0, Determinant<double>(Diagonal(2, 2, [1e-200, 1e-200])));
    }

    [Fact]
    public void Singular_matrix_names_its_first_zero_pivot()
    {
        double[,] a = { { 1, 2, 3 }, { 2, 4, 6 }, { 1, 0, 1 } };
        Assert.Equal(2, Factor<double>(a).Singular);
        Assert.Equal(0, Factor<double>(new double[3, 3]).Singular);
        Assert.Equal(0, Determinant<double>(a));
        Assert.Equal((0, double.NegativeInfinity), SignLog(a));
    }

    [Fact]
    public void Nan_gives_nan()
    {
        double[,] a = { { 1, double.NaN }, { 3, 4 } };
        Assert.True(double.IsNaN(Determinant<double>(a)));
        Assert.True(double.IsNaN(SignLog(a).Sign));
        Assert.True(double.IsNaN(SignLog(a).Log));
    }

    private static (double[,] Lu, int[] Pivots, int Singular) Factor<T>(double[,] a)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        int m = a.GetLength(0), n = a.GetLength(1);
        T[] data = Pack<T>(a, out int lda);
        var pivots = new int[Math.Min(m, n) + 1];
        fixed (T* p = data)
        fixed (int* q = pivots)
        {
            int singular = LuFactorization.Factor(m, n, p, lda, q);
            return (Unpack(data, m, n, lda), pivots, singular);
        }
    }

    private static double Determinant<T>(double[,] a)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        (double[,] lu, int[] pivots, _) = Factor<T>(a);
        fixed (T* p = Pack<T>(lu, out int lda))
        fixed (int* q = pivots)
        {
            return double.CreateTruncating(LuFactorization.Determinant(a.GetLength(0), p, lda, q));
        }
    }

    private static (double Sign, double Log) SignLog(double[,] a)
    {
        (double[,] lu, int[] pivots, _) = Factor<double>(a);
        fixed (double* p = Pack<double>(lu, out int lda))
        fixed (int* q = pivots)
        {
            return LuFactorization.SignLogDeterminant(a.GetLength(0), p, lda, q);
        }
    }
}
