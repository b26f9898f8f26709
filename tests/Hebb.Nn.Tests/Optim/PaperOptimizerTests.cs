using static Hebb.Nn.Tests.PaperRule;

namespace Hebb.Nn.Tests;

/// <summary>Optimizers of papers that PyTorch 1.13 lacks, which look at each element by itself or scale whole parameters.</summary>
public class PaperOptimizerTests
{
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

    [Theory, InlineData(0), InlineData(1.5)]
    public void FtrlIsMcMahanEtAls(double l1)
    {
        var n = Map(new double[Rows, Columns], (_, _) => 0.1);
        var z = new double[Rows, Columns];
        Compare(new Ftrl(0.05, 0.1, l1, l2: 0.3, beta: 0.2), (_, p, g) =>
        {
            var sigma = Map(g, (i, j) => (Math.Sqrt(n[i, j] + g[i, j] * g[i, j]) - Math.Sqrt(n[i, j])) / 0.05);
            z = Map(g, (i, j) => z[i, j] + g[i, j] - sigma[i, j] * p[i, j]);
            n = Map(g, (i, j) => n[i, j] + g[i, j] * g[i, j]);
            return Map(g, (i, j) => Math.Abs(z[i, j]) <= l1 ? 0 : -(z[i, j] - Math.Sign(z[i, j]) * l1) / ((0.2 + Math.Sqrt(n[i, j])) / 0.05 + 2 * 0.3));
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
}
