using System.Buffers.Binary;
using System.Text;

namespace Hebb.Core.Tests.Modules;

public class SafetensorsTests
{
    private static byte[] Bytes(string header, params byte[] data)
    {
        var text = Encoding.UTF8.GetBytes(header);
        var length = new byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(length, text.Length);
        return [.. length, .. text, .. data];
    }

    private static IReadOnlyDictionary<string, Tensor> Load(byte[] bytes) => Safetensors.Load(new MemoryStream(bytes), "f").Tensors;

    private static string Error(byte[] bytes) => Assert.Throws<FormatException>(() => Load(bytes)).Message;

    [Fact]
    public void ReadsTheFormatAsPublished()
    {
        var tensors = Load(Bytes("""{"__metadata__":{"format":"pt"},"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"BF16","shape":[],"data_offsets":[8,10]}}""",
            0, 0, 128, 63, 0, 0, 0, 192, 64, 64));
        Assert.Equal([1f, -2f], tensors["a"].ToArray<float>());
        Assert.Equal(3, tensors["b"].Item());
        Assert.Equal(DType.BFloat16, tensors["b"].DType);
    }

    [Theory]
    [MemberData(nameof(Types))]
    public void EveryTypeSurvives(DType dtype)
    {
        var x = Tensor.From([0f, 1f, 1f, 0f]).To(dtype);
        var stream = new MemoryStream();
        Safetensors.Save(stream, new Dictionary<string, Tensor> { ["x"] = x, ["empty"] = Tensor.Zeros([0, 3], dtype) });
        var loaded = Load(stream.ToArray());
        Assert.Equal(dtype, loaded["x"].DType);
        Assert.Equal([0, 3], loaded["empty"].Shape.ToArray());
        Assert.Equal([0, 1, 1, 0], loaded["x"].To(DType.Float32).ToArray<float>());
    }

    public static TheoryData<DType> Types => [DType.Float64, DType.Float32, DType.Float16, DType.BFloat16, DType.Int64, DType.Int32, DType.Int16, DType.Int8,
        DType.UInt64, DType.UInt32, DType.UInt16, DType.UInt8, DType.Bool];

    [Fact]
    public void DamageGivesOneClearLine()
    {
        Assert.Equal("f: the file is cut short", Error([]));
        Assert.Equal("f: not a safetensors file", Error(new byte[40]));
        Assert.Equal("f: the file is cut short", Error([100, 0, 0, 0, 0, 0, 0, 0, (byte)'{']));
        Assert.Equal("f: the file is cut short: 'a' ends at byte 8 of 4", Error(Bytes("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", 0, 0, 0, 0)));
        Assert.Equal("f: 'a' has the unknown element type 'F13'", Error(Bytes("""{"a":{"dtype":"F13","shape":[2],"data_offsets":[0,8]}}""")));
        Assert.Equal("f: 'a' is float32[3], which does not take bytes 0 to 8", Error(Bytes("""{"a":{"dtype":"F32","shape":[3],"data_offsets":[0,8]}}""", new byte[8])));
        Assert.Equal("f: 'b' shares bytes with another entry",
            Error(Bytes("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", new byte[8])));
        Assert.StartsWith("f: the header is no JSON: ", Error(Bytes("{\"a\":")));
        Assert.StartsWith("f: ", Error(Bytes("""{"a":{"dtype":"F32","shape":[-2],"data_offsets":[0,8]}}""", new byte[8])));
        Assert.StartsWith("f: ", Error(Bytes("""{"a":{"dtype":"F32","shape":[1,1,1,1,1,1,1,1,1],"data_offsets":[0,4]}}""", new byte[4])));
        Assert.StartsWith("f: ", Error(Bytes("""{"a":{"dtype":"F32","shape":[2147483647,2147483647,2147483647],"data_offsets":[0,4]}}""", new byte[4])));
    }

    /// <summary>A header of nothing but values, a few bytes each, asks for no more than their places and its own bytes.</summary>
    [Theory]
    [InlineData("{\"a\":{\"dtype\":\"F32\",\"data_offsets\":[0,4],\"shape\":[", "0,", "0]}}")]
    [InlineData("{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[", "0,", "0]}}")]
    [InlineData("{\"a\":{},", "\"\":0,", "\"b\":0}")]
    public void HeadersOfMillionsOfValuesTakeTheirPlace(string begin, string value, string end)
    {
        const int size = 24 << 20;
        byte[] file = Bytes(begin + string.Concat(Enumerable.Repeat(value, size / value.Length)) + end, 0, 0, 0, 0);
        long before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Throws<FormatException>(() => Safetensors.Load(new MemoryStream(file)));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, size, 4L * size + (64 << 20));
    }

    [Fact]
    public void AnyBytesGiveTensorsOrAFormatException()
    {
        var stream = new MemoryStream();
        Safetensors.Save(stream, new Dictionary<string, Tensor> { ["weight"] = Tensor.Arange(12).Reshape(3, 4), ["bias"] = Tensor.Ones([4]) });
        byte[] good = stream.ToArray();
        var random = new Random(5);
        int refused = 0;
        for (int trial = 0; trial < 4000; trial++)
        {
            var bytes = good[..(trial % 2 == 0 ? good.Length : random.Next(good.Length))];
            for (int flips = random.Next(4); flips > 0 && bytes.Length > 0; flips--)
                bytes[random.Next(Math.Min(bytes.Length, 200))] = (byte)random.Next(256);
            try
            {
                Load(bytes);
            }
            catch (FormatException e)
            {
                Assert.DoesNotContain('\n', e.Message);
                refused++;
            }
        }
        Assert.InRange(refused, 1000, 3999);
    }
}
