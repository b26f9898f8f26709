using System.Buffers.Binary;
using System.Text;

namespace Hebb.Package;

/// <summary>An entry of a zip: its name, its bytes, whether they are stored as they are, and where its own header stands.</summary>
internal sealed record ZipEntry(string Name, long Length, bool Stored, long At);

/// <summary>
/// What a saved model needs of zip archives (PKWARE's APPNOTE 6.3.3): their list, also past 4 GB, and the place of entries that are stored as they are. The system's reader does the same, but takes
/// milliseconds to be loaded, which in a small predictor is a part of its start.
/// </summary>
internal static class StoredZip
{
    private const int End = 22, EndOfLarge = 56, Locator = 20, Listed = 46, Header = 30, LongestComment = ushort.MaxValue;

    /// <summary>The entries, in the order of the list.</summary>
    /// <exception cref="FormatException">It is no zip archive, or a damaged one.</exception>
    public static List<ZipEntry> List(Stream stream)
    {
        byte[] tail = Bytes(stream, Math.Max(0, stream.Length - End - LongestComment), Math.Min(stream.Length, End + LongestComment));
        int end = tail.AsSpan().LastIndexOf("PK\x05\x06"u8);
        if (end < 0 || end + End > tail.Length)
            throw Damaged();
        long count = Short(tail, end + 10), size = Int(tail, end + 12), start = Int(tail, end + 16);
        if ((count == ushort.MaxValue || size == uint.MaxValue || start == uint.MaxValue) && end >= Locator && tail.AsSpan(end - Locator).StartsWith("PK\x06\x07"u8))
        {
            byte[] large = Bytes(stream, Long(tail, end - Locator + 8), EndOfLarge);
            if (!large.AsSpan().StartsWith("PK\x06\x06"u8))
                throw Damaged();
            (count, size, start) = (Long(large, 32), Long(large, 40), Long(large, 48));
        }
        if (size is < 0 or > PackageEntries.MaxText || count < 0 || count > size / Listed)
            throw Damaged();
        byte[] list = Bytes(stream, start, size);
        var entries = new List<ZipEntry>((int)count);
        for (int at = 0; entries.Count < count;)
            entries.Add(Entry(list, ref at));
        return entries;
    }

    /// <summary>Moves a stream to the first byte of an entry.</summary>
    /// <exception cref="FormatException">The entry is not where it should be, or is cut short.</exception>
    public static void Seek(Stream stream, ZipEntry entry)
    {
        byte[] header = Bytes(stream, entry.At, Header);
        if (!header.AsSpan().StartsWith("PK\x03\x04"u8))
            throw Damaged();
        long start = entry.At + Header + Short(header, 26) + Short(header, 28);
        if (start > stream.Length - entry.Length)
            throw Damaged();
        stream.Position = start;
    }

    private static ZipEntry Entry(byte[] list, ref int at)
    {
        if (at > list.Length - Listed || !list.AsSpan(at).StartsWith("PK\x01\x02"u8))
            throw Damaged();
        int name = at + Listed, extra = name + Short(list, at + 28), next = extra + Short(list, at + 30) + Short(list, at + 32);
        if (next > list.Length)
            throw Damaged();
        long packed = Int(list, at + 20), length = Int(list, at + 24), place = Int(list, at + 42);
        // Numbers that find no room stand behind the name, in this order.
        for (int field = extra; field + 4 <= extra + Short(list, at + 30); field += 4 + Short(list, field + 2))
        {
            int value = field + 4, last = value + Short(list, field + 2);
            if (Short(list, field) != 1 || last > next)
                continue;
            length = Wide(list, length, ref value, last);
            packed = Wide(list, packed, ref value, last);
            place = Wide(list, place, ref value, last);
        }
        var entry = new ZipEntry(Encoding.UTF8.GetString(list, name, extra - name), length, Short(list, at + 10) == 0 && packed == length, place);
        at = next;
        return entry;
    }

    private static long Wide(byte[] list, long number, ref int at, int end)
    {
        if (number != uint.MaxValue || at + 8 > end)
            return number;
        at += 8;
        return Long(list, at - 8);
    }

    private static byte[] Bytes(Stream stream, long at, long count)
    {
        if (at < 0 || count > stream.Length || at > stream.Length - count)
            throw Damaged();
        var bytes = new byte[count];
        stream.Position = at;
        stream.ReadExactly(bytes);
        return bytes;
    }

    private static int Short(byte[] bytes, int at) => BinaryPrimitives.ReadUInt16LittleEndian(bytes.AsSpan(at));

    private static long Int(byte[] bytes, int at) => BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(at));

    private static long Long(byte[] bytes, int at) => BinaryPrimitives.ReadInt64LittleEndian(bytes.AsSpan(at));

    private static FormatException Damaged() => new("is not a Hebb model: no zip archive, or one that is cut short");
}
