namespace Hebb.Formats.Tests.Gguf;

/// <summary>Quantised blocks: read to the bit as the layouts say, and written as near as their bits allow.</summary>
public class GgufBlockTests
{
    public static IEnumerable<TheoryDataRow<GgufType>> Types => GgufGolden.Types.Select(t => new TheoryDataRow<GgufType>(t));

    /// <summary>A file with one tensor of these blocks.</summary>
    private static GgufTensor Stored(GgufType type, byte[] blocks)
    {
        using var stream = new MemoryStream();
        GgufFile.Save(stream, new Dictionary<string, GgufTensor> { ["x"] = GgufTensor.Pack(Tensor.Zeros([2, blocks.Length / 2 / type.BlockBytes * type.BlockSize]), type) });
        byte[] file = stream.ToArray();
        blocks.CopyTo(file, file.Length - (blocks.Length + 31) / 32 * 32);
        return GgufFile.Load(file).Tensors["x"];
    }

    [Theory, MemberData(nameof(Types))]
    public void BlocksAreReadAsPublished(GgufType type)
    {
        var (blocks, values) = GgufGolden.Case(type);
        var stored = Stored(type, blocks);
        Assert.Equal(DType.UInt8, stored.Stored.DType);
        Assert.Equal([2, type.BlockBytes], stored.Stored.Shape.ToArray());
        Assert.Equal(values, stored.ToTensor().ToArray<float>());
        Assert.Equal(values[type.BlockSize..], stored.Rows(1, 1).ToArray<float>());
    }

    /// <summary>The error of each kind on normally distributed weights, as a share of their size; ggml's own lie near these.</summary>
    [Theory]
    [InlineData(GgufType.Q4_0, 0.09)]
    [InlineData(GgufType.Q4_1, 0.08)]
    [InlineData(GgufType.Q5_0, 0.045)]
    [InlineData(GgufType.Q5_1, 0.04)]
    [InlineData(GgufType.Q8_0, 0.006)]
    [InlineData(GgufType.Q8_1, 0.006)]
    [InlineData(GgufType.Q2_K, 0.32)]
    [InlineData(GgufType.Q3_K, 0.17)]
    [InlineData(GgufType.Q4_K, 0.08)]
    [InlineData(GgufType.Q5_K, 0.04)]
    [InlineData(GgufType.Q6_K, 0.025)]
    [InlineData(GgufType.Q8_K, 0.009)]
    public void PackingLosesLittle(GgufType type, double most)
    {
        var x = Tensor.Normal(0, 0.05, [16, 512], rng: new Rng(1));
        var packed = GgufTensor.Pack(x, type);
        var y = packed.ToTensor();
        double error = Math.Sqrt((y - x).Square().Sum().Item() / x.Square().Sum().Item());
        Assert.InRange(error, most / 2.5, most);
        Assert.Equal(16 * 512 / type.BlockSize * type.BlockBytes, packed.Bytes);
        // Packed again, it is what it was.
        Assert.InRange((GgufTensor.Pack(y, type).ToTensor() - y).Abs().Max().Item(), 0, 0.02);
    }

    [Theory, MemberData(nameof(Types))]
    public void ExtremeValuesStayInRange(GgufType type)
    {
        float[] values = new float[256];
        (values[0], values[1], values[2], values[100], values[200]) = (float.NaN, float.PositiveInfinity, 1e30f, -1e-30f, 3);
        foreach (float[] x in (float[][])[values, new float[256], [.. Enumerable.Repeat(2.5f, 256)], [.. Enumerable.Repeat(-2.5f, 256)], [.. Enumerable.Range(0, 256).Select(i => 1e-30f * i)]])
        {
            float[] y = GgufTensor.Pack(Tensor.From(x, [1, 256]), type).ToTensor().ToArray<float>();
            Assert.All(y, v => Assert.True(float.IsFinite(v)));
            if (x[0] == x[1] && MathF.Abs(x[0]) == 2.5f)
                Assert.All(y, v => Assert.Equal(x[0], v, 0.03f));
            if (x.All(v => v == 0))
                Assert.All(y, v => Assert.Equal(0, v));
        }
    }

    [Fact]
    public void WhatCannotBePackedIsSaid()
    {
        Assert.Equal("Pack: the last axis of [2, 40] is no multiple of 32, the block of Q4_0", Assert.Throws<ShapeException>(() => GgufTensor.Pack(Tensor.Zeros([2, 40]), GgufType.Q4_0)).Message);
        Assert.Equal("Pack: int32 is no float type", Assert.Throws<DTypeException>(() => GgufTensor.Pack(Tensor.Zeros([32], DType.Int32), GgufType.Q4_0)).Message);
        Assert.Equal("Rows: [2, 32] has no 2 rows from 1 on", Assert.Throws<ShapeException>(() => GgufTensor.Pack(Tensor.Zeros([2, 32]), GgufType.Q8_0).Rows(1, 2)).Message);
    }
}
