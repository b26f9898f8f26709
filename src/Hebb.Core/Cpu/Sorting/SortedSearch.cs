namespace Hebb.Cpu;

/// <summary>Binary search in a row sorted ascending, in the order of <see cref="RowSort"/>: NaN is the greatest number.</summary>
internal static unsafe class SortedSearch
{
    /// <summary>
    /// For each of the m values, the position in the n sorted elements before which it can be put and keep them sorted: the first such, or
    /// with
    /// <paramref name="right"/> the last.
    /// </summary>
    public static void Find<T>(int n, T* sorted, int m, T* values, bool right, long* positions)
        where T : unmanaged
    {
        for (int i = 0; i < m; i++)
        {
            ulong key = SortKey.Of(values[i]);
            int low = 0, high = n;
            while (low < high)
            {
                int middle = (int)(((uint)low + (uint)high) / 2);
                ulong other = SortKey.Of(sorted[middle]);
                if (other < key || right && other == key)
                {
                    low = middle + 1;
                }
                else
                {
                    high = middle;
                }
            }

            positions[i] = low;
        }
    }
}
