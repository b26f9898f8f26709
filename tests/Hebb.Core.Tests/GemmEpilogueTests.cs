using System.Numerics;
using Hebb.Cpu;
using Hebb.Cpu.Simd;
using Hebb.Ops;

namespace Hebb.Tests;

/// <summary>What products do with their sums: every function, scale, bias and residual against plain loops in double, on every path.</summary>
public unsafe class GemmEpilogueTests
{
    public static TheoryData<IsaPath> Paths => GemmTests.Paths;

    static readonly Func<double, double>[] s_functions =
    [
        x => x,
        x => Math.Max(x, 0),
        x => x > 0 ? x : 0.1 * x,
        x => x / (1 + Math.Exp(-x)),
        x => 1 / (1 + Math.Exp(-x)),
        Math.Tanh,
        x => 0.5 * x * (1 + Math.Tanh(Math.Sqrt(2 / Math.PI) * (x + (0.044715 * x * x * x)))),
        x => x * Normal(x),
    ];

    [Theory, MemberData(nameof(Paths))]
    public void Random_shapes_strides_and_epilogues(IsaPath path)
    {
        var random = new Random(11);
        for (int i = 0; i < 500; i++)
        {
            int m = random.Next(1, 70), n = random.Next(1, 90), k = random.Next(0, 50);
            if (i % 7 == 0)
                m = 1;
            if (i % 11 == 0)
                n = 1;
            var x = new Case(m, n, k, i % 3 == 0 ? random.Next(2, 4) : 1, random.Next(1 << 9), random.Next(s_functions.Length), random.Next(4));
            Check<float>(path, x, random, 4e-6);
            if (i % 4 == 0)
                Check<double>(path, x, random, 2e-14);
        }
    }

    [Theory, MemberData(nameof(Paths))]
    public void Sizes_that_cross_the_blocks(IsaPath path)
    {
        var random = new Random(12);
        int i = 0;
        foreach ((int m, int n, int k) in (ReadOnlySpan<(int, int, int)>)[(130, 200, 1100), (33, 520, 300), (1, 700, 1000), (700, 1, 1000), (4100, 20, 9), (20, 4200, 9), (0, 5, 5), (5, 0, 5), (300, 7, 1030), (300, 700, 280)])
        {
            for (int layout = 0; layout < 4; layout++, i++)
                Check<float>(path, new Case(m, n, k, 1, random.Next(1 << 9), i % s_functions.Length, layout), random, 4e-6);
        }
    }

    [Theory, MemberData(nameof(Paths))]
    public void Packed_weights_and_threads_give_the_same_bits(IsaPath path)
    {
        var random = new Random(13);
        foreach ((int m, int n, int k) in (ReadOnlySpan<(int, int, int)>)[(9, 300, 120), (333, 257, 700), (1, 5000, 300), (5000, 1, 300), (2000, 40, 30)])
        {
            using var a = new Native<float>(random, m * k);
            using var b = new Native<float>(random, n * k);
            using var scale = new Native<float>(random, n);
            using var rows = new Native<float>(random, m);
            using var residual = new Native<float>(random, m * n);
            using var one = new Native<float>(random, m * n);
            using var many = new Native<float>(random, m * n);
            var p = GemmProblem<float>.Dense(m, n, k, a.P, b.P, one.P, transposeB: true);
            p.Bias = scale.P;
            p.Epilogue = (p.Epilogue with { Alpha = 0.5, Scale = scale.P, RowBias = rows.P, Residual = residual.P, ResidualRow = n }).Then(new ElementFunction<Silu>(default));
            using (ParallelFor.Limit(1))
                GemmTests.Run(path, p);
            p.C = many.P;
            foreach (int threads in (ReadOnlySpan<int>)[2, 5])
            {
                using (ParallelFor.Limit(threads))
                    GemmTests.Run(path, p);
                Assert.True(one.Bytes.SequenceEqual(many.Bytes));
            }
            if (m != 9)
                continue;
            using var packed = new Native<float>(null, 400 * k);
            many.Span.Clear();
            Packed(path, p, packed.P);
            Assert.True(one.Bytes.SequenceEqual(many.Bytes));
        }
    }

    [Fact]
    public void The_bits_are_those_of_the_op_after_the_product()
    {
        var random = new Random(14);
        (int m, int n, int k) = (45, 77, 60);
        using var a = new Native<float>(random, m * k);
        using var b = new Native<float>(random, n * k);
        using var bias = new Native<float>(random, n);
        using var c = new Native<float>(random, m * n);
        var p = GemmProblem<float>.Dense(m, n, k, a.P, b.P, c.P);
        p.Bias = bias.P;
        Gemm.Run(p);
        var sums = Tensor.From(c.Span.ToArray());
        Same<Relu>(new Relu(), x => x.Relu());
        Same<LeakyRelu>(new LeakyRelu(0.2), x => x.LeakyRelu(0.2));
        Same<Gelu>(new Gelu(), x => x.Gelu());
        Same<GeluTanh>(new GeluTanh(), x => x.Gelu(approximate: true));
        Same<Silu>(new Silu(), x => x.Silu());
        Same<Sigmoid>(new Sigmoid(), x => x.Sigmoid());
        Same<Tanh>(new Tanh(), x => x.Tanh());

        void Same<TOp>(TOp op, Func<Tensor, Tensor> after) where TOp : struct, IUnaryOp<TOp>
        {
            GemmProblem<float> q = p;
            q.Epilogue = q.Epilogue.Then(new ElementFunction<TOp>(op));
            Gemm.Run(q);
            Assert.Equal(after(sums).ToArray<float>(), c.Span.ToArray());
        }
    }

    [Fact]
    public void A_function_with_many_fields_is_refused() =>
        Assert.Contains("16 bytes", Assert.Throws<ArgumentException>(() => new Epilogue<float>().Then(new Large { A = 1, B = 2, C = 3 })).Message);

    struct Large : IElementFunction
    {
        public long A, B, C;

        public readonly V Invoke<V, T>(V x)
            where V : unmanaged, ISimd<V, T>
            where T : unmanaged => x;
    }

    static void Packed(IsaPath path, in GemmProblem<float> p, float* packed)
    {
        if (path == IsaPath.Avx512)
            Pack<V512<float>>(p, packed);
        else if (path == IsaPath.Avx2)
            Pack<V256<float>>(p, packed);
        else
            Pack<V128<float>>(p, packed);
    }

    static void Pack<V>(in GemmProblem<float> p, float* packed)
        where V : unmanaged, ISimd<V, float>
    {
        TiledGemm.PackRight<float, V>(p, packed);
        TiledGemm.Run<float, V>(p, packed);
    }

    // Flags: 1 bias, 2 accumulate, 4 alpha, 8 column scale, 16 row bias, 32 and 64 residual (before, after the function), 128 shared right
    // side, 256 rows of C apart.
    sealed record Case(int M, int N, int K, int Batch, int Flags, int Function, int Layout)
    {
        public bool Has(int flag) => (Flags & flag) != 0;
    }

    static Epilogue<T> Then<T>(Epilogue<T> e, int function)
        where T : unmanaged => function switch
        {
            0 => e,
            1 => e.Then(new ElementFunction<Relu>(default)),
            2 => e.Then(new ElementFunction<LeakyRelu>(new LeakyRelu(0.1))),
            3 => e.Then(new ElementFunction<Silu>(default)),
            4 => e.Then(new ElementFunction<Sigmoid>(default)),
            5 => e.Then(new ElementFunction<Tanh>(default)),
            6 => e.Then(new ElementFunction<GeluTanh>(default)),
            _ => e.Then(new ElementFunction<Gelu>(default)),
        };

    static void Check<T>(IsaPath path, Case x, Random random, double tolerance)
        where T : unmanaged, INumber<T>
    {
        long row = x.N + (x.Has(256) ? 3 : 0), size = x.M * row;
        using var a = new Native<T>(random, x.Batch * x.M * x.K);
        using var b = new Native<T>(random, x.Batch * x.N * x.K);
        using var c = new Native<T>(random, x.Batch * size);
        using var bias = new Native<T>(random, x.N);
        using var scale = new Native<T>(random, x.N);
        using var rows = new Native<T>(random, x.M);
        using var residual = new Native<T>(random, x.Batch * x.M * x.N);
        using var old = new Native<T>(null, x.Batch * size);
        c.Span.CopyTo(old.Span);
        var p = GemmProblem<T>.Dense(x.M, x.N, x.K, a.P, b.P, c.P, (x.Layout & 1) != 0, (x.Layout & 2) != 0);
        (p.CRow, p.CBatch, p.Batch, p.ABatch, p.BBatch) = (row, size, x.Batch, x.M * x.K, x.Has(128) ? 0 : x.N * x.K);
        p.Bias = x.Has(1) ? bias.P : null;
        p.Accumulate = x.Has(2);
        p.Epilogue.Alpha = x.Has(4) ? -0.75 : 1;
        p.Epilogue.Scale = x.Has(8) ? scale.P : null;
        p.Epilogue.RowBias = x.Has(16) ? rows.P : null;
        p.Epilogue.Residual = x.Has(96) ? residual.P : null;
        (p.Epilogue.ResidualRow, p.Epilogue.ResidualBatch, p.Epilogue.ResidualLast) = (x.N, x.M * x.N, x.Has(64));
        p.Epilogue = Then(p.Epilogue, x.Function);
        GemmTests.Run(path, p);
        for (long at = 0; at < x.Batch; at++)
        {
            for (long i = 0; i < x.M; i++)
            {
                for (long j = 0; j < row; j++)
                {
                    long here = (at * size) + (i * row) + j;
                    if (j >= x.N)
                    {
                        Assert.Equal(old.P[here], c.P[here]);    // between the rows nothing is touched
                        continue;
                    }
                    double sum = x.Has(2) ? Number(old.P[here]) : 0, reach = 1 + Math.Abs(sum);
                    for (long k = 0; k < x.K; k++)
                    {
                        double term = Number(p.A[(at * p.ABatch) + (i * p.ARow) + (k * p.ACol)]) * Number(p.B[(at * p.BBatch) + (k * p.BRow) + (j * p.BCol)]);
                        sum += term;
                        reach += Math.Abs(term);
                    }
                    if (x.Has(4))
                        sum *= -0.75;
                    if (x.Has(8))
                        sum *= Number(scale.P[j]);
                    sum += (x.Has(1) ? Number(bias.P[j]) : 0) + (x.Has(16) ? Number(rows.P[i]) : 0);
                    double add = x.Has(96) ? Number(residual.P[(((at * x.M) + i) * x.N) + j]) : 0;
                    double expected = x.Has(64) ? s_functions[x.Function](sum) + add : s_functions[x.Function](sum + add), got = Number(c.P[here]);
                    if (!(Math.Abs(got - expected) <= tolerance * (reach + 2)))
                        Assert.Fail($"{x} {typeof(T).Name}: element {at}, {i}, {j} is {got}, expected {expected}");
                }
            }
        }
    }

    static double Number<T>(T x)
        where T : unmanaged, INumber<T> => double.CreateChecked(x);

    // P(Z up to x), by the series of erf near 0 and the continued fraction of erfc far from it (Abramowitz and Stegun 7.1.6, 7.1.14).
    static double Normal(double x)
    {
        double z = Math.Abs(x) / Math.Sqrt(2), tail;
        if (z < 3)
        {
            double term = z, sum = z;
            for (int n = 1; n < 200; n++)
            {
                term *= 2 * z * z / ((2 * n) + 1);
                sum += term;
            }
            tail = 0.5 - (sum * Math.Exp(-z * z) / Math.Sqrt(Math.PI));
        }
        else
        {
            double fraction = 0;
            for (int n = 60; n > 0; n--)
                fraction = n / 2.0 / (z + fraction);
            tail = 0.5 * Math.Exp(-z * z) / Math.Sqrt(Math.PI) / (z + fraction);
        }
        return x > 0 ? 1 - tail : tail;
    }
}
