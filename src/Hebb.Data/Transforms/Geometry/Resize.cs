namespace Hebb.Data;

/// <summary>Brings pictures to a size: with the pixels of <c>torch.nn.functional.interpolate</c> (corners not aligned).</summary>
public sealed class Resize : ImageTransform
{
    private readonly int _height, _width;
    private readonly Resample _mode;
    private readonly bool _antialias;

    /// <param name="height">Of the result.</param>
    /// <param name="width">Of the result; as its height by default.</param>
    /// <param name="mode">How pixels between pixels are made.</param>
    /// <param name="antialias">Whether shrinking takes the mean of all pixels that fall together, as Pillow does.</param>
    /// <exception cref="DataException">A size is out of range.</exception>
    public Resize(int height, int? width = null, Resample mode = Resample.Bilinear, bool antialias = false) =>
        (_height, _width, _mode, _antialias) = (Checks.Size(height, Name), Checks.Size(width ?? height, Name), mode, antialias);

    private protected override (int Height, int Width) ResultSize(int channels, int height, int width) => height > 0 && width > 0 ? (_height, _width)
        : throw new ShapeException($"Resize: pictures of {height} x {width} are empty");

    private protected override void Apply(ref SampleRandom random, in Picture picture) => Resampler.Run(picture,
        Resampler.TapsOf(0, picture.Height, _height, _mode, _antialias), Resampler.TapsOf(0, picture.Width, _width, _mode, _antialias));
}

/// <summary>
/// A part of random area, aspect and place, brought to a size (Szegedy et al. 2015): the usual augmentation of ImageNet. As <c>torchvision.transforms.RandomResizedCrop</c>.
/// </summary>
public sealed class RandomResizedCrop : ImageTransform
{
    private const int Attempts = 10;

    private readonly int _height, _width;
    private readonly (double Low, double High) _scale, _ratio;
    private readonly Resample _mode;
    private readonly bool _antialias;

    /// <param name="height">Of the result.</param>
    /// <param name="width">Of the result; as its height by default.</param>
    /// <param name="scale">The share of the picture's area, uniform; 0.08 to 1 by default.</param>
    /// <param name="ratio">Width over height of the part, uniform in the logarithm; 3/4 to 4/3 by default.</param>
    /// <param name="mode">How pixels between pixels are made.</param>
    /// <param name="antialias">Whether shrinking takes the mean of all pixels that fall together.</param>
    /// <exception cref="DataException">A size or range is out of order.</exception>
    public RandomResizedCrop(int height, int? width = null, (double Low, double High)? scale = null, (double Low, double High)? ratio = null, Resample mode = Resample.Bilinear, bool antialias = false)
    {
        (_height, _width, _mode, _antialias) = (Checks.Size(height, Name), Checks.Size(width ?? height, Name), mode, antialias);
        (_scale, _ratio) = (Checks.Range(scale ?? (0.08, 1), 0, Name, "scale"), Checks.Range(ratio ?? (3.0 / 4, 4.0 / 3), 1e-6, Name, "ratio"));
    }

    private protected override (int Height, int Width) ResultSize(int channels, int height, int width) => height > 0 && width > 0 ? (_height, _width)
        : throw new ShapeException($"RandomResizedCrop: pictures of {height} x {width} are empty");

    private protected override void Apply(ref SampleRandom random, in Picture picture)
    {
        var (top, left, height, width) = Draw(ref random, picture.Height, picture.Width, _scale, _ratio);
        Resampler.Run(picture, Resampler.TapsOf(top, height, _height, _mode, _antialias), Resampler.TapsOf(left, width, _width, _mode, _antialias));
    }

    internal static (int Top, int Left, int Height, int Width) Draw(ref SampleRandom random, int height, int width, (double Low, double High) scale, (double Low, double High) ratio)
    {
        for (int attempt = 0; attempt < Attempts; attempt++)
        {
            double area = (double)height * width * random.Uniform((float)scale.Low, (float)scale.High);
            double aspect = Math.Exp(random.Uniform((float)Math.Log(ratio.Low), (float)Math.Log(ratio.High)));
            int w = (int)Math.Round(Math.Sqrt(area * aspect)), h = (int)Math.Round(Math.Sqrt(area / aspect));
            if (w > 0 && w <= width && h > 0 && h <= height)
                return (random.Next(height - h + 1), random.Next(width - w + 1), h, w);
        }
        // No such part fits: the middle, with the nearest aspect allowed.
        double own = (double)width / height;
        var (middleHeight, middleWidth) = own < ratio.Low ? ((int)Math.Round(width / ratio.Low), width) : own > ratio.High ? (height, (int)Math.Round(height * ratio.High)) : (height, width);
        (middleHeight, middleWidth) = (Math.Clamp(middleHeight, 1, height), Math.Clamp(middleWidth, 1, width));
        return ((height - middleHeight) / 2, (width - middleWidth) / 2, middleHeight, middleWidth);
    }
}
