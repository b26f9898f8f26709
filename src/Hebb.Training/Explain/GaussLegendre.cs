namespace Hebb.Training.Explain;

/// <summary>Gauss-Legendre quadrature over 0 to 1: exact for polynomials of degree 2n - 1.</summary>
internal static class GaussLegendre
{
    /// <summary>Nodes in ascending order and their weights, which sum to 1.</summary>
    public static (double[] Nodes, double[] Weights) Rule(int count)
    {
        var nodes = new double[count];
        var weights = new double[count];
        for (int i = 0; i < (count + 1) / 2; i++)
        {
            // Newton's method on the Legendre polynomial, from Tricomi's estimate of its root.
            double x = Math.Cos(Math.PI * (i + 0.75) / (count + 0.5)), slope = 0;
            for (int round = 0; round < 100; round++)
            {
                (double value, slope) = Legendre(count, x);
                double step = value / slope;
                x -= step;
                if (Math.Abs(step) <= 1e-15) break;
            }
            (_, slope) = Legendre(count, x);
            (nodes[i], nodes[count - 1 - i]) = ((1 - x) / 2, (1 + x) / 2);
            weights[i] = weights[count - 1 - i] = 1 / ((1 - x * x) * slope * slope);
        }
        return (nodes, weights);
    }

    /// <summary>The polynomial of a degree and its derivative, by the three-term recurrence.</summary>
    private static (double Value, double Slope) Legendre(int degree, double x)
    {
        double before = 1, value = x;
        for (int n = 2; n <= degree; n++) (before, value) = (value, ((2 * n - 1) * x * value - (n - 1) * before) / n);
        return (value, degree * (x * value - before) / (x * x - 1));
    }
}
