using static Hebb.Nn.Tests.PaperRule;

namespace Hebb.Nn.Tests;

/// <summary>Optimizers that keep or visit a second point beside the parameters, against the equations of their papers.</summary>
public class TwoPointOptimizerTests
{
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
