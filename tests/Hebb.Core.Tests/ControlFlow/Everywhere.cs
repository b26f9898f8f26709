using Hebb.Transforms;

namespace Hebb.Core.Tests.ControlFlow;

/// <summary>A function with control ops beside the same function without, under every transform.</summary>
internal static class Everywhere
{
    /// <param name="f">With control ops, from Float64 tensors to Float64 tensors.</param>
    /// <param name="plain">The same in C# loops and branches, which may read values.</param>
    /// <param name="inputs">Where they are compared.</param>
    /// <param name="examples">Other inputs, for a batch of which each may go its own way.</param>
    public static void Same(Func<Tensor[], Tensor[]> f, Func<Tensor[], Tensor[]> plain, Tensor[] inputs, Tensor[]? examples = null)
    {
        Near(plain(inputs), f(inputs));
        var compiled = Transform.Compile(f, strict: true);
        for (int i = 0; i < 3; i++)
            Bits(f(inputs), compiled.Call(inputs));

        var gradient = Transform.GradMany(xs => Weighed(f(xs)));
        Near(Transform.GradMany(xs => Weighed(plain(xs)))(inputs), gradient(inputs));
        Bits(gradient(inputs), Transform.Compile(gradient, strict: true).Call(inputs));
        Near(gradient(inputs), Transform.GradMany(xs => Weighed(compiled.Call(xs)))(inputs));
        Differences(f, inputs, gradient(inputs));
        Near(
            Transform.GradMany(xs => Weighed(Transform.GradMany(ys => Weighed(plain(ys)))(xs)))(inputs),
            Transform.GradMany(xs => Weighed(gradient(xs)))(inputs));

        Tensor[] tangents = Like(inputs, 77);
        Near(Transform.Jvp(plain, inputs, tangents).Tangents, Transform.Jvp(f, inputs, tangents).Tangents);
        Near(Transform.Jvp(f, inputs, tangents).Values, f(inputs));
        Near(Transform.Jvp(Transform.GradMany(xs => Weighed(plain(xs))), inputs, tangents).Tangents, Transform.Jvp(gradient, inputs, tangents).Tangents);
        Near(
            Transform.GradMany(xs => Weighed(Transform.Jvp(plain, xs, tangents).Tangents))(inputs),
            Transform.GradMany(xs => Weighed(Transform.Jvp(f, xs, tangents).Tangents))(inputs));

        Tensor[][] all = [inputs, examples ?? Like(inputs, 5), Like(inputs, 6)];
        Tensor[] batch = [.. inputs.Select((_, i) => Tensor.Stack(all.Select(e => e[i]).ToArray()))];
        Near(Stacked(all, plain), Transform.VmapMany(f)(batch));
        Near(Stacked(all, plain), Transform.Compile(Transform.VmapMany(f), strict: true).Call(batch));
        Near(Stacked(all, gradient), Transform.VmapMany(gradient)(batch));
        Near(Stacked(all, xs => Transform.GradMany(ys => Weighed(plain(ys)))(xs)), Transform.GradMany(xs => Weighed(Transform.VmapMany(f)(xs), 1))(batch));
        // One input batched, the others shared.
        int?[] axes = [0, .. new int?[inputs.Length - 1]];
        Near(Stacked(all, xs => plain([xs[0], .. inputs[1..]])), Transform.VmapMany(f, axes)([batch[0], .. inputs[1..]]));
    }

    /// <summary>One number of several tensors, whose gradient differs from element to element.</summary>
    /// <param name="outputs">The tensors.</param>
    /// <param name="batchAxes">Axes in front of which all indices weigh the same.</param>
    public static Tensor Weighed(Tensor[] outputs, int batchAxes = 0)
    {
        Tensor sum = Tensor.Scalar(0, DType.Float64);
        foreach (var y in outputs)
        {
            var shape = y.Shape[batchAxes..];
            sum += (y * (Tensor.Arange(shape.Count, DType.Float64).Reshape(shape) * 0.3 + 0.7)).Sum();
        }
        return sum;
    }

    /// <summary>The value of a scalar, read beneath forward mode too: what a plain function branches on.</summary>
    public static bool Holds(Tensor x)
    {
        while (x.Tracer?.Interpreter is JvpInterpreter forward)
            x = forward.Open(x).Primal;
        return x.ToArray<bool>()[0];
    }

    public static void Near(Tensor[] expected, Tensor[] actual, double tolerance = 1e-9)
    {
        Assert.Equal(expected.Length, actual.Length);
        for (int o = 0; o < expected.Length; o++)
        {
            Assert.Equal(expected[o].Shape, actual[o].Shape);
            Assert.Equal(expected[o].DType, actual[o].DType);
            double[] a = expected[o].To(DType.Float64).ToArray<double>(), b = actual[o].To(DType.Float64).ToArray<double>();
            for (int i = 0; i < a.Length; i++)
                Assert.True(Math.Abs(a[i] - b[i]) <= tolerance * (1 + Math.Abs(a[i])), $"output {o}, element {i}: expected {a[i]}, is {b[i]}");
        }
    }

    public static void Bits(Tensor[] expected, Tensor[] actual)
    {
        Assert.Equal(expected.Length, actual.Length);
        for (int o = 0; o < expected.Length; o++)
            Assert.Equal(expected[o].To(DType.Float64).ToArray<double>(), actual[o].To(DType.Float64).ToArray<double>());
    }

    private static void Differences(Func<Tensor[], Tensor[]> f, Tensor[] inputs, Tensor[] gradients)
    {
        const double h = 1e-5;
        for (int i = 0; i < inputs.Length; i++)
        {
            double[] x = inputs[i].ToArray<double>(), g = gradients[i].ToArray<double>();
            for (int j = 0; j < x.Length; j++)
            {
                double difference = (At(i, j, h) - At(i, j, -h)) / (2 * h);
                Assert.True(Math.Abs(difference - g[j]) <= 1e-6 * (1 + Math.Abs(difference)), $"input {i}, element {j}: differences give {difference}, the gradient is {g[j]}");
            }
        }

        double At(int i, int j, double step)
        {
            double[] x = inputs[i].ToArray<double>();
            x[j] += step;
            Tensor[] moved = [.. inputs];
            moved[i] = Tensor.From(x, inputs[i].Shape);
            return Weighed(f(moved)).Item();
        }
    }

    private static Tensor[] Like(Tensor[] inputs, ulong seed)
    {
        var rng = new Rng(seed);
        return Array.ConvertAll(inputs, x => Tensor.RandN(x.Shape, dtype: x.DType, rng: rng) * 0.5);
    }

    private static Tensor[] Stacked(Tensor[][] examples, Func<Tensor[], Tensor[]> f)
    {
        Tensor[][] results = Array.ConvertAll(examples, e => f(e));
        return [.. results[0].Select((_, o) => Tensor.Stack(results.Select(r => r[o]).ToArray()))];
    }
}
