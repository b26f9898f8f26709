namespace Hebb.Data;

/// <summary>One colour component of a picture: its sampling, its tables, and its samples as they are decoded.</summary>
internal sealed class JpegComponent(int id, int horizontal, int vertical, int quantTable)
{
    public int Id { get; } = id;

    /// <summary>Sampling factors: blocks of this component in a unit of all (MCU).</summary>
    public int Horizontal { get; } = horizontal;

    public int Vertical { get; } = vertical;

    public int QuantTable { get; } = quantTable;

    /// <summary>The quantisation in force when the component's first scan began, in the order of the block; null before.</summary>
    public int[]? Quant { get; set; }

    /// <summary>True size in samples.</summary>
    public int Width { get; private set; }

    public int Height { get; private set; }

    /// <summary>Blocks that hold samples: what a scan of this component alone codes.</summary>
    public int BlocksAcross => (Width + 7) / 8;

    public int BlocksDown => (Height + 7) / 8;

    /// <summary>Blocks with those that only fill up the last MCU.</summary>
    public int PaddedAcross { get; private set; }

    public int PaddedDown { get; private set; }

    /// <summary>Samples a row of <see cref="Samples"/>.</summary>
    public int Stride => PaddedAcross * 8;

    public byte[] Samples { get; private set; } = [];

    /// <summary>Progressive pictures: the coefficients of all blocks, 64 each in the order of the block.</summary>
    public short[] Coefficients { get; private set; } = [];

    /// <summary>Progressive pictures: the lowest bit known of each coefficient in zigzag order, -1 where none is.</summary>
    public int[] KnownBit { get; } = [.. Enumerable.Repeat(-1, 64)];

    /// <summary>The Huffman tables of the current scan.</summary>
    public JpegHuffman? Dc { get; set; }

    public JpegHuffman? Ac { get; set; }

    /// <summary>The value that the next DC coefficient is counted from.</summary>
    public int Predictor { get; set; }

    public void Size(int width, int height, int mcusAcross, int mcusDown) =>
        (Width, Height, PaddedAcross, PaddedDown) = (width, height, mcusAcross * Horizontal, mcusDown * Vertical);

    public void Allocate(bool progressive)
    {
        Samples = new byte[(long)Stride * PaddedDown * 8];
        if (progressive) Coefficients = new short[(long)PaddedAcross * PaddedDown * 64];
    }

    public Span<short> Block(int row, int column) => Coefficients.AsSpan((row * PaddedAcross + column) * 64, 64);

    /// <summary>Where the samples of a block begin.</summary>
    public Span<byte> SamplesAt(int row, int column) => Samples.AsSpan(row * 8 * Stride + column * 8);
}
