namespace Hebb.Cpu;

/// <summary>Implicit QR on an upper bidiagonal matrix whose largest entry is near one.</summary>
internal static unsafe class BidiagonalQr
{
    private const double Epsilon = 1.1102230246251565e-16;
    private const double Tiny = Epsilon * Epsilon;

    /// <summary>
    /// Overwrites d [n] with the singular values up to sign, in no order, and destroys e [n - 1]. Rotations are applied to pairs of rows of
    /// left and right [n, n] unless they are null. Returns false when 60 n sweeps were not enough.
    /// </summary>
    public static bool Iterate(int n, double* d, double* e, double* left, double* right)
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

            // Chase from the large end to the small one. Reading the block backwards makes it the transpose of an upper bidiagonal one,
            // so left and right change places.
            if (Math.Abs(d[low]) >= Math.Abs(d[high]))
            {
                Sweep(n, low, 1, 0, high - low, d, e, left, right);
            }
            else
            {
                Sweep(n, high, -1, -1, high - low, d, e, right, left);
            }
        }

        return true;
    }

    /// <summary>One sweep over the unreduced block; position i is at start + step i, the superdiagonal after it at that plus off.</summary>
    private static void Sweep(int n, int start, int step, int off, int last, double* d, double* e, double* left, double* right)
    {
        double shift = Shift(start, step, off, last, d, e);
        if (shift == 0)
        {
            ZeroShift(n, start, step, off, last, d, e, left, right);
            return;
        }

        double first = d[start];
        double f = (Math.Abs(first) - shift) * (Math.CopySign(1, first) + shift / first), g = e[start + off];
        for (int i = 0; i < last; i++)
        {
            int here = start + step * i, next = here + step;
            (double c, double s, double r) = Rotation.Make(f, g);
            if (i > 0)
            {
                e[here - step + off] = r;
            }

            f = c * d[here] + s * e[here + off];
            e[here + off] = c * e[here + off] - s * d[here];
            g = s * d[next];
            d[next] *= c;
            Rotate(n, here, next, c, s, right);
            (c, s, d[here]) = Rotation.Make(f, g);
            f = c * e[here + off] + s * d[next];
            d[next] = c * d[next] - s * e[here + off];
            if (i < last - 1)
            {
                g = s * e[next + off];
                e[next + off] *= c;
            }

            Rotate(n, here, next, c, s, left);
        }

        e[start + step * (last - 1) + off] = f;
    }

    /// <summary>
    /// Demmel and Kahan's sweep with shift zero, which keeps tiny singular values to full relative accuracy and deflates zeros.
    /// </summary>
    private static void ZeroShift(int n, int start, int step, int off, int last, double* d, double* e, double* left, double* right)
    {
        double c = 1, oldC = 1, oldS = 0;
        for (int i = 0; i < last; i++)
        {
            int here = start + step * i, next = here + step;
            (c, double s, double r) = Rotation.Make(d[here] * c, e[here + off]);
            if (i > 0)
            {
                e[here - step + off] = oldS * r;
            }

            (oldC, oldS, d[here]) = Rotation.Make(oldC * r, d[next] * s);
            Rotate(n, here, next, c, s, right);
            Rotate(n, here, next, oldC, oldS, left);
        }

        int end = start + step * last;
        double h = d[end] * c;
        d[end] = h * oldC;
        e[end - step + off] = h * oldS;
    }

    /// <summary>
    /// The smaller singular value of the last 2 x 2 block, or 0 where a shift would cost the small singular values their accuracy.
    /// </summary>
    private static double Shift(int start, int step, int off, int last, double* d, double* e)
    {
        double mu = Math.Abs(d[start]), smallest = mu, largest = mu;
        for (int i = 1; i <= last; i++)
        {
            int here = start + step * i;
            double super = Math.Abs(e[here - step + off]);
            largest = Math.Max(largest, Math.Max(super, Math.Abs(d[here])));
            mu = mu == 0 ? 0 : Math.Abs(d[here]) * (mu / (mu + super));
            smallest = Math.Min(smallest, mu);
        }

        // smallest is a lower bound of the block's smallest singular value (within a factor of its order).
        if ((last + 1) * smallest <= Math.Sqrt(Epsilon) * largest * 1e-2)
        {
            return 0;
        }

        int end = start + step * last;
        double shift = SmallerSingularValue(d[end - step], e[end - step + off], d[end]);
        double ratio = shift / Math.Abs(d[start]);
        return ratio * ratio < Epsilon ? 0 : shift;
    }

    private static void Rotate(int n, int i, int j, double c, double s, double* rows)
    {
        if (rows != null)
        {
            RowOps.Rotate(n, rows + (long)i * n, rows + (long)j * n, c, s);
        }
    }

    /// <summary>The smaller singular value of [[f, g], [0, h]], from |f h| over the larger one, which is well conditioned.</summary>
    private static double SmallerSingularValue(double f, double g, double h)
    {
        f = Math.Abs(f);
        g = Math.Abs(g);
        h = Math.Abs(h);
        double larger = 0.5 * (double.Hypot(f + h, g) + double.Hypot(f - h, g));
        return larger == 0 ? 0 : f * (h / larger);
    }
}
