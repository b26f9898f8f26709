namespace Hebb.Data.Tests;

/// <summary>Files of OpenJPEG through Pillow, and the samples that it decodes (Golden/make_jpeg2000.py).</summary>
public class Jpeg2000Tests
{
    internal static PictureGolden Golden { get; } = new("jpeg2000-cases.txt.gz");

    public static TheoryData<string> Names => Golden.Names;

    /// <summary>Reversible pictures have the same samples; of the others floats may round one sample in another way.</summary>
    [Theory]
    [MemberData(nameof(Names))]
    public void HasTheSamplesOfOpenJpeg(string name) => Golden.Check(name, file => Jpeg2000.Decode(file), name.StartsWith("irreversible", StringComparison.Ordinal) ? 1 : 0);

    [Fact]
    public void EveryTruncationIsOneLine()
    {
        foreach (string name in (string[])["rgb", "tiles", "codestream"])
        {
            byte[] file = Golden.File(name);
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
        byte[] file = Golden.File("codestream");
        int size = file.AsSpan().IndexOf((byte[])[0xff, 0x51]), style = file.AsSpan().IndexOf((byte[])[0xff, 0x52]);
        Assert.Contains("has samples of 12 bits", Message(Change(file, size + 40, 11)));
        Assert.Contains("bypasses or ends the arithmetic coder", Message(Change(file, style + 12, 1)));
        Assert.Contains("has a broken coding style", Message(Change(file, style + 5, 9)));
        Assert.Contains("cannot be trusted to hold", Message(Change(Change(file, size + 7, 40), size + 23, 40)));
        // Three components of 2^31 by 2^31 samples are more than 2^63.
        Assert.Contains("larger than the limit", Message([.. file[..(size + 6)], .. Enumerable.Repeat((byte)0x7f, 8), .. file[(size + 14)..]]));
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
}
