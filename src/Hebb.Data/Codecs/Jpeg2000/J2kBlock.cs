namespace Hebb.Data;

/// <summary>A block of coefficients as packets tell of it, and its decoding bit plane by bit plane (T.800, annex D).</summary>
internal sealed class J2kBlock(int x0, int y0, int x1, int y1)
{
    private const int SignContext = 9, RefineContext = 14, RunLength = 17, Uniform = 18;
    private const byte Significant = 1, Negative = 2, Visited = 4, Refined = 8;

    /// <summary>Places in its band.</summary>
    public int X0 { get; } = x0;

    public int Y0 { get; } = y0;

    public int Width { get; } = x1 - x0;

    public int Height { get; } = y1 - y0;

    public bool Included { get; set; }

    /// <summary>Highest planes that are 0 throughout.</summary>
    public int EmptyPlanes { get; set; }

    public int Passes { get; set; }

    /// <summary>Bits of lengths, which grow as they are needed.</summary>
    public int LengthBits { get; set; } = 3;

    /// <summary>Parts of the data of packets: where they begin, and their lengths.</summary>
    public List<(int At, int Length)> Parts { get; } = [];

    /// <summary>What a packet adds: how many passes, in how many bytes.</summary>
    public (int Passes, int Length) Pending { get; set; }

    /// <summary>
    /// Decodes the block. Coefficients have one bit of fraction, that holds half of what the planes that are missing might add.
    /// </summary>
    /// <param name="data">The tile's data.</param>
    /// <param name="planes">Bit planes of the band.</param>
    /// <param name="kind">0 for means, 1 for differences across, 2 down, 3 both.</param>
    /// <param name="style">Bits of <see cref="J2kCoding"/>.</param>
    /// <param name="decoder">Started anew for the block.</param>
    public int[] Decode(byte[] data, int planes, int kind, int style, MqDecoder decoder)
    {
        var values = new int[Width * Height];
        int plane = planes - 1 - EmptyPlanes;
        if (Passes == 0) return values;
        if (plane is < 0 or > 29 || Passes > 3 * plane + 1) throw new J2kException($"has a block of {plane + 1} bit planes and {Passes} passes");
        byte[] own = new byte[Parts.Sum(p => p.Length)];
        int at = 0;
        foreach (var (from, length) in Parts)
        {
            Array.Copy(data, from, own, at, length);
            at += length;
        }
        decoder.Start(own, own.Length);
        var coder = new Coder(values, Width, Height, kind, (style & J2kCoding.Causal) != 0, decoder);
        for (int pass = 0, type = 2; pass < Passes; pass++)
        {
            int one = 2 << plane, half = one | one >> 1;
            switch (type)
            {
                case 0: coder.Propagate(half); break;
                case 1: coder.Refine(one); break;
                default: coder.Clean(half, (style & J2kCoding.Marks) != 0); break;
            }
            if ((style & J2kCoding.Resets) != 0) decoder.Reset();
            if (++type > 2) (type, plane) = (0, plane - 1);
        }
        coder.Sign();
        return values;
    }

    // Flags have a border of one.
    private readonly struct Coder(int[] values, int width, int height, int kind, bool causal, MqDecoder decoder)
    {
        private readonly byte[] _flags = new byte[(width + 2) * (height + 2)];
        private readonly int _stride = width + 2;

        private int Flag(int x, int y) => (y + 1) * _stride + x + 1;

        // With causal contexts the last row of a stripe does not see the next stripe.
        private bool Sees(int y) => !causal || (y & 3) != 3;

        public void Propagate(int half)
        {
            for (int stripe = 0; stripe < height; stripe += 4)
            {
                for (int x = 0; x < width; x++)
                {
                    for (int y = stripe; y < Math.Min(stripe + 4, height); y++)
                    {
                        int f = Flag(x, y);
                        if ((_flags[f] & Significant) != 0) continue;
                        int context = ZeroContext(f, Sees(y));
                        if (context == 0) continue;
                        if (decoder.Bit(context) != 0) Become(x, y, f, half);
                        _flags[f] |= Visited;
                    }
                }
            }
        }

        public void Refine(int one)
        {
            for (int stripe = 0; stripe < height; stripe += 4)
            {
                for (int x = 0; x < width; x++)
                {
                    for (int y = stripe; y < Math.Min(stripe + 4, height); y++)
                    {
                        int f = Flag(x, y);
                        if ((_flags[f] & (Significant | Visited)) != Significant) continue;
                        int context = (_flags[f] & Refined) != 0 ? RefineContext + 2 : ZeroContext(f, Sees(y)) != 0 ? RefineContext + 1 : RefineContext;
                        int bit = decoder.Bit(context);
                        // The half of the plane above goes, this bit and its half come.
                        values[y * width + x] += bit != 0 ? one >> 1 : -(one >> 1);
                        _flags[f] |= Refined;
                    }
                }
            }
        }

        public void Clean(int half, bool marks)
        {
            for (int stripe = 0; stripe < height; stripe += 4)
            {
                for (int x = 0; x < width; x++)
                {
                    int y = stripe;
                    if (stripe + 4 <= height && IsQuiet(x, stripe))
                    {
                        if (decoder.Bit(RunLength) == 0) continue;
                        y += decoder.Bit(Uniform) << 1;
                        y |= decoder.Bit(Uniform);
                        Become(x, y, Flag(x, y), half);
                        y++;
                    }
                    for (; y < Math.Min(stripe + 4, height); y++)
                    {
                        int f = Flag(x, y);
                        if ((_flags[f] & (Significant | Visited)) == 0 && decoder.Bit(ZeroContext(f, Sees(y))) != 0) Become(x, y, f, half);
                    }
                }
            }
            for (int i = 0; i < _flags.Length; i++) _flags[i] &= unchecked((byte)~Visited);
            if (!marks) return;
            int mark = 0;
            for (int i = 0; i < 4; i++) mark = mark << 1 | decoder.Bit(Uniform);
            if (mark != 10) throw new J2kException("has a damaged block: the mark at its end is wrong");
        }

        // Four in a column, none of which has anything around it.
        private bool IsQuiet(int x, int stripe)
        {
            for (int y = stripe; y < stripe + 4; y++)
            {
                int f = Flag(x, y);
                if ((_flags[f] & (Significant | Visited)) != 0 || ZeroContext(f, Sees(y)) != 0) return false;
            }
            return true;
        }

        private void Become(int x, int y, int f, int half)
        {
            int across = Direction(f - 1) + Direction(f + 1), down = Direction(f - _stride) + (Sees(y) ? Direction(f + _stride) : 0);
            across = Math.Clamp(across, -1, 1);
            down = Math.Clamp(down, -1, 1);
            // The sign is coded against what the neighbours' signs foretell.
            bool flips = across < 0 || (across == 0 && down < 0);
            if (flips) (across, down) = (-across, -down);
            int context = SignContext + (across == 0 ? down : 3 + down);
            bool negative = decoder.Bit(context) != 0 ^ flips;
            _flags[f] |= (byte)(Significant | (negative ? Negative : 0));
            values[y * width + x] = half;
        }

        private int Direction(int f) => (_flags[f] & Significant) == 0 ? 0 : (_flags[f] & Negative) != 0 ? -1 : 1;

        private int On(int f) => _flags[f] & Significant;

        private int ZeroContext(int f, bool below)
        {
            int across = On(f - 1) + On(f + 1), down = On(f - _stride) + (below ? On(f + _stride) : 0);
            int corners = On(f - _stride - 1) + On(f - _stride + 1) + (below ? On(f + _stride - 1) + On(f + _stride + 1) : 0);
            if (kind == 3)
            {
                int sides = across + down;
                return corners >= 3 ? 8 : corners == 2 ? (sides > 0 ? 7 : 6) : corners == 1 ? 3 + Math.Min(sides, 2) : Math.Min(sides, 2);
            }
            // Differences across have contexts like the others, turned.
            if (kind == 1) (across, down) = (down, across);
            if (across == 2) return 8;
            if (across == 1) return down > 0 ? 7 : corners > 0 ? 6 : 5;
            return down == 2 ? 4 : down == 1 ? 3 : Math.Min(corners, 2);
        }

        public void Sign()
        {
            for (int y = 0; y < height; y++)
            {
                for (int x = 0; x < width; x++)
                {
                    if ((_flags[Flag(x, y)] & Negative) != 0) values[y * width + x] = -values[y * width + x];
                }
            }
        }
    }
}
