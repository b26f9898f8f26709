namespace Hebb.Data;

/// <summary>
/// Turns, scales, shears and shifts every picture at random about its centre, each uniformly within its range. Bilinear; zero outside.
/// </summary>
/// <remarks>Inputs are Float32 [batch, channels, height, width]. All channels of a picture move together.</remarks>
public sealed class RandomAffine : BatchTransform
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

    public override Batch Apply(Batch batch, in BatchContext context, int stream)
    {
        var (images, height, width) = ImageBatch.Check(batch.Inputs, nameof(RandomAffine));
        var result = Tensor.Empty(images.Shape);
        int picture = images.Shape[1] * height * width;
        for (int row = 0; row < images.Shape[0]; row++)
        {
            var random = context.Random(row, stream);
            var map = Draw(ref random);
            var from = images.AsSpan<float>().Slice(row * picture, picture);
            var to = result.AsSpan<float>().Slice(row * picture, picture);
            for (int plane = 0; plane < picture; plane += height * width)
                Warp(from.Slice(plane, height * width), to.Slice(plane, height * width), height, width, map);
        }
        GC.KeepAlive(images);
        return batch with { Inputs = result };
    }

    /// <summary>The map from result to source, both about the centre: x' = A x + B y + C, y' = D x + E y + F.</summary>
    private Affine Draw(ref SampleRandom random)
    {
        double angle = double.DegreesToRadians(random.Uniform(-_degrees, _degrees));
        // Uniform in the logarithm: shrinking is as likely as growing.
        double scale = Math.Exp(Math.Log(1 + _scale) * random.Uniform(-1, 1));
        double slant = Math.Tan(double.DegreesToRadians(random.Uniform(-_shear, _shear)));
        double dx = random.Uniform(-_shift, _shift), dy = random.Uniform(-_shift, _shift);
        // Inverse of: shear, then turn, then scale, then shift.
        var (sin, cos) = Math.SinCos(angle);
        double a = (cos - slant * -sin) / scale, b = (sin - slant * cos) / scale, d = -sin / scale, e = cos / scale;
        return new Affine((float)a, (float)b, (float)-(a * dx + b * dy), (float)d, (float)e, (float)-(d * dx + e * dy));
    }

    private static void Warp(ReadOnlySpan<float> from, Span<float> to, int height, int width, in Affine map)
    {
        float centreX = (width - 1) * 0.5f, centreY = (height - 1) * 0.5f;
        for (int y = 0, at = 0; y < height; y++)
            for (int x = 0; x < width; x++, at++)
            {
                float u = x - centreX, v = y - centreY;
                to[at] = ImageBatch.Bilinear(from, height, width, map.A * u + map.B * v + map.C + centreX, map.D * u + map.E * v + map.F + centreY);
            }
    }

    private readonly record struct Affine(float A, float B, float C, float D, float E, float F);
}
