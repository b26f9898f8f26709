using System.Numerics;
using Hebb.Cpu;
using static Hebb.Tests.Decompositions.Matrices;

namespace Hebb.Tests.Decompositions;

public unsafe class DecompositionsTriangularTests
{
    public static TheoryData<bool, bool, bool, int, int> Cases()
    {
        var data = new TheoryData<bool, bool, bool, int, int>();
        foreach ((int n, int k) in new[] { (0, 3), (3, 0), (1, 1), (5, 1), (5, 3), (5, 4), (31, 7), (33, 40), (70, 2), (97, 65) })
        {
            for (int flags = 0; flags < 8; flags++)
            {
                data.Add((flags & 1) != 0, (flags & 2) != 0, (flags & 4) != 0, n, k);
            }
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Solutions_satisfy_the_equations(bool upper, bool transpose, bool unit, int n, int k)
    {
        Check<float>(upper, transpose, unit, n, k);
        Check<double>(upper, transpose, unit, n, k);
    }

    private static void Check<T>(bool upper, bool transpose, bool unit, int n, int k)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        // Small off-diagonals keep even the unit triangles well conditioned.
        double[,] full = Random(n, n, n + k, 1.0 / Math.Max(1, n));
        for (int i = 0; i < n; i++)
        {
            full[i, i] += 1.5;
        }

        full = Rounded<T>(full);
        double[,] triangle = Triangle(full, upper, unit), op = transpose ? Transpose(triangle) : triangle;

        // What must not be read is NaN.
        for (int i = 0; i < n; i++)
        {
            for (int j = 0; j < n; j++)
            {
                full[i, j] = (i == j && unit) || (upper ? i > j : i < j) ? double.NaN : full[i, j];
            }
        }

        T[] a = Pack<T>(full, out int lda);
        double[,] b = Rounded<T>(Random(n, k, 1)), c = Transpose(b);
        T[] left = Pack<T>(b, out int ldb), right = Pack<T>(c, out int ldc);
        fixed (T* pa = a, pl = left, pr = right)
        {
            TriangularSolve.Left(upper, transpose, unit, n, k, pa, lda, pl, ldb);
            TriangularSolve.Right(upper, transpose, unit, k, n, pa, lda, pr, ldc);
        }

        double tolerance = 20 * (1 + Math.Sqrt(n)) * Epsilon<T>();
        Close(b, Multiply(op, Unpack(left, n, k, ldb)), tolerance);
        Close(c, Multiply(Unpack(right, k, n, ldc), op), tolerance);
    }

    [Fact]
    public void Zero_on_the_diagonal_divides_by_zero()
    {
        double* a = stackalloc double[] { 0, 0, 1, 1 };
        double* b = stackalloc double[] { 2, 3 };
        TriangularSolve.Left(false, false, false, 2, 1, a, 2, b, 1);
        Assert.Equal(double.PositiveInfinity, b[0]);
        Assert.Equal(double.NegativeInfinity, b[1]);
    }
}
