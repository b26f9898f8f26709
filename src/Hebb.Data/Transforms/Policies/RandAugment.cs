using System.Buffers;

namespace Hebb.Data;

/// <summary>
/// A few changes of one strength to every picture, chosen at random of fourteen (Cubuk et al. 2020, arXiv:1909.13719); with the ranges of <c>torchvision.transforms.RandAugment</c>.
/// </summary>
public sealed class RandAugment : ImageTransform
{
    private readonly int _changes, _magnitude, _bins;
    private readonly float _fill;

    /// <param name="changes">How many after one another.</param>
    /// <param name="magnitude">Their strength, from 0 to bins - 1.</param>
    /// <param name="bins">How many strengths there are.</param>
    /// <param name="fill">The value outside, from 0, black, to 1, white, for bytes too.</param>
    /// <exception cref="DataException">A number is out of range.</exception>
    public RandAugment(int changes = 2, int magnitude = 9, int bins = 31, double fill = 0)
    {
        Checks.AtLeast(changes, 0, Name, "changes");
        if (bins < 2 || magnitude < 0 || magnitude >= bins) throw new DataException($"RandAugment: a magnitude of {magnitude} of {bins}: must be 0 to bins - 1, bins at least 2");
        (_changes, _magnitude, _bins, _fill) = (changes, magnitude, bins, (float)fill);
    }

    private protected override void Apply(ref SampleRandom random, in Picture picture)
    {
        if (_changes == 0)
        {
            picture.Copy();
            return;
        }
        float[] scratch = ArrayPool<float>.Shared.Rent(picture.To.Length);
        for (int i = 0; i < _changes; i++)
        {
            var op = (AugmentOp)random.Next(AugmentOps.Count);
            double strength = Strength(op, picture.Height, picture.Width);
            if (AugmentOps.IsSigned(op) && random.Next(2) == 1)
                strength = -strength;
            var from = picture.From;
            if (i > 0)
            {
                picture.To.CopyTo(scratch);
                from = scratch.AsSpan(0, picture.To.Length);
            }
            AugmentOps.Apply(Of(picture, from), op, strength, _fill);
        }
        ArrayPool<float>.Shared.Return(scratch);
    }

    private static Picture Of(in Picture p, ReadOnlySpan<float> from) =>
        new() { From = from, To = p.To, Channels = p.Channels, Height = p.Height, Width = p.Width, ToHeight = p.ToHeight, ToWidth = p.ToWidth, White = p.White };

    private double Strength(AugmentOp op, int height, int width)
    {
        double share = (double)_magnitude / (_bins - 1);
        return op switch
        {
            AugmentOp.ShearX or AugmentOp.ShearY => 0.3 * share,
            AugmentOp.TranslateX => 150.0 / 331 * width * share,
            AugmentOp.TranslateY => 150.0 / 331 * height * share,
            AugmentOp.Rotate => 30 * share,
            AugmentOp.Posterize => 8 - Math.Round(4 * share),
            AugmentOp.Solarize => 1 - share,
            _ => 0.9 * share,
        };
    }
}

/// <summary>
/// One change of random strength to every picture, from a wide range (Müller and Hutter 2021, arXiv:2103.10158): nothing to tune. With the ranges of
/// <c>torchvision.transforms.TrivialAugmentWide</c>.
/// </summary>
public sealed class TrivialAugment : ImageTransform
{
    private readonly int _bins;
    private readonly float _fill;

    /// <param name="bins">How many strengths there are.</param>
    /// <param name="fill">The value outside, from 0, black, to 1, white, for bytes too.</param>
    /// <exception cref="DataException">There are fewer than two strengths.</exception>
    public TrivialAugment(int bins = 31, double fill = 0) => (_bins, _fill) = ((int)Checks.AtLeast(bins, 2, Name, "bins"), (float)fill);

    private protected override void Apply(ref SampleRandom random, in Picture picture)
    {
        var op = (AugmentOp)random.Next(AugmentOps.Count);
        double share = (double)random.Next(_bins) / (_bins - 1);
        double strength = op switch
        {
            AugmentOp.TranslateX or AugmentOp.TranslateY => 32 * share,
            AugmentOp.Rotate => 135 * share,
            AugmentOp.Posterize => 8 - Math.Round(6 * share),
            AugmentOp.Solarize => 1 - share,
            _ => 0.99 * share,
        };
        bool negative = random.Next(2) == 1;
        AugmentOps.Apply(picture, op, AugmentOps.IsSigned(op) && negative ? -strength : strength, _fill);
    }
}
