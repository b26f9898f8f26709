namespace Hebb.Nn.Tests;

/// <summary>Runs an optimizer beside the equations of its paper, written out element by element in double. A vector is a matrix of one row.</summary>
internal static class PaperRule
{
    public const int Rows = 4, Columns = 3, Steps = 25;

    /// <summary>What the equations make of a parameter at a step, from 1.</summary>
    public delegate double[,] Rule(int step, double[,] parameter, double[,] gradient);

    public static double[,] Map(double[,] x, Func<int, int, double> f)
    {
        var y = new double[x.GetLength(0), x.GetLength(1)];
        for (int i = 0; i < y.GetLength(0); i++)
        {
            for (int j = 0; j < y.GetLength(1); j++)
                y[i, j] = f(i, j);
        }
        return y;
    }

    public static double[,] Times(double[,] a, double[,] b)
    {
        var y = new double[a.GetLength(0), b.GetLength(1)];
        for (int i = 0; i < y.GetLength(0); i++)
        {
            for (int j = 0; j < y.GetLength(1); j++)
            {
                for (int k = 0; k < b.GetLength(0); k++)
                    y[i, j] += a[i, k] * b[k, j];
            }
        }
        return y;
    }

    public static double[,] Transposed(double[,] x) => Map(new double[x.GetLength(1), x.GetLength(0)], (i, j) => x[j, i]);

    public static double Norm(double[,] x) => Math.Sqrt(x.Cast<double>().Sum(v => v * v));

    public static double[,] Values(Tensor x) => Map(new double[x.Rank == 2 ? x.Shape[0] : 1, x.Shape[-1]], (i, j) => (x.Rank == 2 ? x[i, j] : x[j]).Item());

    public static Tensor Random(int seed, bool isMatrix) => (isMatrix ? Check.Random((ulong)seed, Rows, Columns) : Check.Random((ulong)seed, Columns)).To(DType.Float64);

    /// <summary>Runs an optimizer on a matrix or a vector, and its rule beside it.</summary>
    public static void Compare(Optimizer optimizer, Rule rule, bool isMatrix = true, double tolerance = 1e-10, Action<int, Parameter>? before = null)
    {
        var parameter = new Parameter(Random(1, isMatrix));
        var expected = Values(parameter.Value);
        optimizer.Bind([parameter]);
        for (int step = 1; step <= Steps; step++)
        {
            var gradient = Random(100 + step, isMatrix);
            parameter.Grad = gradient;
            before?.Invoke(step, parameter);
            parameter.Grad = gradient;
            optimizer.Step();
            expected = rule(step, expected, Values(gradient));
            var actual = Values(parameter.Value.Detach());
            Map(expected, (i, j) =>
            {
                Assert.True(Math.Abs(expected[i, j] - actual[i, j]) <= tolerance * (1 + Math.Abs(expected[i, j])), $"step {step}, element ({i}, {j}): expected {expected[i, j]:R}, got {actual[i, j]:R}");
                return 0;
            });
        }
    }

    public static Tensor Of(double[,] x) => Tensor.From(x.Cast<double>().ToArray()).Reshape(x.GetLength(0), x.GetLength(1));
}
