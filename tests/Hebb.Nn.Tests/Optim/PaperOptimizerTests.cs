namespace Hebb.Nn.Tests;

/// <summary>Optimizers that PyTorch 1.13 lacks against the equations of their papers, written out element by element in double.</summary>
public class PaperOptimizerTests
{
    private const int Rows = 4, Columns = 3, Steps = 25;

    /// <summary>A matrix or a vector of one row: element (i, j).</summary>
    private delegate double[,] Rule(int step, double[,] parameter, double[,] gradient);

    private static double[,] Map(double[,] x, Func<int, int, double> f)
    {
        var y = new double[x.GetLength(0), x.GetLength(1)];
        for (int i = 0; i < y.GetLength(0); i++)
        {
            for (int j = 0; j < y.GetLength(1); j++)
                y[i, j] = f(i, j);
        }
        return y;
    }

    private static double[,] Times(double[,] a, double[,] b)
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

    private static double[,] Transposed(double[,] x) => Map(new double[x.GetLength(1), x.GetLength(0)], (i, j) => x[j, i]);

    private static double Norm(double[,] x) => Math.Sqrt(x.Cast<double>().Sum(v => v * v));

    private static double[,] Values(Tensor x) => Map(new double[x.Rank == 2 ? x.Shape[0] : 1, x.Shape[-1]], (i, j) => (x.Rank == 2 ? x[i, j] : x[j]).Item());

    private static Tensor Random(int seed, bool isMatrix) => (isMatrix ? Check.Random((ulong)seed, Rows, Columns) : Check.Random((ulong)seed, Columns)).To(DType.Float64);

    /// <summary>Runs an optimizer on a matrix or a vector, and its rule beside it.</summary>
    private static void Compare(Optimizer optimizer, Rule rule, bool isMatrix = true, double tolerance = 1e-10, Action<int, Parameter>? before = null)
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

    [Fact]
    public void LionIsChenEtAls()
    {
        var m = new double[Rows, Columns];
        Compare(new Lion(0.01, 0.9, 0.98, weightDecay: 0.2), (_, p, g) =>
        {
            var next = Map(p, (i, j) => p[i, j] - 0.01 * (Math.Sign(0.9 * m[i, j] + 0.1 * g[i, j]) + 0.2 * p[i, j]));
            m = Map(m, (i, j) => 0.98 * m[i, j] + 0.02 * g[i, j]);
            return next;
        });
    }

    /// <summary>Weight decay apart from the gradient: that of no decay after shrinking.</summary>
    [Theory, InlineData(true), InlineData(false)]
    public void DecoupledDecayOnlyShrinks(bool nadam)
    {
        Optimizer Make(double decay) => nadam ? new NAdam(0.01, weightDecay: decay, decoupledWeightDecay: true) : new RAdam(0.01, 0.9, 0.9, weightDecay: decay, decoupledWeightDecay: true);
        var (with, without) = (new Parameter(Random(1, true)), new Parameter(Random(1, true)));
        var (a, b) = (Make(0.3), Make(0));
        a.Bind([with]);
        b.Bind([without]);
        for (int step = 0; step < 10; step++)
        {
            with.Grad = without.Grad = Random(100 + step, true);
            without.Assign(with.Value.Detach().Clone());
            a.Step();
            var before = without.Value.Detach().Clone();
            b.Step();
            Check.Close(before * (1 - 0.01 * 0.3) + (without.Value.Detach() - before), with.Value.Detach(), 1e-13, $"step {step}");
        }
    }

    [Theory, InlineData(true, true), InlineData(false, true), InlineData(false, false)]
    public void LambIsYouEtAls(bool isMatrix, bool adapts)
    {
        double[,]? m = null, v = null;
        Compare(new LAMB(0.01, 0.9, 0.99, 1e-6, 0.1, adapts), (t, p, g) =>
        {
            m = Map(g, (i, j) => 0.9 * (m?[i, j] ?? 0) + 0.1 * g[i, j]);
            v = Map(g, (i, j) => 0.99 * (v?[i, j] ?? 0) + 0.01 * g[i, j] * g[i, j]);
            var r = Map(g, (i, j) => m[i, j] / (1 - Math.Pow(0.9, t)) / (Math.Sqrt(v[i, j] / (1 - Math.Pow(0.99, t))) + 1e-6) + 0.1 * p[i, j]);
            double trust = adapts ? Norm(p) / Norm(r) : 1;
            return Map(p, (i, j) => p[i, j] - 0.01 * trust * r[i, j]);
        }, isMatrix);
    }

    [Theory, InlineData(true, true), InlineData(false, false)]
    public void LarsIsYouEtAls(bool isMatrix, bool adapts)
    {
        double[,]? v = null;
        Compare(new LARS(0.5, 0.9, 0.1, 0.01, 1e-8, adapts), (_, p, g) =>
        {
            double rate = adapts ? 0.01 * Norm(p) / (Norm(g) + 0.1 * Norm(p) + 1e-8) : 1;
            v = Map(g, (i, j) => 0.9 * (v?[i, j] ?? 0) + 0.5 * rate * (g[i, j] + 0.1 * p[i, j]));
            return Map(p, (i, j) => p[i, j] - v[i, j]);
        }, isMatrix);
    }

    [Fact]
    public void ParametersOfZeroAreMovedWithoutAScale()
    {
        foreach (var optimizer in new Optimizer[] { new LAMB(0.1, weightDecay: 0), new LARS(0.1, weightDecay: 0) })
        {
            var parameter = new Parameter(Tensor.Zeros([2, 2], DType.Float64)) { Grad = Tensor.Ones([2, 2], DType.Float64) };
            optimizer.Bind([parameter]);
            optimizer.Step();
            Check.Close(Tensor.Full([2, 2], -0.1, DType.Float64), parameter.Value.Detach(), 1e-5, optimizer.GetType().Name);
        }
    }

    [Theory, InlineData(true), InlineData(false)]
    public void AdafactorIsShazeerAndSterns(bool isMatrix)
    {
        double[]? rows = null, columns = null;
        double[,]? square = null;
        double eps1 = Math.Pow(2, -52), n = isMatrix ? Rows * Columns : Columns;
        Compare(new Adafactor(0.05, weightDecay: 0.1), (t, p, g) =>
        {
            double share = Math.Pow(t, -0.8), size = Math.Max(1e-3, Norm(p) / Math.Sqrt(n)) * Math.Min(0.05, 1 / Math.Sqrt(t));
            if (isMatrix)
            {
                rows = [.. Enumerable.Range(0, Rows).Select(i => (rows?[i] ?? 0) * (1 - share) + share * Enumerable.Range(0, Columns).Average(j => g[i, j] * g[i, j]))];
                columns = [.. Enumerable.Range(0, Columns).Select(j => (columns?[j] ?? 0) * (1 - share) + share * Enumerable.Range(0, Rows).Average(i => g[i, j] * g[i, j]))];
            }
            square = Map(g, (i, j) => isMatrix ? rows![i] * columns![j] / rows.Average() : (square?[i, j] ?? 0) * (1 - share) + share * g[i, j] * g[i, j]);
            var u = Map(g, (i, j) => g[i, j] / Math.Sqrt(Math.Max(square[i, j], eps1 * eps1)));
            double cut = Math.Max(1, Norm(u) / Math.Sqrt(n));
            return Map(p, (i, j) => p[i, j] * (1 - 0.05 * 0.1) - size * u[i, j] / cut);
        }, isMatrix);
    }

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

    /// <summary>Liu et al., 2023, algorithm 3, with the estimate of its algorithm 2 every third step.</summary>
    [Fact]
    public void SophiaIsLiuEtAls()
    {
        double[,] m = new double[Rows, Columns], h = new double[Rows, Columns];
        var sophia = new Sophia(0.01, 0.9, 0.8, 0.5, 0.1, 1e-12);
        Compare(sophia, (t, p, g) =>
        {
            m = Map(g, (i, j) => 0.9 * m[i, j] + 0.1 * g[i, j]);
            return Map(p, (i, j) => p[i, j] * (1 - 0.01 * 0.1) - 0.01 * Math.Clamp(m[i, j] / Math.Max(0.5 * h[i, j], 1e-12), -1, 1));
        }, before: (t, parameter) =>
        {
            if (t % 3 != 1)
                return;
            var drawn = Values(Random(500 + t, true));
            parameter.Grad = Random(500 + t, true);
            sophia.UpdateHessian(batchSize: 2);
            h = Map(h, (i, j) => 0.8 * h[i, j] + 0.2 * 2 * drawn[i, j] * drawn[i, j]);
        });
    }

    /// <summary>Of a loss whose Hessian is diagonal every sign gives that diagonal.</summary>
    [Fact]
    public void SophiasHutchinsonFindsADiagonal()
    {
        var model = new Sequential(new Linear(3, 2));
        model.To(DType.Float64);
        var linear = (Linear)model[0];
        var sophia = new Sophia(beta2: 0.5);
        sophia.Bind(model);
        sophia.UpdateHessian(model, () => (linear.Weight.Value.Pow(4L) * 0.5).Sum() + linear.Bias!.Value.Square().Sum(), new Rng(1));
        linear.Weight.Grad = Tensor.Zeros([2, 3], DType.Float64);
        linear.Bias!.Grad = Tensor.Zeros([2], DType.Float64);
        var weight = linear.Weight.Value.Detach().Clone();
        sophia.Step();
        Check.Close(weight.Square() * 3.0, sophia.State()["0.weight.hessian"], 1e-12, "weight");
        Check.Close(Tensor.Ones([2], DType.Float64), sophia.State()["0.bias.hessian"], 1e-12, "bias");
        Check.Throws<HebbException>("Sophia: UpdateHessian() before Bind(model): there is nothing to train", () => new Sophia().UpdateHessian(1));
    }

    /// <summary>Defazio et al., 2024, equations 14 to 21: gradients at y, between the fast z and its average x.</summary>
    [Fact]
    public void ScheduleFreeIsDefazioEtAls()
    {
        double[,]? z = null, x = null, v = null;
        double sum = 0;
        var optimizer = new ScheduleFreeAdamW(0.02, 0.9, 0.99, 1e-8, 0.1, r: 1);
        var parameter = new Parameter(Random(1, true));
        optimizer.Bind([parameter]);
        for (int t = 1; t <= Steps; t++)
        {
            // Rates that rise, then fall: the average counts the largest so far.
            double rate = optimizer.LearningRate = 0.02 * (t < 10 ? t / 10.0 : 10.0 / t), largest = 0.02 * Math.Min(t, 10) / 10.0;
            var y = Values(parameter.Value.Detach());
            (z, x) = (z ?? y, x ?? y);
            var gradient = Random(100 + t, true);
            var g = Values(gradient);
            v = Map(g, (i, j) => 0.99 * (v?[i, j] ?? 0) + 0.01 * g[i, j] * g[i, j]);
            z = Map(g, (i, j) => z[i, j] - rate * (g[i, j] / (Math.Sqrt(v[i, j] / (1 - Math.Pow(0.99, t))) + 1e-8) + 0.1 * y[i, j]));
            double weight = t * largest * largest, share = weight / (sum += weight);
            x = Map(g, (i, j) => (1 - share) * x[i, j] + share * z[i, j]);
            parameter.Grad = gradient;
            optimizer.Step();
            Check.Close(Of(Map(g, (i, j) => 0.1 * z[i, j] + 0.9 * x[i, j])), parameter.Value.Detach(), 1e-12, $"step {t}, y");
            var trained = parameter.Value.Detach().Clone();
            optimizer.Eval();
            Check.Close(Of(x), parameter.Value.Detach(), 1e-12, $"step {t}, x");
            Check.Throws<HebbException>("ScheduleFreeAdamW: Step() while the parameters hold the average: call Train() first", optimizer.Step);
            optimizer.Train();
            Check.Same(trained, parameter.Value.Detach(), "trained again");
        }
        // A state that was saved in evaluation goes on in it.
        optimizer.Eval();
        var other = new Parameter(parameter.Value.Detach().Clone());
        var loaded = new ScheduleFreeAdamW(0.02, 0.9, 0.99, 1e-8, 0.1, r: 1);
        loaded.Bind([other]);
        loaded.LoadState(optimizer.State());
        optimizer.Train();
        loaded.Train();
        Check.Same(parameter.Value.Detach(), other.Value.Detach(), "from a file");
        // What was changed meanwhile is where training begins anew.
        loaded.Eval();
        other.Value.Detach().Fill(7);
        loaded.Train();
        Check.Same(Tensor.Full([Rows, Columns], 7, DType.Float64), other.Value.Detach(), "changed");
        Check.Same(Tensor.Full([Rows, Columns], 7, DType.Float64), loaded.State()["0.z"], "z");
    }

    private static Tensor Of(double[,] x) => Tensor.From(x.Cast<double>().ToArray()).Reshape(x.GetLength(0), x.GetLength(1));

    [Fact]
    public void LookaheadIsZhangEtAls()
    {
        double[,]? slow = null;
        Compare(new Lookahead(new SGD(0.1), k: 3, alpha: 0.4), (t, p, g) =>
        {
            slow ??= p;
            var fast = Map(p, (i, j) => p[i, j] - 0.1 * g[i, j]);
            return t % 3 == 0 ? slow = Map(p, (i, j) => slow[i, j] + 0.4 * (fast[i, j] - slow[i, j])) : fast;
        });
    }

    [Theory, InlineData(false), InlineData(true)]
    public void SamIsForetEtAls(bool adaptive)
    {
        var (a, b) = (new Parameter(Random(1, true)), new Parameter(Random(2, false)));
        var sam = new SAM(new SGD(0.1), rho: 0.3, adaptive);
        sam.Bind([a, b]);
        // sum(a^4) + sum(b^2 a), whose gradients are 4a^3 + b^2 and 2 b sum(a).
        Tensor Loss(Tensor x, Tensor y) => x.Pow(4L).Sum() + (y.Square() * x).Sum();
        (double[,] A, double[,] B) Gradients(double[,] x, double[,] y) =>
            (Map(x, (i, j) => 4 * Math.Pow(x[i, j], 3) + y[0, j] * y[0, j]), Map(y, (_, j) => 2 * y[0, j] * Enumerable.Range(0, Rows).Sum(i => x[i, j])));
        for (int step = 0; step < 5; step++)
        {
            double[,] x = Values(a.Value.Detach()), y = Values(b.Value.Detach());
            double before = Loss(a.Value.Detach(), b.Value.Detach()).Item();
            var loss = sam.Step(() =>
            {
                sam.ZeroGrad();
                var value = Loss(a.Value, b.Value);
                value.Backward();
                return value;
            });
            Assert.Equal(before, loss.Item(), 12);
            var (ga, gb) = Gradients(x, y);
            double Weight(double v) => adaptive ? Math.Abs(v) : 1;
            double norm = Math.Sqrt(Math.Pow(Norm(Map(x, (i, j) => Weight(x[i, j]) * ga[i, j])), 2) + Math.Pow(Norm(Map(y, (i, j) => Weight(y[i, j]) * gb[i, j])), 2)) + 1e-12;
            var (ha, hb) = Gradients(
                Map(x, (i, j) => x[i, j] + 0.3 * Weight(x[i, j]) * Weight(x[i, j]) * ga[i, j] / norm), Map(y, (i, j) => y[i, j] + 0.3 * Weight(y[i, j]) * Weight(y[i, j]) * gb[i, j] / norm));
            Check.Close(Of(Map(x, (i, j) => x[i, j] - 0.1 * ha[i, j])), a.Value.Detach(), 1e-11, $"step {step}, a");
            Check.Close(Of(Map(y, (i, j) => y[i, j] - 0.1 * hb[i, j])).Reshape(Columns), b.Value.Detach(), 1e-11, $"step {step}, b");
        }
        Check.Throws<HebbException>("SAM: a step computes the loss twice: give Step a closure that clears the gradients, computes the loss, and calls Backward on it", sam.Step);
    }
}
