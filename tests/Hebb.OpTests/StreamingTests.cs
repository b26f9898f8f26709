using Hebb.Cpu;

namespace Hebb.OpTests;

/// <summary>
/// Results of 16 MiB and more go past the caches, by loops of their own. They hold the bits that the same op gives for parts of the input, which are small enough to be
/// stored as usual; on any number of threads; at odd lengths, from unaligned inputs, and with rows of every kind.
/// </summary>
public class StreamingTests
{
    private const int Floats = (16 << 20) / sizeof(float);

    private static readonly Dictionary<string, Func<Tensor, Tensor, Tensor>> Elementwise = new()
    {
        ["unary"] = (x, _) => x.Exp(),
        ["gelu"] = (x, _) => x.Gelu(approximate: true),
        ["binary"] = (x, y) => x + y,
        ["number"] = (x, _) => x * 1.25,
        ["number_first"] = (x, _) => 1.25 - x,
        ["ternary"] = (x, y) => x.Lerp(y, 0.3),
        ["where"] = (x, y) => Tensor.Where(x > 0.0, x, y),
        ["half"] = (x, y) => x.To(DType.BFloat16) + y.To(DType.BFloat16),
        ["double"] = (x, y) => x.To(DType.Float64) / y.To(DType.Float64),
        ["integer"] = (x, y) => (x * 1000.0).To(DType.Int32) * (y * 1000.0).To(DType.Int32),
    };

    private static readonly Dictionary<string, Func<Tensor, Tensor>> ByRows = new()
    {
        ["softmax"] = x => x.Softmax(1),
        ["log_softmax"] = x => x.LogSoftmax(1),
        ["layer_norm"] = x => x.LayerNorm([x.Shape[1]], Ramp(x.Shape[1], 1), Ramp(x.Shape[1], 2)),
        ["layer_norm_plain"] = x => x.LayerNorm([x.Shape[1]]),
        ["rms_norm"] = x => x.RmsNorm([x.Shape[1]], Ramp(x.Shape[1], 1)),
        ["broadcast_row"] = x => x + Ramp(x.Shape[1], 1),
        ["broadcast_column"] = x => x - x.Narrow(1, 0, 1).Contiguous(),
        ["layer_norm_gradient"] = x =>
        {
            var leaf = x.Detach().RequireGrad();
            return Autograd.Grad([leaf.LayerNorm([x.Shape[1]], Ramp(x.Shape[1], 1), Ramp(x.Shape[1], 2))], [leaf], [x * x])[0];
        },
        ["softmax_gradient"] = x =>
        {
            var leaf = x.Detach().RequireGrad();
            return Autograd.Grad([leaf.Softmax(1)], [leaf], [x * x])[0];
        },
    };

    public static IEnumerable<TheoryDataRow<string, int, int>> ElementwiseCases =>
        from name in Elementwise.Keys
        from extra in (int[])[0, 1, 37]
        from offset in (int[])[0, 3]
        select new TheoryDataRow<string, int, int>(name, Floats + extra, offset);

    [Theory, MemberData(nameof(ElementwiseCases)), Trait("Isa", "slice")]
    public void ElementwiseEqualsItsParts(string name, int count, int offset)
    {
        var (x, y) = (Wave(count + offset, 1).Narrow(0, offset, count), Wave(count + offset, 2).Narrow(0, offset, count));
        var op = Elementwise[name];
        var whole = OnThreads(1, () => op(x, y));
        Check.Same(whole, OnThreads(2, () => op(x, y)), $"{name}, threads");
        const int part = 700_001;
        for (int start = 0; start < count; start += part)
        {
            int length = Math.Min(part, count - start);
            Check.Same(op(x.Narrow(0, start, length), y.Narrow(0, start, length)), whole.Narrow(0, start, length), $"{name} from {start}");
        }
    }

    /// <summary>Rows that are gone over in one loop; rows not of whole lines; rows too long for that loop, and for a tile; as few as one more than a block has, and short ones.</summary>
    public static IEnumerable<TheoryDataRow<string, int, int>> RowCases =>
        from name in ByRows.Keys
        from shape in ((int, int)[])[(4097, 1024), (8229, 512), (4200, 1000), (2050, 2048), (1600, 2624), (900, 5000), (64601, 65)]
        select new TheoryDataRow<string, int, int>(name, shape.Item1, shape.Item2);

    [Theory, MemberData(nameof(RowCases)), Trait("Isa", "slice")]
    public void RowsEqualTheirParts(string name, int rows, int columns)
    {
        var x = Wave(rows * columns, 3).Reshape(rows, columns);
        var op = ByRows[name];
        var whole = OnThreads(1, () => op(x));
        Check.Same(whole, OnThreads(2, () => op(x)), $"{name}, threads");
        int part = 300_000 / columns;
        for (int start = 0; start < rows; start += part)
        {
            int length = Math.Min(part, rows - start);
            Check.Same(op(x.Narrow(0, start, length)), whole.Narrow(0, start, length), $"{name} from row {start}");
        }
    }

    [Theory, InlineData("softmax"), InlineData("layer_norm"), InlineData("rms_norm")]
    public void RowsOfDoublesEqualTheirParts(string name)
    {
        var x = Wave(2100 * 1024, 4).Reshape(2100, 1024).To(DType.Float64);
        Tensor Op(Tensor part) => name switch
        {
            "softmax" => part.Softmax(1),
            "layer_norm" => part.LayerNorm([1024], Ramp(1024, 1).To(DType.Float64), Ramp(1024, 2).To(DType.Float64)),
            _ => part.RmsNorm([1024], Ramp(1024, 1).To(DType.Float64)),
        };
        var whole = Op(x);
        for (int start = 0; start < 2100; start += 300)
            Check.Same(Op(x.Narrow(0, start, 300)), whole.Narrow(0, start, 300), $"{name} from row {start}");
    }

    /// <summary>Softmax of rows far from 0, in whose steps of float a whole turn of the exponent may not count.</summary>
    [Theory, InlineData(9, 5), InlineData(9, 24), InlineData(9, 1000), InlineData(4608, 1024), Trait("Isa", "slice")]
    public void SoftmaxOfRowsFarFromZero(int rows, int columns)
    {
        float[] places = [0, 1e3f, -1e5f, 1_048_570, 3e6f, -9e6f, 1e10f, 3e38f, -3e38f];
        var values = new float[rows * columns];
        for (int i = 0; i < values.Length; i++)
            values[i] = places[i / columns % places.Length] + (i % 13 == 5 ? float.NegativeInfinity : 0.37f * (i % 11));
        float[] y = Tensor.From(values).Reshape(rows, columns).Softmax(1).ToArray<float>();
        for (int r = 0; r < rows; r++)
        {
            var x = values.AsSpan(r * columns, columns).ToArray();
            double most = x.Max(), sum = x.Sum(v => Math.Exp(v - most));
            for (int j = 0; j < columns; j++)
                Assert.Equal(Math.Exp(x[j] - most) / sum, y[r * columns + j], 2e-6);
        }
    }

    [Theory, InlineData(67, 5003), InlineData(130, 2048), InlineData(4101, 1024), InlineData(1, 9)]
    public void GradientsOfLayerNormAgreeWithThoseOfDoubles(int rows, int columns)
    {
        Tensor[] Gradients(DType type)
        {
            var leaves = new[] { Wave(rows * columns, 5).Reshape(rows, columns), Ramp(columns, 1), Ramp(columns, 2) }.Select(t => t.To(type).Detach().RequireGrad()).ToArray();
            var g = Wave(rows * columns, 6).Reshape(rows, columns).To(type);
            return Autograd.Grad([(leaves[0] + 3).LayerNorm([columns], leaves[1], leaves[2])], leaves, [g]);
        }
        foreach (var (expected, actual) in Gradients(DType.Float64).Zip(Gradients(DType.Float32)))
        {
            double scale = expected.Abs().Amax().Item<double>();
            Assert.InRange((expected - actual.To(DType.Float64)).Abs().Amax().Item<double>(), 0, 1e-5 * scale);
        }
    }

    [Theory, InlineData("softmax"), InlineData("layer_norm")]
    public void StatisticsOfARowStayWithIt(string name)
    {
        // Each row has a maximum, a mean and a spread of its own; NaN and infinity in one row touch no other.
        const int rows = 4100, columns = 1024;
        var values = new float[rows * columns];
        for (int i = 0; i < values.Length; i++)
            values[i] = (i % 7 - 3) * (1 + i / columns % 5) + i / columns;
        values[10 * columns + 5] = float.NaN;
        values[20 * columns + 6] = float.PositiveInfinity;
        values[30 * columns + 7] = float.NegativeInfinity;
        var x = Tensor.From(values, [rows, columns]);
        var whole = ByRows[name](x);
        for (int row = 0; row < rows; row += row < 64 ? 1 : 101)
            Check.Same(ByRows[name](x.Narrow(0, row, 1)), whole.Narrow(0, row, 1), $"{name}, row {row}");
        Assert.True(float.IsNaN(whole.Narrow(0, 10, 1).Reshape(-1).ToArray<float>()[0]));
        Assert.All(whole.Narrow(0, 11, 1).Reshape(-1).ToArray<float>(), y => Assert.True(float.IsFinite(y)));
    }

    private static Tensor OnThreads(int count, Func<Tensor> compute)
    {
        using var limit = ParallelFor.Limit(count);
        return compute();
    }

    private static Tensor Ramp(int count, int seed) => Wave(count, seed);

    /// <summary>Numbers between -2 and 2 that repeat only after a long while.</summary>
    private static Tensor Wave(int count, int seed)
    {
        var values = new float[count];
        uint state = (uint)seed * 2654435761u;
        for (int i = 0; i < count; i++)
        {
            state = state * 1664525u + 1013904223u;
            values[i] = (state >> 8) * (4f / (1 << 24)) - 2f;
        }
        return Tensor.From(values);
    }
}
