using Hebb.Ops;

namespace Hebb;

public sealed partial class Tensor
{
    /// <summary>The Fourier transform along several axes, one after another. See <see cref="Fft(int?, int, FftNorm)"/>.</summary>
    /// <param name="axes">The axes; all where null, or as many of the last as there are <paramref name="sizes"/>.</param>
    /// <param name="sizes">Points along each of them: axes are cropped or padded with zeros.</param>
    /// <param name="norm">How the result is scaled.</param>
    /// <exception cref="ShapeException">An axis is missing or named twice, or holds no point.</exception>
    public Tensor FftN(int[]? axes = null, int[]? sizes = null, FftNorm norm = FftNorm.Backward)
    {
        var (all, points) = FftShapes.Axes("FftN", this, axes, sizes);
        var x = FftShapes.ToComplex(this);
        for (int i = all.Length - 1; i >= 0; i--)
            x = x.Fft(points[i], all[i], norm);
        return x;
    }

    /// <summary>The inverse of <see cref="FftN"/>.</summary>
    /// <exception cref="ShapeException">An axis is missing or named twice, or holds no point.</exception>
    public Tensor IfftN(int[]? axes = null, int[]? sizes = null, FftNorm norm = FftNorm.Backward)
    {
        var (all, points) = FftShapes.Axes("IfftN", this, axes, sizes);
        var x = FftShapes.ToComplex(this);
        for (int i = all.Length - 1; i >= 0; i--)
            x = x.Ifft(points[i], all[i], norm);
        return x;
    }

    /// <summary>
    /// The Fourier transform of a real tensor along several axes; the last of them holds n / 2 + 1 coefficients. See <see cref="Rfft"/>.
    /// </summary>
    /// <exception cref="ShapeException">An axis is missing or named twice, or holds no point; or there is no axis.</exception>
    /// <exception cref="DTypeException">The tensor is complex.</exception>
    public Tensor RfftN(int[]? axes = null, int[]? sizes = null, FftNorm norm = FftNorm.Backward)
    {
        var (all, points) = FftShapes.Axes("RfftN", this, axes, sizes);
        if (all.Length == 0)
            throw new ShapeException("RfftN: no axis to transform");
        var x = Rfft(points[^1], all[^1], norm);
        for (int i = all.Length - 2; i >= 0; i--)
            x = x.Fft(points[i], all[i], norm);
        return x;
    }

    /// <summary>
    /// The inverse of <see cref="RfftN"/>: a real tensor. The last of the axes gets twice its size less 2 unless <paramref name="sizes"/>
    /// says otherwise.
    /// </summary>
    /// <exception cref="ShapeException">An axis is missing or named twice, or holds no point; or there is no axis.</exception>
    public Tensor IrfftN(int[]? axes = null, int[]? sizes = null, FftNorm norm = FftNorm.Backward)
    {
        var (all, points) = FftShapes.Axes("IrfftN", this, axes, sizes);
        if (all.Length == 0)
            throw new ShapeException("IrfftN: no axis to transform");
        var x = FftShapes.ToComplex(this);
        for (int i = 0; i < all.Length - 1; i++)
            x = x.Ifft(points[i], all[i], norm);
        return x.Irfft(points[^1], all[^1], norm);
    }

    /// <summary>The Fourier transform along the last two axes, or those named. See <see cref="FftN"/>.</summary>
    public Tensor Fft2(int[]? axes = null, int[]? sizes = null, FftNorm norm = FftNorm.Backward) => FftN(axes ?? [-2, -1], sizes, norm);

    /// <summary>The inverse of <see cref="Fft2"/>.</summary>
    public Tensor Ifft2(int[]? axes = null, int[]? sizes = null, FftNorm norm = FftNorm.Backward) => IfftN(axes ?? [-2, -1], sizes, norm);

    /// <summary>The Fourier transform of a real tensor along the last two axes, or those named. See <see cref="RfftN"/>.</summary>
    public Tensor Rfft2(int[]? axes = null, int[]? sizes = null, FftNorm norm = FftNorm.Backward) => RfftN(axes ?? [-2, -1], sizes, norm);

    /// <summary>The inverse of <see cref="Rfft2"/>.</summary>
    public Tensor Irfft2(int[]? axes = null, int[]? sizes = null, FftNorm norm = FftNorm.Backward) => IrfftN(axes ?? [-2, -1], sizes, norm);
}
