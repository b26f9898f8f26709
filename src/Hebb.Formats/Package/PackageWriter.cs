using System.IO.Compression;
using System.Security.Cryptography;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Hebb.Package;

/// <summary>Writes the zip: entries stored as they are, all with one date, so that equal models give equal bytes. Keeps each entry's SHA-256.</summary>
internal sealed class PackageWriter(Stream stream) : IDisposable
{
    // The earliest date that a zip can hold.
    private static readonly DateTimeOffset Date = new(1980, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly ZipArchive _zip = new(stream, ZipArchiveMode.Create, leaveOpen: true);

    public List<(string Name, string Sha256)> Hashes { get; } = [];

    public void Add(string name, Action<Stream> write)
    {
        var entry = _zip.CreateEntry(name, CompressionLevel.NoCompression);
        entry.LastWriteTime = Date;
        entry.ExternalAttributes = 0;
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        using (var target = entry.Open())
            write(new HashingStream(target, hash));
        Hashes.Add((name, Convert.ToHexStringLower(hash.GetHashAndReset())));
    }

    public void AddJson(string name, Action<Utf8JsonWriter> write) => Add(name, target =>
    {
        using (var json = new Utf8JsonWriter(target, new JsonWriterOptions { Indented = true, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
            write(json);
        target.WriteByte((byte)'\n');
    });

    public void AddText(string name, string text) => Add(name, target => target.Write(System.Text.Encoding.UTF8.GetBytes(text)));

    public void Dispose() => _zip.Dispose();

    private sealed class HashingStream(Stream inner, IncrementalHash hash) : Stream
    {
        public override bool CanRead => false;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override void Write(ReadOnlySpan<byte> buffer)
        {
            hash.AppendData(buffer);
            inner.Write(buffer);
        }

        public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

        public override void Flush() => inner.Flush();

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();
    }
}
