using Hebb.Core.Tests.Compile;

namespace Hebb.Core.Tests.Transforms;

/// <summary>Modules as functions of their parameters.</summary>
public class FunctionalModuleTests
{
    // Of an instance: made before a test begins, not where a transform first touches it.
    private Tensor X { get; } = Tensor.RandN([5, 8], rng: new Rng(5));

    private static Tensor Loss(Module model, Tensor x) => model.Call(x).Square().Mean();

    [Fact]
    public void GradientsAreThoseOfBackward()
    {
        var model = new TwoLayers();
        var (value, gradients) = Transform.ValueAndGrad(model, batch => Loss(model, batch[0]))([X]);
        Assert.All(model.Parameters(), p => Assert.Null(p.Grad));
        Assert.All(gradients, g => Assert.False(g.RequiresGrad));
        var loss = Loss(model, X);
        loss.Backward();
        Assert.Equal(loss.Item(), value.Item());
        Same(model.Parameters().Select(p => p.Grad!), gradients);

        model.HiddenBias!.RequiresGrad = false;
        Assert.Equal(2, Transform.Grad(model, batch => Loss(model, batch[0]))([X]).Length);
    }

    [Fact]
    public void GradientsOfExamplesAreThoseOfALoop()
    {
        var model = new TwoLayers();
        foreach (var parameter in model.Parameters())
            parameter.To(DType.Float64);
        var each = Transform.VmapMany(Transform.Grad(model, batch => Loss(model, batch[0].Unsqueeze(0))))([X]);
        for (int b = 0; b < 5; b++)
        {
            var one = Transform.Grad(model, batch => Loss(model, batch[0]))([X[b..(b + 1)]]);
            for (int i = 0; i < one.Length; i++)
                Assert.All(one[i].ToArray<double>().Zip(each[i][b].ToArray<double>()), p => Assert.Equal(p.First, p.Second, 1e-12 * Math.Max(1, Math.Abs(p.First))));
        }
    }

    [Fact]
    public void OtherValuesStandInForTheModulesOwn()
    {
        var (model, other) = (new TwoLayers(), new TwoLayers());
        other.HeadWeight.Assign(Tensor.RandN([3, 16], rng: new Rng(9)));
        var f = new FunctionalModule(model);
        Assert.Equal(["hidden_weight", "hidden_bias", "head_weight"], f.Names);
        float[] own = model.Call(X).ToArray<float>();
        Assert.Equal(other.Call(X).ToArray<float>(), f.Call(new FunctionalModule(other).Parameters, X).ToArray<float>());
        Assert.Equal(own, model.Call(X).ToArray<float>());
        Assert.Contains("TwoLayers has 3 parameters, 1 values were given", Assert.Throws<ShapeException>(() => f.Call([X], X)).Message);
        Assert.Contains("head_weight is [3, 16], the value given in its place [5, 8]", Assert.Throws<ShapeException>(() => f.Call([f.Parameters[0], f.Parameters[1], X], X)).Message);
    }

    [Fact]
    public void AnEnsembleRunsAsOneBatch()
    {
        var model = new TwoLayers();
        var f = new FunctionalModule(model);
        Tensor[][] members = [.. Enumerable.Range(0, 3).Select(k => Array.ConvertAll(f.Parameters, p => p * (1 + 0.1 * k)))];
        Tensor[] stacked = [.. Enumerable.Range(0, 3).Select(i => Tensor.Stack([.. members.Select(m => m[i])]))];
        var all = Transform.Vmap(p => f.Call(p, X))(stacked);
        for (int k = 0; k < 3; k++)
            Assert.All(f.Call(members[k], X).ToArray<float>().Zip(all[k].ToArray<float>()), p => Assert.Equal(p.First, p.Second, 1e-5f));
    }

    [Fact]
    public void AGradientThroughAStepOfDescent()
    {
        // Meta-learning: the loss after one step, differentiated with respect to where the step began.
        var f = new FunctionalModule(new TwoLayers());
        Tensor Inner(Tensor[] p) => f.Call(p, X).Square().Mean();
        Tensor Outer(Tensor[] p)
        {
            var gradients = Transform.GradMany(Inner)(p);
            return f.Call([.. p.Zip(gradients, (v, g) => v - g * 0.5)], X * 2).Mean();
        }
        var start = Array.ConvertAll(f.Parameters, p => p.To(DType.Float64));
        var meta = Transform.GradMany(Outer)(start);
        for (int i = 0; i < start.Length; i++)
        {
            var direction = Tensor.RandN(start[i].Shape, DType.Float64, rng: new Rng(40 + (ulong)i));
            const double Step = 1e-5;
            Tensor[] Moved(double by) => [.. start.Select((p, j) => j == i ? p + direction * by : p)];
            double expected = (Outer(Moved(Step)).Item() - Outer(Moved(-Step)).Item()) / (2 * Step);
            Assert.Equal(expected, (meta[i] * direction).Sum().Item(), 1e-6 * Math.Max(1, Math.Abs(expected)));
        }
    }

    [Fact]
    public void InsideAnotherGradientOfTheSameModule()
    {
        // |gradient of the loss|^2 as a penalty: needs the second derivative through the parameters that the outer gradient put in place.
        var model = new TwoLayers();
        Tensor Penalty(Tensor[] batch) => Transform.Grad(model, b => Loss(model, b[0]))(batch).Select(g => g.Square().Sum()).Aggregate((a, b) => a + b);
        var gradients = Transform.Grad(model, Penalty)([X]);
        var f = new FunctionalModule(model);
        var expected = Transform.GradMany(p => Transform.GradMany(q => f.Call(q, X).Square().Mean())(p).Select(g => g.Square().Sum()).Aggregate((a, b) => a + b))(f.Parameters);
        Same(expected, gradients);
        Assert.Contains(gradients, g => g.Abs().Max().Item() > 0);
    }

    private static void Same(IEnumerable<Tensor> expected, IEnumerable<Tensor> actual) =>
        Assert.Equal(expected.Select(t => t.ToArray<float>()), actual.Select(t => t.ToArray<float>()));
}
