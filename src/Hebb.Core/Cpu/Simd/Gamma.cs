namespace Hebb.Cpu.Simd;

/// <summary>The logarithm of the gamma function and its derivative, scalar.</summary>
static class Gamma
{
    // (-1)^k (zeta(k) - 1) / k for k = 2, 3, ...: the series of log Gamma(2 + z) - (1 - Euler's constant) z.
    static ReadOnlySpan<double> Zeta =>
    [
        0.3224670334241132, -0.0673523010531981, 0.020580808427784546, -0.007385551028673986, 0.0028905103307415234,
        -0.001192753911703261, 0.0005096695247430425, -0.00022315475845357939, 9.945751278180853e-05, -4.492623673813314e-05,
        2.050721277567069e-05, -9.439488275268397e-06, 4.374866789907488e-06, -2.039215753801366e-06, 9.55141213040742e-07,
        -4.492469198764566e-07, 2.1207184805554665e-07, -1.0043224823968099e-07, 4.7698101693639804e-08, -2.2711094608943164e-08,
        1.0838659214896955e-08, -5.183475041970047e-09, 2.4836745438024785e-09, -1.1921401405860912e-09, 5.731367241678862e-10,
        -2.7595228851242334e-10, 1.330476437424449e-10, -6.4229645638381e-11, 3.1044247747322276e-11, -1.5021384080754142e-11,
    ];

    // B(2k) / (2k (2k - 1)): Stirling's series.
    static ReadOnlySpan<double> Stirling =>
    [
        0.08333333333333333, -0.002777777777777778, 0.0007936507936507937, -0.0005952380952380953, 0.0008417508417508417,
        -0.0019175269175269176, 0.00641025641025641, -0.029550653594771242,
    ];

    // B(2k) / 2k: the asymptotic series of digamma.
    static ReadOnlySpan<double> Asymptotic =>
    [
        0.08333333333333333, -0.008333333333333333, 0.003968253968253968, -0.004166666666666667, 0.007575757575757576,
        -0.021092796092796094, 0.08333333333333333, -0.4432598039215686,
    ];

    // digamma(x) / (x - root) in x - 3/2 on [1, 2], to 2^-54.
    static ReadOnlySpan<double> NearRoot =>
    [
        0.9510558760318328, -0.4236274212814606, 0.24054248424078722, -0.1484049230538803, 0.09498872445284991,
        -0.06192213327554213, 0.040760833943382944, -0.026975796657640282, 0.01790724823579926, -0.011908220152953473,
        0.007927023323969336, -0.005279936637717076, 0.0035180887371881594, -0.0023454998276461947, 0.0015635032181284605,
        -0.001036432036185758, 0.0006902827443155738, -0.0004860346373575544, 0.0003258796586764353, -0.0001446562794500048,
        9.32959016833752e-05, -0.0001783335219524171, 0.00012117338639186031,
    ];

    /// <summary>log |Gamma(x)|; +infinity at 0, the negative integers, and the infinities.</summary>
    public static double LogGamma(double x)
    {
        if (double.IsNaN(x))
            return x;
        if (double.IsInfinity(x))
            return double.PositiveInfinity;
        if (x > 0)
            return LogGammaRight(x);
        if (Math.Floor(x) == x)
            return double.PositiveInfinity;
        // Reflection. Tiny arguments would overflow the quotient.
        double a = -x;
        if (a < 1e-20)
            return -Math.Log(a);
        return Math.Log(Math.PI / Math.Abs(a * SinPi(a))) - LogGammaRight(a);
    }

    static double LogGammaRight(double x)
    {
        if (x < 0.5)
            return LogGammaRight(x + 1) - Math.Log(x);
        if (x < 1.5)
            return SeriesAt2(x - 1) - Math.Log(x);
        if (x <= 2.5)
            return SeriesAt2(x - 2);
        if (x < 10)
        {
            double product = 1;
            while (x > 2.5)
            {
                x--;
                product *= x;
            }
            return SeriesAt2(x - 2) + Math.Log(product);
        }
        double w = x > 1e17 ? 0 : Horner(Stirling, 1 / (x * x)) / x;
        double log = Math.Log(x);
        // x log x overflows later than its parts in the sum.
        return x > 1e300 ? x * (log - 1) : (x - 0.5) * (log - 1) + (0.4189385332046727 + w); // log(2 pi)/2 - 1/2
    }

    /// <summary>log Gamma(2 + z) for |z| up to 1/2.</summary>
    static double SeriesAt2(double z) => z * (0.42278433509846713 + z * Horner(Zeta, z));

    /// <summary>digamma(x): NaN at the negative integers; infinite at 0, of the sign opposite to the zero's.</summary>
    public static double Digamma(double x)
    {
        if (double.IsNaN(x) || double.IsPositiveInfinity(x))
            return x;
        if (x == 0)
            return double.CopySign(double.PositiveInfinity, -x);
        if (x < 0)
        {
            if (Math.Floor(x) == x)
                return double.NaN;
            double fraction = x - Math.Round(x);
            return Digamma(1 - x) - Math.PI / Math.Tan(Math.PI * fraction);
        }
        if (x >= 10)
        {
            double square = 1 / (x * x);
            return Math.Log(x) - 0.5 / x - square * Horner(Asymptotic, square);
        }
        double sum = 0;
        if (x < 1)
        {
            sum = -1 / x;
            x++;
        }
        while (x > 2)
        {
            x--;
            sum += 1 / x;
        }
        double d = x - 1.4616321449683622 - 9.549995429965697e-17; // the root in two parts
        return sum + d * Horner(NearRoot, x - 1.5);
    }

    /// <summary>sin(pi x).</summary>
    static double SinPi(double x) => Math.Sin(Math.PI * (x - Math.Round(x)));

    static double Horner(ReadOnlySpan<double> coefficients, double x)
    {
        double y = 0;
        for (int i = coefficients.Length - 1; i >= 0; i--)
            y = y * x + coefficients[i];
        return y;
    }
}
