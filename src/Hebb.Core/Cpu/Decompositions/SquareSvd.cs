namespace Hebb.Cpu;

/// <summary>The square core of the singular value decomposition, in double.</summary>
internal static unsafe class SquareSvd
{
    /// <summary>
    /// Destroys A [n, n]; writes its singular values in descending order and, unless null, the singular vectors as rows of
    /// <paramref name="left"/> and <paramref name="right"/>. Returns false when the iteration did not converge.
    /// </summary>
    public static bool Decompose(int n, double* a, double* values, double* left, double* right)
    {
        using var vector = new Scratch<double>(3L * n);
        double* e = vector.Pointer, tauLeft = e + n, tauRight = tauLeft + n;
        Bidiagonalise(n, a, values, e, tauLeft, tauRight);
        if (left != null)
        {
            using var q = new Scratch<double>((long)n * n);
            QrFactorization.FormQ(n, n, n, a, n, tauLeft, q.Pointer, n);
            BlockOps.Transpose(n, n, q.Pointer, n, left, n);
            FormRight(n, a, tauRight, q.Pointer, right);
        }

        if (!BidiagonalQr.Iterate(n, values, e, left, right))
        {
            return false;
        }

        Sort(n, values, left, right);
        return true;
    }

    /// <summary>
    /// Reduces A to an upper bidiagonal matrix with diagonal d [n] and superdiagonal e [n - 1]. Left reflectors stay below the diagonal in
    /// columns, right ones beyond the superdiagonal in rows, each without its leading one.
    /// </summary>
    private static void Bidiagonalise(int n, double* a, double* d, double* e, double* tauLeft, double* tauRight)
    {
        using var work = new Scratch<double>(n);
        double* w = work.Pointer;
        for (int k = 0; k < n; k++)
        {
            double* top = a + (long)k * n + k;
            int below = n - k, beside = n - k - 1;
            tauLeft[k] = QrFactorization.MakeReflector(below, top, n);
            d[k] = *top;
            if (beside == 0)
            {
                break;
            }

            if (tauLeft[k] != 0)
            {
                new ReadOnlySpan<double>(top + 1, beside).CopyTo(new Span<double>(w, beside));
                for (int i = 1; i < below; i++)
                {
                    RowOps.Axpy(beside, top[(long)i * n], top + (long)i * n + 1, w);
                }

                RowOps.Axpy(beside, -tauLeft[k], w, top + 1);
            }

            // The row under the diagonal is now final: its reflector can join the update of the rows below in one pass.
            tauRight[k] = QrFactorization.MakeReflector(beside, top + 1, 1);
            e[k] = top[1];
            double* v = top + 1;
            v[0] = 1;
            for (int i = 1; i < below; i++)
            {
                double* row = top + (long)i * n;
                if (tauLeft[k] != 0)
                {
                    RowOps.Axpy(beside, -tauLeft[k] * row[0], w, row + 1);
                }

                if (tauRight[k] != 0)
                {
                    RowOps.Axpy(beside, -tauRight[k] * RowOps.Dot(beside, row + 1, v), v, row + 1);
                }
            }

            v[0] = e[k];
        }
    }

    private static void FormRight(int n, double* a, double* tau, double* q, double* right)
    {
        // Reflector k acts on columns k + 1 and later; transposed, the rows are columns of the shape that FormQ reads.
        using var columns = new Scratch<double>((long)n * n);
        BlockOps.Transpose(n, n, a, n, columns.Pointer, n);
        BlockOps.SetIdentity(1, n, q, n);
        for (int i = 1; i < n; i++)
        {
            q[(long)i * n] = 0;
        }

        if (n > 1)
        {
            QrFactorization.FormQ(n - 1, n - 1, n - 1, columns.Pointer + n, n, tau, q + n + 1, n);
        }

        BlockOps.Transpose(n, n, q, n, right, n);
    }

    private static void Sort(int n, double* d, double* left, double* right)
    {
        for (int i = 0; i < n; i++)
        {
            if (double.IsNegative(d[i]))
            {
                d[i] = -d[i];
                if (right != null)
                {
                    RowOps.Scale(n, -1.0, right + (long)i * n);
                }
            }
        }

        for (int i = 0; i < n - 1; i++)
        {
            int largest = i;
            for (int j = i + 1; j < n; j++)
            {
                largest = d[j] > d[largest] ? j : largest;
            }

            if (largest == i)
            {
                continue;
            }

            (d[i], d[largest]) = (d[largest], d[i]);
            if (left != null)
            {
                RowOps.Swap(n, left + (long)i * n, left + (long)largest * n);
                RowOps.Swap(n, right + (long)i * n, right + (long)largest * n);
            }
        }
    }
}
