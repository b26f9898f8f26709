namespace Hebb.Formats.Tests.Tflite;

/// <summary>Operators of TensorFlow Lite one by one, recurrence, what is refused, and damaged files.</summary>
public class TfliteOperatorTests
{
    private static readonly float[] s_x = [3, -1, 2, 0.5f, -4, 1.5f];

    public TfliteOperatorTests() => TfliteTests.Restart();

    /// <summary>Runs one operator. Inputs that are tensors are given; others are constants.</summary>
    private static Tensor[] Run(int code, object[] inputs, Dictionary<int, object>? options = null, int outputs = 1, Type? type = null)
    {
        var maker = new TfliteMaker();
        var given = new List<(int Index, Tensor Value)>();
        int[] numbers = [.. inputs.Select(input =>
        {
            switch (input)
            {
                case float[] values: return maker.Constant(values);
                case int[] values: return maker.Constant(values);
                case bool[] values: return maker.Constant(values);
                case (float[] values, int[] shape): return maker.Constant(values, shape);
                case (int[] values, int[] shape): return maker.Constant(values, shape);
                case null: return -1;
                default:
                    var x = (Tensor)input;
                    int index = x.DType == DType.Int32 ? maker.Value<int>(x.Shape.ToArray()) : x.DType == DType.Bool ? maker.Value<bool>(x.Shape.ToArray()) : maker.Value<float>(x.Shape.ToArray());
                    given.Add((index, x));
                    return index;
            }
        })];
        int[] results = [.. Enumerable.Range(0, outputs).Select(_ => type == typeof(int) ? maker.Value<int>([]) : type == typeof(bool) ? maker.Value<bool>([]) : type == typeof(long) ? maker.Value<long>([]) : maker.Value<float>([]))];
        maker.Step(code, numbers, results, options);
        return maker.Model([.. given.Select(g => g.Index)], results).CallAll([.. given.Select(g => g.Value)]);
    }

    private static Tensor X(params int[] shape) => Tensor.From(s_x, shape);

    private static void Check(Tensor y, int[] shape, params double[] expected)
    {
        Assert.Equal(shape, y.Shape.ToArray());
        double[] found = y.To(DType.Float64).ToArray<double>();
        Assert.Equal(expected.Length, found.Length);
        for (int i = 0; i < found.Length; i++)
            Assert.True(Math.Abs(found[i] - expected[i]) <= 1e-5 * (1 + Math.Abs(expected[i])), $"[{i}]: {found[i]} for {expected[i]}");
    }

    [Fact]
    public void FunctionsOfOneNumber()
    {
        (int Code, Func<double, double> Function)[] cases =
        [
            (8, Math.Floor), (14, v => 1 / (1 + Math.Exp(-v))), (19, v => Math.Max(v, 0)), (20, v => Math.Clamp(v, -1, 1)), (21, v => Math.Clamp(v, 0, 6)), (28, Math.Tanh), (47, Math.Exp), (59, v => -v),
            (66, Math.Sin), (92, v => v * v), (93, _ => 0), (101, Math.Abs), (104, Math.Ceiling), (108, Math.Cos), (111, v => v > 0 ? v : Math.Exp(v) - 1), (116, v => Math.Round(v, MidpointRounding.ToEven)),
            (117, v => v * Math.Clamp(v + 3, 0, 6) / 6), (152, v => Math.Clamp(v, 0, 1)), (158, v => Math.Sign(v)), (150, v => 0.5 * v * (1 + Erf(v / Math.Sqrt(2)))),
        ];
        foreach (var (code, function) in cases)
            Check(Run(code, [X(2, 3)])[0], [2, 3], [.. s_x.Select(v => function(v))]);
        foreach (var (code, function) in (ReadOnlySpan<(int, Func<double, double>)>)[(73, Math.Log), (75, Math.Sqrt), (76, v => 1 / Math.Sqrt(v))])
            Check(Run(code, [Tensor.From((float[])[0.5f, 2, 9])])[0], [3], [.. ((double[])[0.5, 2, 9]).Select(function)]);
        Check(Run(98, [X(6)], new() { [0] = 0.2f })[0], [6], [.. s_x.Select(v => v < 0 ? 0.2 * v : v)]);
        Check(Run(54, [X(2, 3), (float[])[0.1f, 0.2f, 0.3f]])[0], [2, 3], 3, -0.2, 2, 0.5, -0.8, 1.5);
        Check(Run(50, [X(1, 6)])[0], [1, 6], [.. s_x.Select(v => v - Math.Log(s_x.Sum(u => Math.Exp(u))))]);
        Check(Run(80, [Tensor.From((float[])[-2, -0.3f, 0.26f, 5])], new() { [0] = -1f, [1] = 0.5f, [2] = 2 })[0], [4], -1, -0.5, 0.5, 0.5);
    }

    // Abramowitz and Stegun's series.
    private static double Erf(double x)
    {
        double sum = 0, term = x;
        for (int n = 0; n < 200; n++)
        {
            sum += term / (2 * n + 1);
            term *= -x * x / (n + 1);
        }
        return 2 / Math.Sqrt(Math.PI) * sum;
    }

    [Fact]
    public void FunctionsOfTwoNumbers()
    {
        float[] b = [2, 3, -1];
        (int Code, Func<double, double, double> Function)[] cases =
        [
            (90, (x, y) => Math.Floor(x / y)), (95, (x, y) => x - Math.Floor(x / y) * y), (156, Math.Atan2), (58, (x, y) => x < y ? 1 : 0), (61, (x, y) => x > y ? 1 : 0), (62, (x, y) => x >= y ? 1 : 0),
            (63, (x, y) => x <= y ? 1 : 0), (71, (x, y) => x == y ? 1 : 0), (72, (x, y) => x != y ? 1 : 0),
        ];
        foreach (var (code, function) in cases)
            Check(Run(code, [X(2, 3), b], type: code is >= 58 and <= 72 ? typeof(bool) : null)[0], [2, 3], [.. s_x.Select((v, i) => function(v, b[i % 3]))]);
        Check(Run(78, [Tensor.From((float[])[2, 3, 4]), (float[])[3, 2, 0.5f]])[0], [3], 8, 9, 2);
        // Whole numbers are divided towards zero.
        Check(Run(42, [Tensor.From((int[])[7, -7, 9]), (int[])[2, 2, -4]], type: typeof(int))[0], [3], 3, -3, -2);
        Check(Run(106, [X(6), X(6), s_x])[0], [6], [.. s_x.Select(v => 3.0 * v)]);
        Check(Run(84, [Tensor.From((bool[])[true, false, false]), (bool[])[true, true, false]], type: typeof(bool))[0], [3], 1, 1, 0);
        Check(Run(86, [Tensor.From((bool[])[true, false, false]), (bool[])[true, true, false]], type: typeof(bool))[0], [3], 1, 0, 0);
        Check(Run(87, [Tensor.From((bool[])[true, false])], type: typeof(bool))[0], [2], 0, 1);
        Check(Run(64, [(bool[])[true, false], X(2, 3), (new float[6], (int[])[2, 3])])[0], [2, 3], 3, -1, 2, 0, 0, 0);
        Check(Run(123, [(bool[])[true, false, true], X(2, 3), (float[])[9]])[0], [2, 3], 3, 9, 2, 0.5, 9, 1.5);
        Check(Run(53, [X(6)], type: typeof(int))[0], [6], 3, -1, 2, 0, -4, 1);
    }

    [Fact]
    public void Reductions()
    {
        Check(Run(40, [X(2, 3), (int[])[1]], new() { [0] = true })[0], [2, 1], 4 / 3.0, -2 / 3.0);
        Check(Run(74, [X(2, 3), (int[])[0, -1]])[0], [], 2);
        Check(Run(82, [X(2, 3), (int[])[0]])[0], [3], 3, -1, 2);
        Check(Run(89, [X(2, 3), (int[])[0]])[0], [3], 0.5, -4, 1.5);
        Check(Run(81, [X(2, 3), (int[])[1]])[0], [2], -6, -3);
        Check(Run(91, [Tensor.From((bool[])[true, false, false, false], [2, 2]), (int[])[1]], type: typeof(bool))[0], [2], 1, 0);
        Check(Run(140, [Tensor.From((bool[])[true, true, false, true], [2, 2]), (int[])[1]], type: typeof(bool))[0], [2], 1, 0);
        Check(Run(56, [X(2, 3), (int[])[1]], type: typeof(int))[0], [2], 0, 2);
        Check(Run(79, [X(2, 3), (int[])[0]], type: typeof(long))[0], [3], 1, 1, 1);
        Check(Run(128, [X(2, 3), (int[])[1]])[0], [2, 3], 3, 2, 4, 0.5, -3.5, -2);
        Check(Run(128, [X(6), (int[])[0]], new() { [0] = true, [1] = true })[0], [6], -1, 0, -2, -2.5, 1.5, 0);
        Check(Run(125, [X(3, 2), (int[])[0, 0, 2]])[0], [3, 2], 5, -0.5, 0, 0, -4, 1.5);
        Check(Run(13, [Tensor.From((float[])[1, 2, 3, 4], [1, 1, 1, 4])], new() { [0] = 1, [1] = 2f, [2] = 0.5f, [3] = 0.5f })[0], [1, 1, 1, 4],
            1 / Math.Sqrt(2 + 0.5 * 5), 2 / Math.Sqrt(2 + 0.5 * 14), 3 / Math.Sqrt(2 + 0.5 * 29), 4 / Math.Sqrt(2 + 0.5 * 25));
    }

    [Fact]
    public void Shapes()
    {
        double[] x = [.. s_x.Select(v => (double)v)];
        Check(Run(22, [X(2, 3), (int[])[3, -1]])[0], [3, 2], x);
        Check(Run(22, [X(2, 3)], new() { [0] = (int[])[6] })[0], [6], x);
        Check(Run(43, [X(1, 6, 1)], new() { [0] = (int[])[0] })[0], [6, 1], x);
        Check(Run(70, [X(6), (int[])[-1]])[0], [6, 1], x);
        Check(Run(39, [X(2, 3), (int[])[1, 0]])[0], [3, 2], 3, 0.5, -1, -4, 2, 1.5);
        Check(Run(2, [X(2, 3), (s_x, (int[])[2, 3])], new() { [0] = -1 })[0], [2, 6], 3, -1, 2, 3, -1, 2, 0.5, -4, 1.5, 0.5, -4, 1.5);
        Check(Run(2, [X(6), (float[])[7]], new() { [0] = 0, [1] = (sbyte)1 })[0], [7], 3, 0, 2, 0.5, 0, 1.5, 7);
        Check(Run(83, [X(6), s_x], new() { [0] = 2, [1] = 0 })[0], [2, 6], [.. x, .. x]);
        var rows = Run(88, [X(2, 3)], new() { [0] = 2, [1] = 0 }, outputs: 2);
        Check(rows[1], [3], 0.5, -4, 1.5);
        Check(Run(49, [(int[])[1], X(2, 3)], new() { [0] = 3 }, outputs: 3)[2], [2, 1], 2, 1.5);
        Check(Run(102, [X(6), (int[])[4, -1], (int[])[0]], new() { [0] = 2 }, outputs: 2)[1], [2], -4, 1.5);
        Check(Run(65, [X(2, 3), (int[])[0, 1], (int[])[1, -1]])[0], [1, 2], -1, 2);
        Check(Run(45, [X(2, 3), (int[])[1, 2], (int[])[0, 0], (int[])[1, -1]], new() { [1] = 1, [4] = 1 })[0], [2], 1.5, -4);
        Check(Run(45, [X(2, 3), (int[])[0, 0, 1], (int[])[0, 0, 3], (int[])[1, 1, 1]], new() { [2] = 1, [3] = 2 })[0], [2, 1, 2], -1, 2, -4, 1.5);
        Check(Run(34, [X(2, 3), ((int[])[0, 1, 2, 0], (int[])[2, 2])])[0], [3, 5], 0, 0, 3, -1, 2, 0, 0, 0.5, -4, 1.5, 0, 0, 0, 0, 0);
        Check(Run(60, [X(1, 6), ((int[])[0, 0, 1, 0], (int[])[2, 2]), (float[])[9]])[0], [1, 7], [9, .. x]);
        Check(Run(100, [X(6), ((int[])[2, 1], (int[])[1, 2])], new() { [0] = (sbyte)0 })[0], [9], [2, -1, .. x, -4]);
        Check(Run(100, [X(6), ((int[])[2, 1], (int[])[1, 2])], new() { [0] = (sbyte)1 })[0], [9], [-1, 3, .. x, 1.5]);
        Check(Run(69, [X(1, 6), (int[])[2, 1]])[0], [2, 6], [.. x, .. x]);
        Check(Run(130, [X(6), (int[])[2, 6]])[0], [2, 6], [.. x, .. x]);
        Check(Run(105, [X(2, 3), (int[])[1]])[0], [2, 3], 2, -1, 3, 1.5, -4, 0.5);
        Check(Run(77, [X(2, 3)], type: typeof(int))[0], [2], 2, 3);
        Check(Run(110, [X(2, 3)], type: typeof(int))[0], [], 2);
        Check(Run(94, [(int[])[2, 2], Tensor.Scalar(7)])[0], [2, 2], 7, 7, 7, 7);
        Check(Run(96, [((int[])[2], System.Array.Empty<int>()), ((int[])[9], System.Array.Empty<int>()), ((int[])[3], System.Array.Empty<int>())], type: typeof(int))[0], [3], 2, 5, 8);
    }

    [Fact]
    public void BlocksOfPictures()
    {
        var x = TfliteTests.Random(4, 4, 6, 4);
        var deep = Block.Of(Run(26, [x.Tensor()], new() { [0] = 2 })[0]);
        var wide = Block.Of(Run(5, [x.Tensor()], new() { [0] = 2 })[0]);
        var batch = Block.Of(Run(38, [x.Tensor(), (int[])[2, 3], ((int[])[1, 1, 0, 0], (int[])[2, 2])])[0]);
        Assert.Equal([4, 2, 3, 16], deep.Shape);
        Assert.Equal([4, 8, 12, 1], wide.Shape);
        Assert.Equal([24, 3, 2, 4], batch.Shape);
        for (int n = 0; n < 4; n++)
            for (int h = 0; h < 4; h++)
                for (int w = 0; w < 6; w++)
                    for (int c = 0; c < 4; c++)
                    {
                        float value = (float)x[n, h, w, c];
                        Assert.Equal(value, deep[n, h / 2, w / 2, (h % 2 * 2 + w % 2) * 4 + c]);
                        Assert.Equal(value, wide[n, 2 * h + c / 2, 2 * w + c % 2, 0]);
                        Assert.Equal(value, batch[((h + 1) % 2 * 3 + w % 3) * 4 + n, (h + 1) / 2, w / 3, c]);
                    }
        Check(Run(37, [batch.Tensor(), (int[])[2, 3], ((int[])[1, 1, 0, 0], (int[])[2, 2])])[0], [4, 4, 6, 4], x.Values);
    }

    [Fact]
    public void Indices()
    {
        Check(Run(36, [X(2, 3), ((int[])[2, 0, 1, 1], (int[])[2, 2])], new() { [0] = 1 })[0], [2, 2, 2], 2, 3, -1, -1, 1.5, 0.5, -4, -4);
        Check(Run(36, [X(2, 3), ((int[])[2, 0], (int[])[2, 1])], new() { [0] = 1, [1] = 1 })[0], [2, 1], 2, 0.5);
        Check(Run(107, [X(2, 3), ((int[])[1, 0, 0, 2], (int[])[2, 2])])[0], [2], 0.5, 2);
        Check(Run(107, [X(2, 3), ((int[])[1, 0], (int[])[2, 1])])[0], [2, 3], 0.5, -4, 1.5, 3, -1, 2);
        Check(Run(7, [Tensor.From((int[])[1, 0, 1]), (s_x, (int[])[2, 3])])[0], [3, 3], 0.5, -4, 1.5, 3, -1, 2, 0.5, -4, 1.5);
        Check(Run(122, [((int[])[4, 1, 4], (int[])[3, 1]), Tensor.From((float[])[5, 6, 7]), (int[])[6]])[0], [6], 0, 6, 0, 0, 12, 0);
        Check(Run(85, [Tensor.From((int[])[2, 0, 5]), ((int[])[3], System.Array.Empty<int>()), (float[])[1], (float[])[-1]], new() { [0] = -1 })[0], [3, 3], -1, -1, 1, 1, -1, -1, -1, -1, -1);
        var best = Run(48, [X(2, 3), ((int[])[2], System.Array.Empty<int>())], outputs: 2);
        Check(best[0], [2, 2], 3, 2, 1.5, 0.5);
        Check(best[1], [2, 2], 0, 2, 2, 0);
        Check(Run(109, [Tensor.From((bool[])[false, true, true, false], [2, 2])], type: typeof(long))[0], [2, 2], 0, 1, 1, 0);
        Check(Run(112, [X(2, 3), (int[])[2, 3]], new() { [0] = 1, [1] = 0 })[0], [2, 3], -1, 3, 2, 1.5, -4, 0.5);
        Check(Run(151, [X(2, 3), ((float[])[8, 9], (int[])[1, 2]), (int[])[1, 2]])[0], [2, 3], 3, -1, 2, 0.5, 8, 9);
    }

    [Fact]
    public void Products()
    {
        var (a, b) = (TfliteTests.Random(2, 3, 4), TfliteTests.Random(2, 5, 4));
        var expected = Block.Of([2, 3, 5], i => Enumerable.Range(0, 4).Sum(k => a[i / 15, i / 5 % 3, k] * b[i / 15, i % 5, k]));
        Check(Run(126, [a.Tensor(), b.Tensor()], new() { [1] = true })[0], [2, 3, 5], expected.Values);
        Check(Run(9, [X(1, 2, 3), (s_x, (int[])[2, 3]), null!], new() { [0] = (sbyte)0, [2] = true })[0], [1, 2, 2], 14, 8.5, 8.5, 18.5);
    }

    [Theory]
    [InlineData(false, false, false, false)]
    [InlineData(true, false, false, false)]
    [InlineData(false, true, true, false)]
    [InlineData(true, true, true, true)]
    [InlineData(false, false, false, true)]
    public void LongShortTermMemory(bool coupled, bool peepholes, bool projected, bool normed)
    {
        const int Examples = 2, Steps = 4, Features = 3, Cells = 5;
        int width = projected ? 2 : Cells;
        var x = TfliteTests.Random(Examples, Steps, Features);
        var maker = new TfliteMaker();
        var weights = new Block?[24];
        for (int gate = coupled ? 1 : 0; gate < 4; gate++)
        {
            weights[1 + gate] = TfliteTests.Random(Cells, Features);
            weights[5 + gate] = TfliteTests.Random(Cells, width);
            weights[12 + gate] = TfliteTests.Random(Cells);
            weights[20 + gate] = normed ? TfliteTests.Random(Cells) : null;
        }
        for (int i = coupled ? 10 : 9; peepholes && i < 12; i++)
            weights[i] = TfliteTests.Random(Cells);
        if (projected)
            (weights[16], weights[17]) = (TfliteTests.Random(width, Cells), TfliteTests.Random(width));
        int input = maker.Value<float>([Examples, Steps, Features]), output = maker.Value<float>([]);
        int[] inputs = [.. weights.Select((w, i) => i == 0 ? input : i is 18 or 19 ? maker.Value<float>([Examples, i == 18 ? width : Cells], variable: true)
            : w is null ? -1 : maker.Constant(w.Values.Select(v => (float)v).ToArray(), w.Shape))];
        float limit = peepholes ? 0.6f : 0, outputLimit = projected ? 0.5f : 0;
        maker.Step(44, normed ? inputs : inputs[..20], [output], new() { [0] = (sbyte)4, [1] = limit, [2] = outputLimit, [3] = false });
        var expected = new Block([Examples, Steps, width]);
        for (int n = 0; n < Examples; n++)
        {
            double[] h = new double[width], c = new double[Cells];
            for (int t = 0; t < Steps; t++)
            {
                double[] Gate(int gate, double[]? cell)
                {
                    double[] sum = [.. Enumerable.Range(0, Cells).Select(i => Enumerable.Range(0, Features).Sum(k => x[n, t, k] * weights[1 + gate]![i, k]) + Enumerable.Range(0, width).Sum(k => h[k] * weights[5 + gate]![i, k]))];
                    if (cell is not null && weights[gate == 3 ? 11 : 9 + gate] is { } peep)
                        sum = [.. sum.Select((s, i) => s + cell[i] * peep[i])];
                    if (weights[20 + gate] is { } scale)
                    {
                        double mean = sum.Average(), deviation = Math.Sqrt(sum.Average(s => (s - mean) * (s - mean)) + 1e-8);
                        sum = [.. sum.Select((s, i) => (s - mean) / deviation * scale[i])];
                    }
                    return [.. sum.Select((s, i) => s + weights[12 + gate]![i])];
                }
                static double Sigmoid(double v) => 1 / (1 + Math.Exp(-v));
                double[] forget = [.. Gate(1, c).Select(Sigmoid)];
                double[] enter = coupled ? [.. forget.Select(f => 1 - f)] : [.. Gate(0, c).Select(Sigmoid)];
                double[] fresh = Gate(2, null);
                c = [.. c.Select((v, i) => forget[i] * v + enter[i] * Math.Tanh(fresh[i]))];
                if (limit > 0)
                    c = [.. c.Select(v => Math.Clamp(v, -limit, limit))];
                double[] leave = Gate(3, c);
                double[] y = [.. c.Select((v, i) => Sigmoid(leave[i]) * Math.Tanh(v))];
                if (projected)
                    y = [.. Enumerable.Range(0, width).Select(o => Math.Clamp(weights[17]![o] + Enumerable.Range(0, Cells).Sum(k => y[k] * weights[16]![o, k]), -outputLimit, outputLimit))];
                h = y;
                for (int i = 0; i < width; i++)
                    expected[n, t, i] = h[i];
            }
        }
        Check(maker.Model([input], [output]).Call(x.Tensor()), expected.Shape, expected.Values);
    }

    [Fact]
    public void RefusesByName()
    {
        var maker = new TfliteMaker();
        int input = maker.Value<float>([2]), output = maker.Value<float>([2]);
        maker.Step(124, [input], [output]);
        byte[] file = maker.File([input], [output]);
        Assert.Equal("test.tflite: t1, DENSIFY: the operator DENSIFY is not read", Assert.Throws<FormatException>(() => maker.Model([input], [output])).Message);
        Assert.Equal("m: is of version 2; version 3 is read", Assert.Throws<FormatException>(() => TfliteModel.Load(maker.File([input], [output], version: 2), "m")).Message);
        Assert.Contains("takes 't1' before it is computed", Assert.Throws<FormatException>(() =>
        {
            var early = new TfliteMaker();
            var (a, b) = (early.Value<float>([2]), early.Value<float>([2]));
            early.Step(0, [a, b], [b]);
            early.Model([a], [b]);
        }).Message, StringComparison.Ordinal);
        // What can't be run can be looked into.
        string path = Path.Combine(Path.GetTempPath(), Guid.NewGuid().ToString("N") + ".tflite");
        try
        {
            File.WriteAllBytes(path, file);
            var report = FileReport.Of(path);
            Assert.Equal((FileFormat.TensorFlowLite, "made by a test"), (report.Format, report.Metadata["description"]));
            Assert.Equal([("DENSIFY", 1)], report.Operators);
            Assert.Equal([new FilePort("t0", "float32[2]")], report.Inputs);
            Assert.Throws<FormatException>(() => Model.Load(path));
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public void ConstantsThatShareBytesTakeNoMoreThanTheFile()
    {
        // A thousand tensors of the same megabyte.
        var tensors = Enumerable.Range(0, 1000).Select(i => new Dictionary<int, object> { [0] = (int[])[1 << 18], [1] = (sbyte)0, [2] = 1, [3] = $"t{i}" }).ToArray();
        byte[] file = FlatWriter.Write(new()
        {
            [0] = 3,
            [1] = new Dictionary<int, object>[] { new() { [0] = (sbyte)106, [3] = 106 } },
            [2] = new Dictionary<int, object>[] { new() { [0] = tensors, [1] = (int[])[], [2] = (int[])[0], [3] = new Dictionary<int, object>[] { new() { [0] = 0, [1] = Enumerable.Range(1, 999).ToArray(), [2] = (int[])[0] } } } },
            [4] = new Dictionary<int, object>[] { [], new() { [0] = new byte[1 << 20] } },
        }, "TFL3");
        Assert.Contains("hold more than the file", Assert.Throws<FormatException>(() => TfliteModel.Load(file)).Message, StringComparison.Ordinal);
    }

    /// <summary>A file with most kinds of parts.</summary>
    internal static byte[] Sample()
    {
        var maker = new TfliteMaker();
        int input = maker.Value<sbyte>([1, 4, 4, 2], [0.5f], [1]), middle = maker.Value<sbyte>([1, 4, 4, 3], [0.5f], [1]), flat = maker.Value<sbyte>([1, 48], [0.5f], [1]), output = maker.Value<float>([1, 48]);
        int kernel = maker.Constant(new sbyte[3 * 9 * 2], [3, 3, 3, 2], [0.1f, 0.2f, 0.3f], axis: 0), bias = maker.Constant<int>([1, 2, 3]), shape = maker.Constant([1, 48]), scale = maker.Constant(new float[48], [48]);
        maker.Step(3, [input, kernel, bias], [middle], new() { [0] = (sbyte)0, [1] = 1, [2] = 1, [3] = (sbyte)1 });
        maker.Step(22, [middle, shape], [flat], new() { [0] = (int[])[1, 48] });
        maker.Step(18, [flat, scale], [output], new() { [0] = (sbyte)0 });
        return maker.File([input], [output]);
    }
}
