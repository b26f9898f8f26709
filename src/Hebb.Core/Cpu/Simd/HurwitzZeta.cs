namespace Hebb.Cpu.Simd;

/// <summary>The Hurwitz zeta function for whole exponents, and the polygamma functions that follow from it, scalar.</summary>
internal static class HurwitzZeta
{
    /// <summary>B(2j) / (2j)! for j from 1 on, with B the Bernoulli numbers.</summary>
    private static ReadOnlySpan<double> Bernoulli =>
    [
        1.0 / 12, -1.0 / 720, 1.0 / 30240, -1.0 / 1209600, 1.0 / 47900160, -691.0 / 1307674368000, 1.0 / 74724249600,
        -3617.0 / 10670622842880000, 43867.0 / 5109094217170944000, -174611.0 / 802857662698291200000.0,
    ];

    /// <summary>The derivative of order n, at least 1, of digamma: (-1)^(n+1) n! zeta(n + 1, x). At the poles: infinite for odd n, NaN for even.</summary>
    public static double Polygamma(int n, double x)
    {
        double factorial = 1;
        for (int i = 2; i <= n; i++)
            factorial *= i;
        return ((n & 1) == 0 ? -factorial : factorial) * Zeta(n + 1, x);
    }

    /// <summary>The sum of (q + k)^-s over k from 0 on, for s of 2 and more.</summary>
    public static double Zeta(int s, double q)
    {
        if (double.IsNaN(q) || double.IsNegativeInfinity(q))
            return double.NaN;
        if (q > 0)
            return Positive(s, q);
        double terms = Math.Ceiling(-q);
        double rest = q + terms;
        if (rest == 0)
            return (s & 1) == 0 ? double.PositiveInfinity : double.NaN;
        // The terms left of 0 are a difference of two such sums, mirrored.
        double left = Positive(s, 1 - rest) - Positive(s, terms + 1 - rest);
        return Positive(s, rest) + ((s & 1) == 0 ? left : -left);
    }

    /// <summary>The first terms one by one, the rest by the Euler-Maclaurin formula.</summary>
    private static double Positive(int s, double q)
    {
        if (double.IsPositiveInfinity(q))
            return 0;
        double sum = 0;
        for (double enough = 12 + s; q < enough; q++)
            sum += Math.Pow(q, -s);
        double power = Math.Pow(q, -s);
        double tail = q * power / (s - 1) + power / 2;
        double factor = s * power / q;
        for (int j = 0; j < Bernoulli.Length; j++)
        {
            tail += Bernoulli[j] * factor;
            factor *= (s + 2 * j + 1) * (s + 2.0 * j + 2) / (q * q);
        }
        return sum + tail;
    }
}
