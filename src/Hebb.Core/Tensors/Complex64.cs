using System.Globalization;
using System.Numerics;

namespace Hebb;

/// <summary>A complex number of two floats, as complex64 tensors hold it. Arithmetic goes through <see cref="Complex"/> (double).</summary>
public readonly record struct Complex64(float Real, float Imaginary)
{
    public static implicit operator Complex(Complex64 z) => new(z.Real, z.Imaginary);

    public static explicit operator Complex64(Complex z) => new((float)z.Real, (float)z.Imaginary);

    public static implicit operator Complex64(float x) => new(x, 0);

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Real}{(Imaginary < 0 ? "-" : "+")}{MathF.Abs(Imaginary)}i");
}
