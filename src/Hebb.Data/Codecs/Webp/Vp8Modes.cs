namespace Hebb.Data;

/// <summary>Kinds of prediction. Those of whole macroblocks and of chroma are the first four.</summary>
internal enum Vp8Mode : byte
{
    Dc,
    TrueMotion,
    Vertical,
    Horizontal,
    RightDown,
    VerticalRight,
    LeftDown,
    VerticalLeft,
    HorizontalDown,
    HorizontalUp,
}

/// <summary>The modes of macroblocks (RFC 6386, section 11). Those of 4x4 blocks depend on the modes above and to the left.</summary>
internal sealed class Vp8Modes(Vp8Header header)
{
    private readonly byte[] _above = new byte[4 * header.MacroblocksAcross];
    private readonly byte[] _left = new byte[4];

    public int Segment { get; private set; }

    /// <summary>Whether the macroblock says that it has no coefficients.</summary>
    public bool Skipped { get; private set; }

    /// <summary>Whether each block of 4x4 luma samples has a mode of its own.</summary>
    public bool InBlocks { get; private set; }

    /// <summary>The mode of each luma block by rows; of the whole macroblock in the first place where it has one.</summary>
    public Vp8Mode[] Luma { get; } = new Vp8Mode[16];

    public Vp8Mode Chroma { get; private set; }

    public void StartRow() => _left.AsSpan().Clear();

    public void Read(ref Vp8Bits bits, int column)
    {
        Segment = 0;
        if (header.HasSegmentMap)
        {
            byte[] p = header.SegmentProbabilities;
            Segment = bits.Bit(p[0]) == 0 ? bits.Bit(p[1]) : 2 + bits.Bit(p[2]);
        }
        Skipped = header.Skip >= 0 && bits.Bit(header.Skip) != 0;
        InBlocks = bits.Bit(145) == 0;
        var above = _above.AsSpan(4 * column, 4);
        if (InBlocks)
        {
            for (int i = 0; i < 16; i++)
                Luma[i] = (Vp8Mode)(above[i & 3] = _left[i >> 2] = Block(ref bits, Vp8Probabilities.BlockModes.Slice((above[i & 3] * 10 + _left[i >> 2]) * 9, 9)));
        }
        else
        {
            Luma[0] = bits.Bit(156) == 0
                ? bits.Bit(163) == 0 ? Vp8Mode.Dc : Vp8Mode.Vertical
                : bits.Bit(128) == 0 ? Vp8Mode.Horizontal : Vp8Mode.TrueMotion;
            above.Fill((byte)Luma[0]);
            _left.AsSpan().Fill((byte)Luma[0]);
        }
        Chroma = bits.Bit(142) == 0 ? Vp8Mode.Dc
            : bits.Bit(114) == 0 ? Vp8Mode.Vertical
            : bits.Bit(183) == 0 ? Vp8Mode.Horizontal : Vp8Mode.TrueMotion;
    }

    private static byte Block(ref Vp8Bits bits, ReadOnlySpan<byte> p)
    {
        Vp8Mode mode;
        if (bits.Bit(p[0]) == 0) mode = Vp8Mode.Dc;
        else if (bits.Bit(p[1]) == 0) mode = Vp8Mode.TrueMotion;
        else if (bits.Bit(p[2]) == 0) mode = Vp8Mode.Vertical;
        else if (bits.Bit(p[3]) == 0)
        {
            if (bits.Bit(p[4]) == 0) mode = Vp8Mode.Horizontal;
            else mode = bits.Bit(p[5]) == 0 ? Vp8Mode.RightDown : Vp8Mode.VerticalRight;
        }
        else if (bits.Bit(p[6]) == 0) mode = Vp8Mode.LeftDown;
        else if (bits.Bit(p[7]) == 0) mode = Vp8Mode.VerticalLeft;
        else mode = bits.Bit(p[8]) == 0 ? Vp8Mode.HorizontalDown : Vp8Mode.HorizontalUp;
        return (byte)mode;
    }
}
