using System.Text;

namespace Hebb.Formats.Tests.Gguf;

/// <summary>GGUF files: metadata of every type, tensors, and what is refused.</summary>
public class GgufFileTests
{
    private static readonly byte[] Golden = GgufGolden.File;

    private static string Error(byte[] bytes) => Assert.Throws<FormatException>(() => GgufFile.Load(bytes, "m.gguf")).Message;

    private static byte[] Changed(string at, int offset, params byte[] by)
    {
        byte[] bytes = (byte[])Golden.Clone();
        by.CopyTo(bytes, bytes.AsSpan().IndexOf(Encoding.UTF8.GetBytes(at)) + offset);
        return bytes;
    }

    private static void AssertGolden(GgufFile file)
    {
        var m = file.Metadata;
        Assert.Equal("tiny", m["general.architecture"]);
        Assert.Equal(((byte)255, (sbyte)-1, (ushort)65535, (short)-2, -3), (m["tiny.u8"], m["tiny.i8"], m["tiny.u16"], m["tiny.i16"], m["tiny.i32"]));
        Assert.Equal((0.5f, true, 1UL << 63, -1L << 40, 0.1), (m["tiny.f32"], m["tiny.yes"], m["tiny.u64"], m["tiny.i64"], m["tiny.f64"]));
        Assert.Equal(["a", "ß", ""], (string[])m["tiny.tokens"]);
        Assert.Equal([0, -1, 2], (float[])m["tiny.scores"]);
        Assert.Equal([1, 2], (int[])((object[])m["tiny.nested"])[0]);
        Assert.Equal(["a.weight", "b.weight", "c"], file.Tensors.Keys);
        Assert.Equal("[3, 2]", file.Tensors["a.weight"].Shape.ToString());
        Assert.Equal([0f, 1, 2, 3, 4, 5], file.Tensors["a.weight"].ToTensor().ToArray<float>());
        Assert.Equal(GgufGolden.Case(GgufType.Q8_0).Values, file.Tensors["b.weight"].ToTensor().ToArray<float>());
        Assert.Equal([1, -2, 3], file.Tensors["c"].ToTensor().ToArray<int>());
    }

    [Fact]
    public void ReadsMetadataAndTensors() => AssertGolden(GgufFile.Load(Golden, "m.gguf"));

    [Fact]
    public void WritesWhatItReads()
    {
        var file = GgufFile.Load(Golden, "m.gguf");
        using var stream = new MemoryStream();
        GgufFile.Save(stream, file.Tensors, file.Metadata);
        AssertGolden(GgufFile.Load(stream.ToArray(), "m.gguf"));
    }

    [Fact]
    public void OpensAsAnyWeightFile()
    {
        string path = Path.GetTempFileName();
        try
        {
            File.WriteAllBytes(path, Golden);
            using var file = WeightFile.Open(path);
            Assert.Equal(FileFormat.Gguf, file.Format);
            Assert.Equal(["F32", "Q8_0", "I32"], file.Entries.Select(e => e.Type));
            Assert.Equal("[a, ß, ]", file.Metadata["tiny.tokens"]);
            Assert.Equal(DType.Float32, file.Read("b.weight").DType);
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public void DamageGivesOneClearLine()
    {
        Assert.Equal("m.gguf: is no GGUF file", Error("GGML but longer than a head"u8.ToArray()));
        Assert.Equal("m.gguf: is of GGUF version 1; 2 and 3 are read", Error(Changed("GGUF", 4, 1)));
        Assert.Equal("m.gguf: was written for machines with big-endian numbers, which is not read", Error(Changed("GGUF", 4, 0, 0, 0, 3)));
        Assert.StartsWith("m.gguf: is said to have 18446744073709551615 tensors", Error(Changed("GGUF", 8, 255, 255, 255, 255, 255, 255, 255, 255)));
        Assert.Equal("m.gguf: 'b.weight' is in blocks of the type IQ4_XS, which is not read", Error(Changed("b.weight", 8 + 4 + 16, 23)));
        Assert.Equal("m.gguf: 'b.weight' is of the unknown type 99", Error(Changed("b.weight", 8 + 4 + 16, 99)));
        Assert.Equal("m.gguf: 'b.weight' is [2, 31] of Q8_0, whose rows are no multiple of 32", Error(Changed("b.weight", 8 + 4, 31)));
        Assert.StartsWith("m.gguf: the file is cut short", Error(Golden[..^70]));
        Assert.Equal("m.gguf: is cut short in its head", Error(Golden[..200]));
        Assert.Equal("m.gguf: has the tensor 'a.weight' twice", Error(Changed("b.weight", 0, (byte)'a')));
        Assert.Equal("m.gguf: has metadata of the unknown type 77", Error(Changed("tiny.u8", 7, 77)));
    }

    [Fact]
    public void WhatGgufCannotHoldIsSaid()
    {
        var one = GgufTensor.Of(Tensor.Ones([1]));
        string Refusal(Dictionary<string, GgufTensor> tensors, Dictionary<string, object>? metadata = null) =>
            Assert.ThrowsAny<HebbException>(() => GgufFile.Save(new MemoryStream(), tensors, metadata)).Message;
        Assert.Equal($"'{new string('x', 64)}' is longer than the 63 bytes that GGUF allows names", Refusal(new() { [new string('x', 64)] = one }));
        Assert.Equal("'x' is [1, 1, 1, 1, 1]; GGUF allows 4 axes", Refusal(new() { ["x"] = GgufTensor.Of(Tensor.Ones([1, 1, 1, 1, 1])) }));
        Assert.Equal("'k' is of the type Decimal, which GGUF has not", Refusal([], new() { ["k"] = 1m }));
        Assert.Equal("a GGUF file has no bool; cast 'the tensor' first", Assert.Throws<DTypeException>(() => GgufTensor.Of(Tensor.Ones([1], DType.Bool))).Message);
    }
}
