using System.Buffers;

namespace Hebb.Data;

/// <summary>
/// Changes of given strength to all pictures of a batch, Float32 (from 0 to 1) or UInt8 [batch, channels, height, width]; with the numbers of <c>torchvision.transforms.functional</c>. The
/// pictures given stay as they are.
/// </summary>
public static class ImageOps
{
    /// <summary>Left and right mirrored.</summary>
    public static Tensor HorizontalFlip(Tensor images) => images.Flip(-1);

    /// <summary>Top and bottom mirrored.</summary>
    public static Tensor VerticalFlip(Tensor images) => images.Flip(-2);

    /// <summary>Brought to a size.</summary>
    /// <param name="images">Pictures.</param>
    /// <param name="height">Of the result.</param>
    /// <param name="width">Of the result.</param>
    /// <param name="mode">How pixels between pixels are made.</param>
    /// <param name="antialias">Whether shrinking takes the mean of all pixels that fall together.</param>
    public static Tensor Resize(Tensor images, int height, int width, Resample mode = Resample.Bilinear, bool antialias = false) => new Resize(height, width, mode, antialias).Apply(images);

    /// <summary>Sheared, turned and scaled about the centre, then shifted; zero outside.</summary>
    /// <param name="images">Pictures.</param>
    /// <param name="degrees">Turn, clockwise.</param>
    /// <param name="dx">Shift to the right, in pixels.</param>
    /// <param name="dy">Shift down, in pixels.</param>
    /// <param name="scale">Growth.</param>
    /// <param name="shearX">Slant along x, in degrees.</param>
    /// <param name="shearY">Slant along y, in degrees.</param>
    /// <param name="nearest">Takes the nearest pixel rather than mixing four.</param>
    /// <param name="fill">The value outside, from 0, black, to 1, white, for bytes too.</param>
    /// <exception cref="DataException">The scale is not positive.</exception>
    public static Tensor Affine(
        Tensor images, double degrees = 0, double dx = 0, double dy = 0, double scale = 1, double shearX = 0, double shearY = 0, bool nearest = false, double fill = 0)
    {
        if (!(scale > 0)) throw new DataException($"Affine: a scale of {scale}: must be positive");
        var map = PlaneMap.Affine(degrees, dx, dy, scale, shearX, shearY);
        return Same(images, nameof(Affine), (int _, in Picture p) => Warp.Run(p, map, nearest, (float)fill * p.White));
    }

    /// <summary>Turned about the centre, counter-clockwise.</summary>
    /// <inheritdoc cref="Affine" path="/param"/>
    public static Tensor Rotate(Tensor images, double degrees, bool nearest = false, double fill = 0) => Affine(images, -degrees, nearest: nearest, fill: fill);

    /// <summary>Seen askew: four places of each picture move to four others; zero outside.</summary>
    /// <param name="images">Pictures.</param>
    /// <param name="from">Four places (x, y), in pixels from the upper left corner of the picture (the middle of its first pixel is at a half).</param>
    /// <param name="to">Where they come to lie.</param>
    /// <param name="fill">The value outside, from 0, black, to 1, white, for bytes too.</param>
    /// <exception cref="DataException">They are not four.</exception>
    public static Tensor Perspective(Tensor images, IReadOnlyList<(double X, double Y)> from, IReadOnlyList<(double X, double Y)> to, double fill = 0)
    {
        if (from.Count != 4 || to.Count != 4) throw new DataException($"Perspective: {from.Count} and {to.Count} places: must be four each");
        images = ImageBatch.Check(images, nameof(Perspective));
        double x = images.Shape[3] * 0.5, y = images.Shape[2] * 0.5;
        var map = PlaneMap.Perspective([.. to.Select(p => (p.X - x, p.Y - y))], [.. from.Select(p => (p.X - x, p.Y - y))]);
        return Same(images, nameof(Perspective), (int _, in Picture p) => Warp.Run(p, map, fill: (float)fill * p.White));
    }

    /// <summary>0 is black, 1 as it was, 2 twice as bright.</summary>
    public static Tensor AdjustBrightness(Tensor images, double factor) => Same(images, nameof(AdjustBrightness), (int _, in Picture p) => Colors.Brightness(p, Factor(factor)));

    /// <summary>0 is the mean gray, 1 as it was.</summary>
    public static Tensor AdjustContrast(Tensor images, double factor) =>
        WithGray(images, nameof(AdjustContrast), (in Picture p, Span<float> gray) => Colors.Contrast(p, Factor(factor), gray));

    /// <summary>0 is gray, 1 as it was.</summary>
    public static Tensor AdjustSaturation(Tensor images, double factor) =>
        WithGray(images, nameof(AdjustSaturation), (in Picture p, Span<float> gray) => Colors.Saturation(p, Factor(factor), gray));

    /// <summary>Hues moved around the circle: 0.5 to the opposite ones.</summary>
    public static Tensor AdjustHue(Tensor images, double turn) => Same(images, nameof(AdjustHue), (int _, in Picture p) => Colors.Hue(p, (float)turn));

    /// <summary>0 is smooth, 1 as it was.</summary>
    public static Tensor AdjustSharpness(Tensor images, double factor) => Same(images, nameof(AdjustSharpness), (int _, in Picture p) => Filters.Sharpness(p, Factor(factor)));

    /// <summary>All three channels the luma.</summary>
    public static Tensor Grayscale(Tensor images) => WithGray(images, nameof(Grayscale), (in Picture p, Span<float> gray) => Colors.Grayscale(p, gray));

    /// <summary>The negative.</summary>
    public static Tensor Invert(Tensor images) => Same(images, nameof(Invert), (int _, in Picture p) => Colors.Invert(p));

    /// <summary>Inverted where at least so bright, from 0, black, to 1, white, for bytes too.</summary>
    public static Tensor Solarize(Tensor images, double threshold) => Same(images, nameof(Solarize), (int _, in Picture p) => Colors.Solarize(p, (float)threshold * p.White));

    /// <summary>Only the highest bits of 8; floats are taken as bytes.</summary>
    /// <exception cref="DataException">The bits are not 0 to 8.</exception>
    public static Tensor Posterize(Tensor images, int bits) => new RandomPosterize(bits, 1).Apply(images);

    /// <summary>Each channel from black to white.</summary>
    public static Tensor AutoContrast(Tensor images) => Same(images, nameof(AutoContrast), (int _, in Picture p) => Colors.AutoContrast(p));

    /// <summary>Each channel with all values about as frequent; floats are taken as bytes.</summary>
    public static Tensor Equalize(Tensor images) => Same(images, nameof(Equalize), (int _, in Picture p) => Colors.Equalize(p));

    /// <summary>Blurred by a Gaussian.</summary>
    /// <param name="images">Pictures.</param>
    /// <param name="size">Pixels across the kernel, odd.</param>
    /// <param name="sigma">Its standard deviation.</param>
    /// <exception cref="DataException">A number is out of range.</exception>
    public static Tensor GaussianBlur(Tensor images, int size, double sigma) => new GaussianBlur(size, (sigma, sigma)).Apply(images);

    private static double Factor(double factor) => Checks.AtLeast(factor, 0, "ImageOps", "a factor");

    private delegate void GrayWork(in Picture picture, Span<float> gray);

    private static Tensor WithGray(Tensor images, string what, GrayWork work) => Same(images, what, (int _, in Picture p) =>
    {
        float[] gray = ArrayPool<float>.Shared.Rent(p.Plane);
        work(p, gray.AsSpan(0, p.Plane));
        ArrayPool<float>.Shared.Return(gray);
    });

    private static Tensor Same(Tensor images, string what, PictureWork work)
    {
        images = ImageBatch.Check(images, what);
        return ImageBatch.Map(images, what, images.Shape[2], images.Shape[3], work);
    }
}
