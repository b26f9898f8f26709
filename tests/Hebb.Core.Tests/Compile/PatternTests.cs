using Hebb.Compile;
using Hebb.Ops;

namespace Hebb.Core.Tests.Compile;

/// <summary>Ops of the engine found in the simpler ones that they are written as elsewhere.</summary>
public sealed class PatternTests
{
    private static readonly Tensor s_weight = Random(6), s_bias = Random(6), s_mask = Random(2, 1, 1, 5), s_narrow = Random(3, 5);

    private static readonly Tensor s_seen = Tensor.From(new[] { true, false, true, true, false, false, true, false, false, true }, [2, 1, 1, 5]), s_none = Tensor.From(new[] { true, true, true, true, true, false, true, false, false, true }, [2, 1, 1, 5]);

    private static readonly int[][] s_heads = [[2, 4, 3, 8], [2, 4, 5, 8], [2, 4, 5, 6]];

    private static readonly Dictionary<string, (string Op, int[][] Shapes, Func<Tensor[], Tensor> Function)> s_found = new()
    {
        ["layer norm"] = ("layer_norm", [[2, 3, 6]], xs => Normal(xs[0]) * s_weight + s_bias),
        ["layer norm, turned round"] = ("layer_norm", [[2, 3, 6]], xs => s_bias + s_weight * Normal(xs[0])),
        ["layer norm without bias"] = ("layer_norm", [[2, 3, 6]], xs => Normal(xs[0]) * s_weight),
        ["layer norm alone"] = ("layer_norm", [[4, 6]], xs => Normal(xs[0])),
        ["layer norm by products"] = ("layer_norm", [[4, 6]], xs =>
        {
            var d = xs[0] - xs[0].Mean([-1], keepDim: true);
            return d * ((d * d).Mean([-1], keepDim: true) + 1e-5).Rsqrt() * s_weight + s_bias;
        }
        ),
        ["rms norm"] = ("rms_norm", [[2, 3, 6]], xs => xs[0] * (xs[0].Square().Mean([-1], keepDim: true) + 1e-6).Rsqrt() * s_weight),
        ["rms norm by a quotient"] = ("rms_norm", [[2, 3, 6]], xs => s_weight * (xs[0] * (1.0 / (xs[0].Pow(Two).Mean([-1], keepDim: true) + 1e-6).Sqrt()))),
        ["gelu"] = ("gelu", [[7, 5]], xs => xs[0] * ((xs[0] / Math.Sqrt(2)).Erf() + 1.0) * 0.5),
        ["gelu, the half first"] = ("gelu", [[7, 5]], xs => 0.5 * xs[0] * (1.0 + (xs[0] * Math.Sqrt(0.5)).Erf())),
        ["gelu, the half between"] = ("gelu", [[7, 5]], xs => xs[0] * (0.5 * (1.0 + (xs[0] / 1.4142135).Erf()))),
        ["gelu by tanh"] = ("gelu_tanh", [[7, 5]], xs => 0.5 * xs[0] * (1.0 + (Math.Sqrt(2 / Math.PI) * (xs[0] + 0.044715 * xs[0].Pow(Three))).Tanh())),
        ["gelu by tanh and products"] = ("gelu_tanh", [[7, 5]], xs => xs[0] * 0.5 * (1.0 + (0.79788456 * (xs[0] + 0.044715 * (xs[0] * xs[0] * xs[0]))).Tanh())),
        ["attention"] = ("attention", [[2, 4, 3, 8], [2, 4, 5, 8], [2, 4, 5, 6]], xs => (xs[0].MatMul(xs[1].Transpose(-1, -2)) / Math.Sqrt(8)).Softmax(-1).MatMul(xs[2])),
        ["attention with a mask"] = ("attention", [[2, 4, 3, 8], [2, 4, 5, 8], [2, 4, 5, 6]], xs => (xs[0].MatMul(xs[1].Transpose(-1, -2)) * 0.3 + s_mask).Softmax(-1).MatMul(xs[2])),
        ["attention with a mask before"] = ("attention", [[2, 4, 3, 8], [2, 4, 5, 8], [2, 4, 5, 6]], xs => (s_narrow + xs[0].MatMul(xs[1].Transpose(-1, -2))).Softmax(-1).MatMul(xs[2])),
        ["attention to keys that are seen"] = ("attention", s_heads, xs => Tensor.Where(s_seen, Scores(xs), double.NegativeInfinity).Softmax(-1).MatMul(xs[2])),
        ["attention without keys that are hidden"] = ("attention", s_heads, xs => Tensor.Where(s_seen, Tensor.Scalar(double.NegativeInfinity), Scores(xs)).Softmax(-1).MatMul(xs[2])),
        ["attention with a lowest number, to no key at all too"] = ("attention", s_heads, xs => Tensor.Where(s_none, Tensor.Scalar(float.MinValue), Scores(xs)).Softmax(-1).MatMul(xs[2])),
        ["attention with a low number, to no key at all too"] = ("attention", s_heads, xs => Tensor.Where(s_none.LogicalNot(), Scores(xs), Tensor.Scalar(-1e9f)).Softmax(-1).MatMul(xs[2])),
        ["attention over one axis to keys that are seen"] = ("attention", [[2, 3, 8], [2, 5, 8], [2, 5, 4]], xs => Tensor.Where(s_seen.Reshape(2, 1, 5), Scores(xs), double.NegativeInfinity).Softmax(-1).MatMul(xs[2])),
        ["attention with heads last"] = ("attention", [[2, 3, 4, 8], [2, 5, 4, 8], [2, 5, 4, 8]], xs =>
            ((xs[0].Permute(0, 2, 1, 3) * 0.4).MatMul(xs[1].Permute(0, 2, 3, 1))).Softmax(-1).MatMul(xs[2].Permute(0, 2, 1, 3)).Permute(0, 2, 1, 3).Reshape(2, 3, 32)),
        ["attention over one axis"] = ("attention", [[6, 3, 8], [6, 5, 8], [6, 5, 4]], xs => (xs[0].MatMul(xs[1].Transpose(-1, -2)) * 0.3 + s_narrow).Softmax(-1).MatMul(xs[2])),
        ["attention over one axis, masks for each"] = ("attention", [[2, 3, 8], [2, 5, 8], [2, 5, 4]], xs => (xs[0].MatMul(xs[1].Transpose(-1, -2)) + s_mask.Reshape(2, 1, 5)).Softmax(-1).MatMul(xs[2])),
    };

    private static readonly Dictionary<string, (int[][] Shapes, Func<Tensor[], Tensor[]> Function)> s_others = new()
    {
        ["a mean of another axis"] = ([[4, 6, 6]], xs =>
        {
            var d = xs[0] - xs[0].Mean([1], keepDim: true);
            return [d / (d.Square().Mean([-1], keepDim: true) + 1e-5).Sqrt()];
        }
        ),
        ["another power"] = ([[4, 6]], xs =>
        {
            var d = xs[0] - xs[0].Mean([-1], keepDim: true);
            return [d / (d.Pow(Three).Abs().Mean([-1], keepDim: true) + 1e-5).Sqrt()];
        }
        ),
        ["a distance that is wanted too"] = ([[4, 6]], xs =>
        {
            var d = xs[0] - xs[0].Mean([-1], keepDim: true);
            var v = d.Square().Mean([-1], keepDim: true) + 1e-5;
            return [d / v.Sqrt(), v];
        }
        ),
        ["a third in place of the half"] = ([[7, 5]], xs => [xs[0] * ((xs[0] / Math.Sqrt(2)).Erf() + 1.0) * 0.33]),
        ["erf of something else"] = ([[7, 5], [7, 5]], xs => [xs[0] * ((xs[1] / Math.Sqrt(2)).Erf() + 1.0) * 0.5]),
        ["weights that are wanted too"] = ([[2, 4, 3, 8], [2, 4, 5, 8], [2, 4, 5, 6]], xs =>
        {
            var weights = (xs[0].MatMul(xs[1].Transpose(-1, -2)) / Math.Sqrt(8)).Softmax(-1);
            return [weights.MatMul(xs[2]), weights];
        }
        ),
        ["a softmax over queries"] = ([[2, 4, 5, 8], [2, 4, 5, 8], [2, 4, 5, 6]], xs => [(xs[0].MatMul(xs[1].Transpose(-1, -2)) / Math.Sqrt(8)).Softmax(-2).MatMul(xs[2])]),
        ["a number that hides no score"] = (s_heads, xs => [Tensor.Where(s_none, Tensor.Scalar(-1e4f), Scores(xs)).Softmax(-1).MatMul(xs[2])]),
        ["another value for each key"] = (s_heads, xs => [Tensor.Where(s_seen, Scores(xs), s_mask).Softmax(-1).MatMul(xs[2])]),
        ["keys for all examples"] = ([[2, 4, 5, 8], [4, 8, 5], [2, 4, 5, 6]], xs => [xs[0].MatMul(xs[1]).Softmax(-1).MatMul(xs[2])]),
    };

    public static TheoryData<string> Found => [.. s_found.Keys];

    public static TheoryData<string> Others => [.. s_others.Keys];

    private static Tensor Two => Tensor.Scalar(2);

    private static Tensor Three => Tensor.Scalar(3);

    [Theory, MemberData(nameof(Found))]
    public void OneOpTakesThePlace(string name)
    {
        var (op, shapes, function) = s_found[name];
        Tensor[] inputs = [.. shapes.Select((s, i) => Random(s) + 0.1 * i)];
        Assert.Contains(op, Ops(xs => [function(xs)], inputs));
        using var noGrad = GradMode.NoGrad();
        var compiled = Transform.Compile((Tensor[] xs) => [function(xs)]);
        Close(function(inputs), compiled.Call(inputs)[0]);
        Assert.Contains(op.Replace("_tanh", "", StringComparison.Ordinal), compiled.Describe(inputs)!, StringComparison.Ordinal);
    }

    [Theory, MemberData(nameof(Others))]
    public void WhatIsNotTheSameStays(string name)
    {
        var (shapes, function) = s_others[name];
        Tensor[] inputs = [.. shapes.Select((s, i) => Random(s) + 0.1 * i)];
        string[] ops = Ops(function, inputs);
        Assert.DoesNotContain(ops, o => o is "layer_norm" or "gelu" or "attention");
        var found = Transform.Compile(function).Call(inputs);
        var expected = function(inputs);
        for (int i = 0; i < expected.Length; i++)
            Close(expected[i], found[i]);
    }

    [Fact]
    public void GradientsPassThroughTheOpsAsWritten()
    {
        var x = Random(3, 6);
        Tensor Loss(Tensor v) => (Normal(v) * s_weight + s_bias).Square().Sum();
        var gradient = Transform.Grad(Loss);
        Close(gradient(x), Transform.Compile((Tensor[] xs) => [gradient(xs[0])]).Call(x)[0]);
    }

    private static string[] Ops(Func<Tensor[], Tensor[]> function, Tensor[] inputs)
    {
        using var noGrad = GradMode.NoGrad();
        return [.. Patterns.Replace(Tracing.Trace(function, [.. inputs.Select(x => x.Spec)]), []).Nodes.Select(n => n.Primitive.Name)];
    }

    private static Tensor Scores(Tensor[] xs) => xs[0].MatMul(xs[1].Transpose(-1, -2)) * 0.3;

    private static Tensor Normal(Tensor x)
    {
        var d = x - x.Mean([-1], keepDim: true);
        return d / (d.Pow(Two).Mean([-1], keepDim: true) + 1e-5).Sqrt();
    }

    private static Tensor Random(params int[] shape) => Tensor.RandN(shape, rng: new Rng((ulong)shape.Sum()));

    private static void Close(Tensor expected, Tensor found)
    {
        Assert.Equal(expected.Shape, found.Shape);
        Assert.True((expected - found).Abs().Max().Item<float>() < 1e-5f * (1 + expected.Abs().Max().Item<float>()));
    }
}
