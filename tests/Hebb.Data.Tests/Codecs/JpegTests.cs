using System.Diagnostics;
using System.Globalization;

namespace Hebb.Data.Tests;

/// <summary>Files of libjpeg-turbo and Pillow, and the samples that those decode (Golden/make_jpeg.py).</summary>
public class JpegTests
{
    internal static PictureGolden Golden { get; } = new("jpeg-cases.txt.gz");

    public static TheoryData<string> Names => Golden.Names;

    [Theory]
    [MemberData(nameof(Names))]
    public void HasTheSamplesOfLibjpeg(string name) => Golden.Check(name, file => Jpeg.Decode(file));

    [Fact]
    public void OrientationIsLeftOnRequest()
    {
        var plain = Jpeg.Decode(Golden.File("orientation-1"));
        Assert.Equal(plain, Jpeg.Decode(Golden.File("orientation-8"), applyOrientation: false));
        Assert.NotEqual(plain, Jpeg.Decode(Golden.File("orientation-8")));
    }

    [Fact]
    public void EveryTruncationIsOneLine()
    {
        foreach (string name in (string[])["420", "progressive", "restart"])
        {
            byte[] file = Golden.File(name);
            for (int length = 0; length < file.Length - 2; length++)
            {
                // The last data byte may hold nothing but filling.
                try
                {
                    Jpeg.Decode(file.AsSpan(0, length), "x.jpg");
                    Assert.True(length >= file.Length - 4, $"{name}: {length} of {file.Length} bytes gave a picture");
                }
                catch (FormatException e)
                {
                    Assert.StartsWith("x.jpg: ", e.Message);
                    Assert.DoesNotContain('\n', e.Message);
                }
            }
            Assert.Equal(Jpeg.Decode(file), Jpeg.Decode(file.AsSpan(0, file.Length - 2))); // only the end marker is missing
        }
    }

    [Fact]
    public void NamesWhatIsWrong()
    {
        Assert.Contains("is not a JPEG file", Message([1, 2, 3]));
        Assert.Contains("is a lossless JPEG", Message(Replace(Golden.File("444"), 0xc0, 0xc3)));
        Assert.Contains("arithmetically coded JPEG", Message(Replace(Golden.File("444"), 0xc0, 0xc9)));
        Assert.Contains("has samples of 12 bits", Message(Change(Golden.File("444"), 0xc0, 4, 12)));
        Assert.Contains("has the impossible size 37x0", Message(Change(Golden.File("444"), 0xc0, 6, 0)));
        Assert.Contains("uses quantization table 3, which it never defines", Message(Change(Golden.File("gray"), 0xc0, 12, 3)));
        Assert.Contains("uses Huffman table 2, which it never defines", Message(Change(Golden.File("gray"), 0xda, 6, 0x22)));
        Assert.Contains("where restart d0 must be", Message(Replace(Golden.File("restart"), 0xd0, 0xd3)));
        Assert.Contains("in the wrong order", Message(Change(Golden.File("progressive"), 0xda, 13, 0x21)));
    }

    [Fact]
    public void HugeClaimsAreRefusedBeforeAllocating()
    {
        byte[] file = Golden.File("444");
        foreach (var (width, height) in ((int, int)[])[(20000, 20000), (4000, 4000)])
        {
            int at = Marker(file, 0xc0);
            (file[at + 5], file[at + 6], file[at + 7], file[at + 8]) = ((byte)(height >> 8), (byte)height, (byte)(width >> 8), (byte)width);
            long before = GC.GetAllocatedBytesForCurrentThread();
            Assert.Contains(width == 20000 ? "larger than the limit" : "cannot hold 4000x4000 pixels", Message(file));
            Assert.True(GC.GetAllocatedBytesForCurrentThread() - before < 1_000_000);
        }
    }

    [Fact]
    public void TellsPngAndJpegByTheirFirstBytes()
    {
        using var folder = new TemporaryFolder();
        var expected = Jpeg.Decode(Golden.File("420"));
        Assert.Equal(expected, Image.Read(folder.Write("photo.png", Golden.File("420"))));
        Assert.Equal(expected, Image.Decode(Png.Encode(expected)));
        Assert.Equal("x: is neither a PNG, a JPEG, a WebP nor a JPEG 2000 picture", Assert.Throws<FormatException>(() => Image.Decode("GIF89a"u8, "x")).Message);
    }

    /// <summary>Photographs beside HEBB_DATA against sums that Pillow's samples have; with HEBB_TEST_ALL also the speed, for the log.</summary>
    [Theory]
    [InlineData("bus.jpg", 810, 1080, 307115023L, "e8c11e7a7a688f70")]
    [InlineData("zidane.jpg", 1280, 720, 165164868L, "eecf91cfd4101dc2")]
    public void PhotographsHaveTheSamplesOfLibjpeg(string name, int width, int height, long sum, string hash)
    {
        string path = Path.Combine(Environment.GetEnvironmentVariable("HEBB_DATA") ?? "", "..", "models", "media", name);
        Assert.SkipUnless(File.Exists(path), $"{name} is not in models/media beside HEBB_DATA");
        byte[] file = File.ReadAllBytes(path);
        var image = Jpeg.Decode(file);
        Assert.Equal((width, height, 3), (image.Width, image.Height, image.Channels));
        Assert.Equal(sum, image.Pixels.Sum(p => (long)p));
        Assert.Equal(hash, Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(image.Pixels))[..16]);
        if (Environment.GetEnvironmentVariable("HEBB_TEST_ALL") != "1") return;
        double best = double.MaxValue;
        for (int i = 0; i < 40; i++)
        {
            var watch = Stopwatch.StartNew();
            Jpeg.Decode(file);
            best = Math.Min(best, watch.Elapsed.TotalSeconds);
        }
        TestContext.Current.TestOutputHelper!.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{name}: {file.Length / best / 1e6:0.0} MB/s of file, {image.Pixels.Length / best / 1e6:0} MB/s of samples, {best * 1e3:0.00} ms"));
    }

    private static string Message(byte[] file)
    {
        string message = Assert.Throws<FormatException>(() => Jpeg.Decode(file, "x.jpg")).Message;
        Assert.StartsWith("x.jpg: ", message);
        return message;
    }

    private static int Marker(byte[] file, byte marker) => file.AsSpan().IndexOf((byte[])[0xff, marker]);

    private static byte[] Replace(byte[] file, byte marker, byte by) => Change(file, marker, 1, by);

    private static byte[] Change(byte[] file, byte marker, int offset, byte value)
    {
        file[Marker(file, marker) + offset] = value;
        return file;
    }
}
