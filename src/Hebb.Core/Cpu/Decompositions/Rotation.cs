namespace Hebb.Cpu;

/// <summary>Plane (Givens) rotations in double.</summary>
internal static class Rotation
{
    /// <summary>Cosine and sine with c f + s g = r and c g - s f = 0; never overflows or divides by zero for finite f and g.</summary>
    public static (double C, double S, double R) Make(double f, double g)
    {
        if (g == 0)
        {
            return (1, 0, f);
        }

        if (f == 0)
        {
            return (0, 1, g);
        }

        double square = f * f + g * g;
        if (square is > 1e-290 and < 1e290)
        {
            double r = Math.Sqrt(square);
            return (f / r, g / r, r);
        }

        double scale = Math.Max(Math.Abs(f), Math.Abs(g));
        double fs = f / scale, gs = g / scale, rs = Math.Sqrt(fs * fs + gs * gs);
        return (fs / rs, gs / rs, rs * scale);
    }
}
