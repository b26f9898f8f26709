using System.Buffers.Binary;
using System.Globalization;
using System.Numerics;

namespace Hebb;

/// <summary>
/// A file of events as TensorBoard reads them: records of TensorFlow's TFRecord format (length, masked CRC-32C of it, data, masked CRC-32C of these), each an <c>Event</c> message
/// (tensorflow/core/util/event.proto).
/// </summary>
internal sealed class EventFile : IDisposable
{
    private static int s_number;

    private readonly FileStream _file;

    /// <exception cref="HebbException">The file can't be written.</exception>
    public EventFile(string folder)
    {
        string seconds = DateTimeOffset.UtcNow.ToUnixTimeSeconds().ToString("D10", CultureInfo.InvariantCulture);
        Path = System.IO.Path.Combine(folder, $"events.out.tfevents.{seconds}.{Environment.MachineName}.{Environment.ProcessId}.{Interlocked.Increment(ref s_number)}");
        try
        {
            Directory.CreateDirectory(folder);
            _file = new FileStream(Path, FileMode.Create, FileAccess.Write, FileShare.Read);
        }
        catch (Exception e) when (FileErrors.IsRefusal(e))
        {
            throw Unwritable(e);
        }
        // Field 3: the version, which must come first.
        Write(Event(null).Text(3, "brain.Event:2"));
        Flush();
    }

    public string Path { get; }

    /// <summary>The start of an event message: wall time and step.</summary>
    public static ProtoWriter Event(long? step)
    {
        var message = new ProtoWriter().Double(1, (DateTimeOffset.UtcNow - DateTimeOffset.UnixEpoch).TotalSeconds);
        return step is { } number ? message.Varint(2, number) : message;
    }

    public void Write(ProtoWriter message)
    {
        var data = message.Written;
        var record = new byte[data.Length + 16];
        BinaryPrimitives.WriteUInt64LittleEndian(record, (ulong)data.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(record.AsSpan(8), Masked(record.AsSpan(0, 8)));
        data.CopyTo(record.AsSpan(12));
        BinaryPrimitives.WriteUInt32LittleEndian(record.AsSpan(12 + data.Length), Masked(data));
        Guard(() => _file.Write(record));
    }

    public void Flush() => Guard(() => _file.Flush());

    public void Dispose() => _file.Dispose();

    private void Guard(Action action)
    {
        try
        {
            action();
        }
        catch (Exception e) when (FileErrors.IsRefusal(e))
        {
            throw Unwritable(e);
        }
    }

    private HebbException Unwritable(Exception e) => new($"{Path}: events can't be written: {FileErrors.FirstLine(e)}", e);

    // CRCs of data that hold CRCs are bad ones: hence the rotation and the constant.
    private static uint Masked(ReadOnlySpan<byte> data)
    {
        uint crc = uint.MaxValue;
        for (; data.Length >= 8; data = data[8..])
            crc = BitOperations.Crc32C(crc, BinaryPrimitives.ReadUInt64LittleEndian(data));
        foreach (byte b in data)
            crc = BitOperations.Crc32C(crc, b);
        return BitOperations.RotateRight(~crc, 15) + 0xa282ead8;
    }
}
