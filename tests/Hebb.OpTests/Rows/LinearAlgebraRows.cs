namespace Hebb.OpTests;

/// <summary>Factorizations and solvers, against naive loops and the equations that define them. Inputs are well conditioned, eigenvalues apart.</summary>
internal static class LinearAlgebraRows
{
    private static readonly DType[] s_narrow = [DType.Float32, DType.Float16, DType.BFloat16];

    [Rows]
    public static IEnumerable<OpCase> Cases()
    {
        yield return new("cholesky", [In.Real(3, 3)], x => Positive(x[0]).Cholesky()) { Reference = x => [NaiveCholesky(Positive(x[0]))], DTypes = s_narrow };
        yield return new("cholesky_upper_batch", [In.Real(2, 1, 4, 4)], x => Positive(x[0]).Cholesky(upper: true)) { Reference = x => [Each(Positive(x[0]), NaiveCholesky).MT] };
        yield return new("cholesky_one", [In.Between(1, 2, 1, 1)], x => x[0].Cholesky()) { Reference = x => [Tensor.From([Math.Sqrt(x[0].Item())], [1, 1])] };
        yield return new("cholesky_empty", [In.Real(2, 0, 0)], x => x[0].Cholesky()) { Reference = x => [x[0]] };
        yield return new("cholesky_solve", [In.Real(3, 3), In.Real(3, 2)], x => Positive(x[0]).Cholesky().CholeskySolve(x[1])) { Reference = x => [NaiveSolve(Positive(x[0]), x[1])] };

        foreach (bool upper in new[] { false, true })
        {
            foreach (bool transpose in new[] { false, true })
            {
                string suffix = $"{(upper ? "_upper" : "_lower")}{(transpose ? "_transposed" : "")}";
                yield return new("solve_triangular" + suffix, [In.Real(3, 3), In.Real(3, 2)], x => Dominant(x[0]).SolveTriangular(x[1], upper, transpose: transpose))
                {
                    Reference = x => [NaiveSolve(Op(Triangle(Dominant(x[0]), upper, unit: false), transpose), x[1])],
                };
                yield return new("solve_triangular_right" + suffix, [In.Real(3, 3), In.Real(2, 3)], x => Dominant(x[0]).SolveTriangular(x[1], upper, left: false, transpose: transpose))
                {
                    Reference = x => [NaiveSolve(Op(Triangle(Dominant(x[0]), upper, unit: false), !transpose), x[1].MT).MT],
                };
                yield return new("solve_triangular_unit" + suffix, [In.Real(3, 3), In.Real(3, 2)], x => x[0].SolveTriangular(x[1], upper, transpose: transpose, unit: true))
                {
                    Reference = x => [NaiveSolve(Op(Triangle(x[0], upper, unit: true), transpose), x[1])],
                };
            }
        }
        yield return new("solve_triangular_broadcast", [In.Real(2, 1, 3, 3), In.Real(4, 3, 2)], x => Dominant(x[0]).SolveTriangular(x[1], upper: true));

        yield return new("solve", [In.Real(3, 3), In.Real(3, 2)], x => Dominant(x[0]).Solve(x[1])) { Reference = x => [NaiveSolve(Dominant(x[0]), x[1])] };
        yield return new("solve_vector", [In.Real(4, 4), In.Real(4)], x => Dominant(x[0]).Solve(x[1])) { Reference = x => [NaiveSolve(Dominant(x[0]), x[1].Unsqueeze(-1)).Squeeze(-1)] };
        yield return new("solve_right", [In.Real(3, 3), In.Real(2, 3)], x => Dominant(x[0]).Solve(x[1], left: false)) { Reference = x => [NaiveSolve(Dominant(x[0]).MT, x[1].MT).MT] };
        yield return new("solve_shared", [In.Real(2, 2), In.Real(3, 1, 2, 2)], x => Dominant(x[0]).Solve(x[1])) { Reference = x => [Each(x[1], b => NaiveSolve(Dominant(x[0]), b))] };
        yield return new("solve_broadcast", [In.Real(3, 1, 2, 2), In.Real(2, 2, 1)], x => Dominant(x[0]).Solve(x[1]))
        {
            Reference = x => [Tensor.Stack(Enumerable.Range(0, 6).Select(i => NaiveSolve(Dominant(x[0].Select(0, i / 2).Select(0, 0)), x[1].Select(0, i % 2))).ToArray()).Reshape(3, 2, 2, 1)],
        };
        yield return new("solve_empty", [In.Real(0, 3, 3), In.Real(0, 3, 2)], x => x[0].Solve(x[1])) { Reference = x => [x[1]] };
        yield return new("solve_no_columns", [In.Real(2, 2), In.Real(2, 0)], x => Dominant(x[0]).Solve(x[1])) { Reference = x => [x[1]] };
        yield return new("inverse", [In.Real(2, 3, 3)], x => Dominant(x[0]).Inverse()) { Reference = x => [Each(Dominant(x[0]), a => NaiveSolve(a, Tensor.Eye(3, dtype: DType.Float64)))] };
        yield return new("inverse_one", [In.Between(1, 2, 1, 1)], x => x[0].Inverse()) { Reference = x => [Tensor.From([1 / x[0].Item()], [1, 1])] };

        yield return new("det", [In.Real(2, 3, 3)], x => x[0].Det()) { Reference = x => [Tensor.Stack(Enumerable.Range(0, 2).Select(i => Det3(x[0].Select(0, i))).ToArray())] };
        yield return new("det_one", [In.Real(1, 1)], x => x[0].Det()) { Reference = x => [x[0].Reshape([])] };
        yield return new("det_empty", [In.Real(2, 0, 0)], x => x[0].Det()) { Reference = _ => [Tensor.Ones([2], DType.Float64)] };
        yield return new("slogdet", [In.Real(2, 3, 3)], x => [x[0].Slogdet().Sign, x[0].Slogdet().LogAbs])
        {
            Reference = x =>
            {
                double[] det = [Det3(x[0].Select(0, 0)).Item(), Det3(x[0].Select(0, 1)).Item()];
                return [Tensor.From(det.Select(d => (double)Math.Sign(d)).ToArray()), Tensor.From(det.Select(d => Math.Log(Math.Abs(d))).ToArray())];
            },
        };

        // The gradient of the determinant of singular matrices, of rank 2 and 1: their cofactors.
        yield return new("det_singular", [In.Real(3, 2)], x => x[0].MatMul(x[0].MT).Det()) { Reference = _ => [Tensor.Scalar(0, DType.Float64)], SecondGradient = false, Jvp = false };
        yield return new("det_gradient_singular", [In.Real(3, 1), In.Real(3, 2)], x => DetGradient(x[1].MatMul(x[1].MT)))
        {
            Gradient = false,
            DTypes = [DType.Float32],
            Reference = x => [Cofactors3(x[1].MatMul(x[1].MT))],
        };

        foreach ((int m, int n) in new[] { (4, 3), (3, 3), (2, 4), (1, 1) })
        {
            // Products that give the input back; then the factors themselves, whose signs are fixed near the input.
            yield return new($"qr_product_{m}_{n}", [In.Real(m, n)], x => Spread(x[0]).Qr() is var (q, r) ? q.MatMul(r) : null!) { Reference = x => [Spread(x[0])] };
            yield return new($"qr_{m}_{n}", [In.Real(2, m, n)], x => Spread(x[0]).Qr() is var (q, r) ? [q, r] : []) { Reference = x => GramSchmidt(Spread(x[0])), GradientTolerance = 3e-6 };
            yield return new($"svd_values_{m}_{n}", [In.Real(m, n)], x => Spread(x[0]).Svdvals()) { Reference = x => [JacobiValues(Spread(x[0]))], Tolerance = 1e-11 };
            yield return new($"svd_product_{m}_{n}", [In.Real(2, m, n)], x => Spread(x[0]).Svd() is var (u, s, v) ? (u * s.Unsqueeze(-2)).MatMul(v) : null!) { Reference = x => [Spread(x[0])], GradientTolerance = 3e-6 };
            yield return new($"svd_{m}_{n}", [In.Real(m, n)], x => Spread(x[0]).Svd() is var (u, s, v) ? [u, s, v] : []) { GradientTolerance = 1e-5 };
        }
        yield return new("qr_complete", [In.Real(4, 2)], x => x[0].Qr(complete: true) is var (q, r) ? [q.MatMul(r), q.MT.MatMul(q)] : [])
        {
            Gradient = false,
            Reference = x => [x[0], Tensor.Eye(4, dtype: DType.Float64)],
        };
        yield return new("svd_full", [In.Real(4, 2)], x => x[0].Svd(fullMatrices: true) is var (u, s, v) ? [(u.Narrow(-1, 0, 2) * s).MatMul(v), u.MT.MatMul(u), v.MatMul(v.MT)] : [])
        {
            Gradient = false,
            Reference = x => [x[0], Tensor.Eye(4, dtype: DType.Float64), Tensor.Eye(2, dtype: DType.Float64)],
        };
        yield return new("svd_full_wide", [In.Real(2, 4)], x => x[0].Svd(fullMatrices: true) is var (u, s, v) ? [(u * s).MatMul(v.Narrow(-2, 0, 2)), u.MT.MatMul(u), v.MatMul(v.MT)] : [])
        {
            Gradient = false,
            Reference = x => [x[0], Tensor.Eye(2, dtype: DType.Float64), Tensor.Eye(4, dtype: DType.Float64)],
        };
        yield return new("svd_full_values", [In.Real(4, 2)], x => x[0].Svd(fullMatrices: true).S) { Reference = x => [JacobiValues(x[0])], Tolerance = 1e-11, Jvp = false };
        yield return new("svd_full_square", [In.Real(3, 3)], x => Spread(x[0]).Svd(fullMatrices: true) is var (u, s, v) ? (u * s).MatMul(v) : null!) { Reference = x => [Spread(x[0])], GradientTolerance = 3e-6 };
        yield return new("svd_empty", [In.Real(2, 0, 3)], x => x[0].Svd() is var (u, s, v) ? [u, s, v] : [])
        {
            Gradient = false,
            Reference = _ => [Tensor.Zeros([2, 0, 0], DType.Float64), Tensor.Zeros([2, 0], DType.Float64), Tensor.Zeros([2, 0, 3], DType.Float64)],
        };
        foreach (bool upper in new[] { false, true })
        {
            yield return new($"eigh_{(upper ? "upper" : "lower")}", [In.Real(2, 3, 3)], x => Graded(x[0]).Eigh(upper) is var (w, v) ? [w, v] : []) { GradientTolerance = 1e-5 };
            yield return new($"eigh_values_{(upper ? "upper" : "lower")}", [In.Real(4, 4)], x => Graded(x[0]).Eigvalsh(upper)) { Reference = x => [JacobiEigenvalues(Graded(x[0]))], Tolerance = 1e-11 };
        }
        yield return new("eigh_product", [In.Real(3, 3)], x => Graded(x[0]).Eigh() is var (w, v) ? (v * w).MatMul(v.MT) : null!) { Reference = x => [Graded(x[0])], GradientTolerance = 3e-6 };
        yield return new("eigh_repeated", [In.Real(3)], x => (x[0].Unsqueeze(-1) * x[0]).Eigvalsh().Narrow(0, 2, 1))
        {
            Reference = x => [Tensor.From([x[0].ToArray<double>().Sum(v => v * v)])],
            SecondGradient = false,
        };
        yield return new("svd_repeated", [In.Real(3), In.Real(4)], x => (x[0].Unsqueeze(-1) * x[1]).Svdvals().Narrow(0, 0, 1))
        {
            Reference = x => [Tensor.From([Math.Sqrt(x[0].ToArray<double>().Sum(v => v * v) * x[1].ToArray<double>().Sum(v => v * v))])],
            SecondGradient = false,
        };
        yield return new("eigh_one", [In.Real(1, 1)], x => x[0].Eigh() is var (w, v) ? [w, v] : []) { Reference = x => [x[0].Reshape([1]), Tensor.Ones([1, 1], DType.Float64)] };
        yield return new("eigh_empty", [In.Real(0, 0)], x => x[0].Eigh() is var (w, v) ? [w, v] : []) { Reference = x => [Tensor.Zeros([0], DType.Float64), x[0]] };
    }

    [Rows]
    public static IEnumerable<ErrorCase> Errors()
    {
        var rectangle = Tensor.Zeros([2, 3]);
        var eye = Tensor.Eye(2);
        yield return ErrorCase.Shape("cholesky_square", () => rectangle.Cholesky(), "Cholesky: [2, 3] is not square: 2 rows and 3 columns");
        yield return ErrorCase.Shape("det_square", () => rectangle.Det(), "Det: [2, 3] is not square");
        yield return ErrorCase.Shape("slogdet_square", () => rectangle.Slogdet(), "Slogdet: [2, 3] is not square");
        yield return ErrorCase.Shape("inverse_square", () => rectangle.Inverse(), "Inverse: [2, 3] is not square");
        yield return ErrorCase.Shape("eigh_square", () => rectangle.Eigh(), "Eigh: [2, 3] is not square");
        yield return ErrorCase.Shape("solve_square", () => rectangle.Solve(eye), "Solve: [2, 3] is not square");
        yield return ErrorCase.Shape("qr_vector", () => Tensor.Zeros([3]).Qr(), "Qr: [3] is no matrix; at least two axes are needed");
        yield return ErrorCase.Shape("svd_vector", () => Tensor.Zeros([3]).Svd(), "Svd: [3] is no matrix");
        yield return ErrorCase.Shape("solve_rows", () => eye.Solve(Tensor.Zeros([3, 1])), "Solve: a matrix [2, 2] does not fit a right-hand side [3, 1]");
        yield return ErrorCase.Shape("solve_triangular_rows", () => eye.SolveTriangular(Tensor.Zeros([3, 1]), upper: true), "SolveTriangular: a matrix [2, 2] does not fit a right-hand side [3, 1]");
        yield return ErrorCase.Shape("solve_batches", () => Tensor.Zeros([2, 2, 2]).Solve(Tensor.Zeros([3, 2, 1])), "Solve: [2] and [3] don't broadcast");
        yield return ErrorCase.DType("solve_types", () => eye.Solve(Tensor.Zeros([2, 1], DType.Float64)), "Solve: the matrix is float32, the right-hand side float64");
        yield return ErrorCase.DType("det_ints", () => Tensor.Zeros([2, 2], DType.Int32).Det(), "Det: int32 is not supported");
        yield return ErrorCase.DType("svd_complex", () => Tensor.Zeros([2, 2], DType.Complex64).Svd(), "Svd: complex64 is not supported");
        yield return Numeric("cholesky_indefinite", () => Tensor.From<float>([4, 0, 0, -1], [2, 2]).Cholesky(), "Cholesky: the matrix is not positive definite: its leading minor of order 2 is not");
        yield return Numeric("cholesky_batch", () => Tensor.Stack([eye, -eye]).Cholesky(), "Cholesky: matrix [1] of the batch is not positive definite: its leading minor of order 1 is not");
        yield return Numeric("solve_singular", () => Tensor.Ones([2, 2]).Solve(eye), "Solve: the matrix is singular: pivot 1 is zero");
        yield return Numeric("inverse_singular", () => Tensor.Stack([Tensor.Stack([eye, Tensor.Zeros([2, 2])])]).Inverse(), "Inverse: matrix [0, 1] of the batch is singular: pivot 0 is zero");
        yield return Numeric("eigh_nan", () => Tensor.Full([2, 2], double.NaN).Eigh(), "Eigh: the matrix holds NaN or infinity");
        yield return Numeric("svd_infinite", () => Tensor.Full([1, 2, 2], double.PositiveInfinity).Svd(), "Svd: matrix [0] of the batch holds NaN or infinity");
        yield return new("qr_complete_gradient", () => Tensor.Ones([3, 1]).RequireGrad().Qr(complete: true).Q.Sum().Backward(), typeof(GradientException), "Qr: the complete factors of a tall matrix, [3, 1], have no derivative");
        yield return new("svd_full_gradient", () => Tensor.Ones([3, 1]).RequireGrad().Svd(fullMatrices: true).U.Sum().Backward(), typeof(GradientException), "Svd: the full vectors of [3, 1] have no derivative");
    }

    private static ErrorCase Numeric(string name, Action call, string message) => new(name, call, typeof(LinearAlgebraException), message);

    private static Tensor Eye(Tensor x, double factor = 1) => Tensor.Eye(x.Shape[-1], dtype: x.DType) * factor;

    /// <summary>A positive definite matrix that depends on all of x.</summary>
    private static Tensor Positive(Tensor x) => x.MatMul(x.MT) + Eye(x);

    /// <summary>Well conditioned, and so is each of its triangles.</summary>
    private static Tensor Dominant(Tensor x) => x * 0.5 + Eye(x, 3);

    /// <summary>Full rank with singular values well apart.</summary>
    private static Tensor Spread(Tensor x)
    {
        int m = x.Shape[-2], n = x.Shape[-1];
        var diagonal = new double[m * n];
        for (int i = 0; i < Math.Min(m, n); i++)
            diagonal[i * n + i] = 2 * (i + 1);
        return x * 0.2 + Tensor.From(diagonal, [m, n]).To(x.DType);
    }

    /// <summary>Symmetric with eigenvalues well apart.</summary>
    private static Tensor Graded(Tensor x)
    {
        int n = x.Shape[-1];
        var diagonal = new double[n * n];
        for (int i = 0; i < n; i++)
            diagonal[i * n + i] = 2 * i - 1;
        return (x + x.MT) * 0.2 + Tensor.From(diagonal, [n, n]).To(x.DType);
    }

    private static Tensor Op(Tensor x, bool transpose) => transpose ? x.MT.Contiguous() : x;

    private static Tensor Triangle(Tensor x, bool upper, bool unit)
    {
        int n = x.Shape[-1];
        return Tensor.From(x.ToArray<double>().Select((v, i) => i / n == i % n ? (unit ? 1 : v) : i / n < i % n == upper ? v : 0).ToArray(), x.Shape);
    }

    private static Tensor Each(Tensor x, Func<Tensor, Tensor> f)
    {
        var flat = x.Reshape(-1, x.Shape[-2], x.Shape[-1]);
        return Tensor.Stack(Enumerable.Range(0, flat.Shape[0]).Select(i => f(flat.Select(0, i).Contiguous())).ToArray()).Reshape(x.Shape);
    }

    private static double[,] Array(Tensor x)
    {
        var values = x.ToArray<double>();
        var a = new double[x.Shape[0], x.Shape[1]];
        Buffer.BlockCopy(values, 0, a, 0, values.Length * sizeof(double));
        return a;
    }

    private static Tensor NaiveCholesky(Tensor x)
    {
        double[,] a = Array(x);
        int n = x.Shape[0];
        var l = new double[n, n];
        for (int i = 0; i < n; i++)
        {
            for (int j = 0; j <= i; j++)
            {
                double sum = a[i, j];
                for (int k = 0; k < j; k++)
                    sum -= l[i, k] * l[j, k];
                l[i, j] = i == j ? Math.Sqrt(sum) : sum / l[j, j];
            }
        }
        return Tensor.From(l);
    }

    /// <summary>Gauss-Jordan elimination with full column search.</summary>
    private static Tensor NaiveSolve(Tensor matrix, Tensor right)
    {
        double[,] a = Array(matrix), b = Array(right);
        int n = a.GetLength(0), k = b.GetLength(1);
        for (int p = 0; p < n; p++)
        {
            int best = Enumerable.Range(p, n - p).MaxBy(i => Math.Abs(a[i, p]));
            for (int j = 0; j < n; j++)
                (a[p, j], a[best, j]) = (a[best, j], a[p, j]);
            for (int j = 0; j < k; j++)
                (b[p, j], b[best, j]) = (b[best, j], b[p, j]);
            for (int i = 0; i < n; i++)
            {
                double f = i == p ? 0 : a[i, p] / a[p, p];
                for (int j = 0; j < n; j++)
                    a[i, j] -= f * a[p, j];
                for (int j = 0; j < k; j++)
                    b[i, j] -= f * b[p, j];
            }
        }
        for (int i = 0; i < n; i++)
        {
            for (int j = 0; j < k; j++)
                b[i, j] /= a[i, i];
        }
        return Tensor.From(b);
    }

    private static Tensor Det3(Tensor x)
    {
        double[] c = Cofactors3(x.Contiguous()).ToArray<double>(), a = x.ToArray<double>();
        return Tensor.Scalar(a[0] * c[0] + a[1] * c[1] + a[2] * c[2], DType.Float64);
    }

    private static Tensor Cofactors3(Tensor x)
    {
        double[] a = x.ToArray<double>();
        var c = new double[9];
        for (int i = 0; i < 3; i++)
        {
            for (int j = 0; j < 3; j++)
            {
                int p = (i + 1) % 3, q = (i + 2) % 3, r = (j + 1) % 3, s = (j + 2) % 3;
                c[i * 3 + j] = a[p * 3 + r] * a[q * 3 + s] - a[p * 3 + s] * a[q * 3 + r];
            }
        }
        return Tensor.From(c, [3, 3]);
    }

    private static Tensor DetGradient(Tensor x)
    {
        var leaf = x.Detach().RequireGrad();
        leaf.Det().Backward();
        return leaf.Grad!;
    }

    /// <summary>Q and R by Gram-Schmidt, with the signs of Householder reflections, which negate each column that has rows left to eliminate (inputs have positive diagonals).</summary>
    private static Tensor[] GramSchmidt(Tensor x)
    {
        int m = x.Shape[-2], n = x.Shape[-1], k = Math.Min(m, n), count = x.Shape[0];
        var q = new double[count, m, k];
        var r = new double[count, k, n];
        for (int b = 0; b < count; b++)
        {
            double[,] a = Array(x.Select(0, b).Contiguous());
            for (int j = 0; j < k; j++)
            {
                var v = Enumerable.Range(0, m).Select(i => a[i, j]).ToArray();
                for (int pass = 0; pass < 2; pass++)
                {
                    for (int p = 0; p < j; p++)
                    {
                        double dot = Enumerable.Range(0, m).Sum(i => q[b, i, p] * v[i]);
                        for (int i = 0; i < m; i++)
                            v[i] -= dot * q[b, i, p];
                    }
                }
                double norm = Math.Sqrt(v.Sum(e => e * e));
                for (int i = 0; i < m; i++)
                    q[b, i, j] = v[i] / norm;
            }

            for (int j = 0; j < k; j++)
            {
                double sign = j < m - 1 ? -1 : LastSign(m, a, q, b);
                for (int i = 0; i < m; i++)
                    q[b, i, j] *= sign;
                for (int c = 0; c < n; c++)
                    r[b, j, c] = c < j ? 0 : Enumerable.Range(0, m).Sum(i => q[b, i, j] * a[i, c]);
            }
        }
        return [Tensor.From(q), Tensor.From(r)];
    }

    /// <summary>Q is a product of m - 1 reflections, so its determinant is (-1)^(m - 1).</summary>
    private static double LastSign(int m, double[,] a, double[,,] q, int b)
    {
        double det = m switch
        {
            1 => q[b, 0, 0],
            2 => q[b, 0, 0] * q[b, 1, 1] - q[b, 0, 1] * q[b, 1, 0],
            _ => Det3(Tensor.From(Enumerable.Range(0, 9).Select(i => q[b, i / 3, i % 3]).ToArray(), [3, 3])).Item(),
        };
        return det * (m % 2 == 1 ? 1 : -1) > 0 ? 1 : -1;
    }

    /// <summary>Singular values: roots of the eigenvalues of A'A, descending.</summary>
    private static Tensor JacobiValues(Tensor x)
    {
        double[] values = JacobiEigenvalues(x.Shape[0] < x.Shape[1] ? x.MatMul(x.MT) : x.MT.MatMul(x)).ToArray<double>();
        return Tensor.From(values.Reverse().Select(Math.Sqrt).ToArray());
    }

    /// <summary>Eigenvalues by cyclic two-sided Jacobi rotations.</summary>
    private static Tensor JacobiEigenvalues(Tensor x)
    {
        double[,] a = Array(x.Contiguous());
        int n = a.GetLength(0);
        for (int sweep = 0; sweep < 30; sweep++)
        {
            for (int p = 0; p < n; p++)
            {
                for (int q = p + 1; q < n; q++)
                {
                    double theta = 0.5 * Math.Atan2(2 * a[p, q], a[q, q] - a[p, p]);
                    (double s, double c) = Math.SinCos(theta);
                    for (int i = 0; i < n; i++)
                        (a[i, p], a[i, q]) = (c * a[i, p] - s * a[i, q], s * a[i, p] + c * a[i, q]);
                    for (int i = 0; i < n; i++)
                        (a[p, i], a[q, i]) = (c * a[p, i] - s * a[q, i], s * a[p, i] + c * a[q, i]);
                }
            }
        }
        return Tensor.From(Enumerable.Range(0, n).Select(i => a[i, i]).Order().ToArray());
    }
}
