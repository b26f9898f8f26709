using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;

namespace Hebb.Formats.Tests.Package;

/// <summary>Takes saved models apart and puts them together again, with hashes that fit.</summary>
internal static class Archive
{
    public static List<(string Name, byte[] Bytes)> Read(byte[] archive)
    {
        using var zip = new ZipArchive(new MemoryStream(archive));
        return [.. zip.Entries.Select(e =>
        {
            using var source = e.Open();
            var target = new MemoryStream();
            source.CopyTo(target);
            return (e.FullName, target.ToArray());
        })];
    }

    public static byte[] Make(List<(string Name, byte[] Bytes)> entries, CompressionLevel level = CompressionLevel.NoCompression)
    {
        var stream = new MemoryStream();
        using (var zip = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (var (name, bytes) in entries)
            {
                using var target = zip.CreateEntry(name, level).Open();
                target.Write(bytes);
            }
        }
        return stream.ToArray();
    }

    /// <summary>One file replaced, and its hash in the manifest with it.</summary>
    public static List<(string Name, byte[] Bytes)> Signed(List<(string Name, byte[] Bytes)> entries, string name, byte[] bytes)
    {
        string hash = Convert.ToHexStringLower(SHA256.HashData(bytes));
        return entries.ConvertAll(e => e.Name == name ? (name, bytes)
            : e.Name == "manifest.json" ? (e.Name, Encoding.UTF8.GetBytes(Regex.Replace(Encoding.UTF8.GetString(e.Bytes), $"(\"{Regex.Escape(name)}\": \")[0-9a-f]+", $"${{1}}{hash}")))
            : e);
    }

    public static byte[] Edit(byte[] archive, string name, Func<string, string> edit)
    {
        var entries = Read(archive);
        string text = Encoding.UTF8.GetString(entries.Find(e => e.Name == name).Bytes);
        return Make(Signed(entries, name, Encoding.UTF8.GetBytes(edit(text))));
    }
}
