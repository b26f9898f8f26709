using System.Text;

namespace Hebb.Data.Tests;

public class TextFileTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void ReadsTextAndLines(bool zipped)
    {
        using var folder = new TemporaryFolder();
        byte[] bytes = [.. Encoding.UTF8.Preamble, .. Encoding.UTF8.GetBytes("één\r\n\nthree")];
        string path = folder.Write("a.txt", zipped ? IdxTests.Zip(bytes) : bytes);
        Assert.Equal("één\r\n\nthree", TextFile.Read(path));
        Assert.Equal(["één", "", "three"], TextFile.ReadLines(path));
        Assert.Empty(TextFile.DecodeLines([]));
        Assert.Equal("", TextFile.Decode([]));
    }

    [Fact]
    public void LinesLongerThanTheBufferAreWhole()
    {
        string longLine = new('x', 200_000);
        Assert.Equal([longLine, "y", ""], TextFile.DecodeLines(Encoding.UTF8.GetBytes(longLine + "\ny\n\n")));
    }

    [Fact]
    public void NamesTheLineThatIsWrong()
    {
        Assert.Equal("a line 2: is not UTF-8 text", Assert.Throws<FormatException>(() => TextFile.DecodeLines([(byte)'x', 10, 0xff], "a").ToList()).Message);
        Assert.Equal("a: is not UTF-8 text", Assert.Throws<FormatException>(() => TextFile.Decode([0xc3], "a")).Message);
        byte[] zipped = IdxTests.Zip(Encoding.UTF8.GetBytes(new string('q', 100_000)));
        zipped[^9] ^= 255;
        Assert.Throws<FormatException>(() => TextFile.DecodeLines(zipped).ToList());
    }

    [Fact]
    public void JsonLinesComeBack()
    {
        using var folder = new TemporaryFolder();
        string path = Path.Combine(folder.Root, "a.jsonl");
        JsonLines.Write(path, [1, 2], (json, i) =>
        {
            json.WriteStartObject();
            json.WriteNumber("i", i);
            json.WriteEndObject();
        });
        Assert.Equal("{\"i\":1}\n{\"i\":2}\n", File.ReadAllText(path));
        Assert.Equal([1, 2], JsonLines.Read(path).Select(v => v.GetProperty("i").GetInt32()));
        Assert.StartsWith("j line 3: is no JSON: ", Assert.Throws<FormatException>(() => JsonLines.Decode("1\n\n{"u8.ToArray(), "j").ToList()).Message);
    }
}
