using System.Buffers;

namespace Hebb.Data;

/// <summary>Takes the colour out of pictures of three channels with some probability: all channels become the luma 0.2989 R + 0.587 G + 0.114 B.</summary>
/// <param name="probability">Of the change.</param>
/// <exception cref="DataException">It is not from 0 to 1.</exception>
public sealed class RandomGrayscale(double probability = 0.1) : RandomImageTransform(probability)
{
    private protected override void Change(ref SampleRandom random, in Picture picture)
    {
        float[] gray = ArrayPool<float>.Shared.Rent(picture.Plane);
        Colors.Grayscale(picture, gray.AsSpan(0, picture.Plane));
        ArrayPool<float>.Shared.Return(gray);
    }
}

/// <summary>Turns pictures into their negatives with some probability.</summary>
/// <param name="probability">Of the change.</param>
/// <exception cref="DataException">It is not from 0 to 1.</exception>
public sealed class RandomInvert(double probability = 0.5) : RandomImageTransform(probability)
{
    private protected override void Change(ref SampleRandom random, in Picture picture) => Colors.Invert(picture);
}

/// <summary>Inverts all values at or above a threshold with some probability.</summary>
public sealed class RandomSolarize : RandomImageTransform
{
    private readonly double _threshold;

    /// <param name="threshold">From 0, black, to 1, white, for bytes too.</param>
    /// <param name="probability">Of the change.</param>
    /// <exception cref="DataException">A number is out of range.</exception>
    public RandomSolarize(double threshold = 0.5, double probability = 0.5) : base(probability) => _threshold = Checks.AtLeast(threshold, 0, Name, "threshold");

    private protected override void Change(ref SampleRandom random, in Picture picture) => Colors.Solarize(picture, (float)_threshold * picture.White);
}

/// <summary>Keeps only the highest bits of every value with some probability. Floats are taken as bytes.</summary>
public sealed class RandomPosterize : RandomImageTransform
{
    private readonly int _bits;

    /// <param name="bits">How many of 8 are kept.</param>
    /// <param name="probability">Of the change.</param>
    /// <exception cref="DataException">A number is out of range.</exception>
    public RandomPosterize(int bits, double probability = 0.5) : base(probability) =>
        _bits = bits is >= 0 and <= 8 ? bits : throw new DataException($"RandomPosterize: {bits} bits: must be 0 to 8");

    private protected override void Change(ref SampleRandom random, in Picture picture) => Colors.Posterize(picture, _bits);
}

/// <summary>Spreads the values of each channel so that all are about as frequent, with some probability. Floats are taken as bytes.</summary>
/// <param name="probability">Of the change.</param>
/// <exception cref="DataException">It is not from 0 to 1.</exception>
public sealed class RandomEqualize(double probability = 0.5) : RandomImageTransform(probability)
{
    private protected override void Change(ref SampleRandom random, in Picture picture) => Colors.Equalize(picture);
}

/// <summary>Stretches each channel from black to white with some probability.</summary>
/// <param name="probability">Of the change.</param>
/// <exception cref="DataException">It is not from 0 to 1.</exception>
public sealed class RandomAutoContrast(double probability = 0.5) : RandomImageTransform(probability)
{
    private protected override void Change(ref SampleRandom random, in Picture picture) => Colors.AutoContrast(picture);
}

/// <summary>Makes pictures sharper or smoother with some probability.</summary>
public sealed class RandomAdjustSharpness : RandomImageTransform
{
    private readonly double _factor;

    /// <param name="factor">0 is smooth, 1 as it was, 2 twice as sharp.</param>
    /// <param name="probability">Of the change.</param>
    /// <exception cref="DataException">A number is out of range.</exception>
    public RandomAdjustSharpness(double factor, double probability = 0.5) : base(probability) => _factor = Checks.AtLeast(factor, 0, Name, "factor");

    private protected override void Change(ref SampleRandom random, in Picture picture) => Filters.Sharpness(picture, _factor);
}

/// <summary>Blurs every picture with a Gaussian of random width; as <c>torchvision.transforms.GaussianBlur</c>.</summary>
public sealed class GaussianBlur : ImageTransform
{
    private readonly int _size;
    private readonly (double Low, double High) _sigma;

    /// <param name="size">Pixels across the kernel, odd.</param>
    /// <param name="sigma">Its standard deviation, uniform; 0.1 to 2 by default.</param>
    /// <exception cref="DataException">A number is out of range.</exception>
    public GaussianBlur(int size, (double Low, double High)? sigma = null)
    {
        if (size < 1 || size % 2 == 0) throw new DataException($"GaussianBlur: a kernel of {size} pixels: must be odd and positive");
        (_size, _sigma) = (size, Checks.Range(sigma ?? (0.1, 2), 1e-6, Name, "sigma"));
    }

    private protected override (int Height, int Width) ResultSize(int channels, int height, int width) => height > _size / 2 && width > _size / 2 ? (height, width)
        : throw new ShapeException($"GaussianBlur: a kernel of {_size} pixels does not fit pictures of {height} x {width}");

    private protected override void Apply(ref SampleRandom random, in Picture picture) =>
        Filters.Blur(picture, Filters.Gaussian(_size, random.Uniform((float)_sigma.Low, (float)_sigma.High)));
}

/// <summary>Adds to every value a number of a normal distribution, drawn anew.</summary>
public sealed class GaussianNoise : ImageTransform
{
    private readonly float _deviation;

    /// <param name="deviation">Its standard deviation, where white is 1, for bytes too.</param>
    /// <exception cref="DataException">It is negative.</exception>
    public GaussianNoise(double deviation) => _deviation = (float)Checks.AtLeast(deviation, 0, Name, "deviation");

    private protected override void Apply(ref SampleRandom random, in Picture picture)
    {
        float scale = _deviation * picture.White;
        for (int i = 0; i < picture.To.Length; i += 2)
        {
            var (a, b) = random.NextNormals();
            picture.To[i] = picture.From[i] + a * scale;
            if (i + 1 < picture.To.Length)
                picture.To[i + 1] = picture.From[i + 1] + b * scale;
        }
        if (picture.IsBytes)
            Colors.RoundToBytes(picture.To);
    }
}
