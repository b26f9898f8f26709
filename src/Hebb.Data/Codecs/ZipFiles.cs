using System.IO.Compression;

namespace Hebb.Data;

/// <summary>Zip files that may be damaged or hostile: every failure is one line, and no member can claim more than its compressed bytes can hold.</summary>
internal static class ZipFiles
{
    /// <summary>The archive, which owns the stream, and its members.</summary>
    public static (ZipArchive Zip, IReadOnlyList<ZipArchiveEntry> Members) Open(Stream stream, string source, int maxMembers)
    {
        ZipArchive? zip = null;
        try
        {
            zip = new ZipArchive(stream, ZipArchiveMode.Read);
            if (zip.Entries.Count > maxMembers) throw new FormatException($"{source}: has {zip.Entries.Count} members (at most {maxMembers} are read)");
            return (zip, zip.Entries);
        }
        catch (Exception e) when (IsDamage(e))
        {
            zip?.Dispose();
            throw new FormatException($"{source}: is no zip file, or a damaged one: {DataFile.FirstLine(e.Message)}", e);
        }
    }

    /// <summary>Reads a member through a function that is given its stream, the most bytes that it can hold, and what errors call it.</summary>
    /// <param name="entry">The member.</param>
    /// <param name="source">What errors call it.</param>
    /// <param name="read">Reads it.</param>
    /// <param name="toEnd">Whether the function reads all of it: then nothing may follow, and the checksum is compared.</param>
    public static T Read<T>(ZipArchiveEntry entry, string source, Func<Stream, long, string, T> read, bool toEnd = true)
    {
        try
        {
            if (entry.IsEncrypted) throw new FormatException($"{source}: is encrypted");
            long most = Math.Min(entry.Length, entry.CompressedLength > long.MaxValue / DataFile.MaxDeflateRatio ? long.MaxValue : entry.CompressedLength * DataFile.MaxDeflateRatio);
            using var stream = new ChecksumStream(entry.Open());
            var result = read(stream, most, source);
            if (!toEnd) return result;
            if (stream.ReadByte() >= 0) throw new FormatException($"{source}: goes on after its end");
            if (stream.Crc != entry.Crc32) throw new FormatException($"{source}: is damaged: its checksum is wrong");
            return result;
        }
        catch (Exception e) when (IsDamage(e))
        {
            throw new FormatException($"{source}: is damaged: {DataFile.FirstLine(e.Message)}", e);
        }
    }

    // What System.IO.Compression throws for zip files that are not in order.
    private static bool IsDamage(Exception e) =>
        e is InvalidDataException or IOException or ArgumentException or NotSupportedException or OverflowException or IndexOutOfRangeException;

    /// <summary>Reads through, and keeps the CRC-32 of what was read.</summary>
    private sealed class ChecksumStream(Stream inner) : Stream
    {
        private uint _crc = uint.MaxValue;

        public uint Crc => ~_crc;

        public override int Read(Span<byte> buffer)
        {
            int got = inner.Read(buffer);
            _crc = Crc32.Append(_crc, buffer[..got]);
            return got;
        }

        public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

        public override int ReadByte()
        {
            Span<byte> one = stackalloc byte[1];
            return Read(one) == 0 ? -1 : one[0];
        }

        public override bool CanRead => true;
        public override bool CanSeek => false;
        public override bool CanWrite => false;
        public override long Length => throw new NotSupportedException();
        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }
        public override void Flush() { }
        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
        public override void SetLength(long value) => throw new NotSupportedException();
        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        protected override void Dispose(bool disposing)
        {
            if (disposing) inner.Dispose();
            base.Dispose(disposing);
        }
    }
}
