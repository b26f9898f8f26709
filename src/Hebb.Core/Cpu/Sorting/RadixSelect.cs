using System.Numerics;

namespace Hebb.Cpu;

/// <summary>The first k of a sorted row without sorting it all: the k-th key digit by digit, then one pass that collects what comes before it.</summary>
internal static unsafe class RadixSelect
{
    /// <summary>Writes the positions of the k least keys, ascending, equal ones by position. Keys are those of <see cref="SortKey"/>, xor <paramref name="flip"/>.</summary>
    public static void Order<T, TKey>(int n, T* x, int k, ulong flip, int* order)
        where T : unmanaged
        where TKey : unmanaged, IBinaryInteger<TKey>, IUnsignedNumber<TKey>
    {
        using var scratch = new Scratch<TKey>(2L * n + 2L * k);
        using var second = new Scratch<int>(k);
        TKey* keys = scratch.Pointer, candidates = keys + n, chosen = candidates + n;
        for (int i = 0; i < n; i++)
        {
            keys[i] = TKey.CreateTruncating(SortKey.Of(x[i]) ^ flip);
        }

        TKey last = Find(n, keys, k, sizeof(T), candidates, out int equal);
        int count = 0;
        for (int i = 0; i < n; i++)
        {
            if (keys[i] < last || (keys[i] == last && equal-- > 0))
            {
                chosen[count] = keys[i];
                order[count++] = i;
            }
        }

        KeySort.Sort(k, chosen, order, chosen + k, second.Pointer);
    }

    /// <summary>The k-th least key, and how many of those equal to it are among the first k.</summary>
    private static TKey Find<TKey>(int n, TKey* keys, int k, int bytes, TKey* candidates, out int equal)
        where TKey : unmanaged, IBinaryInteger<TKey>
    {
        int* counts = stackalloc int[256];
        TKey* from = keys;
        int size = n, wanted = k;
        for (int shift = 8 * bytes - 8; shift >= 0; shift -= 8)
        {
            new Span<int>(counts, 256).Clear();
            for (int i = 0; i < size; i++)
            {
                counts[Digit(from[i], shift)]++;
            }

            int digit = 0;
            for (; wanted > counts[digit]; digit++)
            {
                wanted -= counts[digit];
            }

            int kept = 0;
            for (int i = 0; i < size; i++)
            {
                // Written in any case, counted only where it belongs: no branch to mispredict.
                TKey key = from[i];
                candidates[kept] = key;
                kept += Digit(key, shift) == digit ? 1 : 0;
            }

            from = candidates;
            size = kept;
        }

        equal = wanted;
        return candidates[0];
    }

    private static int Digit<TKey>(TKey key, int shift)
        where TKey : unmanaged, IBinaryInteger<TKey> => (int)((ulong.CreateTruncating(key) >> shift) & 255);
}
