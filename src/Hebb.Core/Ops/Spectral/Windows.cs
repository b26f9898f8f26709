namespace Hebb;

/// <summary>
/// Window functions for spectral analysis, computed in double. Periodic ones, the default, repeat with period n as a Fourier transform
/// wants; symmetric ones end as they begin, for filter design.
/// </summary>
public static class Windows
{
    /// <summary>All ones.</summary>
    public static Tensor Rectangular(int n, DType dtype = DType.Float32) => Make(n, true, dtype, _ => 1);

    /// <summary>0.5 - 0.5 cos(2 pi i / n).</summary>
    public static Tensor Hann(int n, bool periodic = true, DType dtype = DType.Float32) => Make(n, periodic, dtype, x => 0.5 - 0.5 * Cos(x));

    /// <summary>0.54 - 0.46 cos(2 pi i / n).</summary>
    public static Tensor Hamming(int n, bool periodic = true, DType dtype = DType.Float32) => Make(n, periodic, dtype, x => 0.54 - 0.46 * Cos(x));

    /// <summary>0.42 - 0.5 cos(2 pi i / n) + 0.08 cos(4 pi i / n).</summary>
    public static Tensor Blackman(int n, bool periodic = true, DType dtype = DType.Float32) =>
        Make(n, periodic, dtype, x => 0.42 - 0.5 * Cos(x) + 0.08 * Cos(2 * x));

    /// <summary>The four-term window of Nuttall (1981) with continuous first derivative, side lobes below -93 dB.</summary>
    public static Tensor Nuttall(int n, bool periodic = true, DType dtype = DType.Float32) =>
        Make(n, periodic, dtype, x => 0.355768 - 0.487396 * Cos(x) + 0.144232 * Cos(2 * x) - 0.012604 * Cos(3 * x));

    /// <summary>A triangle from 0 to 1 and back.</summary>
    public static Tensor Bartlett(int n, bool periodic = true, DType dtype = DType.Float32) => Make(n, periodic, dtype, x => 1 - Math.Abs(2 * x - 1));

    /// <summary>sin(pi (i + 0.5) / n).</summary>
    public static Tensor Cosine(int n, bool periodic = true, DType dtype = DType.Float32)
    {
        double period = periodic ? n + 1 : n;
        return Make(n, i => Math.Sin(Math.PI * (i + 0.5) / period), dtype);
    }

    /// <summary>A bell of standard deviation <paramref name="std"/> samples.</summary>
    public static Tensor Gaussian(int n, double std, bool periodic = true, DType dtype = DType.Float32)
    {
        double center = (periodic ? n : n - 1) / 2.0;
        return Make(n, i => Math.Exp(-0.5 * (i - center) * (i - center) / (std * std)), dtype);
    }

    /// <summary>
    /// I0(beta sqrt(1 - r^2)) / I0(beta), with r from -1 to 1 (Kaiser 1974): a larger beta trades a wider main lobe for lower side lobes.
    /// </summary>
    public static Tensor Kaiser(int n, double beta = 12, bool periodic = true, DType dtype = DType.Float32) =>
        Make(n, periodic, dtype, x => BesselI0(beta * Math.Sqrt(Math.Max(0, 1 - (2 * x - 1) * (2 * x - 1)))) / BesselI0(beta));

    /// <summary>Flat, with cosine flanks that take up the fraction <paramref name="alpha"/> (0 to 1) of the window.</summary>
    public static Tensor Tukey(int n, double alpha = 0.5, bool periodic = true, DType dtype = DType.Float32) => Make(n, periodic, dtype, x =>
    {
        double edge = Math.Min(x, 1 - x);
        return edge >= alpha / 2 ? 1 : 0.5 - 0.5 * Math.Cos(2 * Math.PI * edge / alpha);
    });

    private static double Cos(double turns) => Math.Cos(2 * Math.PI * turns);

    /// <summary>The window as a function of the position from 0 to 1.</summary>
    private static Tensor Make(int n, bool periodic, DType dtype, Func<double, double> f) => Make(n, i => n == 1 ? 1 : f((double)i / (periodic ? n : n - 1)), dtype);

    private static Tensor Make(int n, Func<int, double> f, DType dtype)
    {
        if (n < 0)
            throw new ShapeException($"Windows: a window of {n} samples");
        var values = new double[n];
        for (int i = 0; i < n; i++)
            values[i] = n == 1 ? 1 : f(i);
        return Tensor.From(values).To(dtype);
    }

    /// <summary>The modified Bessel function of order 0, by its power series: all terms are positive, so nothing cancels.</summary>
    private static double BesselI0(double x)
    {
        double sum = 1, term = 1;
        for (int k = 1; term > sum * 1e-17; k++)
        {
            term *= x / (2 * k) * (x / (2 * k));
            sum += term;
        }
        return sum;
    }
}
