using System.Numerics;

namespace Hebb.Cpu;

/// <summary>
/// Sorting of a contiguous row of any real element type (a boolean is a byte). The sort is stable; NaN counts as the greatest number, -0
/// and +0 as equal.
/// </summary>
internal static unsafe class RowSort
{
    /// <summary>
    /// Writes the sorted elements and where each stood. Either output may be null. Equal elements keep their order, descending too.
    /// <paramref name="values"/> may be <paramref name="x"/>.
    /// </summary>
    public static void Sort<T>(int n, T* x, bool descending, T* values, long* indices)
        where T : unmanaged
    {
        using var order = new Scratch<int>(n);
        Order(n, x, descending, order.Pointer);
        if (values != null)
        {
            using var copy = new Scratch<T>(values == x ? n : 0);
            T* source = x;
            if (values == x)
            {
                source = copy.Pointer;
                new ReadOnlySpan<T>(x, n).CopyTo(new Span<T>(source, n));
            }

            for (int i = 0; i < n; i++)
            {
                values[i] = source[order.Pointer[i]];
            }
        }

        for (int i = 0; i < n && indices != null; i++)
        {
            indices[i] = order.Pointer[i];
        }
    }

    /// <summary>Writes the positions of the elements in sorted order.</summary>
    public static void Order<T>(int n, T* x, bool descending, int* order)
        where T : unmanaged
    {
        for (int i = 0; i < n; i++)
        {
            order[i] = i;
        }

        if (sizeof(T) == 8)
        {
            Order<T, ulong>(n, x, descending, order);
        }
        else
        {
            Order<T, uint>(n, x, descending, order);
        }
    }

    private static void Order<T, TKey>(int n, T* x, bool descending, int* order)
        where T : unmanaged
        where TKey : unmanaged, IBinaryInteger<TKey>, IUnsignedNumber<TKey>
    {
        using var keys = new Scratch<TKey>(2L * n);
        using var second = new Scratch<int>(n);
        ulong flip = descending ? SortKey.Highest<T>() : 0;
        for (int i = 0; i < n; i++)
        {
            keys.Pointer[i] = TKey.CreateTruncating(SortKey.Of(x[i]) ^ flip);
        }

        KeySort.Sort(n, keys.Pointer, order, keys.Pointer + n, second.Pointer);
    }
}
