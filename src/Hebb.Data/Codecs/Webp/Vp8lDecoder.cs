namespace Hebb.Data;

/// <summary>
/// Lossless coding (RFC 9649, section 3): pixels by prefix codes, references back and a cache of colours, under transforms. Pixels are numbers
/// with alpha, red, green and blue from the highest byte to the lowest.
/// </summary>
internal ref struct Vp8lDecoder
{
    private const int Predictor = 0, Cross = 1, SubtractGreen = 2, Palette = 3;

    // A picture of one colour takes no bits a pixel. More than this many are decoded only if the file has a byte for every so many.
    private const int FreePixels = 1 << 22, PixelsPerByte = 512;

    private readonly int _length;
    private Vp8lBits _bits;

    private Vp8lDecoder(ReadOnlySpan<byte> bytes)
    {
        _bits = new Vp8lBits(bytes);
        _length = bytes.Length;
    }

    /// <summary>Decodes width x height pixels, row by row.</summary>
    public static uint[] Decode(ReadOnlySpan<byte> bytes, int width, int height)
    {
        if (4L * width * height > Webp.MaxPixelBytes) throw new WebpException($"{width}x{height} is larger than the limit of {Webp.MaxPixelBytes} bytes");
        if ((long)width * height > FreePixels + (long)PixelsPerByte * bytes.Length)
            throw new WebpException($"is refused: {bytes.Length} bytes cannot be trusted to hold {width}x{height} pixels");
        var decoder = new Vp8lDecoder(bytes);
        try
        {
            return decoder.Picture(width, height);
        }
        catch (WebpException) when (decoder._bits.Overran)
        {
            // Whatever the zeros behind the end seemed to say.
            throw new WebpException("is truncated: its lossless data end early");
        }
    }

    private uint[] Picture(int width, int height)
    {
        var transforms = new Stack<(int Kind, int Width, int Bits, uint[] Data)>();
        int seen = 0, coded = width;
        while (_bits.Flag())
        {
            int kind = (int)_bits.Take(2), size = 0;
            if ((seen & 1 << kind) != 0) throw new WebpException("has a transform twice");
            seen |= 1 << kind;
            uint[] data = [];
            switch (kind)
            {
                case Predictor or Cross:
                    size = (int)_bits.Take(3) + 2;
                    data = Pixels(Blocks(coded, size), Blocks(height, size), outer: false);
                    break;
                case Palette:
                    int colours = (int)_bits.Take(8) + 1;
                    size = colours <= 2 ? 3 : colours <= 4 ? 2 : colours <= 16 ? 1 : 0;
                    data = Pixels(colours, 1, outer: false);
                    for (int i = 1; i < data.Length; i++) data[i] = Vp8lTransforms.Add(data[i], data[i - 1]);
                    break;
            }
            transforms.Push((kind, coded, size, data));
            if (kind == Palette) coded = Blocks(coded, size);
        }
        var pixels = Pixels(coded, height, outer: true);
        while (transforms.TryPop(out var t))
        {
            switch (t.Kind)
            {
                case Predictor: Vp8lTransforms.Predict(pixels, t.Width, t.Bits, t.Data); break;
                case Cross: Vp8lTransforms.Colours(pixels, t.Width, t.Bits, t.Data); break;
                case SubtractGreen: Vp8lTransforms.Green(pixels); break;
                default: pixels = Vp8lTransforms.Palette(pixels, t.Width, height, t.Bits, t.Data); break;
            }
        }
        return pixels;
    }

    /// <summary>An image that is coded by itself. The outer one may choose its codes by blocks.</summary>
    private uint[] Pixels(int width, int height, bool outer)
    {
        int cacheBits = 0;
        if (_bits.Flag())
        {
            cacheBits = (int)_bits.Take(4);
            if (cacheBits is < 1 or > 11) throw new WebpException($"has a cache of 2^{cacheBits} colours (2^1 to 2^11 are allowed)");
        }
        uint[] map = [];
        int mapBits = 0, groups = 1;
        if (outer && _bits.Flag())
        {
            mapBits = (int)_bits.Take(3) + 2;
            map = Pixels(Blocks(width, mapBits), Blocks(height, mapBits), outer: false);
            foreach (uint entry in map) groups = Math.Max(groups, (int)(entry >> 8 & 0xffff) + 1);
        }
        // Each group has five codes of four bits and more.
        if (groups > 2 * _length) throw new WebpException($"is truncated: {_length} bytes cannot hold {groups} groups of codes");
        var codes = new Vp8lCodes();
        var table = new Vp8lCode[5 * groups];
        int cacheSize = cacheBits == 0 ? 0 : 1 << cacheBits;
        for (int i = 0; i < table.Length; i++)
        {
            table[i] = codes.Read(ref _bits, (i % 5) switch { 0 => 256 + 24 + cacheSize, 4 => 40, _ => 256 });
            if (_bits.Overran) throw new WebpException("is truncated: its codes are cut");
        }
        var pixels = new uint[width * height];
        Fill(pixels, width, codes, table, map, mapBits, cacheBits);
        return pixels;
    }

    private void Fill(uint[] pixels, int width, Vp8lCodes codes, Vp8lCode[] table, uint[] map, int mapBits, int cacheBits)
    {
        var cache = new uint[cacheBits == 0 ? 0 : 1 << cacheBits];
        int mapWidth = Blocks(width, mapBits), mask = (1 << mapBits) - 1;
        bool far = true;
        var group = table.AsSpan(0, 5);
        for (int at = 0, x = 0, y = 0, count; at < pixels.Length; at += count)
        {
            // A reference may have led into another block, or rows further.
            if (x >= width) (y, x) = (at / width, at % width);
            if (map.Length > 0 && ((x & mask) == 0 || far)) group = Group(table, map[(y >> mapBits) * mapWidth + (x >> mapBits)]);
            int symbol = codes.Symbol(ref _bits, group[0]);
            count = 1;
            if (symbol < 256)
            {
                uint red = (uint)codes.Symbol(ref _bits, group[1]), blue = (uint)codes.Symbol(ref _bits, group[2]), alpha = (uint)codes.Symbol(ref _bits, group[3]);
                pixels[at] = alpha << 24 | red << 16 | (uint)symbol << 8 | blue;
            }
            else if (symbol < 256 + 24)
            {
                count = Prefixed(symbol - 256);
                int back = Distance(Prefixed(codes.Symbol(ref _bits, group[4])), width);
                if (back > at || count > pixels.Length - at) throw new WebpException("has a reference that leads out of the picture");
                for (int i = at; i < at + count; i++) pixels[i] = pixels[i - back];
            }
            else
            {
                pixels[at] = cache[symbol - 256 - 24];
            }
            if (_bits.Overran) throw new WebpException($"is truncated: its data end in row {y} of {pixels.Length / width}");
            if (cacheBits > 0)
            {
                foreach (uint pixel in pixels.AsSpan(at, count)) cache[pixel * 0x1e35a7bdu >> (32 - cacheBits)] = pixel;
            }
            x += count;
            far = count > 1;
        }
    }

    private static Span<Vp8lCode> Group(Vp8lCode[] table, uint entry) => table.AsSpan(5 * (int)(entry >> 8 & 0xffff), 5);

    /// <summary>A length or distance: by itself up to 4, above in ranges with further bits.</summary>
    private int Prefixed(int symbol)
    {
        if (symbol < 4) return symbol + 1;
        int extra = (symbol - 2) >> 1;
        return ((2 + (symbol & 1)) << extra) + (int)_bits.Take(extra) + 1;
    }

    /// <summary>How many pixels back: the first 120 codes are places near by, in rows above and to the sides.</summary>
    private static int Distance(int code, int width)
    {
        if (code > 120) return code - 120;
        int place = Places[code - 1];
        return Math.Max(1, (place >> 4) * width + 8 - (place & 15));
    }

    private static int Blocks(int pixels, int bits) => (pixels + (1 << bits) - 1) >> bits;

    // Rows up in the high half, 8 less columns to the left in the low one.
    private static ReadOnlySpan<byte> Places =>
    [
        24, 7, 23, 25, 40, 6, 39, 41, 22, 26, 38, 42, 56, 5, 55, 57, 21, 27, 54, 58, 37, 43, 72, 4, 71, 73, 20, 28, 53, 59,
        70, 74, 36, 44, 88, 69, 75, 52, 60, 3, 87, 89, 19, 29, 86, 90, 35, 45, 68, 76, 85, 91, 51, 61, 104, 2, 103, 105, 18, 30,
        102, 106, 34, 46, 84, 92, 67, 77, 101, 107, 50, 62, 120, 1, 119, 121, 83, 93, 17, 31, 100, 108, 66, 78, 118, 122, 33, 47, 117, 123,
        49, 63, 99, 109, 82, 94, 0, 116, 124, 65, 79, 16, 32, 98, 110, 48, 115, 125, 81, 95, 64, 114, 126, 97, 111, 80, 113, 127, 96, 112,
    ];
}
