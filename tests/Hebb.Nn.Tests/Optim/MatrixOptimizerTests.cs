using static Hebb.Nn.Tests.PaperRule;

namespace Hebb.Nn.Tests;

/// <summary>Optimizers that look at a matrix as a whole, against the equations of their papers.</summary>
public class MatrixOptimizerTests
{
    [Theory, InlineData(true, MuonScale.Spectral), InlineData(false, MuonScale.LikeAdamW)]
    public void MuonIsJordanEtAls(bool nesterov, MuonScale scale)
    {
        var buffer = new double[Rows, Columns];
        Compare(new Muon(0.02, 0.1, 0.9, nesterov, scale: scale), (_, p, g) =>
        {
            buffer = Map(g, (i, j) => 0.9 * buffer[i, j] + 0.1 * g[i, j]);
            var x = nesterov ? Map(g, (i, j) => 0.1 * g[i, j] + 0.9 * buffer[i, j]) : buffer;
            double norm = Norm(x);
            x = Map(x, (i, j) => x[i, j] / norm);
            for (int k = 0; k < 5; k++)
            {
                var y = x;
                double[,] once = Times(y, Times(Transposed(y), y)), twice = Times(once, Times(Transposed(y), y));
                x = Map(y, (i, j) => 3.4445 * y[i, j] - 4.7750 * once[i, j] + 2.0315 * twice[i, j]);
            }
            double factor = scale == MuonScale.Spectral ? Math.Sqrt((double)Rows / Columns) : 0.2 * Math.Sqrt(Rows);
            return Map(p, (i, j) => p[i, j] * (1 - 0.02 * 0.1) - 0.02 * factor * x[i, j]);
        });
    }

    [Fact]
    public void MuonsStepsAreNearlyOrthogonal()
    {
        var parameter = new Parameter(Tensor.Zeros([6, 2, 5])) { Grad = Check.Random(3, 6, 2, 5) };
        var muon = new Muon(1, weightDecay: 0);
        muon.Bind([parameter]);
        muon.Step();
        Assert.All(parameter.Value.Detach().Reshape(6, 10).Svdvals().ToArray<float>(), s => Assert.InRange(s, 0.5f, 1.3f));
        var bias = new Parameter(Tensor.Zeros([3])) { Grad = Tensor.Ones([3]) };
        muon.Bind([bias]);
        Check.Throws<ShapeException>("Muon: 0 is [3], no matrix; give it to another optimizer (Muon.WithAdamW, OptimizerGroups)", muon.Step);
    }

    /// <summary>Vyas et al., 2024, algorithm 3, with eigenvectors by Jacobi's rotations and QR by Gram and Schmidt.</summary>
    [Theory, InlineData(1), InlineData(4)]
    public void SoapIsVyasEtAls(int frequency)
    {
        double[,]? left = null, right = null, ql = null, qr = null, m = null, v = null;
        Compare(new SOAP(0.02, 0.9, 0.95, 0.8, 1e-8, 0.1, frequency), (t, p, g) =>
        {
            if (t == 1)
            {
                (left, right) = (Scaled(Times(g, Transposed(g)), 0.2), Scaled(Times(Transposed(g), g), 0.2));
                (ql, qr) = (Eigenvectors(left), Eigenvectors(right));
                return p;
            }
            m = Map(g, (i, j) => 0.9 * (m?[i, j] ?? 0) + 0.1 * g[i, j]);
            double[,] turned = Times(Transposed(ql!), Times(g, qr!)), mean = Times(Transposed(ql!), Times(m, qr!));
            v = Map(g, (i, j) => 0.95 * (v?[i, j] ?? 0) + 0.05 * turned[i, j] * turned[i, j]);
            var n = Times(ql!, Times(Map(g, (i, j) => mean[i, j] / (1 - Math.Pow(0.9, t - 1)) / (Math.Sqrt(v[i, j] / (1 - Math.Pow(0.95, t - 1))) + 1e-8)), Transposed(qr!)));
            var next = Map(p, (i, j) => p[i, j] * (1 - 0.02 * 0.1) - 0.02 * n[i, j]);
            (left, right) = (Mixed(left!, Times(g, Transposed(g))), Mixed(right!, Times(Transposed(g), g)));
            if (t % frequency == 0)
                (ql, qr) = (Orthonormal(Times(left, ql!)), Orthonormal(Times(right, qr!)));
            return next;
        }, tolerance: 1e-8);

        double[,] Scaled(double[,] x, double by) => Map(x, (i, j) => x[i, j] * by);

        double[,] Mixed(double[,] kept, double[,] taken) => Map(kept, (i, j) => 0.8 * kept[i, j] + 0.2 * taken[i, j]);
    }

    private static double[,] Orthonormal(double[,] x)
    {
        int n = x.GetLength(0);
        var q = (double[,])x.Clone();
        for (int j = 0; j < n; j++)
        {
            for (int pass = 0; pass < 2; pass++)
            {
                for (int k = 0; k < j; k++)
                {
                    double dot = Enumerable.Range(0, n).Sum(i => q[i, k] * q[i, j]);
                    for (int i = 0; i < n; i++)
                        q[i, j] -= dot * q[i, k];
                }
            }
            double norm = Math.Sqrt(Enumerable.Range(0, n).Sum(i => q[i, j] * q[i, j]));
            for (int i = 0; i < n; i++)
                q[i, j] /= norm;
        }
        return q;
    }

    /// <summary>Columns, from the largest eigenvalue down.</summary>
    private static double[,] Eigenvectors(double[,] x)
    {
        int n = x.GetLength(0);
        double[,] a = (double[,])x.Clone(), v = Map(x, (i, j) => i == j ? 1 : 0);
        for (int sweep = 0; sweep < 60; sweep++)
        {
            for (int r = 0; r < n; r++)
            {
                for (int s = r + 1; s < n; s++)
                {
                    if (Math.Abs(a[r, s]) < 1e-300)
                        continue;
                    double angle = 0.5 * Math.Atan2(2 * a[r, s], a[s, s] - a[r, r]), c = Math.Cos(angle), sin = Math.Sin(angle);
                    int row = r, column = s;
                    var turn = Map(x, (i, j) => (i, j) == (row, row) || (i, j) == (column, column) ? c : (i, j) == (row, column) ? sin : (i, j) == (column, row) ? -sin : i == j ? 1 : 0);
                    (a, v) = (Times(Transposed(turn), Times(a, turn)), Times(v, turn));
                }
            }
        }
        int[] order = [.. Enumerable.Range(0, n).OrderByDescending(i => a[i, i])];
        return Map(v, (i, j) => v[i, order[j]]);
    }
}
