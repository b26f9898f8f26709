using System.Text;

namespace Hebb.Data.Tests;

/// <summary>Seeded mutations of valid files: every result is a value or a one-line Hebb error, never another exception.</summary>
public class CodecFuzzTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Png_AnyBytesGiveAPictureOrOneLine(bool fixChecksums)
    {
        int refused = Fuzz(PngCase.All.Select(c => c.File).ToArray(), 6000, bytes =>
        {
            if (fixChecksums) PngCase.FixChecksums(bytes);
            var image = Png.Decode(bytes);
            Assert.Equal(image.Width * image.Height * image.Channels, image.Pixels.Length);
        });
        Assert.InRange(refused, 600, 6000);
    }

    [Fact]
    public void Idx_AnyBytesGiveAnArrayOrOneLine()
    {
        byte[] plain = [0, 0, 8, 2, 0, 0, 0, 2, 0, 0, 0, 3, 1, 2, 3, 4, 5, 6];
        int refused = Fuzz([plain, IdxTests.Zip(plain)], 6000, bytes => Idx.Decode(bytes));
        Assert.InRange(refused, 600, 6000);
    }

    [Fact]
    public void Csv_AnyBytesGiveATableOrOneLine()
    {
        byte[] plain = Encoding.UTF8.GetBytes("a,b,\"c\"\n1,2.5,\"x, \"\"y\"\"\"\n-3,4e2,\"multi\nline\"\n");
        int refused = Fuzz([plain, IdxTests.Zip(plain)], 6000, bytes =>
        {
            var table = Csv.Decode(bytes);
            for (int row = 0; row < table.Count; row++)
                for (int column = 0; column < table.Columns.Count; column++) table.Number(row, column);
        });
        Assert.InRange(refused, 600, 6000);
    }

    [Fact]
    public void Jpeg_AnyBytesGiveAPictureOrOneLine()
    {
        int refused = Fuzz([.. JpegTests.Golden.Files], 5000, bytes =>
        {
            var image = Jpeg.Decode(bytes);
            Assert.Equal(image.Width * image.Height * image.Channels, image.Pixels.Length);
        });
        Assert.InRange(refused, 500, 5000);
    }

    [Fact]
    public void Webp_AnyBytesGiveAPictureOrOneLine()
    {
        int refused = Fuzz([.. WebpTests.Golden.Files.Where(f => f.Length < 3000)], 5000, bytes =>
        {
            var image = Webp.Decode(bytes);
            Assert.Equal(image.Width * image.Height * image.Channels, image.Pixels.Length);
        });
        Assert.InRange(refused, 500, 5000);
    }

    [Fact]
    public void Jpeg2000_AnyBytesGiveAPictureOrOneLine()
    {
        int refused = Fuzz([.. Jpeg2000Tests.Golden.Files.Where(f => f.Length < 4000)], 3000, bytes =>
        {
            var image = Jpeg2000.Decode(bytes);
            Assert.Equal(image.Width * image.Height * image.Channels, image.Pixels.Length);
        });
        Assert.InRange(refused, 300, 3000);
    }

    [Fact]
    public void Wav_AnyBytesGiveSoundOrOneLine()
    {
        byte[][] seeds = [WavTests.File(1, 2, 8000, 24, new byte[60]), WavTests.File(3, 1, 8000, 64, new byte[80]), WavTests.File(7, 1, 8000, 8, new byte[30])];
        int refused = Fuzz(seeds, 6000, bytes => Assert.True(Wav.Decode(bytes).Samples.Length <= bytes.Length));
        Assert.InRange(refused, 600, 6000);
    }

    [Fact]
    public void Archives_AnyBytesGiveFilesOrOneLine()
    {
        int refused = Fuzz([DataArchiveTests.Tar(), IdxTests.Zip(DataArchiveTests.Tar()), DataArchiveTests.Zip()], 4000, bytes => DataArchiveTests.Read(bytes));
        Assert.InRange(refused, 400, 4000);
    }

    [Fact]
    public void Npy_AnyBytesGiveATensorOrOneLine()
    {
        int refused = Fuzz([.. NpyTests.Files("npy")], 6000, bytes => Npy.Decode(bytes));
        Assert.InRange(refused, 600, 6000);
    }

    [Fact]
    public void Npz_AnyBytesGiveArraysOrOneLine()
    {
        int refused = Fuzz([.. NpyTests.Files("npz")], 3000, bytes =>
        {
            using var file = Npz.Open(new MemoryStream(bytes));
            foreach (string name in file.Names)
            {
                var header = file.Header(name);
                if (header.IsText) file.Texts(name);
                else if (header.IsObjects) file.Arrays(name);
                else Assert.Equal(header.DType, file[name].DType);
            }
        });
        Assert.InRange(refused, 300, 3000);
    }

    private static int Fuzz(byte[][] seeds, int count, Action<byte[]> read)
    {
        var random = new Random(7);
        int refused = 0;
        for (int i = 0; i < count; i++)
        {
            var bytes = Mutate(seeds[random.Next(seeds.Length)], random);
            try
            {
                read(bytes);
            }
            catch (HebbException e)
            {
                Assert.DoesNotContain('\n', e.Message);
                refused++;
            }
            catch (Exception e)
            {
                Assert.Fail($"case {i}: {e.GetType().Name}: {e.Message}: {Convert.ToBase64String(bytes)}");
            }
        }
        return refused;
    }

    private static byte[] Mutate(byte[] seed, Random random)
    {
        var bytes = new List<byte>(seed);
        for (int edits = random.Next(1, 5); edits > 0 && bytes.Count > 0; edits--)
        {
            int at = random.Next(bytes.Count);
            switch (random.Next(6))
            {
                case 0: bytes[at] ^= (byte)(1 << random.Next(8)); break;
                case 1: bytes[at] = (byte)random.Next(256); break;
                case 2: bytes[at] = random.Next(2) == 0 ? (byte)255 : (byte)0; break;
                case 3: bytes.RemoveAt(at); break;
                case 4: bytes.Insert(at, (byte)random.Next(256)); break;
                default: bytes.RemoveRange(at, Math.Min(random.Next(20), bytes.Count - at)); break;
            }
        }
        return [.. bytes];
    }
}
