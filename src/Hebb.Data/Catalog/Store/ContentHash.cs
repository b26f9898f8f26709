using System.Security.Cryptography;
using System.Text;

namespace Hebb.Data;

/// <summary>SHA-256 of what files hold, however they are packed.</summary>
internal static class ContentHash
{
    /// <summary>Of a file, unpacked where it is gzip-compressed, and its length. Stops with an error once that is more than <paramref name="limit"/>.</summary>
    public static (string Sha256, long Bytes) Of(string path, long limit)
    {
        var (stream, _) = DataFile.OpenUnpacked(path);
        using (stream) return Of(stream, path, limit);
    }

    /// <summary>Of bytes, unpacked where they are gzip-compressed.</summary>
    public static string Of(byte[] bytes, string source)
    {
        var (stream, _) = DataFile.Unpack(new MemoryStream(bytes, writable: false));
        using (stream) return Of(stream, source, long.MaxValue).Sha256;
    }

    /// <summary>Of the files of an archive that belong to a dataset: of the lines "sum  name" in the order of the names.</summary>
    public static string OfArchive(string path, CatalogFile file)
    {
        var lines = new List<string>();
        foreach (var member in DataArchive.Read(path))
            if (file.Canonical(member.Name) is { } name) lines.Add($"{name}\n{Of(member.Content, member.Source, long.MaxValue).Sha256}");
        lines.Sort(StringComparer.Ordinal);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (string line in lines)
        {
            int end = line.IndexOf('\n');
            hash.AppendData(Encoding.UTF8.GetBytes($"{line[(end + 1)..]}  {line[..end]}\n"));
        }
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    private static (string Sha256, long Bytes) Of(Stream stream, string source, long limit)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = new byte[1 << 16];
        long total = 0;
        try
        {
            while (stream.Read(buffer) is > 0 and var got)
            {
                if ((total += got) > limit) throw new FormatException($"{source}: is longer than {limit} bytes when unpacked");
                hash.AppendData(buffer.AsSpan(0, got));
            }
        }
        catch (Exception e) when (e is InvalidDataException or IOException)
        {
            throw new FormatException($"{source}: is damaged: {DataFile.FirstLine(e.Message)}", e);
        }
        return (Convert.ToHexStringLower(hash.GetHashAndReset()), total);
    }
}
