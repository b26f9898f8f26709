using System.Buffers;

namespace Hebb.Data;

/// <summary>
/// Changes brightness, contrast, saturation and hue of every picture at random, in random order; as <c>torchvision.transforms.ColorJitter</c>. Saturation and hue are for pictures of three
/// channels.
/// </summary>
public sealed class ColorJitter : ImageTransform
{
    private readonly (double Low, double High) _brightness, _contrast, _saturation, _hue;

    /// <param name="brightness">Factors from max(0, 1 - brightness) to 1 + brightness.</param>
    /// <param name="contrast">Factors from max(0, 1 - contrast) to 1 + contrast.</param>
    /// <param name="saturation">Factors from max(0, 1 - saturation) to 1 + saturation.</param>
    /// <param name="hue">Turns up to this share of the circle to either side, at most 0.5.</param>
    /// <exception cref="DataException">A range is negative, or hue above 0.5.</exception>
    public ColorJitter(double brightness = 0, double contrast = 0, double saturation = 0, double hue = 0)
    {
        if (hue > 0.5) throw new DataException($"ColorJitter: a hue of {hue}: must be from 0 to 0.5");
        Checks.AtLeast(hue, 0, Name, "hue");
        (_brightness, _contrast, _saturation, _hue) = (Factors(brightness, "brightness"), Factors(contrast, "contrast"), Factors(saturation, "saturation"), (-hue, hue));
    }

    private protected override void Apply(ref SampleRandom random, in Picture picture)
    {
        Span<int> order = [0, 1, 2, 3];
        for (int i = 3; i > 0; i--)
        {
            int j = random.Next(i + 1);
            (order[i], order[j]) = (order[j], order[i]);
        }
        float brightness = Draw(ref random, _brightness), contrast = Draw(ref random, _contrast), saturation = Draw(ref random, _saturation), hue = Draw(ref random, _hue);
        float[] gray = ArrayPool<float>.Shared.Rent(picture.Plane);
        picture.Copy();
        var own = picture.Again();
        foreach (int change in order)
        {
            switch (change)
            {
                case 0 when _brightness.High > _brightness.Low:
                    Colors.Brightness(own, brightness);
                    break;
                case 1 when _contrast.High > _contrast.Low:
                    Colors.Contrast(own, contrast, gray.AsSpan(0, own.Plane));
                    break;
                case 2 when _saturation.High > _saturation.Low:
                    Colors.Saturation(own, saturation, gray.AsSpan(0, own.Plane));
                    break;
                case 3 when _hue.High > _hue.Low:
                    Colors.Hue(own, hue);
                    break;
            }
        }
        ArrayPool<float>.Shared.Return(gray);
    }

    private (double, double) Factors(double range, string name) => (Math.Max(0, 1 - Checks.AtLeast(range, 0, Name, name)), 1 + range);

    private static float Draw(ref SampleRandom random, (double Low, double High) range) => random.Uniform((float)range.Low, (float)range.High);
}
