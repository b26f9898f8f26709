using Hebb.Cpu.Simd;

namespace Hebb.Core.Tests.Simd;

/// <summary>The powers that softmax and gates take: less exact than <see cref="VectorMath.Exp"/>, by no more than they say, at every width.</summary>
public class QuickPowerTests
{
    private interface IPower
    {
        static abstract V Invoke<V, T>(V x) where V : unmanaged, ISimd<V, T> where T : unmanaged;
    }

    private readonly struct Exponential : IPower
    {
        public static V Invoke<V, T>(V x) where V : unmanaged, ISimd<V, T> where T : unmanaged => VectorMath.QuickExp<V, T>(x);
    }

    private readonly struct OfTwo : IPower
    {
        public static V Invoke<V, T>(V x) where V : unmanaged, ISimd<V, T> where T : unmanaged => VectorMath.QuickPowerOfTwo<V, T>(x);
    }

    private readonly struct Weight : IPower
    {
        public static V Invoke<V, T>(V x) where V : unmanaged, ISimd<V, T> where T : unmanaged => VectorMath.SoftmaxPowerOfTwo<V, T>(x);
    }

    private static float[] Floats<P>(float x) where P : IPower =>
        [P.Invoke<V128<float>, float>(V128<float>.Create(x))[0], P.Invoke<V256<float>, float>(V256<float>.Create(x))[0], P.Invoke<V512<float>, float>(V512<float>.Create(x))[0]];

    private static double[] Doubles<P>(double x) where P : IPower =>
        [P.Invoke<V128<double>, double>(V128<double>.Create(x))[0], P.Invoke<V256<double>, double>(V256<double>.Create(x))[0], P.Invoke<V512<double>, double>(V512<double>.Create(x))[0]];

    private static void Within<P>(double least, double most, Func<double, double> reference, Func<double, double> floatUlp, double doubleUlp) where P : IPower
    {
        const int Steps = 100_003;
        for (int i = 0; i <= Steps; i++)
        {
            double x = least + (most - least) * i / Steps;
            double want = reference((float)x);
            foreach (float got in Floats<P>((float)x))
            {
                double error = Math.Abs(got - want) / (MathF.BitIncrement((float)want) - (float)want);
                Assert.True(error <= floatUlp(x), $"{typeof(P).Name} of float {(float)x}: {got}, not {want}: {error:F2} ulp");
            }
            want = reference(x);
            foreach (double got in Doubles<P>(x))
            {
                double error = Math.Abs(got - want) / (Math.BitIncrement(want) - want);
                Assert.True(error <= doubleUlp, $"{typeof(P).Name} of double {x}: {got}, not {want}: {error:F2} ulp");
            }
        }
    }

    private static void Becomes<P>(double x, double want) where P : IPower
    {
        Assert.All(Floats<P>((float)x), y => Assert.Equal((float)want, y));
        Assert.All(Doubles<P>(x), y => Assert.Equal(want, y));
    }

    [Fact]
    public void Exponentials()
    {
        Within<Exponential>(-80, 80, Math.Exp, x => 3 + Math.Abs(x) / 4, 2);
        Becomes<Exponential>(0, 1);
        Becomes<Exponential>(double.NegativeInfinity, 0);
        Becomes<Exponential>(double.NaN, double.NaN);
    }

    [Fact]
    public void PowersOfTwo()
    {
        // In double by way of the exponential, whose argument is rounded.
        Within<OfTwo>(-120, 120, x => Math.Pow(2, x), _ => 3, 130);
        Becomes<OfTwo>(0, 1);
        Becomes<OfTwo>(double.NegativeInfinity, 0);
        Becomes<OfTwo>(double.PositiveInfinity, double.PositiveInfinity);
        Becomes<OfTwo>(double.NaN, double.NaN);
    }

    [Fact]
    public void WeightsOfASoftmax()
    {
        Within<Weight>(-120, 120, x => Math.Pow(2, x), _ => 3, 2);
        Becomes<Weight>(0, 1);
        Becomes<Weight>(double.NegativeInfinity, 0);
        Becomes<Weight>(double.NaN, double.NaN);
        for (float x = -200; x < -126.5f; x += 0.03125f)
            Assert.All(Floats<Weight>(x), y => Assert.Equal(0, y));
        for (double x = -1100; x < -1021; x += 0.03125)
            Assert.All(Doubles<Weight>(x), y => Assert.Equal(0, y));
    }

    [Fact]
    public void ExponentialsThatShareAFactor()
    {
        foreach (float most in (float[])[-1_048_576, -700.3f, -3, 0, 0.3f, 7.35f, 80, 12_345.6f, 1_000_003])
        {
            SharesAFactor<V128<float>>(most);
            SharesAFactor<V256<float>>(most);
            SharesAFactor<V512<float>>(most);
        }
    }

    private static void SharesAFactor<V>(float most) where V : unmanaged, ISimd<V, float>
    {
        (V least, V shift) = VectorMath.SharedExpBounds<V, float>(V.Create(most));
        float At(float x) => VectorMath.SharedExp<V, float>(V.Create(x), least, shift)[0];
        double factor = At(most);
        Assert.InRange(factor, 0.707, 1.4143);
        for (int i = 0; i <= 20_000; i++)
        {
            float x = (float)(most - 84.0 * i / 20_000);
            double far = (double)most - x, want = Math.Exp(-far), error = Math.Abs(At(x) / factor / want - 1) * (1 << 23);
            // A subtraction that rounds adds up to half of the distance.
            Assert.True(error <= 4 + 0.75 * far, $"{x} below {most}: {error:F2} ulp");
        }
        for (float far = 90; far < 1000; far += 3)
            Assert.Equal(0, At(most - far));
        Assert.Equal(0, At(float.NegativeInfinity));
        Assert.True(float.IsNaN(At(float.NaN)) && float.IsNaN(At(BitConverter.Int32BitsToSingle(0x7fc00fff))) && float.IsNaN(At(BitConverter.Int32BitsToSingle(-1))));
    }
}
