using System.Buffers.Binary;
using System.Security.Cryptography;
using Hebb.Package;

namespace Hebb.Formats.Tests.Package;

/// <summary>What reads a saved model without the system's zip reader and hash gives what these give.</summary>
public class PackageBytesTests
{
    [Fact]
    public void HashesAreTheSystems()
    {
        var random = new Random(5);
        byte[] all = new byte[5000];
        random.NextBytes(all);
        foreach (int length in Enumerable.Range(0, 200).Append(all.Length))
        {
            var hash = new Sha256();
            for (int at = 0; at < length;)
            {
                int count = Math.Min(random.Next(1, 150), length - at);
                hash.Append(all.AsSpan(at, count));
                at += count;
            }
            Assert.Equal(SHA256.HashData(all.AsSpan(0, length)), hash.Finish());
        }
        foreach (long said in (long[])[1, long.MaxValue])
        {
            using var hash = new EntryHash(said);
            hash.Append(all);
            Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(all)), hash.Finish());
        }
    }

    [Fact]
    public void ArchivesInTheirLargeFormAreRead()
    {
        var (model, inputs) = SavedModels.Make("mlp");
        var x = inputs(2);
        byte[] file = SavedModels.Bytes(model, x), large = Large(file);
        Assert.Equal(StoredZip.List(new MemoryStream(file)), StoredZip.List(new MemoryStream(large)));
        Assert.Equal(SavedModels.Load(file).Call(x).ToArray<float>(), SavedModels.Load(large).Call(x).ToArray<float>());
        // Both readers agree on what is there.
        using var zip = new System.IO.Compression.ZipArchive(new MemoryStream(large));
        Assert.Equal(zip.Entries.Select(e => (e.FullName, e.Length)), StoredZip.List(new MemoryStream(large)).Select(e => (e.Name, e.Length)));
    }

    [Fact]
    public void EveryTruncationIsOneLine()
    {
        var (model, inputs) = SavedModels.Make("mlp");
        byte[] file = SavedModels.Bytes(model, inputs(2));
        for (int length = 0; length < file.Length; length += 1 + length / 50)
            Assert.DoesNotContain('\n', Assert.ThrowsAny<HebbException>(() => SavedModels.Load(file[..length])).Message);
    }

    /// <summary>The archive with all sizes and places written as those past 4 GB are.</summary>
    private static byte[] Large(byte[] file)
    {
        int end = file.AsSpan().LastIndexOf("PK\x05\x06"u8), start = BinaryPrimitives.ReadInt32LittleEndian(file.AsSpan(end + 16));
        var list = new List<byte>();
        int count = 0;
        for (int at = start; at < end; count++)
        {
            int name = BinaryPrimitives.ReadUInt16LittleEndian(file.AsSpan(at + 28));
            byte[] entry = [.. file[at..(at + 46 + name)], .. new byte[28]];
            BinaryPrimitives.WriteInt16LittleEndian(entry.AsSpan(30), 28);
            BinaryPrimitives.WriteInt16LittleEndian(entry.AsSpan(46 + name), 1);
            BinaryPrimitives.WriteInt16LittleEndian(entry.AsSpan(48 + name), 24);
            foreach (var (narrow, wide) in ((int, int)[])[(24, 50), (20, 58), (42, 66)])
            {
                BinaryPrimitives.WriteInt64LittleEndian(entry.AsSpan(wide + name), BinaryPrimitives.ReadUInt32LittleEndian(entry.AsSpan(narrow)));
                BinaryPrimitives.WriteUInt32LittleEndian(entry.AsSpan(narrow), uint.MaxValue);
            }
            list.AddRange(entry);
            at += 46 + name;
        }
        byte[] record = new byte[56], locator = new byte[20], last = file[end..];
        "PK\x06\x06"u8.CopyTo(record);
        BinaryPrimitives.WriteInt64LittleEndian(record.AsSpan(4), 44);
        foreach (var (at, value) in ((int, long)[])[(24, count), (32, count), (40, list.Count), (48, start)])
            BinaryPrimitives.WriteInt64LittleEndian(record.AsSpan(at), value);
        "PK\x06\x07"u8.CopyTo(locator);
        BinaryPrimitives.WriteInt64LittleEndian(locator.AsSpan(8), start + list.Count);
        locator[16] = 1;
        last.AsSpan(8, 12).Fill(0xff);
        return [.. file[..start], .. list, .. record, .. locator, .. last];
    }
}
