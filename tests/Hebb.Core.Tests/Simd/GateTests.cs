namespace Hebb.Core.Tests.Simd;

/// <summary>GELU by tanh and its gradient: against double precision, at their limits, and four vectors at once against fewer.</summary>
public class GateTests
{
    private static double Gelu(double x) => x / (1 + Math.Exp(-2 * U(x)));

    private static double Gradient(double x)
    {
        double s = 1 / (1 + Math.Exp(-2 * U(x)));
        return s + 2 * x * Math.Sqrt(2 / Math.PI) * (1 + 3 * 0.044715 * x * x) * s * (1 - s);
    }

    private static double U(double x) => Math.Sqrt(2 / Math.PI) * (x + 0.044715 * x * x * x);

    private static float Ulp(double x) => MathF.BitIncrement(MathF.Abs((float)x)) - MathF.Abs((float)x);

    private static Tensor GradientOf(Tensor x) => Autograd.Grad([x.RequireGrad().Gelu(approximate: true)], [x], [Tensor.OnesLike(x)])[0].Detach();

    private static float[] Range(float from, float to, int count) => [.. Enumerable.Range(0, count).Select(i => (float)(from + (to - from) * (double)i / (count - 1)))];

    [Fact]
    public void ValuesAreWithinThreeUnitsOfTheirArgument()
    {
        float[] xs = Range(-12, 12, 1_000_003);
        var ys = Tensor.From(xs).Gelu(approximate: true).ToArray<float>();
        for (int i = 0; i < xs.Length; i++)
        {
            double want = Gelu(xs[i]), error = Math.Abs(ys[i] - want);
            // The exponent, up to 128, rests on 24 bits: seen only where all of the result hangs on it. Where it rounds to 128 the result is 0.
            if (!(error <= 3 * Ulp(xs[i]) && error <= 1e-5 * Math.Abs(want) + 5e-38))
                Assert.Fail($"gelu({xs[i]:R}) = {ys[i]:R}, not {want:R}, off by {error / Ulp(xs[i]):F2} units of x");
        }
    }

    [Fact]
    public void GradientsAreWithinEightUnitsOfOne()
    {
        float[] xs = Range(-12, 12, 1_000_003);
        var gs = GradientOf(Tensor.From(xs)).ToArray<float>();
        for (int i = 0; i < xs.Length; i++)
        {
            if (!(Math.Abs(gs[i] - Gradient(xs[i])) <= 8 * Ulp(1)))
                Assert.Fail($"gradient of gelu at {xs[i]:R}: {gs[i]:R}, not {Gradient(xs[i]):R}");
        }
    }

    [Fact]
    public void Limits()
    {
        foreach (int count in (int[])[1, 5, 64])
        {
            Becomes(count, float.PositiveInfinity, float.PositiveInfinity);
            Becomes(count, float.NaN, float.NaN);
            Becomes(count, float.MaxValue, float.MaxValue);
            Becomes(count, -0f, -0f);
            Becomes(count, 1e-44f, 7e-45f);
            foreach (float far in (float[])[10.01f, 11, 100, 1e6f, 1e30f])
            {
                Becomes(count, far, far);
                Becomes(count, -far, -0f);
            }
            foreach (float far in (float[])[10.5f, 1e10f, 1e30f, float.PositiveInfinity])
            {
                Assert.All(GradientOf(Tensor.Full([count], far)).ToArray<float>(), g => Assert.Equal(1, g));
                Assert.All(GradientOf(Tensor.Full([count], -far)).ToArray<float>(), g => Assert.Equal(0, g, 1e-30f));
            }
            Assert.All(GradientOf(Tensor.Full([count], float.NaN)).ToArray<float>(), g => Assert.True(float.IsNaN(g)));
        }

        static void Becomes(int count, float x, float want) =>
            Assert.All(Tensor.Full([count], x).Gelu(approximate: true).ToArray<float>(), y => Assert.Equal(want, y, Math.Abs(want) < 1e-30f ? 1e-36f : 0));
    }

    [Fact]
    public void EveryLengthHasTheBitsOfSingleElements()
    {
        var x = Tensor.From(Range(-11, 11, 131));
        var gradient = GradientOf(x);
        x = x.Detach();
        float[] values = x.Gelu(approximate: true).ToArray<float>(), gradients = gradient.ToArray<float>();
        for (int i = 0; i < values.Length; i++)
        {
            var one = x.Narrow(0, i, 1).Contiguous();
            Assert.Equal(values[i], one.Gelu(approximate: true).Item<float>());
            Assert.Equal(gradients[i], GradientOf(one).Item<float>());
        }
        for (int length = 1; length < values.Length; length++)
        {
            var part = x.Narrow(0, 0, length).Contiguous();
            Assert.Equal(values[..length], part.Gelu(approximate: true).ToArray<float>());
            Assert.Equal(gradients[..length], GradientOf(part).ToArray<float>());
        }
    }
}
