namespace Hebb.Data;

/// <summary>Shifts every picture by whole pixels, uniformly up to a limit along each axis; zero moves in. Any type of numbers.</summary>
public sealed class RandomShift : WindowTransform
{
    private readonly int _pixels;

    /// <param name="pixels">The most pixels to either side.</param>
    /// <exception cref="DataException">It is negative.</exception>
    public RandomShift(int pixels)
    {
        if (pixels is < 0 or > 1 << 20) throw new DataException($"RandomShift: {pixels} pixels: must be at least 0");
        _pixels = pixels;
    }

    private protected override Window Draw(ref SampleRandom random, int height, int width)
    {
        int dx = random.Next(2 * _pixels + 1) - _pixels, dy = random.Next(2 * _pixels + 1) - _pixels;
        return new(-dy, -dx);
    }
}
