namespace Hebb.Data;

/// <summary>A part of each picture at a random place, after widening the picture if asked; as <c>torchvision.transforms.RandomCrop</c>. Any type of numbers.</summary>
public sealed class RandomCrop : WindowTransform
{
    private readonly int _height, _width, _padding;

    /// <param name="height">Of the part.</param>
    /// <param name="width">Of the part; as its height by default.</param>
    /// <param name="padding">Pixels added at each side before.</param>
    /// <param name="border">What is added.</param>
    /// <param name="fill">The value added by <see cref="BorderMode.Constant"/>.</param>
    /// <exception cref="DataException">A size is out of range.</exception>
    public RandomCrop(int height, int? width = null, int padding = 0, BorderMode border = BorderMode.Constant, double fill = 0) : base(border, fill)
    {
        if (padding is < 0 or > 1 << 16) throw new DataException($"RandomCrop: a padding of {padding}: must be 0 to {1 << 16}");
        (_height, _width, _padding) = (Checks.Size(height, Name), Checks.Size(width ?? height, Name), padding);
    }

    /// <exception cref="ShapeException">The picture is smaller.</exception>
    private protected override (int Height, int Width) ResultSize(int height, int width) =>
        _height <= height + 2 * _padding && _width <= width + 2 * _padding ? (_height, _width)
            : throw new ShapeException($"RandomCrop: {_height} x {_width} of pictures of {height} x {width}{(_padding > 0 ? $" with a padding of {_padding}" : "")}: pad or resize them");

    private protected override Window Draw(ref SampleRandom random, int height, int width)
    {
        int top = random.Next(height + 2 * _padding - _height + 1), left = random.Next(width + 2 * _padding - _width + 1);
        return new(top - _padding, left - _padding);
    }
}

/// <summary>The middle of each picture; smaller pictures get a border. As <c>torchvision.transforms.CenterCrop</c>. Any type of numbers.</summary>
public sealed class CenterCrop : WindowTransform
{
    private readonly int _height, _width;

    /// <param name="height">Of the part.</param>
    /// <param name="width">Of the part; as its height by default.</param>
    /// <param name="fill">The value of the border.</param>
    /// <exception cref="DataException">A size is out of range.</exception>
    public CenterCrop(int height, int? width = null, double fill = 0) : base(fill: fill) => (_height, _width) = (Checks.Size(height, Name), Checks.Size(width ?? height, Name));

    private protected override (int Height, int Width) ResultSize(int height, int width) => (_height, _width);

    private protected override Window Draw(ref SampleRandom random, int height, int width) => new(Start(height, _height), Start(width, _width));

    // Half-way cases go to the even place, and a border is wider at the far end, as in torchvision.
    private static int Start(int size, int part) => part <= size ? (int)Math.Round((size - part) / 2.0) : -((part - size) / 2);
}

/// <summary>Adds a border to each picture; as <c>torchvision.transforms.Pad</c>. Any type of numbers.</summary>
public sealed class PadBorder : WindowTransform
{
    private readonly int _left, _top, _right, _bottom;

    /// <summary>The same at every side.</summary>
    /// <param name="pixels">At each side.</param>
    /// <param name="border">What is added.</param>
    /// <param name="fill">The value added by <see cref="BorderMode.Constant"/>.</param>
    /// <exception cref="DataException">A size is negative.</exception>
    public PadBorder(int pixels, BorderMode border = BorderMode.Constant, double fill = 0) : this(pixels, pixels, pixels, pixels, border, fill)
    {
    }

    /// <param name="left">Pixels at the left.</param>
    /// <param name="top">Pixels above.</param>
    /// <param name="right">Pixels at the right.</param>
    /// <param name="bottom">Pixels below.</param>
    /// <param name="border">What is added.</param>
    /// <param name="fill">The value added by <see cref="BorderMode.Constant"/>.</param>
    /// <exception cref="DataException">A size is negative.</exception>
    public PadBorder(int left, int top, int right, int bottom, BorderMode border = BorderMode.Constant, double fill = 0) : base(border, fill)
    {
        if (Math.Min(Math.Min(left, top), Math.Min(right, bottom)) < 0) throw new DataException($"PadBorder: {left}, {top}, {right}, {bottom}: must be at least 0");
        (_left, _top, _right, _bottom) = (left, top, right, bottom);
    }

    private protected override (int Height, int Width) ResultSize(int height, int width) => (height + _top + _bottom, width + _left + _right);

    private protected override Window Draw(ref SampleRandom random, int height, int width) => new(-_top, -_left);
}

/// <summary>Mirrors left and right with some probability. Any type of numbers.</summary>
/// <param name="probability">Of a flip.</param>
/// <exception cref="DataException">It is not from 0 to 1.</exception>
public sealed class RandomHorizontalFlip(double probability = 0.5) : WindowTransform
{
    private readonly double _probability = Checks.Probability(probability, nameof(RandomHorizontalFlip));

    private protected override Window Draw(ref SampleRandom random, int height, int width) => new(0, 0, MirrorColumns: random.NextSingle() < _probability);
}

/// <summary>Mirrors top and bottom with some probability. Any type of numbers.</summary>
/// <param name="probability">Of a flip.</param>
/// <exception cref="DataException">It is not from 0 to 1.</exception>
public sealed class RandomVerticalFlip(double probability = 0.5) : WindowTransform
{
    private readonly double _probability = Checks.Probability(probability, nameof(RandomVerticalFlip));

    private protected override Window Draw(ref SampleRandom random, int height, int width) => new(0, 0, MirrorRows: random.NextSingle() < _probability);
}
