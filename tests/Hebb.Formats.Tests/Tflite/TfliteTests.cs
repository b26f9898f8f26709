namespace Hebb.Formats.Tests.Tflite;

/// <summary>TensorFlow Lite models, in float and quantised, against loops in double precision that follow the format's definition: real = scale * (q - zero).</summary>
public class TfliteTests
{
    private static Random s_random = new(5);

    public TfliteTests() => Restart();

    /// <summary>Each test draws the same numbers, whichever ran before it.</summary>
    internal static void Restart() => s_random = new(5);

    private static double Noise() => s_random.NextDouble() * 2 - 1;

    internal static Block Random(params int[] shape) => Block.Of(shape, _ => Noise());

    private static float[] Floats(Block block) => [.. block.Values.Select(v => (float)v)];

    /// <summary>Values that fit a float.</summary>
    private static Block Single(params int[] shape) => Random(shape).Map(v => (float)v);

    private static void AssertClose(Block expected, Tensor actual, double tolerance = 2e-5)
    {
        Assert.Equal(expected.Shape, actual.Shape.ToArray());
        var found = Block.Of(actual);
        for (int i = 0; i < found.Values.Length; i++)
            Assert.True(Math.Abs(found.Values[i] - expected.Values[i]) <= tolerance * (1 + Math.Abs(expected.Values[i])), $"[{i}]: {found.Values[i]} for {expected.Values[i]}");
    }

    /// <summary>Stored numbers within one of those nearest to real ones.</summary>
    private static void AssertQuantum(Block expected, Tensor actual, double scale, long zero, double least, double most)
    {
        Assert.Equal(expected.Shape, actual.Shape.ToArray());
        var found = Block.Of(actual);
        for (int i = 0; i < found.Values.Length; i++)
        {
            double want = Math.Clamp(Math.Round(expected.Values[i] / scale) + zero, least, most);
            Assert.True(Math.Abs(found.Values[i] - want) <= 1, $"[{i}]: {found.Values[i]} for {want}");
        }
        // Not all alike, so that it can fail.
        Assert.True(found.Values.Distinct().Count() > 3);
    }

    [Theory]
    [InlineData(1, 1, true)]
    [InlineData(2, 1, true)]
    [InlineData(2, 1, false)]
    [InlineData(1, 2, true)]
    public void ConvolutionsInFloat(int stride, int dilation, bool same)
    {
        Block x = Single(2, 7, 6, 3), w = Single(4, 3, 2, 3), b = Single(4), deep = Single(1, 3, 3, 8), deepBias = Single(8);
        var maker = new TfliteMaker();
        int input = maker.Value<float>([2, 7, 6, 3]), middle = maker.Value<float>([]), output = maker.Value<float>([]);
        int kernel = maker.Constant(Floats(w), w.Shape), bias = maker.Constant(Floats(b)), second = maker.Constant(Floats(deep), deep.Shape), secondBias = maker.Constant(Floats(deepBias));
        maker.Step(3, [input, kernel, bias], [middle], new() { [0] = (sbyte)(same ? 0 : 1), [1] = stride, [2] = stride, [3] = (sbyte)3, [4] = dilation, [5] = dilation });
        maker.Step(4, [middle, second, secondBias], [output], new() { [0] = (sbyte)0, [1] = 1, [2] = 1, [3] = 2, [4] = (sbyte)1 });
        var model = maker.Model([input], [output, middle]);
        var expected = Naive.Convolution(x, w, b.Values, stride, dilation, same).Map(v => Math.Clamp(v, 0, 6));
        var y = model.CallAll(x.Tensor());
        AssertClose(expected, y[1]);
        AssertClose(Naive.Convolution(expected, deep, deepBias.Values, 1, 1, true, depthwise: true).Map(v => Math.Max(v, 0)), y[0]);
        Assert.Equal(["t3", "t4", "t5", "t6"], model.NamedParameters().Select(p => p.Name));
        y[0].Sum().Backward();
        Assert.All(model.NamedParameters(), p => Assert.NotNull(p.Parameter.Grad));
    }

    [Theory]
    [InlineData(false, 1, true)]
    [InlineData(false, 2, false)]
    [InlineData(true, 2, true)]
    public void ConvolutionsOf8Bits(bool depthwise, int stride, bool same)
    {
        // One scale for each output channel, as the converter makes them.
        int[] shape = depthwise ? [1, 3, 3, 6] : [6, 3, 3, 3];
        var q = Random([2, 8, 7, 3]).Map(v => Math.Round(v * 127));
        var w = Random(shape).Map(v => Math.Round(v * 127));
        float[] scales = [0.01f, 0.02f, 0.005f, 0.012f, 0.03f, 0.008f];
        int[] bias = [100, -2000, 0, 700, 31, -5];
        const float Scale = 0.05f, OutScale = 0.11f;
        const long Zero = -7, OutZero = 12;
        var maker = new TfliteMaker();
        int input = maker.Value<sbyte>(q.Shape, [Scale], [Zero]), output = maker.Value<sbyte>([], [OutScale], [OutZero]);
        int kernel = maker.Constant(w.Values.Select(v => (sbyte)v).ToArray(), shape, scales, axis: depthwise ? 3 : 0);
        int shift = maker.Constant(bias, scale: [.. scales.Select(s => s * Scale)]);
        Dictionary<int, object> options = depthwise ? new() { [1] = stride, [2] = stride, [3] = 2, [4] = (sbyte)3 } : new() { [1] = stride, [2] = stride, [3] = (sbyte)3 };
        options[0] = (sbyte)(same ? 0 : 1);
        maker.Step(depthwise ? 4 : 3, [input, kernel, shift], [output], options);
        var model = maker.Model([input], [output]);
        var sums = Naive.Convolution(q.Map(v => v - Zero), w, [.. bias.Select(b => (double)b)], stride, 1, same, depthwise);
        var real = Block.Of(sums.Shape, i => Math.Clamp(sums.Values[i] * Scale * scales[i % 6], 0, 6));
        var y = model.Call(q.Tensor(DType.Int8));
        Assert.Equal(DType.Int8, y.DType);
        AssertQuantum(real, y, OutScale, OutZero, -128, 127);
        // Floats in, floats out.
        var floats = model.Call(q.Map(v => Scale * (v - Zero)).Tensor());
        Assert.Equal(DType.Float32, floats.DType);
        AssertClose(Block.Of(y).Map(v => OutScale * (v - OutZero)), floats);
    }

    [Theory]
    [InlineData(typeof(byte))]
    [InlineData(typeof(sbyte))]
    [InlineData(typeof(short))]
    public void FullyConnectedOfWholeNumbers(Type type)
    {
        // 700 products of 8 bits: their sums do not fit a float.
        var (kind, least, most, zero) = type == typeof(byte) ? (DType.UInt8, 0, 255, 131L) : type == typeof(sbyte) ? (DType.Int8, -128, 127, 3L) : (DType.Int16, -32768, 32767, 0L);
        var q = Random(3, 700).Map(v => Math.Round((v + 1) / 2 * (most - least) + least));
        var w = Random(5, 700).Map(v => Math.Round((v + 1) / 2 * 255 - (type == typeof(byte) ? 0 : 128)));
        long weightZero = type == typeof(byte) ? 120 : 0;
        var maker = new TfliteMaker();
        int input = type == typeof(byte) ? maker.Value<byte>([3, 700], [0.02f], [zero]) : type == typeof(sbyte) ? maker.Value<sbyte>([3, 700], [0.02f], [zero]) : maker.Value<short>([3, 700], [0.02f], [zero]);
        int output = type == typeof(byte) ? maker.Value<byte>([3, 5], [0.9f], [100]) : type == typeof(sbyte) ? maker.Value<sbyte>([3, 5], [0.9f], [100]) : maker.Value<short>([3, 5], [0.9f], [100]);
        int kernel = type == typeof(byte) ? maker.Constant(w.Values.Select(v => (byte)v).ToArray(), [5, 700], [0.003f], [weightZero]) : maker.Constant(w.Values.Select(v => (sbyte)v).ToArray(), [5, 700], [0.003f], [weightZero]);
        int bias = maker.Constant<long>([5, -7, 100000, 33, 1 << 20]);
        maker.Step(9, [input, kernel, bias], [output], new() { [0] = (sbyte)0 });
        var expected = new Block([3, 5]);
        for (int i = 0; i < 3; i++)
            for (int o = 0; o < 5; o++)
                expected[i, o] = (Enumerable.Range(0, 700).Sum(k => (q[i, k] - zero) * (w[o, k] - weightZero)) + (o switch { 0 => 5, 1 => -7, 2 => 100000, 3 => 33, _ => 1 << 20 })) * (double)0.02f * 0.003f;
        AssertQuantum(expected, maker.Model([input], [output]).Call(q.Tensor(kind)), 0.9f, 100, least, most);
    }

    [Fact]
    public void WeightsOf8BitsAndHalfPrecisionUnderFloats()
    {
        var x = Single(2, 6);
        var w = Random(3, 6).Map(v => Math.Round(v * 127));
        float[] half = [0.5f, -1.25f, 3];
        var maker = new TfliteMaker();
        int input = maker.Value<float>([2, 6]), wide = maker.Value<float>([3]), output = maker.Value<float>([2, 3]);
        int kernel = maker.Constant(w.Values.Select(v => (sbyte)v).ToArray(), [3, 6], [0.1f, 0.2f, 0.3f], axis: 0), bias = maker.Constant(Array.ConvertAll(half, h => (Half)h));
        maker.Step(6, [bias], [wide]);
        maker.Step(9, [input, kernel, wide], [output], new() { [0] = (sbyte)4 });
        byte[] file = maker.File([input], [output]);
        var model = TfliteModel.Load(file);
        var expected = Block.Of([2, 3], i => Math.Tanh(half[i % 3] + Enumerable.Range(0, 6).Sum(k => x[i / 3, k] * w[i % 3, k] * (0.1 * (i % 3 + 1)))));
        AssertClose(expected, model.Call(x.Tensor()));
        Assert.Equal([("t4", DType.Float32), ("t3", DType.Float32)], model.NamedParameters().Select(p => (p.Name, p.Parameter.Value.DType)));
        using var weights = WeightFile.Open(file);
        Assert.Equal([("t3", "int8 with scales"), ("t4", "float16")], weights.Entries.Select(e => (e.Name, e.Type)));
        AssertClose(Block.Of([3, 6], i => w.Values[i] * (0.1 * (i / 6 + 1))), weights.Read("t3"));
    }

    [Theory]
    [InlineData(1, "mean")]
    [InlineData(17, "max")]
    [InlineData(12, "l2")]
    public void Pools(int code, string kind)
    {
        Func<List<double>, double> pool = kind switch { "mean" => l => l.Average(), "max" => l => l.Max(), _ => l => Math.Sqrt(l.Average(v => v * v)) };
        foreach (bool same in (bool[])[true, false])
        {
            var x = Single(2, 7, 6, 3);
            var maker = new TfliteMaker();
            int input = maker.Value<float>(x.Shape), output = maker.Value<float>([]);
            maker.Step(code, [input], [output], new() { [0] = (sbyte)(same ? 0 : 1), [1] = 2, [2] = 2, [3] = 3, [4] = 2, [5] = (sbyte)2 });
            AssertClose(Naive.Pool(x, [2, 3], 2, same, pool).Map(v => Math.Clamp(v, -1, 1)), maker.Model([input], [output]).Call(x.Tensor()));
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void TransposedConvolution(bool same)
    {
        Block x = Single(2, 4, 3, 2), w = Single(5, 3, 3, 2), b = Single(5);
        var (height, width) = same ? (8, 6) : (9, 7);
        var maker = new TfliteMaker();
        int size = maker.Constant([2, height, width, 5]), kernel = maker.Constant(Floats(w), w.Shape), bias = maker.Constant(Floats(b)), input = maker.Value<float>(x.Shape), output = maker.Value<float>([]);
        maker.Step(67, [size, kernel, input, bias], [output], new() { [0] = (sbyte)(same ? 0 : 1), [1] = 2, [2] = 2 });
        // What leads back from the output of a convolution: its margin is 1 - 1 / 2 = 0 before, the whole 1 after.
        int margin = same ? Math.Max(0, (4 - 1) * 2 + 3 - height) / 2 : 0;
        var expected = Block.Of([2, height, width, 5], i => b.Values[i % 5]);
        for (int n = 0; n < 2; n++)
            for (int i = 0; i < 4; i++)
                for (int j = 0; j < 3; j++)
                    for (int a = 0; a < 3; a++)
                        for (int c = 0; c < 3; c++)
                        {
                            var (h, v) = (2 * i + a - margin, 2 * j + c - margin);
                            if (h >= 0 && h < height && v >= 0 && v < width)
                                for (int o = 0; o < 5; o++)
                                    for (int k = 0; k < 2; k++)
                                        expected[n, h, v, o] += x[n, i, j, k] * w[o, a, c, k];
                        }
        AssertClose(expected, maker.Model([input], [output]).Call(x.Tensor()));
    }

    [Theory]
    [InlineData(23, false, false)]
    [InlineData(23, true, false)]
    [InlineData(23, false, true)]
    [InlineData(97, false, false)]
    [InlineData(97, true, false)]
    [InlineData(97, false, true)]
    public void Resampling(int code, bool corners, bool centres)
    {
        var x = Single(1, 3, 5, 2);
        var maker = new TfliteMaker();
        int input = maker.Value<float>(x.Shape), size = maker.Constant([7, 4]), output = maker.Value<float>([]);
        int field = code == 23 ? 2 : 0;
        maker.Step(code, [input, size], [output], new() { [field] = corners, [field + 1] = centres });
        double At(int i, int from, int to)
        {
            double scale = corners ? (from - 1) / (to - 1.0) : from / (double)to;
            return centres ? code == 23 ? (i + 0.5) * scale - 0.5 : (i + 0.5) * scale : i * scale;
        }
        var expected = Block.Of([1, 7, 4, 2], at =>
        {
            var (i, j, c) = (at / 8, at / 2 % 4, at % 2);
            double h = At(i, 3, 7), w = At(j, 5, 4);
            double Pixel(double y, double z) => x[0, (int)Math.Clamp(y, 0, 2), (int)Math.Clamp(z, 0, 4), c];
            if (code == 97)
                return corners ? Pixel(Math.Round(h, MidpointRounding.AwayFromZero), Math.Round(w, MidpointRounding.AwayFromZero)) : Pixel(Math.Floor(h), Math.Floor(w));
            double a = h - Math.Floor(h), b = w - Math.Floor(w);
            return (Pixel(Math.Floor(h), Math.Floor(w)) * (1 - a) + Pixel(Math.Floor(h) + 1, Math.Floor(w)) * a) * (1 - b) + (Pixel(Math.Floor(h), Math.Floor(w) + 1) * (1 - a) + Pixel(Math.Floor(h) + 1, Math.Floor(w) + 1) * a) * b;
        });
        AssertClose(expected, maker.Model([input], [output]).Call(x.Tensor()));
    }

    [Theory]
    [InlineData(0, "+", 0)]
    [InlineData(41, "-", 1)]
    [InlineData(18, "*", 3)]
    [InlineData(42, "/", 0)]
    [InlineData(55, "max", 0)]
    [InlineData(57, "min", 0)]
    [InlineData(99, "squares", 0)]
    public void ArithmeticOf8Bits(int code, string name, int activation)
    {
        var a = Random(4, 5).Map(v => Math.Round(v * 127));
        // No divisor near 0, which -9 stands for.
        var b = Random(5).Map(v => Math.Round(v * 60) + (name == "/" ? 65 : -9));
        var maker = new TfliteMaker();
        int left = maker.Value<sbyte>([4, 5], [0.03f], [5]), right = maker.Value<sbyte>([5], [0.05f], [-9]), output = maker.Value<sbyte>([], [0.07f], [-20]);
        maker.Step(code, [left, right], [output], new() { [0] = (sbyte)activation });
        var expected = Block.Of([4, 5], i =>
        {
            double x = 0.03f * (a.Values[i] - 5), y = 0.05f * (b.Values[i % 5] + 9);
            double z = name switch { "+" => x + y, "-" => x - y, "*" => x * y, "/" => x / y, "max" => Math.Max(x, y), "min" => Math.Min(x, y), _ => (x - y) * (x - y) };
            return activation switch { 0 => z, 1 => Math.Max(z, 0), _ => Math.Clamp(z, 0, 6) };
        });
        AssertQuantum(expected, maker.Model([left, right], [output]).Call(a.Tensor(DType.Int8), b.Tensor(DType.Int8)), 0.07f, -20, -128, 127);
    }

    [Theory]
    [InlineData(14)]
    [InlineData(28)]
    [InlineData(25)]
    [InlineData(98)]
    [InlineData(117)]
    [InlineData(11)]
    [InlineData(40)]
    public void FunctionsOf8Bits(int code)
    {
        var q = Random(6, 8).Map(v => Math.Round(v * 127));
        var maker = new TfliteMaker();
        // Means spread wider than the range of the functions.
        float scale = code == 40 ? 0.03f : 0.01f;
        int input = maker.Value<sbyte>([6, 8], [0.04f], [10]), output = maker.Value<sbyte>([], [scale], [-60]), axis = maker.Constant([1]);
        maker.Step(code, code == 40 ? [input, axis] : [input], [output], code switch { 98 => new() { [0] = 0.1f }, 25 => new() { [0] = 2f }, 40 => new() { [0] = true }, _ => null });
        var real = q.Map(v => 0.04f * (v - 10));
        double Row(int i, Func<double, double> f) => Enumerable.Range(0, 8).Sum(k => f(real[i / 8, k]));
        var expected = code == 40 ? Block.Of([6, 1], i => Row(8 * i, v => v) / 8) : Block.Of([6, 8], i => (code, real.Values[i]) switch
        {
            (14, var v) => 1 / (1 + Math.Exp(-v)),
            (28, var v) => Math.Tanh(v),
            (25, var v) => Math.Exp(2 * v) / Row(i, u => Math.Exp(2 * u)),
            (98, var v) => v < 0 ? 0.1 * v : v,
            (117, var v) => v * Math.Clamp(v + 3, 0, 6) / 6,
            (_, var v) => v / Math.Sqrt(Row(i, u => u * u)),
        });
        AssertQuantum(expected, maker.Model([input], [output]).Call(q.Tensor(DType.Int8)), scale, -60, -128, 127);
    }

    [Fact]
    public void ChangesScales()
    {
        var x = Single(4, 6).Map(v => v * 3);
        var maker = new TfliteMaker();
        int input = maker.Value<float>([4, 6]), small = maker.Value<sbyte>([4, 6], [0.025f], [4]), other = maker.Value<byte>([4, 6], [0.03f], [128]), moved = maker.Value<byte>([6, 4], [0.05f], [100]), output = maker.Value<float>([6, 4]);
        int order = maker.Constant([1, 0]);
        maker.Step(114, [input], [small]);
        maker.Step(114, [small], [other]);
        maker.Step(39, [other, order], [moved]);
        maker.Step(6, [moved], [output]);
        var y = maker.Model([input], [output, small, other]).CallAll(x.Tensor());
        AssertQuantum(x, y[1], 0.025f, 4, -128, 127);
        AssertQuantum(x, y[2], 0.03f, 128, 0, 255);
        AssertClose(Block.Of([6, 4], i => 0.05f * (Math.Clamp(Math.Round(0.03f * (Block.Of(y[2])[i % 4, i / 4] - 128) / 0.05f, MidpointRounding.AwayFromZero) + 100, 0, 255) - 100)), y[0]);
    }

    [Fact]
    public void MarginsOfQuantisedTensorsStandForZero()
    {
        var maker = new TfliteMaker();
        int input = maker.Value<sbyte>([1, 2], [0.5f], [-3]), margins = maker.Constant([0, 1, 1, 0], [2, 2]), padded = maker.Value<sbyte>([2, 3], [0.5f], [-3]);
        maker.Step(34, [input, margins], [padded]);
        var y = maker.Model([input], [padded]).Call(Tensor.From((sbyte[])[7, 9], [1, 2]));
        Assert.Equal((sbyte[])[-3, 7, 9, -3, -3, -3], y.ToArray<sbyte>());
    }
}
