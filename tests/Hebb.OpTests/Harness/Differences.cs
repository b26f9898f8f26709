namespace Hebb.OpTests;

/// <summary>Derivatives by central differences in float64, to hold the engine's against.</summary>
public static class Differences
{
    private const double Step = 1e-5;

    /// <summary>The derivative along a direction: (f(x + h v) - f(x - h v)) / 2h, Richardson-extrapolated.</summary>
    public static double[] Directional(Func<Tensor[], double[]> f, Tensor[] x, Tensor?[] v)
    {
        double[] coarse = At(2 * Step), fine = At(Step);
        return fine.Select((d, i) => (4 * d - coarse[i]) / 3).ToArray();

        double[] At(double h)
        {
            double[] plus = f(Move(x, v, h)), minus = f(Move(x, v, -h));
            return plus.Select((p, i) => (p - minus[i]) / (2 * h)).ToArray();
        }
    }

    private static Tensor[] Move(Tensor[] x, Tensor?[] v, double h) =>
        x.Select((t, i) => v[i] is null ? t : Tensor.From(t.ToArray<double>().Zip(v[i]!.ToArray<double>(), (a, b) => a + h * b).ToArray(), t.Shape)).ToArray();

    /// <summary>The derivative of a scalar function with respect to every element of one input.</summary>
    public static Tensor Gradient(Func<Tensor[], double> f, Tensor[] x, int input)
    {
        double[] values = x[input].ToArray<double>();
        var gradient = new double[values.Length];
        for (int i = 0; i < values.Length; i++)
        {
            double fine = At(i, Step), coarse = At(i, 2 * Step);
            gradient[i] = (4 * fine - coarse) / 3;
        }
        return Tensor.From(gradient, x[input].Shape);

        double At(int i, double h)
        {
            var moved = (Tensor[])x.Clone();
            moved[input] = With(i, h);
            double plus = f(moved);
            moved[input] = With(i, -h);
            return (plus - f(moved)) / (2 * h);
        }

        Tensor With(int i, double h)
        {
            var changed = (double[])values.Clone();
            changed[i] += h;
            return Tensor.From(changed, x[input].Shape);
        }
    }
}
