using System.Globalization;
using Hebb.Cpu.Simd;

namespace Hebb.Core.Tests.Simd;

/// <summary>Accuracy in units in the last place, special values, and equal bits at every width.</summary>
public unsafe class VectorMathTests(ITestOutputHelper output)
{
    delegate void Kernel<T>(T* x, T* y)
        where T : unmanaged;

    sealed record Row(string Name, Func<double, double> Reference, double MaxFloat, double MaxDouble, Kernel<float>[] Float, Kernel<double>[] Double);

    // Bounds: 2 and 4 units in the last place, less where the measured error is well under. Of all floats the worst may be far from any that a slice meets.
    static readonly Row[] s_rows =
    [
        Make<Functions.Exp>("Exp", Math.Exp, 2, 2),
        Make<Functions.Expm1>("Expm1", Expm1, 2, 2),
        Make<Functions.Exp2>("Exp2", x => Math.Pow(2, x), 1, 2),
        Make<Functions.Log>("Log", Math.Log, 1, 2),
        Make<Functions.Log2>("Log2", Math.Log2, 2, 2),
        Make<Functions.Log10>("Log10", Math.Log10, 2, 2),
        Make<Functions.Log1p>("Log1p", Log1p, 2, 2),
        Make<Functions.Sin>("Sin", Math.Sin, 2, 2),
        Make<Functions.Cos>("Cos", Math.Cos, 2, 2),
        Make<Functions.Tan>("Tan", Math.Tan, 1, 4),
        Make<Functions.Sinh>("Sinh", Math.Sinh, 2, 4),
        Make<Functions.Cosh>("Cosh", Math.Cosh, 2, 4),
        Make<Functions.Tanh>("Tanh", Math.Tanh, 2, 4),
        Make<Functions.Asin>("Asin", Math.Asin, 2, 4),
        Make<Functions.Acos>("Acos", Math.Acos, 2, 4),
        Make<Functions.Atan>("Atan", Math.Atan, 2, 4),
        Make<Functions.Asinh>("Asinh", Math.Asinh, 1, 4),
        Make<Functions.Acosh>("Acosh", Math.Acosh, 1, 4),
        Make<Functions.Atanh>("Atanh", Math.Atanh, 1, 4),
        Make<Functions.Erf>("Erf", x => OneDouble<Functions.Erf>(x), 2, 2),
        Make<Functions.Erfc>("Erfc", x => OneDouble<Functions.Erfc>(x), 1, 4),
        Make<Functions.ErfInv>("ErfInv", x => OneDouble<Functions.ErfInv>(x), 1, 4),
        Make<Functions.Sigmoid>("Sigmoid", x => 1 / (1 + Math.Exp(-x)), 2, 4),
        Make<Functions.LGamma>("LGamma", x => OneDouble<Functions.LGamma>(x), 1, 4),
        Make<Functions.Digamma>("Digamma", x => OneDouble<Functions.Digamma>(x), 1, 4),
    ];

    public static TheoryData<string> Names => [.. s_rows.Select(r => r.Name)];

    static Row Make<F>(string name, Func<double, double> reference, double maxFloat, double maxDouble)
        where F : IVectorFunction =>
        new(name, reference, maxFloat, maxDouble,
            [
                (x, y) => Fill<F, V128<float>, float>(x, y),
                (x, y) => Fill<F, V256<float>, float>(x, y),
                (x, y) => Fill<F, V512<float>, float>(x, y),
            ],
            [
                (x, y) => Fill<F, V128<double>, double>(x, y),
                (x, y) => Fill<F, V256<double>, double>(x, y),
                (x, y) => Fill<F, V512<double>, double>(x, y),
            ]);

    const int Batch = 1024;

    static void Fill<F, V, T>(T* x, T* y)
        where F : IVectorFunction
        where V : unmanaged, ISimd<V, T>
        where T : unmanaged
    {
        for (int i = 0; i < Batch; i += V.Count)
            F.Invoke<V, T>(V.Load(x + i)).Store(y + i);
    }

    // For functions that Math lacks. The double forms are held against the golden file, so they may serve for float.
    static double OneDouble<F>(double x)
        where F : IVectorFunction => F.Invoke<V128<double>, double>(V128<double>.Create(x))[0];

    static double Expm1(double x) => Math.Abs(x) < 1e-5 ? x * (1 + x / 2) : Math.Abs(x) < 1 ? 2 * Math.Sinh(x / 2) * Math.Exp(x / 2) : Math.Exp(x) - 1;

    static double Log1p(double x) => Math.Abs(x) < 0.01 ? x * (1 - x * (1 / 2.0 - x * (1 / 3.0 - x * (1 / 4.0 - x * (1 / 5.0 - x / 6))))) : Math.Log(1 + x);

    /// <summary>Bits of float with a prime stride meet every exponent, both signs, denormals and NaN. With ./test --all the functions of docs/accuracy.md meet every float.</summary>
    [Theory]
    [MemberData(nameof(Names))]
    public void FloatsAcrossTheWholeRange(string name)
    {
        Row row = s_rows.Single(r => r.Name == name);
        bool all = Environment.GetEnvironmentVariable("HEBB_TEST_ALL") == "1" && name is "Exp" or "Log" or "Tanh" or "Erf" or "Sigmoid" or "Sin" or "Cos";
        uint stride = all ? 1u : name is "LGamma" or "Digamma" ? 200_003u : 60_013u;
        double worst = 0;
        float at = 0;
        var gate = new Lock();
        Parallel.For(0, 256, part =>
        {
            (double most, float where) = Sweep(row, (ulong)part << 24, (ulong)(part + 1) << 24, stride);
            lock (gate)
                (worst, at) = most > worst ? (most, where) : (worst, at);
        });
        output.WriteLine($"{name,-8} float {worst:F3} ulp at {at:R}{(all ? ", of all floats" : "")}");
        Assert.True(worst <= row.MaxFloat, $"{name}({at:R}): {worst:F3} ulp");
    }

    static (double Worst, float At) Sweep(Row row, ulong begin, ulong end, uint stride)
    {
        float[] x = new float[Batch];
        float[][] y = [new float[Batch], new float[Batch], new float[Batch]];
        double worst = 0;
        float at = 0;
        for (ulong bits = begin; bits < end;)
        {
            for (int i = 0; i < Batch; i++, bits += stride)
                x[i] = BitConverter.UInt32BitsToSingle((uint)Math.Min(bits, end - 1));
            Run(row.Float, x, y);
            for (int i = 0; i < Batch; i++)
            {
                if (HasOnlyAnAbsoluteBound(row.Name, x[i]))
                    continue;
                double error = Error(y[2][i], row.Reference(x[i]));
                if (error > worst)
                    (worst, at) = (error, x[i]);
                if (double.IsNaN(error))
                    Assert.Fail($"{row.Name}({x[i]}) = {y[2][i]}, not {row.Reference(x[i])}");
            }
        }
        return (worst, at);
    }

    // Left of 0 the log-gamma and digamma functions have zeros, about which only an absolute bound is promised.
    static bool HasOnlyAnAbsoluteBound(string name, float x) => name is "LGamma" or "Digamma" && x < 0 && x > -40;

    static double Error(float got, double want)
    {
        float rounded = (float)want;
        if (float.IsNaN(rounded) || float.IsInfinity(rounded))
            return got.Equals(rounded) || Math.Abs(want) < 3.40283e38 && got == Math.CopySign(float.MaxValue, rounded) ? 0 : double.NaN;
        if (float.IsNaN(got))
            return double.NaN;
        if (want == 0)
            return got == 0 && float.IsNegative(got) == double.IsNegative(want) ? 0 : double.NaN;
        float magnitude = Math.Abs(rounded);
        // Both formats keep the exponent above the fraction; denormals all count in the smallest one.
        int exponent = Math.Max(BitConverter.SingleToInt32Bits(magnitude) >> 23, 1) - 127;
        double ulp = BitConverter.Int64BitsToDouble((long)(exponent - 23 + 1023) << 52);
        if (float.IsInfinity(got))
            return magnitude == float.MaxValue ? 1 : double.NaN;
        return Math.Abs(got - want) / ulp;
    }

    static void Run<T>(Kernel<T>[] kernels, T[] x, T[][] y)
        where T : unmanaged
    {
        for (int k = 0; k < kernels.Length; k++)
        {
            fixed (T* px = x, py = y[k])
                kernels[k](px, py);
        }
        // The widths agree to the bit, NaN aside.
        for (int i = 0; i < x.Length; i++)
        {
            if (y[0][i].Equals(y[1][i]) && y[1][i].Equals(y[2][i]))
                continue;
            Assert.Fail($"{x[i]}: {y[0][i]}, {y[1][i]}, {y[2][i]} at the three widths");
        }
    }

    static readonly Lazy<ILookup<string, double[]>> s_golden = new(() =>
    {
        using Stream stream = typeof(VectorMathTests).Assembly.GetManifestResourceStream("VectorMath.golden.txt")!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => l.Split(' '))
            .ToLookup(l => l[0], l => l[1..].Select(h => BitConverter.UInt64BitsToDouble(ulong.Parse(h, NumberStyles.HexNumber, CultureInfo.InvariantCulture))).ToArray());
    });

    static double Ulp(double got, double want)
    {
        if (want == 0 || double.IsInfinity(want) || double.IsInfinity(got))
            return got == want ? 0 : double.PositiveInfinity;
        double magnitude = Math.Abs(want);
        double ulp = magnitude < 2.2250738585072014e-308 ? double.Epsilon : Math.BitIncrement(magnitude) - magnitude;
        return Math.Abs(got - want) / ulp;
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void DoublesAgainstMoreDigits(string name)
    {
        Row row = s_rows.Single(r => r.Name == name);
        double[][] cases = s_golden.Value[name].ToArray();
        Assert.True(cases.Length >= 60);
        double[] x = new double[Batch];
        double[][] y = [new double[Batch], new double[Batch], new double[Batch]];
        for (int i = 0; i < cases.Length; i++)
            x[i] = cases[i][0];
        Run(row.Double, x, y);
        double worst = 0, at = 0;
        for (int i = 0; i < cases.Length; i++)
        {
            double error = Ulp(y[2][i], cases[i][1]);
            Assert.False(double.IsNaN(error), $"{name}({x[i]:R}) = {y[2][i]}");
            if (error > worst)
                (worst, at) = (error, x[i]);
        }
        output.WriteLine($"{name,-8} double {worst:F1} ulp at {at:R}");
        Assert.True(worst <= row.MaxDouble, $"{name}({at:R}): {worst} ulp");
    }

    /// <summary>Against the system's library, itself within 1 unit (2 for tanh), on many more doubles than the golden file has.</summary>
    [Theory]
    [InlineData("Exp", -745, 709.7)]
    [InlineData("Exp", -1, 1)]
    [InlineData("Log", 1e-320, 1e300)]
    [InlineData("Log", 0.5, 2)]
    [InlineData("Sin", -8192, 8192)]
    [InlineData("Cos", -8192, 8192)]
    [InlineData("Tanh", -20, 20)]
    [InlineData("Tanh", -1e-3, 1e-3)]
    public void DoublesAgainstTheSystem(string name, double least, double most)
    {
        Row row = s_rows.Single(r => r.Name == name);
        var random = new Random(11);
        double[] x = new double[Batch];
        double[][] y = [new double[Batch], new double[Batch], new double[Batch]];
        double worst = 0, at = 0;
        for (int batch = 0; batch < 500; batch++)
        {
            for (int i = 0; i < Batch; i++)
                x[i] = name == "Log" && most > 2 ? Math.Exp(Math.Log(least) + random.NextDouble() * (Math.Log(most) - Math.Log(least))) : least + random.NextDouble() * (most - least);
            Run(row.Double, x, y);
            for (int i = 0; i < Batch; i++)
            {
                double error = Ulp(y[2][i], row.Reference(x[i]));
                Assert.False(double.IsNaN(error), $"{name}({x[i]:R}) = {y[2][i]}");
                if (error > worst)
                    (worst, at) = (error, x[i]);
            }
        }
        output.WriteLine($"{name,-8} double {worst:F1} ulp from the system's at {at:R}");
        Assert.True(worst <= 3, $"{name}({at:R}): {worst} ulp");
    }

    [Theory]
    [InlineData("LGamma")]
    [InlineData("Digamma")]
    public void GammaLeftOfZeroIsCloseInAbsoluteTerms(string name)
    {
        foreach (double[] c in s_golden.Value[name + "Left"])
        {
            double got = name == "LGamma" ? OneDouble<Functions.LGamma>(c[0]) : OneDouble<Functions.Digamma>(c[0]);
            Assert.True(Math.Abs(got - c[1]) <= 4e-14 * (1 + Math.Abs(c[1])), $"{name}({c[0]:R}) = {got:R}, not {c[1]:R}");
        }
        Assert.Equal(40, s_golden.Value[name + "Left"].Count());
    }

    [Fact]
    public void Atan2InEveryOctant()
    {
        double worst = 0;
        foreach (double[] c in s_golden.Value["Atan2"])
            worst = Math.Max(worst, Ulp(VectorMath.Atan2<V256<double>, double>(V256<double>.Create(c[0]), V256<double>.Create(c[1]))[0], c[2]));
        output.WriteLine($"Atan2 double {worst} ulp");
        Assert.InRange(worst, 0.1, 4);

        double worstFloat = 0;
        var random = new Random(3);
        for (int i = 0; i < 200_000; i++)
        {
            float y = BitConverter.UInt32BitsToSingle((uint)random.NextInt64(1L << 32)), x = BitConverter.UInt32BitsToSingle((uint)random.NextInt64(1L << 32));
            if (i % 2 == 0)
                (x, y) = ((float)(random.NextDouble() - 0.5), (float)(random.NextDouble() - 0.5));
            float got = VectorMath.Atan2<V128<float>, float>(V128<float>.Create(y), V128<float>.Create(x))[0];
            double error = Error(got, Math.Atan2(y, x));
            Assert.False(double.IsNaN(error), $"atan2({y:R}, {x:R}) = {got}");
            worstFloat = Math.Max(worstFloat, error);
        }
        output.WriteLine($"Atan2 float {worstFloat} ulp");
        Assert.InRange(worstFloat, 0.1, 2);
    }

    static readonly double[] s_special =
        [0, -0.0, 1, -1, 2, -2, 3, -3, 0.5, -0.5, 2.5, double.PositiveInfinity, double.NegativeInfinity, double.NaN, 1e30, -1e30, 1e-30, -1e-30, 1e-42];

    [Fact]
    public void TwoArgumentFunctionsOnSpecialValues()
    {
        foreach (double a in s_special)
        {
            foreach (double b in s_special)
            {
                float fa = (float)a, fb = (float)b;
                Same(VectorMath.Atan2<V512<float>, float>(V512<float>.Create(fa), V512<float>.Create(fb))[1], Math.Atan2(fa, fb), $"atan2({a}, {b})");
                Same(VectorMath.Pow<V512<float>, float>(V512<float>.Create(fa), V512<float>.Create(fb))[1], Math.Pow(fa, fb), $"pow({a}, {b})");
                Assert.Equal(Math.Pow(a, b), VectorMath.Pow<V128<double>, double>(V128<double>.Create(a), V128<double>.Create(b))[1]);
                double atan2 = VectorMath.Atan2<V128<double>, double>(V128<double>.Create(a), V128<double>.Create(b))[1];
                Assert.True(atan2.Equals(Math.Atan2(a, b)) || Ulp(atan2, Math.Atan2(a, b)) <= 4, $"atan2({a}, {b}) = {atan2}");
            }
        }

        static void Same(float got, double want, string what)
        {
            double error = Error(got, want);
            Assert.True(error <= 1.5, $"{what} = {got}, not {want}");
        }
    }

    [Fact]
    public void PowersOfFloats()
    {
        var random = new Random(5);
        double worst = 0;
        for (int i = 0; i < 200_000; i++)
        {
            float x = (float)Math.ScaleB(0.5 + random.NextDouble(), random.Next(-40, 40)), y = (float)((random.NextDouble() - 0.5) * 6);
            if (i % 4 == 0)
                (x, y) = ((float)(1 + (random.NextDouble() - 0.5) * 0.01), (float)((random.NextDouble() - 0.5) * 20_000));
            if (i % 4 == 1)
                (x, y) = (-x, random.Next(-9, 10));
            float got = VectorMath.Pow<V256<float>, float>(V256<float>.Create(x), V256<float>.Create(y))[7];
            double error = Error(got, Math.Pow(x, y));
            Assert.False(double.IsNaN(error), $"pow({x:R}, {y:R}) = {got}");
            worst = Math.Max(worst, error);
        }
        output.WriteLine($"Pow float {worst} ulp");
        Assert.InRange(worst, 0.1, 0.51);
        foreach (double[] c in s_golden.Value["Pow"])
            Assert.InRange(Ulp(VectorMath.Pow<V128<double>, double>(V128<double>.Create(c[0]), V128<double>.Create(c[1]))[0], c[2]), 0, 2);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void DoublesAtSpecialValues(string name)
    {
        Row row = s_rows.Single(r => r.Name == name);
        double[] x = new double[Batch];
        double[][] y = [new double[Batch], new double[Batch], new double[Batch]];
        s_special.CopyTo(x, 0);
        Run(row.Double, x, y);
        for (int i = 0; i < s_special.Length; i++)
        {
            double want = row.Reference(x[i]), got = y[0][i];
            if (double.IsNaN(want) || double.IsInfinity(want) || want == 0)
                Assert.Equal(want, got);
            else
                Assert.True(Ulp(got, want) <= 8, $"{name}({x[i]}) = {got:R}, not {want:R}");
            Assert.True(want != 0 || double.IsNegative(want) == double.IsNegative(got), $"{name}({x[i]}): sign of zero");
        }
    }
}
