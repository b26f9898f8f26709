namespace Hebb.Cpu;

/// <summary>Implicit QL and QR on a symmetric tridiagonal matrix whose largest entry is near one.</summary>
internal static unsafe class TridiagonalQl
{
    private const double Epsilon = 1.1102230246251565e-16;

    // Off-diagonals this small, against entries near one, are rounding of rounding.
    private const double Tiny = Epsilon * Epsilon;

    /// <summary>
    /// Overwrites d [n] with the eigenvalues, in no order, and destroys e [n - 1]. Rotations are applied to pairs of rows of z [n, n]
    /// unless it is null. Returns false when 60 n sweeps were not enough.
    /// </summary>
    public static bool Iterate(int n, double* d, double* e, double* z)
    {
        long budget = 60L * n;
        int high = n - 1;
        while (high > 0)
        {
            int low = high;
            while (low > 0 && Math.Abs(e[low - 1]) > Epsilon * (Math.Abs(d[low - 1]) + Math.Abs(d[low])) + Tiny)
            {
                low--;
            }

            if (low > 0)
            {
                e[low - 1] = 0;
            }

            if (low == high)
            {
                high--;
                continue;
            }

            if (budget-- == 0)
            {
                return false;
            }

            // Work towards the small end: graded matrices then keep their small eigenvalues, and converge faster.
            Sweep(n, low, high, Math.Abs(d[high]) < Math.Abs(d[low]), d, e, z);
        }

        return true;
    }

    /// <summary>
    /// One QL step with Wilkinson's shift on the unreduced block low…high. Flipped, the block is read from its other end, which turns QL
    /// into QR.
    /// </summary>
    private static void Sweep(int n, int low, int high, bool flip, double* d, double* e, double* z)
    {
        // Position i of the block is at(i); the off-diagonal between positions i and i + 1 is at off(i).
        int start = flip ? high : low, step = flip ? -1 : 1, off = flip ? -1 : 0, last = high - low;
        double first = d[start], off0 = e[start + off];
        double t = (d[start + step] - first) / (2 * off0);
        double r = double.Hypot(t, 1);
        double g = d[start + step * last] - first + off0 / (t + (t >= 0 ? r : -r));
        double s = 1, c = 1, p = 0;
        for (int i = last - 1; i >= 0; i--)
        {
            int here = start + step * i, next = here + step;
            double f = s * e[here + off], b = c * e[here + off];
            (c, s, r) = Rotation.Make(g, f);
            if (i != last - 1)
            {
                e[next + off] = r;
            }

            g = d[next] - p;
            r = (d[here] - g) * s + 2 * c * b;
            p = s * r;
            d[next] = g + p;
            g = c * r - b;
            if (z != null)
            {
                RowOps.Rotate(n, z + (long)next * n, z + (long)here * n, c, s);
            }
        }

        d[start] -= p;
        e[start + off] = g;
    }
}
