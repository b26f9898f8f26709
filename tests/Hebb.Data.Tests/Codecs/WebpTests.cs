using System.Buffers.Binary;
using System.Text;

namespace Hebb.Data.Tests;

/// <summary>Files of libwebp with many settings of its encoder, and the samples that its decoder gives (Golden/make_webp.py).</summary>
public class WebpTests
{
    internal static PictureGolden Golden { get; } = new("webp-cases.txt.gz");

    public static TheoryData<string> Names => Golden.Names;

    [Theory]
    [MemberData(nameof(Names))]
    public void HasTheSamplesOfLibwebp(string name) => Golden.Check(name, file => Webp.Decode(file));

    [Fact]
    public void EveryTruncationIsOneLine()
    {
        foreach (string name in (string[])["lossy-partitions", "alpha-1-2", "lossless-m4", "extended"])
        {
            byte[] file = Golden.File(name);
            for (int length = 0; length < file.Length - 1; length++)
            {
                string message = Assert.Throws<FormatException>(() => Webp.Decode(file.AsSpan(0, length), "x.webp")).Message;
                Assert.StartsWith("x.webp: is ", message);
                Assert.DoesNotContain('\n', message);
            }
        }
    }

    /// <summary>Streams that end early in a container that does not say so.</summary>
    [Theory]
    [InlineData("lossy-q100", "VP8 ")]
    [InlineData("lossless-noise", "VP8L")]
    public void EndingsWithinThePictureAreFound(string name, string kind)
    {
        byte[] picture = Golden.File(name)[20..];
        for (int length = 1; length < picture.Length - 40; length += 7)
            Assert.StartsWith("x.webp: is truncated", Message(Riff((kind, picture[..length]))));
    }

    [Fact]
    public void PhotographsAreTurnedUpright()
    {
        byte[] picture = Golden.File("lossy-q75")[20..], exif = [.. "II*\0"u8, 8, 0, 0, 0, 1, 0, 0x12, 1, 3, 0, 1, 0, 0, 0, 6, 0, 0, 0, 0, 0, 0, 0];
        byte[] file = Riff(("VP8X", [8, 0, 0, 0, 36, 0, 0, 28, 0, 0]), ("VP8 ", picture), ("EXIF", exif));
        var plain = Webp.Decode(Golden.File("lossy-q75"));
        Assert.Equal(plain, Webp.Decode(file, applyOrientation: false));
        Assert.Equal(Orientation.Apply(plain, 6), Webp.Decode(file));
        Assert.Equal(29, Webp.Decode(file).Width);
    }

    [Fact]
    public void NamesWhatIsWrong()
    {
        byte[] lossy = Golden.File("lossy-q75")[20..], lossless = Golden.File("lossless-m4")[20..];
        Assert.Contains("is not a WebP file", Message([1, 2, 3]));
        Assert.Contains("is an animation", Message(Riff(("VP8X", [2, 0, 0, 0, 36, 0, 0, 28, 0, 0]))));
        Assert.Contains("has no picture", Message(Riff(("VP8X", [0, 0, 0, 0, 36, 0, 0, 28, 0, 0]))));
        Assert.Contains("is 38x29 by its header and 37x29 by its picture", Message(Riff(("VP8X", [0, 0, 0, 0, 37, 0, 0, 28, 0, 0]), ("VP8 ", lossy))));
        Assert.Contains("does not begin with a key frame", Message(Riff(("VP8 ", [(byte)(lossy[0] | 1), .. lossy[1..]]))));
        Assert.Contains("wrong start code", Message(Riff(("VP8 ", [.. lossy[..3], 0, .. lossy[4..]]))));
        Assert.Contains("the impossible size 0x29", Message(Riff(("VP8 ", [.. lossy[..6], 0, 0, .. lossy[8..]]))));
        Assert.Contains("wrong signature", Message(Riff(("VP8L", [0, .. lossless[1..]]))));
        Assert.Contains("the unknown version 7", Message(Riff(("VP8L", [.. lossless[..4], (byte)(lossless[4] | 0xe0), .. lossless[5..]]))));
    }

    [Fact]
    public void HugeClaimsAreRefusedBeforeAllocating()
    {
        byte[] lossy = Golden.File("lossy-q75")[20..], lossless = Golden.File("lossless-1-colours")[20..];
        (lossy[6], lossy[7], lossy[8], lossy[9]) = (0xa0, 0x0f, 0xa0, 0x0f);
        BinaryPrimitives.WriteUInt32LittleEndian(lossless.AsSpan(1), 9999 | 9999 << 14);
        long before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Contains("cannot hold 4000x4000 pixels", Message(Riff(("VP8 ", lossy))));
        Assert.Contains("cannot be trusted to hold 10000x10000 pixels", Message(Riff(("VP8L", lossless))));
        Assert.True(GC.GetAllocatedBytesForCurrentThread() - before < 1_000_000);
    }

    [Fact]
    public void IsToldByItsFirstBytes()
    {
        using var folder = new TemporaryFolder();
        Assert.Equal(Webp.Decode(Golden.File("alpha-1-2")), Image.Read(folder.Write("photo.png", Golden.File("alpha-1-2"))));
    }

    private static string Message(byte[] file)
    {
        string message = Assert.Throws<FormatException>(() => Webp.Decode(file, "x.webp")).Message;
        Assert.StartsWith("x.webp: ", message);
        return message;
    }

    private static byte[] Riff(params (string Kind, byte[] Content)[] chunks)
    {
        var file = new List<byte>([.. "RIFF\0\0\0\0WEBP"u8]);
        foreach (var (kind, content) in chunks)
        {
            file.AddRange(Encoding.ASCII.GetBytes(kind));
            file.AddRange(BitConverter.GetBytes(content.Length));
            file.AddRange(content);
            if (content.Length % 2 != 0) file.Add(0);
        }
        byte[] bytes = [.. file];
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(4), bytes.Length - 8);
        return bytes;
    }
}
