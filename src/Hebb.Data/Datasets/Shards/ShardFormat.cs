using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.InteropServices;

namespace Hebb.Data;

/// <summary>
/// A shard: the magic and a version, the records one after another, an index (for each record: offset UInt64, length and CRC-32C UInt32), and a footer
/// (offset and CRC-32C of the index, number of records, magic). All numbers are little-endian.
/// </summary>
internal static class ShardFormat
{
    public const int Version = 1, HeaderBytes = 12, EntryBytes = 16, FooterBytes = 28;

    public static ReadOnlySpan<byte> Magic => "HEBBSHRD"u8;

    public static string FileName(int shard) => $"shard-{shard:00000}.hebbshard";

    public static void WriteEntry(Span<byte> target, long offset, int length, uint checksum)
    {
        BinaryPrimitives.WriteInt64LittleEndian(target, offset);
        BinaryPrimitives.WriteInt32LittleEndian(target[8..], length);
        BinaryPrimitives.WriteUInt32LittleEndian(target[12..], checksum);
    }

    public static (long Offset, int Length, uint Checksum) ReadEntry(ReadOnlySpan<byte> entry) =>
        (BinaryPrimitives.ReadInt64LittleEndian(entry), BinaryPrimitives.ReadInt32LittleEndian(entry[8..]), BinaryPrimitives.ReadUInt32LittleEndian(entry[12..]));

    /// <summary>CRC-32C (Castagnoli), which processors compute by themselves.</summary>
    public static uint Checksum(ReadOnlySpan<byte> bytes, uint start = uint.MaxValue)
    {
        uint crc = start;
        int whole = bytes.Length & ~7;
        foreach (ulong word in MemoryMarshal.Cast<byte, ulong>(bytes[..whole])) crc = BitOperations.Crc32C(crc, BitConverter.IsLittleEndian ? word : BinaryPrimitives.ReverseEndianness(word));
        foreach (byte b in bytes[whole..]) crc = BitOperations.Crc32C(crc, b);
        return crc;
    }
}
