namespace Hebb.Data;

/// <summary>
/// Wipes out a rectangle of random size, aspect and place with some probability (Zhong et al. 2017, arXiv:1708.04896); as <c>torchvision.transforms.RandomErasing</c>.
/// </summary>
public sealed class RandomErasing : RandomImageTransform
{
    private readonly (double Low, double High) _scale, _ratio;
    private readonly float? _value;

    /// <param name="probability">Of the change.</param>
    /// <param name="scale">The share of the picture's area; 0.02 to 0.33 by default.</param>
    /// <param name="ratio">Height over width, uniform in the logarithm; 0.3 to 3.3 by default.</param>
    /// <param name="value">What is left, from 0, black, to 1, white, for bytes too; null for numbers of a normal distribution, drawn for every value.</param>
    /// <exception cref="DataException">A number is out of range.</exception>
    public RandomErasing(double probability = 0.5, (double Low, double High)? scale = null, (double Low, double High)? ratio = null, double? value = 0) : base(probability) =>
        (_scale, _ratio, _value) = (Checks.Range(scale ?? (0.02, 0.33), 0, Name, "scale"), Checks.Range(ratio ?? (0.3, 3.3), 1e-6, Name, "ratio"), (float?)value);

    private protected override void Change(ref SampleRandom random, in Picture picture)
    {
        picture.Copy();
        int height = picture.Height, width = picture.Width;
        for (int attempt = 0; attempt < 10; attempt++)
        {
            double area = (double)picture.Plane * random.Uniform((float)_scale.Low, (float)_scale.High);
            double aspect = Math.Exp(random.Uniform((float)Math.Log(_ratio.Low), (float)Math.Log(_ratio.High)));
            int h = (int)Math.Round(Math.Sqrt(area * aspect)), w = (int)Math.Round(Math.Sqrt(area / aspect));
            if (h >= height || w >= width) continue;
            Rectangle.Fill(picture, random.Next(height - h + 1), random.Next(width - w + 1), h, w, _value * picture.White, ref random);
            return;
        }
    }
}

/// <summary>Wipes out squares about random pixels of every picture; parts beyond the border are cut off (DeVries and Taylor 2017, arXiv:1708.04552).</summary>
public sealed class Cutout : ImageTransform
{
    private readonly int _length, _holes;
    private readonly float _value;

    /// <param name="length">Pixels a side.</param>
    /// <param name="holes">How many.</param>
    /// <param name="value">What is left, from 0, black, to 1, white, for bytes too.</param>
    /// <exception cref="DataException">A number is out of range.</exception>
    public Cutout(int length, int holes = 1, double value = 0) =>
        (_length, _holes, _value) = (Checks.Size(length, Name), (int)Checks.AtLeast(holes, 0, Name, "holes"), (float)value);

    private protected override void Apply(ref SampleRandom random, in Picture picture)
    {
        picture.Copy();
        for (int hole = 0; hole < _holes; hole++)
        {
            int top = random.Next(picture.Height) - _length / 2, left = random.Next(picture.Width) - _length / 2;
            int bottom = Math.Min(picture.Height, top + _length), right = Math.Min(picture.Width, left + _length);
            (top, left) = (Math.Max(0, top), Math.Max(0, left));
            Rectangle.Fill(picture, top, left, bottom - top, right - left, _value * picture.White, ref random);
        }
    }
}

internal static class Rectangle
{
    /// <param name="picture">Its result is changed.</param>
    /// <param name="top">The first row.</param>
    /// <param name="left">The first column.</param>
    /// <param name="height">Rows.</param>
    /// <param name="width">Columns.</param>
    /// <param name="value">Null for normal noise.</param>
    /// <param name="random">For the noise.</param>
    public static void Fill(in Picture picture, int top, int left, int height, int width, float? value, ref SampleRandom random)
    {
        for (int c = 0; c < picture.Channels; c++)
        {
            for (int y = top; y < top + height; y++)
            {
                var row = picture.Result(c).Slice(y * picture.Width + left, width);
                if (value is { } one)
                {
                    row.Fill(one);
                    continue;
                }
                for (int x = 0; x < width; x++)
                    row[x] = random.NextNormals().First * picture.White;
                if (picture.IsBytes)
                    Colors.RoundToBytes(row);
            }
        }
    }
}
