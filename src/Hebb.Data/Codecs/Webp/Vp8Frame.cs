namespace Hebb.Data;

/// <summary>A key frame of VP8 (RFC 6386): luma and halved chroma of its macroblocks, predicted, corrected and filtered.</summary>
internal sealed class Vp8Frame
{
    private readonly Vp8Header _header;

    private Vp8Frame(Vp8Header header)
    {
        _header = header;
        int across = header.MacroblocksAcross, down = header.MacroblocksDown;
        (Y, U, V) = (new Vp8Plane(16 * across, 16 * down), new Vp8Plane(8 * across, 8 * down), new Vp8Plane(8 * across, 8 * down));
    }

    public int Width => _header.Width;

    public int Height => _header.Height;

    public Vp8Plane Y { get; }

    public Vp8Plane U { get; }

    public Vp8Plane V { get; }

    public static Vp8Frame Decode(ReadOnlySpan<byte> bytes)
    {
        var header = Vp8Header.Parse(bytes, out var bits);
        var frame = new Vp8Frame(header);
        frame.Read(ref bits);
        return frame;
    }

    private void Read(ref Vp8Bits bits)
    {
        int across = _header.MacroblocksAcross, down = _header.MacroblocksDown;
        var modes = new Vp8Modes(_header);
        var residuals = new Vp8Residuals(_header);
        // What the filter needs to know; it runs last, since predictions look at samples that are not filtered.
        var filters = new (Vp8FilterStrength Strength, bool Inner)[_header.Filtered ? across * down : 0];
        for (int row = 0; row < down; row++)
        {
            modes.StartRow();
            residuals.StartRow();
            ref var partition = ref _header.Partitions[row & (_header.Partitions.Length - 1)];
            for (int column = 0; column < across; column++)
            {
                modes.Read(ref bits, column);
                bool any = false;
                if (modes.Skipped) residuals.Skip(column, modes.InBlocks);
                else any = residuals.Read(ref partition, column, modes.InBlocks, _header.Quantizers[modes.Segment]);
                if (bits.Overran || partition.Overran) throw new WebpException($"is truncated: its data end in row {16 * row} of {Height}");
                Luma(modes, residuals, column, row, any);
                Chroma(U, modes.Chroma, residuals, 16, column, row, any);
                Chroma(V, modes.Chroma, residuals, 20, column, row, any);
                if (filters.Length > 0) filters[row * across + column] = (_header.Filters[modes.Segment, modes.InBlocks ? 1 : 0], any || modes.InBlocks);
            }
        }
        for (int i = 0; i < filters.Length; i++)
            Vp8LoopFilter.Run(this, i % across, i / across, filters[i].Strength, filters[i].Inner, _header.SimpleFilter);
    }

    private void Luma(Vp8Modes modes, Vp8Residuals residuals, int column, int row, bool any)
    {
        int start = Y.At(16 * column, 16 * row), stride = Y.Stride;
        if (!modes.InBlocks) Vp8Prediction.Whole(Y, 16 * column, 16 * row, 16, modes.Luma[0]);
        // Blocks at the right edge look at the samples above the next macroblock, in all four rows of blocks.
        Span<byte> right = stackalloc byte[4];
        if (row > 0 && column == _header.MacroblocksAcross - 1) right.Fill(Y.Samples[start - stride + 15]);
        else if (row > 0) Y.Samples.AsSpan(start - stride + 16, 4).CopyTo(right);
        else right.Fill(127);
        for (int b = 0; b < 16; b++)
        {
            int at = start + (b >> 2) * 4 * stride + (b & 3) * 4;
            if (modes.InBlocks) Vp8Prediction.Block(Y.Samples, at, stride, (b & 3) == 3 ? right : Y.Samples.AsSpan(at - stride + 4, 4), modes.Luma[b]);
            if (any && residuals.Any[b]) Vp8Transform.Add(residuals.Coefficients.AsSpan(16 * b, 16), Y.Samples.AsSpan(at), stride);
        }
    }

    private static void Chroma(Vp8Plane plane, Vp8Mode mode, Vp8Residuals residuals, int first, int column, int row, bool any)
    {
        Vp8Prediction.Whole(plane, 8 * column, 8 * row, 8, mode);
        if (!any) return;
        for (int b = 0; b < 4; b++)
        {
            int at = plane.At(8 * column + (b & 1) * 4, 8 * row + (b >> 1) * 4);
            if (residuals.Any[first + b]) Vp8Transform.Add(residuals.Coefficients.AsSpan(16 * (first + b), 16), plane.Samples.AsSpan(at), plane.Stride);
        }
    }
}
