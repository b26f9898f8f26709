namespace Hebb.Package;

/// <summary>A stream of known length that can be moved forward only, by reading; all that passes goes into a hash.</summary>
internal sealed class ForwardStream(Stream inner, long length, EntryHash hash) : Stream
{
    private long _position;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => length;

    public override long Position
    {
        get => _position;
        set
        {
            if (value < _position)
                throw new FormatException("its entries are not in the order of their bytes");
            Span<byte> skipped = stackalloc byte[4096];
            while (_position < value)
                ReadExactly(skipped[..(int)Math.Min(skipped.Length, value - _position)]);
        }
    }

    public override int Read(Span<byte> buffer)
    {
        int read = inner.Read(buffer[..(int)Math.Min(buffer.Length, length - _position)]);
        hash.Append(buffer[..read]);
        _position += read;
        return read;
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
