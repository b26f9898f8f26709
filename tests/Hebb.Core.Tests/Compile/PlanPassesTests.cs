namespace Hebb.Core.Tests.Compile;

/// <summary>What plans of small programs show of the passes whose work is in the plan alone: views that products read, memory that is written over.</summary>
public class PlanPassesTests
{
    private static CompiledFunction Same(Func<Tensor[], Tensor[]> f, params Tensor[] inputs)
    {
        using var noGrad = GradMode.NoGrad();
        var compiled = Transform.Compile(f, strict: true);
        Tensor[] expected = f(inputs), actual = compiled.Call(inputs);
        for (int i = 0; i < expected.Length; i++)
            Assert.Equal(expected[i].ToArray<float>(), actual[i].ToArray<float>());
        return compiled;
    }

    [Fact]
    public void ProductsReadTransposesWhereTheyLie()
    {
        Tensor a = Tensor.RandN([20, 7], rng: new Rng(1)), b = Tensor.RandN([9, 20], rng: new Rng(2));
        var plan = Same(xs => [xs[0].MT.MatMul(xs[1].MT)], a, b).Summary(a, b)!;
        Assert.Equal((1, 0, 0L), (plan.Kernels, plan.Copies, plan.ArenaBytes));
    }

    [Fact]
    public void AChainWritesOverWhatNothingReadsAnyMore()
    {
        var x = Tensor.RandN([64, 64], rng: new Rng(3));
        var f = Same(xs => [xs[0].CumSum(0).CumSum(1).Exp().CumSum(0).Exp().Sum()], x * 1e-3);
        Assert.InRange(f.Summary(x)!.ArenaBytes, 64 * 64 * 4, 2 * 64 * 64 * 4);
    }

    [Fact]
    public void StateIsWrittenInPlace()
    {
        var state = Tensor.Zeros([256]);
        var f = Transform.Compile(xs =>
        {
            state.CopyFrom(state * 0.5 + xs[0]);
            return [];
        }, strict: true);
        using var noGrad = GradMode.NoGrad();
        var x = Tensor.Ones([256]);
        for (int i = 0; i < 3; i++)
            f.Call(x);
        Assert.All(state.ToArray<float>(), v => Assert.Equal(1.75f, v));
        Assert.Contains("in place", f.Describe(x));
        Assert.Equal(0, f.Summary(x)!.ArenaBytes);
    }
}
