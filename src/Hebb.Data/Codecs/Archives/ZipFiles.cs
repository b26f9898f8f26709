using System.IO.Compression;

namespace Hebb.Data;

/// <summary>Zip files that may be damaged or hostile: every failure is one line, no member can claim more than its compressed bytes can hold, and all together no more than the file has.</summary>
internal static class ZipFiles
{
    /// <summary>Opens an archive.</summary>
    /// <param name="stream">Seekable.</param>
    /// <param name="source">What errors call it.</param>
    /// <param name="maxMembers">The most members that are read.</param>
    /// <param name="leaveOpen">Whether the stream stays open when the archive is disposed.</param>
    public static ZipArchive Open(Stream stream, string source, int maxMembers, bool leaveOpen = false)
    {
        ZipArchive? zip = null;
        try
        {
            zip = new ZipArchive(stream, ZipArchiveMode.Read, leaveOpen);
            if (zip.Entries.Count > maxMembers) throw new FormatException($"{source}: has {zip.Entries.Count} members (at most {maxMembers} are read)");
            // Members that share bytes would let a small file fill the memory.
            long left = stream.Length;
            foreach (var entry in zip.Entries)
            {
                if (entry.CompressedLength < 0 || entry.CompressedLength > left) throw new FormatException($"{source}: its members are said to take more bytes than the file has: it is cut short, or they overlap");
                left -= entry.CompressedLength;
            }
            return zip;
        }
        catch (FormatException)
        {
            zip?.Dispose();
            throw;
        }
        catch (Exception e) when (IsDamage(e))
        {
            zip?.Dispose();
            throw new FormatException($"{source}: is no zip file, or a damaged one: {DataFile.FirstLine(e.Message)}", e);
        }
    }

    /// <summary>The content of a member; its checksum is compared when its end is reached.</summary>
    public static Stream Content(ZipArchiveEntry entry, string source)
    {
        try
        {
            if (entry.IsEncrypted) throw new FormatException($"{source}: is encrypted");
            return new CheckedStream(entry.Open(), entry.Length, entry.Crc32, source);
        }
        catch (Exception e) when (IsDamage(e))
        {
            throw new FormatException($"{source}: is damaged: {DataFile.FirstLine(e.Message)}", e);
        }
    }

    /// <summary>Reads a member through a function that is given its stream, the most bytes that it can hold, and what errors call it.</summary>
    /// <param name="entry">The member.</param>
    /// <param name="source">What errors call it.</param>
    /// <param name="read">Reads it.</param>
    /// <param name="toEnd">Whether the function reads all of it: then nothing may follow, and the checksum is compared.</param>
    public static T Read<T>(ZipArchiveEntry entry, string source, Func<Stream, long, string, T> read, bool toEnd = true)
    {
        using var content = Content(entry, source);
        long most = Math.Min(entry.Length, entry.CompressedLength > long.MaxValue / DataFile.MaxDeflateRatio ? long.MaxValue : entry.CompressedLength * DataFile.MaxDeflateRatio);
        var result = read(content, most, source);
        if (toEnd && content.ReadByte() >= 0) throw new FormatException($"{source}: goes on after its end");
        return result;
    }

    // What System.IO.Compression throws for zip files that are not in order.
    private static bool IsDamage(Exception e) =>
        e is InvalidDataException or IOException or ArgumentException or NotSupportedException or OverflowException or IndexOutOfRangeException;

    private sealed class CheckedStream(Stream inner, long length, uint expected, string source) : ReadOnlyStream
    {
        private uint _crc = uint.MaxValue;

        public override long Length => length;

        public override int Read(Span<byte> buffer)
        {
            if (buffer.IsEmpty) return 0;
            try
            {
                int got = inner.Read(buffer);
                _crc = Crc32.Append(_crc, buffer[..got]);
                if (got == 0 && ~_crc != expected) throw new FormatException($"{source}: is damaged: its checksum is wrong");
                return got;
            }
            catch (Exception e) when (IsDamage(e))
            {
                throw new FormatException($"{source}: is damaged: {DataFile.FirstLine(e.Message)}", e);
            }
        }

        protected override void Dispose(bool disposing)
        {
            if (disposing) inner.Dispose();
            base.Dispose(disposing);
        }
    }
}
