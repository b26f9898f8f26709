namespace Hebb.Data;

/// <summary>Shifts every picture by whole pixels, uniformly up to a limit along each axis; zero moves in.</summary>
/// <remarks>Inputs are Float32 [batch, channels, height, width].</remarks>
public sealed class RandomShift : BatchTransform
{
    private readonly int _pixels;

    /// <param name="pixels">The most pixels to either side.</param>
    /// <exception cref="DataException">It is negative.</exception>
    public RandomShift(int pixels)
    {
        if (pixels is < 0 or > 1 << 20) throw new DataException($"RandomShift: {pixels} pixels: must be at least 0");
        _pixels = pixels;
    }

    public override Batch Apply(Batch batch, in BatchContext context, int stream)
    {
        var (images, height, width) = ImageBatch.Check(batch.Inputs, nameof(RandomShift));
        var result = Tensor.Zeros(images.Shape);
        int channels = images.Shape[1];
        for (int row = 0; row < images.Shape[0]; row++)
        {
            var random = context.Random(row, stream);
            int dx = random.Next(2 * _pixels + 1) - _pixels, dy = random.Next(2 * _pixels + 1) - _pixels;
            int length = width - Math.Abs(dx), fromX = Math.Max(0, -dx), toX = Math.Max(0, dx);
            if (length <= 0) continue;
            for (int plane = row * channels; plane < (row + 1) * channels; plane++)
                for (int y = Math.Max(0, dy); y < Math.Min(height, height + dy); y++)
                    images.AsSpan<float>().Slice((plane * height + y - dy) * width + fromX, length)
                        .CopyTo(result.AsSpan<float>()[((plane * height + y) * width + toX)..]);
        }
        GC.KeepAlive(images);
        return batch with { Inputs = result };
    }
}
