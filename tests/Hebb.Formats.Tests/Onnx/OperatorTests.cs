using static Hebb.Formats.Tests.Onnx.ModelMaker;

namespace Hebb.Formats.Tests.Onnx;

/// <summary>Operators that the importer composes itself, against plain loops in double precision.</summary>
public class OperatorTests
{
    private static float[] Draw(int count, int seed)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count).Select(_ => random.NextSingle() * 2 - 1)];
    }

    private static void AssertNear(double[] expected, Tensor actual, double limit = 1e-5)
    {
        float[] values = actual.Flatten().ToArray<float>();
        Assert.Equal(expected.Length, values.Length);
        for (int i = 0; i < values.Length; i++)
            Assert.True(Math.Abs(values[i] - expected[i]) <= limit * (1 + Math.Abs(expected[i])), $"element {i} is {values[i]}, expected {expected[i]}");
    }

    private static double Sigmoid(double x) => 1 / (1 + Math.Exp(-x));

    [Theory]
    [InlineData(true, "forward")]
    [InlineData(false, "forward")]
    [InlineData(false, "reverse")]
    public void Lstm(bool peepholes, string direction)
    {
        const int Steps = 3, Batch = 2, In = 2, H = 2;
        float[] x = Draw(Steps * Batch * In, 1), w = Draw(4 * H * In, 2), r = Draw(4 * H * H, 3), b = Draw(8 * H, 4), p = peepholes ? Draw(3 * H, 5) : new float[3 * H];
        var expected = new double[Steps * Batch * H];
        for (int n = 0; n < Batch; n++)
        {
            double[] h = new double[H], c = new double[H];
            for (int s = 0; s < Steps; s++)
            {
                int t = direction == "reverse" ? Steps - 1 - s : s;
                double Gate(int gate, int k)
                {
                    int row = gate * H + k;
                    double sum = b[row] + b[4 * H + row];
                    for (int j = 0; j < In; j++)
                        sum += w[row * In + j] * x[(t * Batch + n) * In + j];
                    for (int j = 0; j < H; j++)
                        sum += r[row * H + j] * h[j];
                    return sum;
                }
                double[] nextH = new double[H], nextC = new double[H];
                for (int k = 0; k < H; k++)
                {
                    double enter = Sigmoid(Gate(0, k) + p[k] * c[k]), forget = Sigmoid(Gate(2, k) + p[2 * H + k] * c[k]);
                    nextC[k] = forget * c[k] + enter * Math.Tanh(Gate(3, k));
                    nextH[k] = Sigmoid(Gate(1, k) + p[H + k] * nextC[k]) * Math.Tanh(nextC[k]);
                    expected[(t * Batch + n) * H + k] = nextH[k];
                }
                (h, c) = (nextH, nextC);
            }
        }
        string[] names = ["x", "w", "r", "b", "", "", "", "p"];
        var model = OnnxModel.Load(Model(Graph(["x", "w", "r", "b", "p"], ["y"], Node("LSTM", peepholes ? names : names[..4], ["y"], ("hidden_size", H), ("direction", direction))), 22));
        AssertNear(expected, model.Call(Tensor.From(x, [Steps, Batch, In]), Tensor.From(w, [1, 4 * H, In]), Tensor.From(r, [1, 4 * H, H]), Tensor.From(b, [1, 8 * H]), Tensor.From(p, [1, 3 * H])));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void Gru(int linearBeforeReset)
    {
        const int Steps = 3, H = 3;
        float[] x = Draw(Steps, 1), w = Draw(3 * H, 2), r = Draw(3 * H * H, 3), b = Draw(6 * H, 4);
        var expected = new double[Steps * H];
        var h = new double[H];
        for (int t = 0; t < Steps; t++)
        {
            double Input(int row) => w[row] * x[t] + b[row];
            double State(int row, Func<int, double> h0) => Enumerable.Range(0, H).Sum(j => r[row * H + j] * h0(j)) + b[3 * H + row];
            double[] update = [.. Enumerable.Range(0, H).Select(k => Sigmoid(Input(k) + State(k, j => h[j])))];
            double[] reset = [.. Enumerable.Range(0, H).Select(k => Sigmoid(Input(H + k) + State(H + k, j => h[j])))];
            var next = new double[H];
            for (int k = 0; k < H; k++)
            {
                double state = linearBeforeReset == 1 ? reset[k] * State(2 * H + k, j => h[j]) : State(2 * H + k, j => reset[j] * h[j]);
                next[k] = (1 - update[k]) * Math.Tanh(Input(2 * H + k) + state) + update[k] * h[k];
                expected[t * H + k] = next[k];
            }
            h = next;
        }
        AssertNear(expected, Run("GRU", 22, [Tensor.From(x, [Steps, 1, 1]), Tensor.From(w, [1, 3 * H, 1]), Tensor.From(r, [1, 3 * H, H]), Tensor.From(b, [1, 6 * H])], 1, ("hidden_size", H), ("linear_before_reset", linearBeforeReset))[0]);
    }

    [Fact]
    public void ResizeIsLinearBetweenPixelCentres()
    {
        var x = Tensor.From([1f, 2, 3, 4], [1, 1, 2, 2]);
        var y = Run("Resize", 13, [x, Tensor.Zeros([0]), Tensor.From([1f, 1, 2, 2])], 1, ("mode", "linear"))[0];
        // Positions -0.25, 0.25, 0.75, 1.25, held at the borders.
        double[] at = [0, 0.25, 0.75, 1];
        AssertNear([.. at.SelectMany(i => at.Select(j => 1 + 2 * i + j))], y);
    }

    [Fact]
    public void AveragesOfDilatedWindows()
    {
        var y = Run("AveragePool", 19, [Tensor.From([1f, 2, 3, 4, 5, 6], [1, 1, 6])], 1, ("kernel_shape", new long[] { 2 }), ("dilations", new long[] { 3 }), ("pads", new long[] { 1, 0 }))[0];
        AssertNear([3.0, (1 + 4) / 2.0, (2 + 5) / 2.0, (3 + 6) / 2.0], y);
    }

    [Fact]
    public void QuantizedBlocksComeBack()
    {
        var x = Tensor.From(Draw(12, 7), [2, 6]);
        var scale = Tensor.From([0.01f, 0.02f, 0.01f, 0.015f], [2, 2]);
        var zero = Tensor.Zeros([2, 2], DType.Int8);
        var q = Run("QuantizeLinear", 21, [x, scale, zero], 1, ("axis", 1), ("block_size", 3))[0];
        Assert.Equal(DType.Int8, q.DType);
        float[] back = Run("DequantizeLinear", 21, [q, scale, zero], 1, ("axis", 1), ("block_size", 3))[0].Flatten().ToArray<float>(), given = x.Flatten().ToArray<float>();
        for (int i = 0; i < back.Length; i++)
            Assert.True(Math.Abs(back[i] - given[i]) <= 0.0101f, $"element {i}");
    }

    [Fact]
    public void SmallTypesAreMoved()
    {
        var x = Tensor.From([-8f, -1, 0, 7]).To(DType.Int4);
        var y = Run("Transpose", 21, [x.Reshape(2, 2)])[0];
        Assert.Equal(DType.Int4, y.DType);
        Assert.Equal([-8f, 0, -1, 7], y.To(DType.Float32).Flatten().ToArray<float>());
        // Past the range the upper bits are lost.
        Assert.Equal([-7f, 7, -8], Run("Cast", 23, [Tensor.From([9f, -9, 8.9f])], 1, ("to", 22))[0].To(DType.Float32).ToArray<float>());
    }

    [Fact]
    public void NumbersBecomeTextsAndComeBack()
    {
        var x = Tensor.From([0.1f, -1, 1e-5f, 0.0001f, 1e20f, 123456.79f, float.PositiveInfinity, float.NaN, 0]);
        var texts = Assert.IsType<OnnxStrings>(OneNode("Cast", 19, 1, 1, ("to", 8)).Run(new Dictionary<string, OnnxValue> { ["a"] = x })[0]);
        Assert.Equal(["0.1", "-1.0", "1e-05", "0.0001", "1e+20", "123456.79", "inf", "nan", "0.0"], texts.Values);
        var back = OneNode("Cast", 19, 1, 1, ("to", 1)).Run(new Dictionary<string, OnnxValue> { ["a"] = texts })[0].AsTensor();
        Assert.Equal(x.ToArray<float>(), back.ToArray<float>());
    }

    [Fact]
    public void PicturesAreDecoded()
    {
        byte[] pixels = [10, 20, 30, 40, 50, 60];
        byte[] pnm = [.. "P6\n# remark\n2 1\n255\n"u8, .. pixels];
        List<byte> tiff = [.. "II*\0"u8, 14, 0, 0, 0, .. pixels];
        (int Tag, int Type, int Value)[] tags = [(256, 3, 2), (257, 3, 1), (258, 3, 8), (259, 3, 1), (262, 3, 2), (273, 4, 8), (277, 3, 3), (279, 4, 6)];
        tiff.AddRange([(byte)tags.Length, 0]);
        foreach (var (tag, type, value) in tags)
            tiff.AddRange([(byte)tag, (byte)(tag >> 8), (byte)type, 0, 1, 0, 0, 0, (byte)value, 0, 0, 0]);
        tiff.AddRange([0, 0, 0, 0]);
        foreach (byte[] file in (byte[][])[pnm, [.. tiff], Data.Png.Encode(new Data.Image(2, 1, 3, pixels))])
        {
            Assert.Equal(pixels, Run("ImageDecoder", 20, [Tensor.From(file)])[0].ToArray<byte>());
            Assert.Equal([30, 20, 10, 60, 50, 40], Run("ImageDecoder", 20, [Tensor.From(file)], 1, ("pixel_format", "BGR"))[0].ToArray<byte>());
            for (int length = 0; length < file.Length - 4; length += 3)
                Assert.Throws<FormatException>(() => Run("ImageDecoder", 20, [Tensor.From(file[..length])]));
        }
        // Sizes whose product is more than 2^63.
        byte[] map = [.. "P6\n2147483647 2147483647\n255\n"u8, .. pixels], bitmap = new byte[60];
        "BM"u8.CopyTo(bitmap);
        foreach (var (at, value) in ((int, int)[])[(10, 54), (14, 40), (18, int.MaxValue), (22, int.MaxValue), (28, 32)])
            BitConverter.TryWriteBytes(bitmap.AsSpan(at), value);
        for (int tag = 0; tag < 2; tag++)
        {
            tiff[16 + 12 * tag + 2] = 4;
            for (int i = 8; i < 12; i++)
                tiff[16 + 12 * tag + i] = 0xff;
        }
        foreach (byte[] file in (byte[][])[map, bitmap, [.. tiff]])
            Assert.Contains("cut short", Assert.Throws<FormatException>(() => Run("ImageDecoder", 20, [Tensor.From(file)])).Message);
    }

    [Fact]
    public void StringsAreMovedAndJoined()
    {
        var model = OneNode("Concat", 20, 2, 1, ("axis", 1));
        var (a, b) = (new OnnxStrings(["p", "q"], [2, 1]), new OnnxStrings(["r", "s", "t", "u"], [2, 2]));
        var y = Assert.IsType<OnnxStrings>(model.Run(new Dictionary<string, OnnxValue> { ["a"] = a, ["b"] = b })[0]);
        Assert.Equal(["p", "r", "s", "q", "t", "u"], y.Values);
        Assert.Equal([2, 3], y.Shape.ToArray());
    }

    [Fact]
    public void BoxesThatOverlapLessThanAskedStay()
    {
        var boxes = Tensor.From([0f, 0, 1, 1, 0, 0, 1, 0.9f, 2, 2, 3, 3], [1, 3, 4]);
        var scores = Tensor.From([0.5f, 0.9f, 0.7f], [1, 1, 3]);
        var y = Run("NonMaxSuppression", 11, [boxes, scores, Tensor.From([3L]), Tensor.From([0.5f]), Tensor.From([0f])])[0];
        Assert.Equal([0L, 0, 1, 0, 0, 2], y.Flatten().ToArray<long>());
    }
}
