using System.Formats.Tar;
using System.IO.Compression;
using System.Text;

namespace Hebb.Data.Tests;

/// <summary>Archives that .NET's own writers made, and damaged ones.</summary>
public class DataArchiveTests
{
    private static readonly (string Name, byte[] Content)[] s_files =
    [
        ("a.txt", "first"u8.ToArray()), ("folder/empty", []), ("folder/" + new string('n', 180) + "/deep.bin", [.. Enumerable.Range(0, 2000).Select(i => (byte)i)]),
    ];

    public static byte[] Tar(TarEntryFormat format = TarEntryFormat.Pax)
    {
        using var stream = new MemoryStream();
        using (var tar = new TarWriter(stream, format, leaveOpen: true))
        {
            tar.WriteEntry(New(TarEntryType.Directory, "folder"));
            var link = New(TarEntryType.SymbolicLink, "link");
            link.LinkName = "/etc/passwd";
            tar.WriteEntry(link);
            foreach (var (name, content) in s_files)
            {
                var entry = New(format == TarEntryFormat.V7 ? TarEntryType.V7RegularFile : TarEntryType.RegularFile, "./" + (format is TarEntryFormat.Pax or TarEntryFormat.Gnu ? name : name.Replace(new string('n', 180), "n")));
                entry.DataStream = new MemoryStream(content);
                tar.WriteEntry(entry);
            }
        }
        return stream.ToArray();

        TarEntry New(TarEntryType type, string name) => format switch
        {
            TarEntryFormat.Gnu => new GnuTarEntry(type, name),
            TarEntryFormat.Ustar => new UstarTarEntry(type, name),
            TarEntryFormat.V7 => new V7TarEntry(type, name),
            _ => new PaxTarEntry(type, name),
        };
    }

    public static byte[] Zip()
    {
        using var stream = new MemoryStream();
        using (var zip = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true))
        {
            zip.CreateEntry("folder/");
            foreach (var (name, content) in s_files)
            {
                using var entry = zip.CreateEntry(name).Open();
                entry.Write(content);
            }
        }
        return stream.ToArray();
    }

    internal static List<(string Name, byte[] Content)> Read(byte[] bytes) =>
        [.. DataArchive.Read(new MemoryStream(bytes), "x").Select(m => (m.Name, DataArchive.ReadAll(m)))];

    [Theory]
    [InlineData(TarEntryFormat.Pax)]
    [InlineData(TarEntryFormat.Gnu)]
    [InlineData(TarEntryFormat.Ustar)]
    [InlineData(TarEntryFormat.V7)]
    public void ReadsRegularFilesOfTars(TarEntryFormat format)
    {
        foreach (byte[] bytes in (byte[][])[Tar(format), IdxTests.Zip(Tar(format))])
        {
            var found = Read(bytes);
            string[] names = [.. s_files.Select(f => format is TarEntryFormat.Pax or TarEntryFormat.Gnu ? f.Name : f.Name.Replace(new string('n', 180), "n"))];
            Assert.Equal(names, found.Select(f => f.Name));
            Assert.All(found.Zip(s_files), pair => Assert.Equal(pair.Second.Content, pair.First.Content));
        }
    }

    [Fact]
    public void ReadsZips()
    {
        Assert.All(Read(Zip()).Zip(s_files, (a, b) => (a, b)), pair => Assert.Equal(pair.b.Content, pair.a.Content));
        Assert.Equal(s_files.Select(f => f.Name), Read(Zip()).Select(f => f.Name));
    }

    [Fact]
    public void MembersAreFoundInAnyFolder()
    {
        using var folder = new TemporaryFolder();
        string path = folder.Write("a.tar", Tar());
        Assert.Equal(s_files[2].Content, DataArchive.ReadMember(path, "deep.bin"));
        Assert.Equal($"{path}: has no file eep.bin", Assert.Throws<DataException>(() => DataArchive.ReadMember(path, "eep.bin")).Message);
    }

    [Fact]
    public void EveryTruncationOfATarIsOneLine()
    {
        byte[] tar = Tar();
        for (int length = 0; length < tar.Length - 1024; length += 37) // one of the two blocks of zeros at the end is enough
            Assert.StartsWith("x", Assert.Throws<FormatException>(() => Read(tar[..length])).Message);
        byte[] zipped = IdxTests.Zip(tar);
        Assert.Throws<FormatException>(() => Read(zipped[..(zipped.Length / 2)]));
        Assert.Throws<FormatException>(() => Read(Encoding.ASCII.GetBytes(new string('z', 2000))));
    }

    [Fact]
    public void SizesThatAreClaimedAreNotAllocated()
    {
        byte[] tar = Tar(TarEntryFormat.Ustar);
        int at = tar.AsSpan().IndexOf("./a.txt"u8);
        "07000000000"u8.CopyTo(tar.AsSpan(at + 124)); // 939,524,096 bytes
        int sum = 0;
        for (int i = 0; i < 512; i++) sum += i is >= 148 and < 156 ? ' ' : tar[at + i];
        Encoding.ASCII.GetBytes(Convert.ToString(sum, 8).PadLeft(6, '0') + "\0 ").CopyTo(tar.AsSpan(at + 148));
        long before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Contains("is truncated", Assert.Throws<FormatException>(() => Read(tar)).Message);
        Assert.True(GC.GetAllocatedBytesForCurrentThread() - before < 5_000_000);
    }

    [Fact]
    public void CanonicalNamesBeginAtTheRoot()
    {
        var file = new CatalogFile("a.tar", 0, "", []) { Roots = ["train/pos/", "u.data"] };
        Assert.Equal("train/pos/1.txt", file.Canonical("home/train/pos/1.txt"));
        Assert.Equal("train/pos/1.txt", file.Canonical("train/pos/1.txt"));
        Assert.Equal("u.data", file.Canonical("ml/u.data"));
        Assert.Null(file.Canonical("mytrain/pos/1.txt"));
        Assert.Null(file.Canonical("u.database"));
        Assert.Null(file.Canonical("train/neg/1.txt"));
    }
}
