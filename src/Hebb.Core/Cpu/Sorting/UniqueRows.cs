namespace Hebb.Cpu;

/// <summary>Groups equal rows. Every NaN differs from every other, -0 equals +0.</summary>
internal static unsafe class UniqueRows
{
    /// <summary>
    /// Sorts the rows of x [n, width] lexicographically: row order[i] of x comes i-th and belongs to group[i], counted from 0 in that
    /// order. Equal rows keep their order. Returns the number of groups.
    /// </summary>
    public static int Sorted<T>(int n, int width, T* x, int* order, int* group)
        where T : unmanaged
    {
        if (width == 1)
        {
            RowSort.Order(n, x, false, order);
        }
        else
        {
            SortRows(n, width, x, order);
        }

        return Number(n, width, x, order, group);
    }

    /// <summary>Groups only neighbours that are equal: group[i] is the group of row i. Returns their number.</summary>
    public static int Consecutive<T>(int n, int width, T* x, int* group)
        where T : unmanaged => Number(n, width, x, null, group);

    private static int Number<T>(int n, int width, T* x, int* order, int* group)
        where T : unmanaged
    {
        int groups = 0;
        for (int i = 0; i < n; i++)
        {
            if (i > 0 && !Equal(width, Row(width, x, order, i - 1), Row(width, x, order, i)))
            {
                groups++;
            }

            group[i] = groups;
        }

        return n == 0 ? 0 : groups + 1;
    }

    private static T* Row<T>(int width, T* x, int* order, int i)
        where T : unmanaged => x + (long)(order == null ? i : order[i]) * width;

    private static bool Equal<T>(int width, T* a, T* b)
        where T : unmanaged
    {
        for (int i = 0; i < width; i++)
        {
            ulong key = SortKey.Of(a[i]);
            if (key != SortKey.Of(b[i]) || SortKey.IsNaN<T>(key))
            {
                return false;
            }
        }

        return true;
    }

    private static bool AtMost<T>(int width, T* a, T* b)
        where T : unmanaged
    {
        for (int i = 0; i < width; i++)
        {
            ulong key = SortKey.Of(a[i]), other = SortKey.Of(b[i]);
            if (key != other)
            {
                return key < other;
            }
        }

        return true;
    }

    /// <summary>Merge sort, bottom up: comparing rows seldom reads past their first elements.</summary>
    private static void SortRows<T>(int n, int width, T* x, int* order)
        where T : unmanaged
    {
        using var second = new Scratch<int>(n);
        int* from = order, to = second.Pointer;
        for (int i = 0; i < n; i++)
        {
            order[i] = i;
        }

        for (long run = 1; run < n; run *= 2)
        {
            for (long start = 0; start < n; start += 2 * run)
            {
                long a = start, middle = Math.Min(n, start + run), b = middle, end = Math.Min(n, start + 2 * run);
                for (long k = start; k < end; k++)
                {
                    bool left = b >= end || a < middle && AtMost(width, x + (long)from[a] * width, x + (long)from[b] * width);
                    to[k] = from[left ? a++ : b++];
                }
            }

            int* t = from;
            from = to;
            to = t;
        }

        if (from != order)
        {
            new ReadOnlySpan<int>(from, n).CopyTo(new Span<int>(order, n));
        }
    }
}
