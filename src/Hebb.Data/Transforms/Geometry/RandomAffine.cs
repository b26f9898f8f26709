namespace Hebb.Data;

/// <summary>
/// Turns, scales, shears and shifts every picture at random about its centre, each uniformly within its range. Bilinear; zero outside. All channels of a picture move together.
/// </summary>
public sealed class RandomAffine : ImageTransform
{
    private readonly float _degrees, _shift, _scale, _shear;

    /// <param name="degrees">Largest turn to either side.</param>
    /// <param name="shift">Largest shift along each axis, in pixels.</param>
    /// <param name="scale">Largest change of size: 0.1 is 1/1.1 to 1.1.</param>
    /// <param name="shear">Largest slant to either side, in degrees.</param>
    /// <exception cref="DataException">A range is negative, not finite, or a slant reaches 90 degrees.</exception>
    public RandomAffine(float degrees = 0, float shift = 0, float scale = 0, float shear = 0)
    {
        foreach (float range in (ReadOnlySpan<float>)[degrees, shift, scale, shear])
            if (!float.IsFinite(range) || range < 0) throw new DataException($"RandomAffine: a range of {range}: must be finite and at least 0");
        if (shear >= 90) throw new DataException($"RandomAffine: a slant of {shear} degrees: must be below 90");
        (_degrees, _shift, _scale, _shear) = (degrees, shift, scale, shear);
    }

    private protected override void Apply(ref SampleRandom random, in Picture picture) => Warp.Run(picture, Draw(ref random));

    /// <summary>The map from result to source, both about the centre: x' = A x + B y + C, y' = D x + E y + F.</summary>
    private PlaneMap Draw(ref SampleRandom random)
    {
        double angle = double.DegreesToRadians(random.Uniform(-_degrees, _degrees));
        // Uniform in the logarithm: shrinking is as likely as growing.
        double scale = Math.Exp(Math.Log(1 + _scale) * random.Uniform(-1, 1));
        double slant = Math.Tan(double.DegreesToRadians(random.Uniform(-_shear, _shear)));
        double dx = random.Uniform(-_shift, _shift), dy = random.Uniform(-_shift, _shift);
        // Inverse of: shear, then turn, then scale, then shift.
        var (sin, cos) = Math.SinCos(angle);
        double a = (cos - slant * -sin) / scale, b = (sin - slant * cos) / scale, d = -sin / scale, e = cos / scale;
        return new PlaneMap((float)a, (float)b, (float)-(a * dx + b * dy), (float)d, (float)e, (float)-(d * dx + e * dy));
    }
}

/// <summary>Turns every picture about its centre by a random angle; as <c>torchvision.transforms.RandomRotation</c>, without growing it.</summary>
public sealed class RandomRotation : ImageTransform
{
    private readonly float _degrees, _fill;
    private readonly bool _nearest;

    /// <param name="degrees">Largest turn to either side.</param>
    /// <param name="fill">The value outside, from 0, black, to 1, white, for bytes too.</param>
    /// <param name="nearest">Takes the nearest pixel rather than mixing four.</param>
    /// <exception cref="DataException">The angle is negative or not finite.</exception>
    public RandomRotation(double degrees, double fill = 0, bool nearest = false) =>
        (_degrees, _fill, _nearest) = ((float)Checks.AtLeast(degrees, 0, Name, "degrees"), (float)fill, nearest);

    private protected override void Apply(ref SampleRandom random, in Picture picture) =>
        Warp.Run(picture, PlaneMap.Affine(-random.Uniform(-_degrees, _degrees), 0, 0, 1, 0, 0), _nearest, _fill * picture.White);
}

/// <summary>
/// Shows pictures as if seen askew, with some probability: each corner moves inwards by up to half the distortion along each axis; as <c>torchvision.transforms.RandomPerspective</c>.
/// </summary>
public sealed class RandomPerspective : RandomImageTransform
{
    private readonly double _distortion;
    private readonly float _fill;

    /// <param name="distortion">From 0 to 1.</param>
    /// <param name="probability">Of the change.</param>
    /// <param name="fill">The value outside, from 0, black, to 1, white, for bytes too.</param>
    /// <exception cref="DataException">A number is out of range.</exception>
    public RandomPerspective(double distortion = 0.5, double probability = 0.5, double fill = 0) : base(probability) =>
        (_distortion, _fill) = (Checks.Probability(distortion, Name), (float)fill);

    private protected override void Change(ref SampleRandom random, in Picture picture)
    {
        double halfX = (picture.Width - 1) * 0.5, halfY = (picture.Height - 1) * 0.5;
        int reachX = (int)(_distortion * (picture.Width / 2)), reachY = (int)(_distortion * (picture.Height / 2));
        Span<(double X, double Y)> corners = [(-halfX, -halfY), (halfX, -halfY), (halfX, halfY), (-halfX, halfY)], moved = stackalloc (double, double)[4];
        for (int i = 0; i < 4; i++)
        {
            int dx = random.Next(reachX + 1), dy = random.Next(reachY + 1);
            moved[i] = (corners[i].X - Math.Sign(corners[i].X) * dx, corners[i].Y - Math.Sign(corners[i].Y) * dy);
        }
        if (picture.Width < 2 || picture.Height < 2)
            picture.Copy();
        else
            Warp.Run(picture, PlaneMap.Perspective(moved, corners), fill: _fill * picture.White);
    }
}
