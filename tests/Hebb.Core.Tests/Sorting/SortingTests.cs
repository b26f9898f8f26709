using System.Numerics;
using Hebb.Cpu;

namespace Hebb.Tests.Sorting;

public unsafe class SortingTests
{
    private static readonly int[] s_sizes = [0, 1, 2, 3, 15, 16, 17, 31, 32, 33, 100, 255, 256, 257, 511, 512, 513, 1000, 5000];

    [Fact]
    public void Every_type_sorts_stably_both_ways()
    {
        foreach (int n in s_sizes)
        {
            var random = new Random(n);
            Check(Draw(n, () => (float)(random.NextDouble() - 0.5)));
            Check(Draw(n, () => (random.NextDouble() - 0.5) * 1e300));
            Check(Draw(n, () => (Half)random.Next(-20, 20)));
            Check(Draw(n, () => (sbyte)random.Next(-128, 128)));
            Check(Draw(n, () => (byte)random.Next(256)));
            Check(Draw(n, () => (short)random.Next(-32768, 32768)));
            Check(Draw(n, () => (ushort)random.Next(65536)));
            Check(Draw(n, () => random.Next(-10, 10)));
            Check(Draw(n, () => random.Next(int.MinValue, int.MaxValue)));
            Check(Draw(n, () => (uint)random.NextInt64(1L << 32)));
            Check(Draw(n, () => random.NextInt64(long.MinValue, long.MaxValue)));
            Check(Draw(n, () => (ulong)random.NextInt64(long.MinValue, long.MaxValue)));
            Check(Draw(n, () => 7L));
        }
    }

    [Fact]
    public void Nan_is_greatest_and_zeros_are_equal()
    {
        float[] special =
        [
            float.NaN, 1, -float.NaN, 0, -0f, float.PositiveInfinity, float.NegativeInfinity, -1, float.Epsilon, -float.Epsilon, float.MaxValue, float.MinValue, -0f, 0,
            BitConverter.UInt32BitsToSingle(0xFFFFFFFF), BitConverter.UInt32BitsToSingle(0x7F800001),
        ];
        Check(special);
        Check([.. special.Select(v => (double)v)]);
        Check([.. special.Select(v => (Half)v)]);
        var random = new Random(1);
        Check(Draw(3000, () => special[random.Next(special.Length)]));
        Check(Draw(3000, () => (Half)special[random.Next(special.Length)]));

        // torch.sort of the same, stable: indices 3 4 1 5 0 2 ascending, 0 2 5 1 3 4 descending.
        float[] small = [float.NaN, 1, float.NaN, 0, -0f, float.PositiveInfinity];
        Assert.Equal([3, 4, 1, 5, 0, 2], Sort(small, false).Indices);
        Assert.Equal([0, 2, 5, 1, 3, 4], Sort(small, true).Indices);
    }

    [Fact]
    public void Bfloat16_sorts_as_the_floats_it_holds()
    {
        var random = new Random(2);
        float[] x = Draw(700, () => random.Next(6) == 0 ? float.NaN : (float)(BFloat16)(random.NextSingle() * 8 - 4));
        BFloat16[] narrow = [.. x.Select(v => (BFloat16)v)];
        Assert.Equal(Sort(x, false).Indices, Sort(narrow, false).Indices);
        Assert.Equal(Sort(x, true).Indices, Sort(narrow, true).Indices);
    }

    [Fact]
    public void Sorting_in_place_and_one_output_alone_work()
    {
        int[] x = [3, 1, 2];
        fixed (int* p = x)
        {
            RowSort.Sort(3, p, true, p, null);
        }

        Assert.Equal([3, 2, 1], x);
        var indices = new long[3];
        fixed (int* p = x)
        fixed (long* q = indices)
        {
            RowSort.Sort(3, p, false, null, q);
        }

        Assert.Equal([2, 1, 0], indices);
    }

    [Fact]
    public void TopK_is_the_head_of_the_stable_sort()
    {
        foreach (int n in s_sizes)
        {
            var random = new Random(n + 1);
            float[] x = Draw(n, () => random.Next(5) == 0 ? float.NaN : random.Next(-40, 40));
            long[] wide = Draw(n, () => random.NextInt64(-50, 50));
            foreach (int k in new[] { 0, 1, 2, n / 40, n / 3, n - 1, n }.Where(k => k >= 0 && k <= n).Distinct())
            {
                foreach (bool largest in new[] { false, true })
                {
                    CheckTopK(x, k, largest);
                    CheckTopK(wide, k, largest);
                }
            }
        }
    }

    [Fact]
    public void Search_finds_the_first_and_last_place()
    {
        float[] sorted = [-1, 0, 0, 2, 2, 2, 5, float.PositiveInfinity, float.NaN, float.NaN];
        float[] values = [-2, -1, -0f, 1, 2, 6, float.PositiveInfinity, float.NaN];
        Assert.Equal([0, 0, 1, 3, 3, 7, 7, 8], Search(sorted, values, false));
        Assert.Equal([0, 1, 3, 3, 6, 7, 8, 10], Search(sorted, values, true));
        Assert.Equal([0, 0], Search([], [1, float.NaN], true));
        int[] numbers = [.. Enumerable.Range(0, 1000).Select(i => i / 3 * 2)];
        int[] asked = [.. Enumerable.Range(-5, 800)];
        Assert.Equal(asked.Select(v => (long)numbers.Count(u => u < v)), Search(numbers, asked, false));
        Assert.Equal(asked.Select(v => (long)numbers.Count(u => u <= v)), Search(numbers, asked, true));
    }

    [Fact]
    public void Equal_elements_form_one_group_but_nan_stands_alone()
    {
        float[] x = [2, float.NaN, -0f, 2, 0, float.NaN, -3];
        (int count, int[] order, int[] group) = Groups(x, 7, 1);
        Assert.Equal(5, count);
        Assert.Equal([6, 2, 4, 0, 3, 1, 5], order);
        Assert.Equal([0, 1, 1, 2, 2, 3, 4], group);
        Assert.Equal(0, Groups(new float[1], 0, 1).Count);
    }

    [Fact]
    public void Rows_are_ordered_lexicographically()
    {
        var random = new Random(5);
        foreach ((int n, int width) in new[] { (0, 2), (1, 3), (50, 2), (333, 3), (20, 0) })
        {
            int[] x = Draw(n * width, () => random.Next(-3, 3));
            (int count, int[] order, int[] group) = Groups(x, n, width);
            string[] rows = [.. Enumerable.Range(0, n).Select(i => string.Join(' ', x[(i * width)..((i + 1) * width)].Select(v => (char)('d' + v))))];
            int[] expected = [.. Enumerable.Range(0, n).OrderBy(i => rows[i], StringComparer.Ordinal)];
            Assert.Equal(expected, order);
            Assert.Equal(rows.Distinct().Count(), count);
            string[] sorted = [.. rows.Distinct().Order(StringComparer.Ordinal)];
            Assert.Equal(order.Select(i => Array.IndexOf(sorted, rows[i])), group);
        }
    }

    [Fact]
    public void Neighbours_group_without_sorting()
    {
        double[] x = [1, 1, 2, 2, 2, 1, double.NaN, double.NaN];
        var group = new int[8];
        fixed (double* p = x)
        fixed (int* g = group)
        {
            Assert.Equal(5, UniqueRows.Consecutive(8, 1, p, g));
            Assert.Equal([0, 0, 1, 1, 1, 2, 3, 4], group);
            Assert.Equal(4, UniqueRows.Consecutive(4, 2, p, g));
            Assert.Equal(0, UniqueRows.Consecutive(0, 1, p, g));
        }
    }

    private static T[] Draw<T>(int n, Func<T> next) => [.. Enumerable.Range(0, n).Select(_ => next())];

    private static void Check<T>(T[] x)
        where T : unmanaged, INumber<T>
    {
        foreach (bool descending in new[] { false, true })
        {
            (T[] values, long[] indices) = Sort(x, descending);
            Assert.Equal(Expected(x, descending), indices);
            Assert.Equal(indices.Select(i => x[i]), values);
        }
    }

    private static long[] Expected<T>(T[] x, bool descending)
        where T : INumber<T>
    {
        var comparer = Comparer<T>.Create((a, b) => T.IsNaN(a) || T.IsNaN(b) ? T.IsNaN(a).CompareTo(T.IsNaN(b)) : a < b ? -1 : a > b ? 1 : 0);
        IEnumerable<long> all = Enumerable.Range(0, x.Length).Select(i => (long)i);
        return [.. descending ? all.OrderByDescending(i => x[i], comparer) : all.OrderBy(i => x[i], comparer)];
    }

    private static (T[] Values, long[] Indices) Sort<T>(T[] x, bool descending)
        where T : unmanaged
    {
        var values = new T[x.Length + 1];
        var indices = new long[x.Length + 1];
        fixed (T* p = x, v = values)
        fixed (long* i = indices)
        {
            RowSort.Sort(x.Length, p, descending, v, i);
        }

        return (values[..^1], indices[..^1]);
    }

    private static void CheckTopK<T>(T[] x, int k, bool largest)
        where T : unmanaged, INumber<T>
    {
        var values = new T[k + 1];
        var indices = new long[k + 1];
        fixed (T* p = x, v = values)
        fixed (long* i = indices)
        {
            TopK.Select(x.Length, p, k, largest, v, i);
        }

        Assert.Equal(Expected(x, largest)[..k], indices[..^1]);
        Assert.Equal(indices[..^1].Select(i => x[i]), values[..^1]);
    }

    private static long[] Search<T>(T[] sorted, T[] values, bool right)
        where T : unmanaged
    {
        var positions = new long[values.Length];
        fixed (T* s = sorted, v = values)
        fixed (long* p = positions)
        {
            SortedSearch.Find(sorted.Length, s, values.Length, v, right, p);
        }

        return positions;
    }

    private static (int Count, int[] Order, int[] Group) Groups<T>(T[] x, int n, int width)
        where T : unmanaged
    {
        int[] order = new int[n + 1], group = new int[n + 1];
        fixed (T* p = x)
        fixed (int* o = order, g = group)
        {
            int count = UniqueRows.Sorted(n, width, p, o, g);
            return (count, order[..n], group[..n]);
        }
    }
}
