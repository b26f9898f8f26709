using System.IO.MemoryMappedFiles;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Hebb.Files;

/// <summary>The bytes of a file, mapped into memory and not copied unless it is small, or of an array. Whatever is asked for is checked against the file's end.</summary>
internal sealed unsafe class FileBytes : IDisposable
{
    /// <summary>Up to here a file is read: mapping takes longer.</summary>
    private const int Small = 1 << 18;

    private readonly MemoryMappedFile? _file;
    private readonly MemoryMappedViewAccessor? _view;
    private GCHandle _pinned;
    private byte* _start;

    private FileBytes(SafeFileHandle handle, string path)
    {
        (Name, Length) = (path, RandomAccess.GetLength(handle));
        _file = MemoryMappedFile.CreateFromFile(handle, null, 0, MemoryMappedFileAccess.Read, HandleInheritability.None, leaveOpen: true);
        _view = _file.CreateViewAccessor(0, Length, MemoryMappedFileAccess.Read);
        _view.SafeMemoryMappedViewHandle.AcquirePointer(ref _start);
        _start += _view.PointerOffset;
    }

    /// <summary>Bytes in memory, under a name for errors.</summary>
    public FileBytes(byte[] bytes, string name)
    {
        (Name, Length) = (name, bytes.Length);
        _pinned = GCHandle.Alloc(bytes, GCHandleType.Pinned);
        _start = (byte*)_pinned.AddrOfPinnedObject();
    }

    /// <summary>What errors call the file.</summary>
    public string Name { get; }

    public long Length { get; }

    /// <summary>Maps a file, or reads a small one.</summary>
    /// <exception cref="DataException">There is no such file, or it can't be read.</exception>
    public static FileBytes Open(string path)
    {
        try
        {
            using var handle = File.OpenHandle(path);
            return RandomAccess.GetLength(handle) <= Small ? new FileBytes(Copy(handle), path) : new FileBytes(handle, path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            string why = e is FileNotFoundException or DirectoryNotFoundException ? "there is no such file"
                : Directory.Exists(path) ? "is a folder, not a file" : e.Message.ReplaceLineEndings(" ");
            throw new DataException($"{path}: {why}", e);
        }
    }

    /// <summary>Some bytes in place, valid until disposed.</summary>
    /// <exception cref="FormatException">The file ends before.</exception>
    public ReadOnlySpan<byte> Span(long offset, long count)
    {
        Check(offset, count);
        return new ReadOnlySpan<byte>(_start + offset, checked((int)count));
    }

    /// <summary>The start of the file, at most so many bytes of it.</summary>
    public ReadOnlySpan<byte> Head(int most) => Span(0, Math.Min(most, Length));

    /// <summary>A tensor of the bytes from a place on, copied.</summary>
    /// <exception cref="FormatException">The file ends before.</exception>
    public Tensor Read(long offset, in Shape shape, DType dtype)
    {
        long bytes = dtype.BytesFor(shape.Count);
        Check(offset, bytes);
        var x = Tensor.Empty(shape, dtype);
        Buffer.MemoryCopy(_start + offset, x.Pointer, bytes, bytes);
        GC.KeepAlive(x);
        return x;
    }

    /// <summary>The file as a stream, valid until disposed.</summary>
    public Stream AsStream() => _start is null ? new MemoryStream() : new UnmanagedMemoryStream(_start, Length);

    private static byte[] Copy(SafeFileHandle handle)
    {
        var bytes = new byte[RandomAccess.GetLength(handle)];
        int at = 0;
        while (at < bytes.Length && RandomAccess.Read(handle, bytes.AsSpan(at), at) is > 0 and var read)
            at += read;
        return at == bytes.Length ? bytes : bytes[..at];
    }

    /// <exception cref="FormatException">There are not so many bytes from there on.</exception>
    public void Check(long offset, long count)
    {
        if (offset < 0 || count < 0 || offset > Length || count > Length - offset)
            throw new FormatException($"the file is cut short: {count} bytes from {offset} on are needed, it has {Length}");
    }

    public void Dispose()
    {
        if (_start is null)
            return;
        _start = null;
        if (_pinned.IsAllocated)
            _pinned.Free();
        _view?.SafeMemoryMappedViewHandle.ReleasePointer();
        _view?.Dispose();
        _file?.Dispose();
    }
}
