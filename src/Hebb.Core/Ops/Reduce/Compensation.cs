using System.Runtime.CompilerServices;
using Hebb.Cpu.Simd;

namespace Hebb.Ops;

/// <summary>Sums that carry what each addition lost (Knuth's TwoSum), so that the error does not grow with the number of terms.</summary>
internal static class Compensation
{
    /// <summary>Adds <paramref name="x"/> to a sum and its lost part.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Add<V, T>(ref V sum, ref V lost, V x) where V : unmanaged, ISimd<V, T> where T : unmanaged
    {
        V s = sum + x, part = s - sum;
        lost += sum - (s - part) + (x - part);
        sum = s;
    }

    /// <summary>The sum with its lost part, which means nothing once the sum is infinite.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Total<V, T>(V sum, V lost) where V : unmanaged, ISimd<V, T> where T : unmanaged =>
        V.Select(V.Equal(sum - sum, V.Zero), sum + lost, sum);
}
