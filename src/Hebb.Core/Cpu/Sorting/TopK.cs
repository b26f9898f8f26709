namespace Hebb.Cpu;

/// <summary>The k largest or smallest elements of a contiguous row, in the order of <see cref="RowSort"/>.</summary>
internal static unsafe class TopK
{
    /// <summary>
    /// Writes the first k (at most n) elements of the descending (or ascending) stable sort, and their positions; either output may be
    /// null.
    /// </summary>
    public static void Select<T>(int n, T* x, int k, bool largest, T* values, long* indices)
        where T : unmanaged
    {
        if (k <= 0)
        {
            return;
        }

        using var best = new Scratch<int>(Math.Max(n, k));
        int* order = best.Pointer;
        ulong flip = largest ? SortKey.Highest<T>() : 0;
        if (n <= 64 || k > n / 2)
        {
            RowSort.Order(n, x, largest, order);
        }
        else if (k <= 16)
        {
            using var keys = new Scratch<ulong>(k);
            Heap(n, x, k, flip, keys.Pointer, order);
        }
        else if (sizeof(T) == 8)
        {
            RadixSelect.Order<T, ulong>(n, x, k, flip, order);
        }
        else
        {
            RadixSelect.Order<T, uint>(n, x, k, flip, order);
        }

        for (int i = 0; i < k; i++)
        {
            if (values != null)
            {
                values[i] = x[order[i]];
            }

            if (indices != null)
            {
                indices[i] = order[i];
            }
        }
    }

    /// <summary>Keeps the k least pairs (key, position) in a heap whose root is the greatest, then empties it from the back.</summary>
    private static void Heap<T>(int n, T* x, int k, ulong flip, ulong* keys, int* order)
        where T : unmanaged
    {
        for (int i = 0; i < k; i++)
        {
            keys[i] = SortKey.Of(x[i]) ^ flip;
            order[i] = i;
        }

        for (int i = k / 2 - 1; i >= 0; i--)
        {
            SiftDown(i, k, keys[i], order[i], keys, order);
        }

        // A later element that equals the root comes after it: only a smaller one gets in.
        for (int i = k; i < n; i++)
        {
            ulong key = SortKey.Of(x[i]) ^ flip;
            if (key < keys[0])
            {
                SiftDown(0, k, key, i, keys, order);
            }
        }

        for (int size = k - 1; size > 0; size--)
        {
            ulong key = keys[size], root = keys[0];
            int id = order[size], first = order[0];
            SiftDown(0, size, key, id, keys, order);
            keys[size] = root;
            order[size] = first;
        }
    }

    private static void SiftDown(int at, int size, ulong key, int id, ulong* keys, int* order)
    {
        while (2 * at + 1 < size)
        {
            int child = 2 * at + 1;
            if (child + 1 < size && Less(keys[child], order[child], keys[child + 1], order[child + 1]))
            {
                child++;
            }

            if (!Less(key, id, keys[child], order[child]))
            {
                break;
            }

            keys[at] = keys[child];
            order[at] = order[child];
            at = child;
        }

        keys[at] = key;
        order[at] = id;
    }

    private static bool Less(ulong key, int id, ulong otherKey, int otherId) => key < otherKey || key == otherKey && id < otherId;
}
