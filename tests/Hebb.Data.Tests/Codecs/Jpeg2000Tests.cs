using System.IO.Compression;

namespace Hebb.Data.Tests;

/// <summary>Files of OpenJPEG through Pillow, and the samples that it decodes (Golden/make_jpeg2000.py).</summary>
public class Jpeg2000Tests
{
    internal sealed record Case(string Name, Image Expected, byte[] File);

    internal static IReadOnlyList<Case> Cases { get; } = [.. Load()];

    public static TheoryData<string> Names => [.. Cases.Select(c => c.Name)];

    private static byte[] Find(string name) => [.. Cases.Single(c => c.Name == name).File];

    /// <summary>Reversible pictures have the same samples; of the others floats may round one sample in another way.</summary>
    [Theory]
    [MemberData(nameof(Names))]
    public void HasTheSamplesOfOpenJpeg(string name)
    {
        var (_, expected, file) = Cases.Single(c => c.Name == name);
        var image = Jpeg2000.Decode(file);
        Assert.Equal((expected.Width, expected.Height, expected.Channels), (image.Width, image.Height, image.Channels));
        int slack = name.StartsWith("irreversible", StringComparison.Ordinal) ? 1 : 0;
        for (int i = 0; i < image.Pixels.Length; i++)
        {
            Assert.True(Math.Abs(expected.Pixels[i] - image.Pixels[i]) <= slack,
                $"sample {i % image.Channels} at ({i / image.Channels % image.Width}, {i / image.Channels / image.Width}) is {image.Pixels[i]}, not {expected.Pixels[i]}");
        }
    }

    [Fact]
    public void EveryTruncationIsOneLine()
    {
        foreach (string name in (string[])["rgb", "tiles", "codestream"])
        {
            byte[] file = Find(name);
            // Only the end marker may be missing.
            for (int length = 0; length < file.Length - 2; length += 3)
            {
                string message = Assert.Throws<FormatException>(() => Jpeg2000.Decode(file.AsSpan(0, length), "x.jp2")).Message;
                Assert.StartsWith("x.jp2: ", message);
                Assert.DoesNotContain('\n', message);
            }
        }
    }

    [Fact]
    public void NamesWhatIsWrong()
    {
        Assert.Contains("is not a JPEG 2000 file", Message([1, 2, 3]));
        byte[] file = Find("codestream");
        int size = file.AsSpan().IndexOf((byte[])[0xff, 0x51]), style = file.AsSpan().IndexOf((byte[])[0xff, 0x52]);
        Assert.Contains("has samples of 12 bits", Message(Change(file, size + 40, 11)));
        Assert.Contains("bypasses or ends the arithmetic coder", Message(Change(file, style + 12, 1)));
        Assert.Contains("has a broken coding style", Message(Change(file, style + 5, 9)));
        Assert.Contains("cannot be trusted to hold", Message(Change(Change(file, size + 7, 40), size + 23, 40)));
    }

    private static string Message(byte[] file)
    {
        string message = Assert.Throws<FormatException>(() => Jpeg2000.Decode(file, "x.jp2")).Message;
        Assert.StartsWith("x.jp2: ", message);
        return message;
    }

    private static byte[] Change(byte[] file, int at, byte value)
    {
        file = [.. file];
        file[at] = value;
        return file;
    }

    private static IEnumerable<Case> Load()
    {
        using var packed = typeof(Jpeg2000Tests).Assembly.GetManifestResourceStream("jpeg2000-cases.txt.gz")!;
        using var reader = new StreamReader(new GZipStream(packed, CompressionMode.Decompress));
        while (reader.ReadLine() is { } line)
        {
            string[] f = line.Split(' ');
            yield return new Case(f[0], new Image(int.Parse(f[1]), int.Parse(f[2]), int.Parse(f[3]), Convert.FromBase64String(f[5])), Convert.FromBase64String(f[4]));
        }
    }
}
