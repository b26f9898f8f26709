using System.Numerics;

namespace Hebb.Cpu;

/// <summary>Stable ascending sort of unsigned keys that carry an index each: insertion sort, merge sort or radix sort, by size.</summary>
internal static unsafe class KeySort
{
    private const int Run = 16;

    /// <summary>Sorts the n keys and, with them, their indices. The second arrays are working memory.</summary>
    public static void Sort<TKey>(int n, TKey* keys, int* index, TKey* keys2, int* index2)
        where TKey : unmanaged, IBinaryInteger<TKey>, IUnsignedNumber<TKey>
    {
        if (n <= Run)
        {
            Insertion(0, n, keys, index);
        }
        else if (n < 64 * sizeof(TKey))
        {
            Merge(n, keys, index, keys2, index2);
        }
        else
        {
            Radix(n, keys, index, keys2, index2);
        }
    }

    private static void Insertion<TKey>(int from, int to, TKey* keys, int* index)
        where TKey : unmanaged, IBinaryInteger<TKey>
    {
        for (int i = from + 1; i < to; i++)
        {
            TKey key = keys[i];
            int id = index[i], j = i;
            for (; j > from && keys[j - 1] > key; j--)
            {
                keys[j] = keys[j - 1];
                index[j] = index[j - 1];
            }

            keys[j] = key;
            index[j] = id;
        }
    }

    private static void Merge<TKey>(int n, TKey* keys, int* index, TKey* keys2, int* index2)
        where TKey : unmanaged, IBinaryInteger<TKey>
    {
        for (int i = 0; i < n; i += Run)
        {
            Insertion(i, Math.Min(n, i + Run), keys, index);
        }

        TKey* from = keys, to = keys2;
        int* fromIndex = index, toIndex = index2;
        for (long width = Run; width < n; width *= 2)
        {
            for (long start = 0; start < n; start += 2 * width)
            {
                long a = start, middle = Math.Min(n, start + width), b = middle, end = Math.Min(n, start + 2 * width);
                for (long k = start; k < end; k++)
                {
                    bool left = b >= end || a < middle && from[a] <= from[b];
                    long source = left ? a++ : b++;
                    to[k] = from[source];
                    toIndex[k] = fromIndex[source];
                }
            }

            Swap(ref from, ref to, ref fromIndex, ref toIndex);
        }

        CopyBack(n, from, fromIndex, keys, index);
    }

    private static void Radix<TKey>(int n, TKey* keys, int* index, TKey* keys2, int* index2)
        where TKey : unmanaged, IBinaryInteger<TKey>
    {
        int* counts = stackalloc int[256 * sizeof(TKey)];
        new Span<int>(counts, 256 * sizeof(TKey)).Clear();
        for (int i = 0; i < n; i++)
        {
            ulong key = ulong.CreateTruncating(keys[i]);
            for (int digit = 0; digit < sizeof(TKey); digit++)
            {
                counts[256 * digit + (int)((key >> (8 * digit)) & 255)]++;
            }
        }

        TKey* from = keys, to = keys2;
        int* fromIndex = index, toIndex = index2;
        for (int digit = 0; digit < sizeof(TKey); digit++)
        {
            int* offsets = counts + 256 * digit;
            int shift = 8 * digit;

            // A digit that all keys share orders nothing.
            if (offsets[(int)((ulong.CreateTruncating(from[0]) >> shift) & 255)] == n)
            {
                continue;
            }

            int sum = 0;
            for (int i = 0; i < 256; i++)
            {
                int count = offsets[i];
                offsets[i] = sum;
                sum += count;
            }

            for (int i = 0; i < n; i++)
            {
                TKey key = from[i];
                int at = offsets[(int)((ulong.CreateTruncating(key) >> shift) & 255)]++;
                to[at] = key;
                toIndex[at] = fromIndex[i];
            }

            Swap(ref from, ref to, ref fromIndex, ref toIndex);
        }

        CopyBack(n, from, fromIndex, keys, index);
    }

    private static void Swap<TKey>(ref TKey* from, ref TKey* to, ref int* fromIndex, ref int* toIndex)
        where TKey : unmanaged
    {
        TKey* k = from;
        int* i = fromIndex;
        from = to;
        fromIndex = toIndex;
        to = k;
        toIndex = i;
    }

    private static void CopyBack<TKey>(int n, TKey* from, int* fromIndex, TKey* keys, int* index)
        where TKey : unmanaged
    {
        if (from != keys)
        {
            new ReadOnlySpan<TKey>(from, n).CopyTo(new Span<TKey>(keys, n));
            new ReadOnlySpan<int>(fromIndex, n).CopyTo(new Span<int>(index, n));
        }
    }
}
