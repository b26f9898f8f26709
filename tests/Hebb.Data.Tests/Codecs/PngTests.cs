using System.Buffers.Binary;
using System.IO.Compression;

namespace Hebb.Data.Tests;

public class PngTests
{
    [Fact]
    public void ReadsEveryColourTypeDepthAndInterlacing()
    {
        Assert.True(PngCase.All.Count >= 60);
        foreach (var c in PngCase.All)
        {
            var image = Png.Decode(c.File, c.Name);
            Assert.True(c.Expected.Equals(image), $"{c.Name}: {image}");
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void WritesWhatItReads(int channels)
    {
        var random = new Random(channels);
        foreach (var (width, height) in new[] { (1, 1), (7, 3), (28, 28), (300, 2) })
        {
            var noise = new Image(width, height, channels);
            random.NextBytes(noise.Pixels);
            Assert.Equal(noise, Png.Decode(Png.Encode(noise)));

            var ramp = new Image(width, height, channels);
            for (int i = 0; i < ramp.Pixels.Length; i++) ramp.Pixels[i] = (byte)(i / 3);
            Assert.Equal(ramp, Png.Decode(Png.Encode(ramp)));
        }
    }

    [Fact]
    public void FiltersMakeSmoothPicturesSmall()
    {
        var smooth = new Image(64, 64, 3);
        for (int i = 0; i < smooth.Pixels.Length; i++) smooth.Pixels[i] = (byte)((i / 3 % 64) * 2 + i / 192 + i % 3 * 20);
        Assert.True(Png.Encode(smooth).Length < smooth.Pixels.Length / 20);
    }

    [Fact]
    public void WritesAndReadsFiles()
    {
        using var folder = new TemporaryFolder();
        string path = Path.Combine(folder.Root, "a.png");
        File.WriteAllText(path, "what was there");
        Png.Write(path, PngCase.All[0].Expected);
        Assert.Equal(PngCase.All[0].Expected, Png.Read(path));
        Assert.Single(Directory.GetFiles(folder.Root)); // no temporary file is left

        string missing = Path.Combine(folder.Root, "none.png");
        Assert.Equal($"{missing}: no such file", Assert.Throws<DataException>(() => Png.Read(missing)).Message);
        Assert.Contains("cannot be written", Assert.Throws<DataException>(() => Png.Write(Path.Combine(folder.Root, "no", "a.png"), PngCase.All[0].Expected)).Message);
    }

    [Fact]
    public void EveryTruncationIsOneClearLine()
    {
        foreach (var c in PngCase.All.Where((_, i) => i % 7 == 0))
            for (int length = 0; length < c.File.Length; length++)
            {
                var error = Assert.Throws<FormatException>(() => Png.Decode(c.File.AsSpan(0, length), "x.png"));
                Assert.StartsWith("x.png: ", error.Message);
                Assert.DoesNotContain('\n', error.Message);
            }
    }

    [Fact]
    public void EveryFlippedBitIsFound()
    {
        var file = PngCase.All[1].File;
        for (int at = 0; at < file.Length; at++)
        {
            var damaged = (byte[])file.Clone();
            damaged[at] ^= 0x10;
            Assert.Throws<FormatException>(() => Png.Decode(damaged));
        }
    }

    [Theory]
    [InlineData(0, "size 0x9")]
    [InlineData(0x80000000u, "impossible size")]
    [InlineData(0x7fffffffu, "larger than the limit")]
    [InlineData(50_000_000u, "cannot hold")]
    public void AbsurdSizesAreRefusedBeforeAllocating(uint width, string message)
    {
        var file = (byte[])PngCase.All[0].File.Clone();
        BinaryPrimitives.WriteUInt32BigEndian(file.AsSpan(16), width);
        PngCase.FixChecksums(file);
        long before = GC.GetAllocatedBytesForCurrentThread();
        var error = Assert.Throws<FormatException>(() => Png.Decode(file));
        Assert.True(GC.GetAllocatedBytesForCurrentThread() - before < 1_000_000);
        Assert.Contains(message, error.Message);
    }

    [Fact]
    public void SizesOfMoreThan64BitsAreRefused()
    {
        var file = (byte[])PngCase.All.First(c => c.Name.StartsWith("colour6", StringComparison.Ordinal)).File.Clone();
        BinaryPrimitives.WriteInt32BigEndian(file.AsSpan(16), int.MaxValue);
        BinaryPrimitives.WriteInt32BigEndian(file.AsSpan(20), int.MaxValue);
        PngCase.FixChecksums(file);
        Assert.Contains("larger than the limit", Assert.Throws<FormatException>(() => Png.Decode(file)).Message);
    }

    [Fact]
    public void NamesWhatIsWrong()
    {
        Assert.Contains("not a PNG", Message(f => f[0] = 0));
        Assert.Contains("wrong checksum of chunk IHDR", Message(f => f[30] ^= 1, fix: false));
        Assert.Contains("3 bits", Message(f => f[24] = 3));
        Assert.Contains("colour type 5", Message(f => f[25] = 5));
        Assert.Contains("critical chunk TEXt", Message(f => f[PngCase.Find(f, "tEXt") + 4] = (byte)'T'));
        Assert.Contains("not IHDR", Message(f => f[12] = (byte)'i'));
        Assert.Contains("no image data", Message(f => { Rename(f, "IDAT"); Rename(f, "IDAT"); }));
        var palette = PngCase.All.First(c => c.Name.StartsWith("colour3-depth4-plain"));
        Assert.Contains("no palette", Message(f => Rename(f, "PLTE"), palette));

        static void Rename(byte[] file, string type) => file[PngCase.Find(file, type) + 4] |= 0x20;
    }

    [Fact]
    public void RejectsIndicesOutsideThePaletteAndUnknownFilters()
    {
        var c = PngCase.All.First(c => c.Name.StartsWith("colour3-depth8-plain"));
        Assert.Contains("outside its palette", Message(WithRows(c, 0, 255), c));
        Assert.Contains("unknown filter 9", Message(WithRows(c, 9, 0), c));
        Assert.Contains("end in row 3", Message(WithRows(c, 0, 0, rows: 3), c));
    }

    private static byte[] WithRows(PngCase c, byte filter, byte value, int? rows = null)
    {
        using var packed = new MemoryStream();
        using (var zlib = new ZLibStream(packed, CompressionLevel.Fastest, leaveOpen: true))
            for (int y = 0; y < (rows ?? c.Expected.Height); y++)
            {
                zlib.WriteByte(filter);
                for (int x = 0; x < c.Expected.Width; x++) zlib.WriteByte(value);
            }
        int data = PngCase.Find(c.File, "IDAT");
        using var file = new MemoryStream();
        file.Write(c.File.AsSpan(0, data));
        Span<byte> word = stackalloc byte[4];
        BinaryPrimitives.WriteInt32BigEndian(word, (int)packed.Length);
        file.Write(word);
        file.Write("IDAT"u8);
        file.Write(packed.ToArray());
        file.Write(word);
        file.Write(c.File.AsSpan(c.File.Length - 12));
        var bytes = file.ToArray();
        PngCase.FixChecksums(bytes);
        return bytes;
    }

    private static string Message(Action<byte[]> change, PngCase? c = null, bool fix = true)
    {
        var file = (byte[])(c ?? PngCase.All[0]).File.Clone();
        change(file);
        if (fix) PngCase.FixChecksums(file);
        return Message(file, c);
    }

    private static string Message(byte[] file, PngCase? _) => Assert.Throws<FormatException>(() => Png.Decode(file)).Message;
}
