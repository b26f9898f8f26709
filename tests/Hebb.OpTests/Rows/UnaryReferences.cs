namespace Hebb.OpTests;

/// <summary>Special functions by slow and simple means, in double.</summary>
internal static class UnaryReferences
{
    /// <summary>Taylor's series of the error function, for |x| up to 2.</summary>
    public static double Erf(double x)
    {
        double term = x, sum = x;
        for (int n = 1; n < 60; n++)
        {
            term *= -x * x / n;
            sum += term / (2 * n + 1);
        }
        return 2 / Math.Sqrt(Math.PI) * sum;
    }

    public static double ErfInv(double y)
    {
        double low = -3, high = 3;
        for (int i = 0; i < 100; i++)
        {
            double middle = (low + high) / 2;
            (low, high) = Erf(middle) < y ? (middle, high) : (low, middle);
        }
        return low;
    }

    /// <summary>log |Gamma(x)|: recurrence up to 30, there Stirling's series.</summary>
    public static double LogGamma(double x)
    {
        double shift = 0;
        for (; x < 30; x++)
            shift += Math.Log(Math.Abs(x));
        return (x - 0.5) * Math.Log(x) - x + 0.5 * Math.Log(2 * Math.PI) + 1 / (12 * x) - 1 / (360 * Math.Pow(x, 3)) + 1 / (1260 * Math.Pow(x, 5)) - shift;
    }

    /// <summary>Recurrence up to 30, there the asymptotic series.</summary>
    public static double Digamma(double x)
    {
        double shift = 0;
        for (; x < 30; x++)
            shift += 1 / x;
        return Math.Log(x) - 1 / (2 * x) - 1 / (12 * x * x) + 1 / (120 * Math.Pow(x, 4)) - 1 / (252 * Math.Pow(x, 6)) - shift;
    }

    /// <summary>(-1)^(n+1) n! times the sum of (x + k)^-(n+1), term by term, the rest by the midpoint rule.</summary>
    public static double Polygamma(int n, double x)
    {
        const int Terms = 20000;
        double sum = 0, factorial = 1;
        for (int k = Terms - 1; k >= 0; k--)
            sum += Math.Pow(x + k, -(n + 1));
        double end = x + Terms - 0.5;
        sum += Math.Pow(end, -n) / n - (n + 1) * Math.Pow(end, -n - 2) / 24;
        for (int i = 2; i <= n; i++)
            factorial *= i;
        return (n % 2 == 0 ? -1 : 1) * factorial * sum;
    }

    public static double Sigmoid(double x) => 1 / (1 + Math.Exp(-x));

    public static double Softplus(double x) => Math.Log(1 + Math.Exp(x));

    public static double Gelu(double x) => x * (1 + Erf(x / Math.Sqrt(2))) / 2;

    public static double GeluTanh(double x) => x / 2 * (1 + Math.Tanh(Math.Sqrt(2 / Math.PI) * (x + 0.044715 * x * x * x)));

    public static double Expm1(double x) => Math.Abs(x) > 0.5 ? Math.Exp(x) - 1 : Enumerable.Range(1, 20).Reverse().Aggregate(0.0, (sum, n) => (1 + sum) * x / n);
}
