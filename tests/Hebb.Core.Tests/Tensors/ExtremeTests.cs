using System.Numerics;
using Hebb.Compile;
using Hebb.Cpu.Simd;
using Hebb.Ops;

namespace Hebb.Core.Tests.Tensors;

/// <summary>Largest and smallest elements along rows and columns, with NaN, infinities and zeros anywhere, on every vector width.</summary>
public unsafe class ExtremeTests
{
    public static TheoryData<int> Seeds => [.. Enumerable.Range(0, 40)];

    [Theory, MemberData(nameof(Seeds))]
    public void ByColumn(int seed)
    {
        var random = new Random(seed);
        int rows = random.Next(1, 80), width = random.Next(1, 90);
        OnColumns<float>(Numbers<float>(random, rows * width), rows, width);
        OnColumns<double>(Numbers<double>(random, rows * width), rows, width);
        OnColumns<int>(Numbers<int>(random, rows * width), rows, width);
    }

    [Theory, MemberData(nameof(Seeds))]
    public void ByRow(int seed)
    {
        var random = new Random(seed);
        int count = random.Next(1, 12) * 256, rest = random.Next(64);
        OnRows<float>(Numbers<float>(random, 4 * count + rest), count, rest);
        OnRows<double>(Numbers<double>(random, 4 * count + rest), count, rest);
        OnRows<byte>(Numbers<byte>(random, 4 * count + rest), count, rest);
    }

    [Fact]
    public void LargeTensorsWithOneNaN()
    {
        foreach (int at in (int[])[0, 5_003, 1_234_567, 2_097_151])
        {
            var x = Tensor.RandN([2048, 1024], rng: new Rng(1));
            float expected = x.Amax().Item<float>();
            x.AsSpan<float>()[at] = float.NaN;
            Assert.True(float.IsNaN(x.Amax().Item<float>()) && float.IsNaN(x.Amin().Item<float>()));
            Assert.True(float.IsNaN(x.Norm(0, double.PositiveInfinity).AsSpan<float>()[at % 1024]));
            float[] byColumn = x.Amax(0).ToArray<float>(), byRow = x.Amin(1).ToArray<float>();
            for (int i = 0; i < 1024; i++)
                Assert.Equal(i == at % 1024, float.IsNaN(byColumn[i]));
            for (int i = 0; i < 2048; i++)
                Assert.Equal(i == at / 1024, float.IsNaN(byRow[i]));
            Assert.Equal(expected, byColumn.Where(v => !float.IsNaN(v)).Max());
        }
    }

    private static void OnColumns<T>(T[] x, int rows, int width) where T : unmanaged, INumber<T>, IMinMaxValue<T>
    {
        Columns<V128<T>, MaxReducer<T>, T>(x, rows, width, T.Max);
        Columns<V256<T>, MaxReducer<T>, T>(x, rows, width, T.Max);
        Columns<V512<T>, MaxReducer<T>, T>(x, rows, width, T.Max);
        Columns<V128<T>, MinReducer<T>, T>(x, rows, width, T.Min);
        Columns<V256<T>, MinReducer<T>, T>(x, rows, width, T.Min);
        Columns<V512<T>, MinReducer<T>, T>(x, rows, width, T.Min);
    }

    private static void OnRows<T>(T[] x, int count, int rest) where T : unmanaged, INumber<T>, IMinMaxValue<T>
    {
        Rows<V128<T>, MaxReducer<T>, T>(x, count, rest, T.Max);
        Rows<V256<T>, MaxReducer<T>, T>(x, count, rest, T.Max);
        Rows<V512<T>, MaxReducer<T>, T>(x, count, rest, T.Max);
        Rows<V128<T>, MinReducer<T>, T>(x, count, rest, T.Min);
        Rows<V256<T>, MinReducer<T>, T>(x, count, rest, T.Min);
        Rows<V512<T>, MinReducer<T>, T>(x, count, rest, T.Min);
    }

    private static void Columns<V, TOp, T>(T[] x, int rows, int width, Func<T, T, T> combine)
        where V : unmanaged, ISimd<V, T>
        where TOp : struct, IReducer<T>
        where T : unmanaged, INumber<T>
    {
        var axes = default(StridedAxes);
        axes.Add(rows, width);
        var actual = new T[width];
        fixed (T* p = x, y = actual)
        {
            var dtype = typeof(T) == typeof(float) ? DType.Float32 : typeof(T) == typeof(double) ? DType.Float64 : DType.Int32;
            new ColumnReduction<TOp, T>(default, axes, new RunReader(dtype, dtype, 1, new ElementSource()), (byte*)p, 0, rows, width, default, y, default).Run<V>();
        }
        for (int j = 0; j < width; j++)
            Same(Enumerable.Range(0, rows).Select(i => x[i * width + j]).Aggregate(combine), actual[j]);
    }

    private static void Rows<V, TOp, T>(T[] x, int count, int rest, Func<T, T, T> combine)
        where V : unmanaged, ISimd<V, T>
        where TOp : struct, IReducer<T>
        where T : unmanaged, INumber<T>
    {
        T* four = stackalloc T[8];
        fixed (T* p = x)
        {
            Same(x.Aggregate(combine), RowReduction<TOp, T>.Plain<V>(default, p, x.Length, T.Zero, out _));
            RowReduction<TOp, T>.PlainFour<V>(default, p, count, count, four);
        }
        for (int i = 0; i < 4; i++)
            Same(x.Skip(i * count).Take(count).Aggregate(combine), four[2 * i]);
    }

    // NaN is NaN and zeros are equal, whatever their signs.
    private static void Same<T>(T expected, T actual) where T : unmanaged, INumber<T> =>
        Assert.True(expected == actual || (T.IsNaN(expected) && T.IsNaN(actual)), $"{actual}, not {expected}");

    // Few NaN, so that most results are numbers; sometimes none.
    private static T[] Numbers<T>(Random random, int count) where T : unmanaged, INumber<T>, IMinMaxValue<T>
    {
        bool isFloat = typeof(T) == typeof(float) || typeof(T) == typeof(double);
        int odd = random.Next(3) * count / 100;
        var x = new T[count];
        for (int i = 0; i < count; i++)
            x[i] = T.CreateTruncating(isFloat ? random.NextDouble() * 2 - 1 : random.Next(-100, 100));
        for (int i = 0; i < odd; i++)
        {
            x[random.Next(count)] = !isFloat ? (random.Next(2) == 0 ? T.MinValue : T.MaxValue)
                : T.CreateTruncating(random.Next(5) switch { 0 => double.NaN, 1 => -double.NaN, 2 => double.PositiveInfinity, 3 => double.NegativeInfinity, _ => -0.0 });
        }
        return x;
    }
}
