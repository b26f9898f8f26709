using System.IO.Compression;

namespace Hebb.Data.Tests;

public class IdxTests
{
    private static readonly byte[] s_bytes = [0, 0, 8, 2, 0, 0, 0, 2, 0, 0, 0, 3, 1, 2, 3, 4, 5, 6];

    public static byte[] Zip(byte[] bytes)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Optimal, leaveOpen: true)) gzip.Write(bytes);
        return packed.ToArray();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void ReadsBytesPlainAndCompressed(bool compressed)
    {
        using var folder = new TemporaryFolder();
        var array = Idx.Read(folder.Write("a.idx", compressed ? Zip(s_bytes) : s_bytes));
        Assert.Equal(IdxType.UInt8, array.Type);
        Assert.Equal([2, 3], array.Dimensions);
        Assert.Equal([1, 2, 3, 4, 5, 6], array.AsSpan<byte>().ToArray());
    }

    [Fact]
    public void ReadsEveryElementTypeBigEndian()
    {
        Assert.Equal([-1, 2], Decode(0x09, 2, [255, 2]).AsSpan<sbyte>().ToArray());
        Assert.Equal([-2, 258], Decode(0x0B, 2, [255, 254, 1, 2]).AsSpan<short>().ToArray());
        Assert.Equal([16909060], Decode(0x0C, 1, [1, 2, 3, 4]).AsSpan<int>().ToArray());
        Assert.Equal([1.5f, -2f], Decode(0x0D, 2, [0x3f, 0xc0, 0, 0, 0xc0, 0, 0, 0]).AsSpan<float>().ToArray());
        Assert.Equal([-0.5], Decode(0x0E, 1, [0xbf, 0xe0, 0, 0, 0, 0, 0, 0]).AsSpan<double>().ToArray());
        Assert.Throws<DTypeException>(() => Decode(0x0B, 1, [0, 1]).AsSpan<byte>().Length);
        Assert.Empty(Decode(0x0E, 0, []).Data);
    }

    [Fact]
    public void EveryTruncationIsOneClearLine()
    {
        for (int length = 0; length < s_bytes.Length; length++)
        {
            var error = Assert.Throws<FormatException>(() => Idx.Decode(s_bytes[..length], "x.idx"));
            Assert.StartsWith("x.idx: is truncated", error.Message);
        }
        var zipped = Zip(s_bytes);
        for (int length = 0; length < zipped.Length; length++)
        {
            // The last bytes end the stream and carry its checksum: without them the elements may be complete already.
            if (length < zipped.Length - 10) Assert.Throws<FormatException>(() => Idx.Decode(zipped[..length]));
            else if (Record.Exception(() => Assert.Equal(s_bytes[12..], Idx.Decode(zipped[..length]).Data)) is { } e) Assert.IsType<FormatException>(e);
        }
    }

    [Fact]
    public void NamesWhatIsWrong()
    {
        Assert.Contains("goes on after the last element", Message([.. s_bytes, 0]));
        Assert.Contains("unknown IDX type code 0x0a", Message([0, 0, 10, .. s_bytes[3..]]));
        Assert.Contains("not an IDX file", Message([1, .. s_bytes[1..]]));
        Assert.Contains("0 dimensions", Message([0, 0, 8, 0]));
        Assert.Contains("9 dimensions", Message([0, 0, 8, 9]));
        Assert.Contains("impossible dimension", Message([0, 0, 8, 1, 255, 255, 255, 255]));
        Assert.Contains("damaged", Message([.. Zip(s_bytes)[..10], .. new byte[20].Select(_ => (byte)0xff)]));
    }

    [Fact]
    public void HugeClaimsAreRefusedBeforeAllocating()
    {
        byte[] claim = [0, 0, 0x0E, 8, .. Enumerable.Repeat<byte[]>([0x7f, 255, 255, 255], 8).SelectMany(x => x)];
        byte[] gigabyte = [0, 0, 8, 1, 0x40, 0, 0, 0, 1, 2, 3];
        long before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Contains("larger than", Message(claim));
        Assert.Contains("is truncated", Message(gigabyte));
        Assert.Contains("is truncated", Message(Zip(gigabyte)));
        Assert.True(GC.GetAllocatedBytesForCurrentThread() - before < 1_000_000);
    }

    [Fact]
    public void MissingFileIsOneLine()
    {
        Assert.Equal("/no/such/file: no such file", Assert.Throws<DataException>(() => Idx.Read("/no/such/file")).Message);
    }

    private static IdxArray Decode(byte type, byte count, byte[] data) => Idx.Decode([0, 0, type, 1, 0, 0, 0, count, .. data]);

    private static string Message(byte[] bytes) => Assert.Throws<FormatException>(() => Idx.Decode(bytes)).Message;
}
