namespace Hebb.Data;

/// <summary>
/// Samples of whole macroblocks with a border, which predictions look at: 127 above the picture, 129 left of it (RFC 6386, section 12.2).
/// </summary>
internal sealed class Vp8Plane
{
    public Vp8Plane(int width, int height)
    {
        Stride = width + 1;
        Samples = new byte[Stride * (height + 1)];
        Samples.AsSpan(0, Stride).Fill(127);
        for (int y = 1; y <= height; y++) Samples[y * Stride] = 129;
    }

    public byte[] Samples { get; }

    public int Stride { get; }

    /// <summary>Where a sample stands; -1 is allowed for both.</summary>
    public int At(int x, int y) => (y + 1) * Stride + x + 1;

    public ReadOnlySpan<byte> Row(int y) => Samples.AsSpan(At(0, y), Stride - 1);
}
