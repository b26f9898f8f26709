using System.Buffers.Binary;
using System.Text;

namespace Hebb.Data.Tests;

/// <summary>A PNG file written by Golden/make_png.py and the samples that it must decode to.</summary>
internal sealed record PngCase(string Name, Image Expected, byte[] File)
{
    public static IReadOnlyList<PngCase> All { get; } = [.. Resource.Lines("png-cases.txt").Select(Parse)];

    private static PngCase Parse(string line)
    {
        string[] f = line.Split(' ');
        var image = new Image(int.Parse(f[1]), int.Parse(f[2]), int.Parse(f[3]), Convert.FromBase64String(f[5]));
        return new PngCase(f[0], image, Convert.FromBase64String(f[4]));
    }

    /// <summary>Position of the first chunk of a type (of its length field).</summary>
    public static int Find(byte[] file, string type) => file.AsSpan().IndexOf(Encoding.ASCII.GetBytes(type)) - 4;

    /// <summary>Makes the checksums right again, as far as the chunks can be followed: lets changes reach the code behind the check.</summary>
    public static void FixChecksums(byte[] file)
    {
        for (int at = 8; at + 12 <= file.Length;)
        {
            uint length = BinaryPrimitives.ReadUInt32BigEndian(file.AsSpan(at));
            if (length > file.Length - at - 12) return;
            BinaryPrimitives.WriteUInt32BigEndian(file.AsSpan(at + 8 + (int)length), Checksum(file.AsSpan(at + 4, 4 + (int)length)));
            at += 12 + (int)length;
        }
    }

    /// <summary>CRC-32 bit by bit, as the standard's text defines it.</summary>
    public static uint Checksum(ReadOnlySpan<byte> bytes)
    {
        uint crc = uint.MaxValue;
        foreach (byte b in bytes)
        {
            crc ^= b;
            for (int bit = 0; bit < 8; bit++) crc = (crc >> 1) ^ ((crc & 1) * 0xEDB88320u);
        }
        return ~crc;
    }
}
