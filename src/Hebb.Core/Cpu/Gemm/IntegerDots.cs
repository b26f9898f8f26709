using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace Hebb.Cpu;

/// <summary>
/// Sums of products of 8-bit integers in 32-bit lanes: a lane adds the products of the few neighbours along k that stand in one word. Nothing
/// saturates; sums wrap at 32 bits, so they are exact whenever the result fits.
/// </summary>
unsafe interface IIntegerDot<V>
    where V : unmanaged
{
    /// <summary>Elements in a word: 4 bytes, or 2 of them widened to 16 bits.</summary>
    static abstract int PerWord { get; }

    /// <summary>For bytes: whether the left ones are taken as unsigned; the right ones are signed.</summary>
    static abstract bool LeftUnsigned { get; }

    /// <summary>One word in all lanes.</summary>
    static abstract V Broadcast(int* p);

    static abstract V Dot(V sum, V left, V right);
}

/// <summary>VPDPBUSD on 256 bits, which multiplies four times as many numbers as an FMA of that width.</summary>
readonly unsafe struct VnniDot : IIntegerDot<Vector256<int>>
{
    public static int PerWord => 4;
    public static bool LeftUnsigned => true;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> Broadcast(int* p) => Vector256.Create(*p);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> Dot(Vector256<int> sum, Vector256<int> left, Vector256<int> right) => AvxVnni.MultiplyWideningAndAdd(sum, left.AsByte(), right.AsSByte());
}

readonly unsafe struct WideDot512 : IIntegerDot<Vector512<int>>
{
    public static int PerWord => 2;
    public static bool LeftUnsigned => false;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<int> Broadcast(int* p) => Vector512.Create(*p);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<int> Dot(Vector512<int> sum, Vector512<int> left, Vector512<int> right) => sum + Avx512BW.MultiplyAddAdjacent(left.AsInt16(), right.AsInt16());
}

readonly unsafe struct WideDot256 : IIntegerDot<Vector256<int>>
{
    public static int PerWord => 2;
    public static bool LeftUnsigned => false;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> Broadcast(int* p) => Vector256.Create(*p);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> Dot(Vector256<int> sum, Vector256<int> left, Vector256<int> right) => sum + Avx2.MultiplyAddAdjacent(left.AsInt16(), right.AsInt16());
}

readonly unsafe struct WideDot128 : IIntegerDot<Vector128<int>>
{
    public static int PerWord => 2;
    public static bool LeftUnsigned => false;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<int> Broadcast(int* p) => Vector128.Create(*p);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<int> Dot(Vector128<int> sum, Vector128<int> left, Vector128<int> right) => Sse2.IsSupported
        ? sum + Sse2.MultiplyAddAdjacent(left.AsInt16(), right.AsInt16())
        : sum + (((left << 16) >> 16) * ((right << 16) >> 16)) + ((left >> 16) * (right >> 16));
}

/// <summary>SDOT of Arm v8.2.</summary>
readonly unsafe struct ArmDot : IIntegerDot<Vector128<int>>
{
    public static int PerWord => 4;
    public static bool LeftUnsigned => false;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<int> Broadcast(int* p) => Vector128.Create(*p);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<int> Dot(Vector128<int> sum, Vector128<int> left, Vector128<int> right) => Dp.DotProduct(sum, left.AsSByte(), right.AsSByte());
}
