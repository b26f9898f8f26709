using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Hebb.Data;

/// <summary>
/// Makes a picture of the components. YCbCr is that of JFIF (ITU-R BT.601, full range) in 16 fraction bits. CMYK becomes RGB as ink on paper:
/// (255 - ink)(255 - black)/255; it is stored inverted, as Adobe's programs do and all others since.
/// </summary>
internal sealed class JpegColour(JpegFrame frame, bool jfif, int adobeTransform)
{
    private const int RedFromCr = 91881, BlueFromCb = 116130, GreenFromCb = -22554, GreenFromCr = -46802, Half = 1 << 15;

    /// <summary>Gray with one channel, otherwise RGB.</summary>
    public Image ToImage()
    {
        var image = new Image(frame.Width, frame.Height, frame.Components.Length == 1 ? 1 : 3);
        var rows = Array.ConvertAll(frame.Components, c => new JpegUpsampler(frame, c));
        bool luma = rows.Length > 1 && HasLuma();
        for (int y = 0; y < frame.Height; y++)
        {
            var target = image.Pixels.AsSpan(y * frame.Width * image.Channels, frame.Width * image.Channels);
            var first = rows[0].Row(y)[..frame.Width];
            if (rows.Length == 1)
            {
                first.CopyTo(target);
                continue;
            }
            ReadOnlySpan<byte> second = rows[1].Row(y)[..frame.Width], third = rows[2].Row(y)[..frame.Width];
            if (luma) FromLuma(first, second, third, target);
            else Interleave(first, second, third, target);
            if (rows.Length == 4) ApplyInk(target, rows[3].Row(y), luma);
        }
        return image;
    }

    /// <summary>Whether the first three components are luma and two colour differences (libjpeg's rules).</summary>
    private bool HasLuma()
    {
        var c = frame.Components;
        if (c.Length == 4) return adobeTransform == 2;
        if (jfif) return true;
        if (adobeTransform >= 0) return adobeTransform != 0;
        return (c[0].Id, c[1].Id, c[2].Id) != ('R', 'G', 'B');
    }

    private static void FromLuma(ReadOnlySpan<byte> luma, ReadOnlySpan<byte> blue, ReadOnlySpan<byte> red, Span<byte> target)
    {
        int x = 0;
        for (; x + 16 <= luma.Length; x += 16)
        {
            Vector128<byte> y = Vector128.Create(luma.Slice(x, 16)), b = Vector128.Create(blue.Slice(x, 16)), r = Vector128.Create(red.Slice(x, 16));
            var (r0, g0, b0) = Pixels(Widen(y, 0), Widen(b, 0), Widen(r, 0));
            var (r1, g1, b1) = Pixels(Widen(y, 8), Widen(b, 8), Widen(r, 8));
            Store(Join(r0, r1), Join(g0, g1), Join(b0, b1), target.Slice(3 * x, 48));
        }
        for (; x < luma.Length; x++)
        {
            int y = luma[x], cb = blue[x] - 128, cr = red[x] - 128;
            target[3 * x] = Clamp(y + ((RedFromCr * cr + Half) >> 16));
            target[3 * x + 1] = Clamp(y + ((GreenFromCb * cb + GreenFromCr * cr + Half) >> 16));
            target[3 * x + 2] = Clamp(y + ((BlueFromCb * cb + Half) >> 16));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static (Vector256<int> Red, Vector256<int> Green, Vector256<int> Blue) Pixels(Vector256<int> y, Vector256<int> cb, Vector256<int> cr)
    {
        var half = Vector256.Create(Half);
        cb -= Vector256.Create(128);
        cr -= Vector256.Create(128);
        return (y + ((cr * Vector256.Create(RedFromCr) + half) >> 16),
            y + ((cb * Vector256.Create(GreenFromCb) + cr * Vector256.Create(GreenFromCr) + half) >> 16),
            y + ((cb * Vector256.Create(BlueFromCb) + half) >> 16));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<int> Widen(Vector128<byte> bytes, int half)
    {
        var shorts = half == 0 ? Vector128.WidenLower(bytes) : Vector128.WidenUpper(bytes);
        return Vector256.Create(Vector128.WidenLower(shorts), Vector128.WidenUpper(shorts)).AsInt32();
    }

    /// <summary>Sixteen values, clipped to a byte each.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<byte> Join(Vector256<int> low, Vector256<int> high)
    {
        low = Vector256.Min(Vector256.Max(low, Vector256<int>.Zero), Vector256.Create(255));
        high = Vector256.Min(Vector256.Max(high, Vector256<int>.Zero), Vector256.Create(255));
        return Vector128.Narrow(Vector128.Narrow(low.GetLower(), low.GetUpper()).AsUInt16(), Vector128.Narrow(high.GetLower(), high.GetUpper()).AsUInt16());
    }

    /// <summary>Sixteen pixels of three bytes. An index beyond the vector gives 0.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(Vector128<byte> r, Vector128<byte> g, Vector128<byte> b, Span<byte> target)
    {
        const byte n = 255;
        (Vector128.Shuffle(r, Vector128.Create((byte)0, n, n, 1, n, n, 2, n, n, 3, n, n, 4, n, n, 5))
            | Vector128.Shuffle(g, Vector128.Create(n, (byte)0, n, n, 1, n, n, 2, n, n, 3, n, n, 4, n, n))
            | Vector128.Shuffle(b, Vector128.Create(n, n, (byte)0, n, n, 1, n, n, 2, n, n, 3, n, n, 4, n))).CopyTo(target);
        (Vector128.Shuffle(r, Vector128.Create(n, n, (byte)6, n, n, 7, n, n, 8, n, n, 9, n, n, 10, n))
            | Vector128.Shuffle(g, Vector128.Create((byte)5, n, n, 6, n, n, 7, n, n, 8, n, n, 9, n, n, 10))
            | Vector128.Shuffle(b, Vector128.Create(n, (byte)5, n, n, 6, n, n, 7, n, n, 8, n, n, 9, n, n))).CopyTo(target[16..]);
        (Vector128.Shuffle(r, Vector128.Create(n, (byte)11, n, n, 12, n, n, 13, n, n, 14, n, n, 15, n, n))
            | Vector128.Shuffle(g, Vector128.Create(n, n, (byte)11, n, n, 12, n, n, 13, n, n, 14, n, n, 15, n))
            | Vector128.Shuffle(b, Vector128.Create((byte)10, n, n, 11, n, n, 12, n, n, 13, n, n, 14, n, n, 15))).CopyTo(target[32..]);
    }

    private static void Interleave(ReadOnlySpan<byte> r, ReadOnlySpan<byte> g, ReadOnlySpan<byte> b, Span<byte> target)
    {
        for (int x = 0; x < r.Length; x++) (target[3 * x], target[3 * x + 1], target[3 * x + 2]) = (r[x], g[x], b[x]);
    }

    private static void ApplyInk(Span<byte> pixels, ReadOnlySpan<byte> black, bool luma)
    {
        for (int x = 0; 3 * x < pixels.Length; x++)
        {
            for (int i = 3 * x; i < 3 * x + 3; i++)
            {
                // The conversion of YCCK gave the inverse of what CMYK files hold.
                int value = (luma ? 255 - pixels[i] : pixels[i]) * black[x] + 128;
                pixels[i] = (byte)((value + (value >> 8)) >> 8);
            }
        }
    }

    private static byte Clamp(int value) => (byte)Math.Clamp(value, 0, 255);
}
