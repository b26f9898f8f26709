namespace Hebb.Data;

/// <summary>Coefficients of macroblocks (RFC 6386, section 13), times their quantisers. Contexts are whether the blocks above and to the left have any.</summary>
internal sealed class Vp8Residuals(Vp8Header header)
{
    /// <summary>Blocks of 16 coefficients in a macroblock: 16 of luma, 4 of each chroma.</summary>
    public const int Blocks = 24;

    // Kinds of blocks: luma without its means, means, chroma, luma with its means.
    private const int LumaRest = 0, LumaMeans = 1, ChromaKind = 2, LumaWhole = 3;
    private const int NodesByContext = 11, NodesByBand = 3 * NodesByContext, NodesByKind = 8 * NodesByBand;

    // Four luma blocks, two of each chroma, and the means.
    private const int ContextsEach = 9, MeansContext = 8;

    private readonly byte[] _probabilities = header.Coefficients;
    private readonly byte[] _above = new byte[header.MacroblocksAcross * ContextsEach];
    private readonly byte[] _left = new byte[ContextsEach];
    private readonly int[] _means = new int[16];

    /// <summary>Coefficients of the present macroblock, block by block, in the order of their frequencies by rows.</summary>
    public int[] Coefficients { get; } = new int[Blocks * 16];

    /// <summary>Whether a block has any coefficient that is not 0.</summary>
    public bool[] Any { get; } = new bool[Blocks];

    public void StartRow() => _left.AsSpan().Clear();

    /// <summary>A macroblock without coefficients. One that is predicted in blocks has no means, and leaves their context as it is.</summary>
    public void Skip(int column, bool inBlocks)
    {
        int count = inBlocks ? MeansContext : ContextsEach;
        _above.AsSpan(column * ContextsEach, count).Clear();
        _left.AsSpan(0, count).Clear();
    }

    /// <summary>Reads the coefficients of a macroblock. Whether there is any.</summary>
    public bool Read(ref Vp8Bits bits, int column, bool inBlocks, in Vp8Quantizer quantizer)
    {
        Coefficients.AsSpan().Clear();
        var above = _above.AsSpan(column * ContextsEach, ContextsEach);
        int first = 0, kind = LumaWhole;
        if (!inBlocks)
        {
            _means.AsSpan().Clear();
            int end = Block(ref bits, LumaMeans, above[MeansContext] + _left[MeansContext], quantizer.Means, 0, _means);
            above[MeansContext] = _left[MeansContext] = (byte)(end > 0 ? 1 : 0);
            Vp8Transform.Means(_means, Coefficients);
            (first, kind) = (1, LumaRest);
        }
        bool any = false;
        for (int b = 0; b < Blocks; b++)
        {
            // Luma is four by four blocks, chroma two by two.
            bool luma = b < 16;
            int top = luma ? b & 3 : 4 + (b - 16) / 4 * 2 + (b & 1), side = luma ? b >> 2 : 4 + (b - 16) / 4 * 2 + (b >> 1 & 1);
            var block = Coefficients.AsSpan(16 * b, 16);
            int start = luma ? first : 0;
            int end = Block(ref bits, luma ? kind : ChromaKind, above[top] + _left[side], luma ? quantizer.Luma : quantizer.Chroma, start, block);
            above[top] = _left[side] = (byte)(end > start ? 1 : 0);
            Any[b] = end > start || block[0] != 0;
            any |= Any[b];
        }
        return any;
    }

    /// <summary>Reads a block from a place on. The place after its last coefficient.</summary>
    private int Block(ref Vp8Bits bits, int kind, int context, (int Dc, int Ac) factor, int n, Span<int> block)
    {
        var table = _probabilities.AsSpan(kind * NodesByKind, NodesByKind);
        var p = Nodes(table, n, context);
        while (n < 16)
        {
            if (bits.Bit(p[0]) == 0) return n;
            while (bits.Bit(p[1]) == 0)
            {
                if (++n == 16) return 16;
                p = Nodes(table, n, 0);
            }
            int value = bits.Bit(p[2]) == 0 ? 1 : Large(ref bits, p);
            int signed = bits.Flag() ? -value : value;
            block[Zigzag[n]] = signed * (n > 0 ? factor.Ac : factor.Dc);
            if (++n < 16) p = Nodes(table, n, value == 1 ? 1 : 2);
        }
        return 16;
    }

    private static ReadOnlySpan<byte> Nodes(ReadOnlySpan<byte> table, int n, int context) =>
        table.Slice(Bands[n] * NodesByBand + context * NodesByContext, NodesByContext);

    /// <summary>A value of 2 or more: by itself up to 4, above in ranges with further bits.</summary>
    private static int Large(ref Vp8Bits bits, ReadOnlySpan<byte> p)
    {
        if (bits.Bit(p[3]) == 0) return bits.Bit(p[4]) == 0 ? 2 : 3 + bits.Bit(p[5]);
        if (bits.Bit(p[6]) == 0)
        {
            if (bits.Bit(p[7]) == 0) return 5 + bits.Bit(159);
            int high = bits.Bit(165);
            return 7 + 2 * high + bits.Bit(145);
        }
        int upper = bits.Bit(p[8]), category = 2 * upper + bits.Bit(p[9 + upper]), value = 0;
        foreach (byte probability in Extra(category)) value = 2 * value + bits.Bit(probability);
        return value + 3 + (8 << category);
    }

    private static ReadOnlySpan<byte> Extra(int category) => category switch
    {
        0 => [173, 148, 140],
        1 => [176, 155, 140, 135],
        2 => [180, 157, 141, 134, 130],
        _ => [254, 254, 243, 230, 196, 177, 153, 140, 133, 130, 129],
    };

    private static ReadOnlySpan<byte> Bands => [0, 1, 2, 3, 6, 4, 5, 6, 6, 6, 6, 6, 6, 6, 6, 7];

    private static ReadOnlySpan<byte> Zigzag => [0, 1, 4, 8, 5, 2, 3, 6, 9, 12, 13, 10, 7, 11, 14, 15];
}
