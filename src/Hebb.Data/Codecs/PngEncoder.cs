using System.Buffers.Binary;
using System.IO.Compression;

namespace Hebb.Data;

internal static class PngEncoder
{
    public static byte[] Encode(Image image)
    {
        using var output = new MemoryStream();
        output.Write(Png.Signature);
        Span<byte> header = stackalloc byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, image.Width);
        BinaryPrimitives.WriteInt32BigEndian(header[4..], image.Height);
        header[8] = 8;
        header[9] = image.Channels switch { 1 => 0, 2 => 4, 3 => 2, _ => 6 };
        header[10..].Clear();
        WriteChunk(output, "IHDR"u8, header);
        WriteChunk(output, "IDAT"u8, Compress(image));
        WriteChunk(output, "IEND"u8, []);
        return output.ToArray();
    }

    private static byte[] Compress(Image image)
    {
        int rowBytes = image.Width * image.Channels;
        byte[] best = new byte[rowBytes + 1], candidate = new byte[rowBytes + 1], above = new byte[rowBytes];
        using var packed = new MemoryStream();
        using (var zlib = new ZLibStream(packed, CompressionLevel.Optimal, leaveOpen: true))
        {
            for (int y = 0; y < image.Height; y++)
            {
                var row = image.Pixels.AsSpan(y * rowBytes, rowBytes);
                long bestCost = long.MaxValue;
                for (int filter = 0; filter < PngFilter.Count; filter++)
                {
                    PngFilter.Apply(filter, row, above, image.Channels, candidate.AsSpan(1));
                    candidate[0] = (byte)filter;
                    long cost = PngFilter.Cost(candidate.AsSpan(1));
                    if (cost >= bestCost) continue;
                    bestCost = cost;
                    (best, candidate) = (candidate, best);
                }
                zlib.Write(best);
                row.CopyTo(above);
            }
        }
        return packed.ToArray();
    }

    private static void WriteChunk(MemoryStream output, ReadOnlySpan<byte> type, ReadOnlySpan<byte> data)
    {
        var typed = new byte[4 + data.Length];
        type.CopyTo(typed);
        data.CopyTo(typed.AsSpan(4));
        Span<byte> number = stackalloc byte[4];
        BinaryPrimitives.WriteInt32BigEndian(number, data.Length);
        output.Write(number);
        output.Write(typed);
        BinaryPrimitives.WriteUInt32BigEndian(number, Crc32.Of(typed));
        output.Write(number);
    }
}
