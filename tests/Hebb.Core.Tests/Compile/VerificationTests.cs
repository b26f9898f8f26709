using Hebb.Compile;
using Hebb.Ops;
using Hebb.Tests;
using Hebb.Transforms;

namespace Hebb.Core.Tests.Compile;

/// <summary><c>Transform.Compile(…, verify: true)</c>.</summary>
[Collection(nameof(DefaultRng))]
public partial class VerificationTests
{
    private Tensor X { get; } = Tensor.RandN([4, 8], rng: new Rng(5));

    [Fact]
    public void WhatIsRightPasses()
    {
        var model = new TwoLayers();
        var gradient = Transform.Grad(model, b => (model.Call(b[0]) * Tensor.Rand([3])).Square().Mean());
        var f = Transform.Compile(gradient, model, strict: true, verify: true);
        for (int seed = 1; seed < 4; seed++)
        {
            Rng.SetSeed((ulong)seed);
            var expected = gradient([X]);
            Rng.SetSeed((ulong)seed);
            Assert.Equal(expected.Select(g => g.ToArray<float>()), f.Call(X).Select(g => g.ToArray<float>()));
        }
    }

    [Fact]
    public void NaNEqualsNaN()
    {
        var f = Transform.Compile((Tensor x) => x.Log().Sqrt() / x.Log(), strict: true, verify: true);
        Assert.Contains(float.NaN, f(X).ToArray<float>());
    }

    [Fact]
    public void TheFirstOpThatDiffersIsNamed()
    {
        var op = new Unsteady();
        var model = new Outer(x => Engine.Apply(op, x.Exp()) * 2);
        var f = Transform.Compile(model, strict: true, verify: true);
        // The plan's call gives the values as they are, every later one adds to one of them.
        var error = Assert.Throws<VerificationException>(() => f.Call(X));
        Assert.Matches(@"^Verify: compiled unsteady: float32\[4, 8\] differs from eager's in 1 of 32 elements, most at \[1, 3\]: [\d.]+, eager [\d.]+, difference 0\.2\d+; they must be the same bits "
            + @"\(at model\.inner, Inner at VerificationTests\.cs:\d+\)$", error.Message);
    }

    [Fact]
    public void AnotherOrderOfSumsMayDifferALittle()
    {
        foreach (var (change, allowed) in new[] { (1e-7, true), (1e-4, false) })
        {
            var traced = Tracing.Trace(xs => [(xs[0] * 3).Exp().Sum(1)], [X.Spec], lines: false);
            Assert.Equal(["mul", "exp", "sum"], traced.Nodes.Select(n => n.Primitive.Name));
            var nearly = new GraphNode(traced.Nodes[0].Primitive, [traced.Inputs[0], new GraphConstant(Tensor.Full([], 3 * (1 + change)))], [X.Spec]) { IsReassociated = true };
            nearly.Outputs[0].Traced = traced.Nodes[0].Outputs[0];
            var exp = new GraphNode(traced.Nodes[1].Primitive, nearly.Outputs.ToArray<GraphValue>(), [X.Spec]);
            exp.Outputs[0].Traced = traced.Nodes[1].Outputs[0];
            var sum = new GraphNode(traced.Nodes[2].Primitive, exp.Outputs.ToArray<GraphValue>(), [traced.Outputs[0].Spec]);
            sum.Outputs[0].Traced = traced.Nodes[2].Outputs[0];
            var plan = new CpuPlan(new Graph(traced.Inputs, [nearly, exp, sum], sum.Outputs));
            Tensor[] outputs = [Tensor.Zeros([4])];
            if (allowed)
                Verification.Run(traced, plan, [X], outputs);
            else
                Assert.Contains("Verify: compiled mul: float32[4, 8] differs", Assert.Throws<VerificationException>(() => Verification.Run(traced, plan, [X], outputs)).Message);
        }
    }

    [Fact]
    public void AValueOfTheHostThatHasChangedIsNamed()
    {
        double factor = 1.5;
        int axis = 0;
        bool sine = true;
        var f = Transform.Compile((Tensor x) => ((sine ? x.Sin() : x.Cos()) * factor).Sum(axis), strict: true, verify: true);
        f(X);
        f(X);
        Assert.Matches(@"^Verify: the function is no longer the one that was compiled, for a value of the host has changed: mul reads 2\.5, not 1\.5; .* \(at VerificationTests\.cs:\d+\)$", Failure(() => factor = 2.5));
        factor = 1.5;
        Assert.Contains("sum has axes=[1], not [0];", Failure(() => axis = 1));
        axis = 0;
        Assert.Contains("cos stands where sin was;", Failure(() => sine = false));
        sine = true;
        f(X);

        string Failure(Action change)
        {
            change();
            return Assert.Throws<VerificationException>(() => f(X)).Message;
        }
    }

    /// <summary>The identity; from the second call on one element is larger by a quarter.</summary>
    private sealed class Unsteady : Primitive
    {
        private int _calls;

        public override string Name => "unsteady";

        public override string DisplayName => "Unsteady";

        public override void Infer(ReadOnlySpan<TensorSpec> inputs, Span<TensorSpec> outputs) => outputs[0] = inputs[0];

        public override void Run(CpuContext c, ReadOnlySpan<Tensor> inputs, ReadOnlySpan<Tensor> outputs)
        {
            Copying.Convert(inputs[0], outputs[0]);
            if (_calls++ > 0)
                outputs[0].Elements<float>()[11] += 0.25f;
        }
    }

    private sealed partial class Inner(Func<Tensor, Tensor> f) : Module
    {
        protected override Tensor Forward(Tensor x) => f(x);
    }

    private sealed partial class Outer(Func<Tensor, Tensor> f) : Module
    {
        public Module Inner { get; } = new Inner(f);

        protected override Tensor Forward(Tensor x) => Inner.Call(x);
    }
}
