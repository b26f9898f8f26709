using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using Hebb.Cpu.Simd;
using static Hebb.Cpu.MicroKernel;

namespace Hebb.Cpu;

/// <summary>The tile heights that a path has, and the micro-kernel for each.</summary>
static unsafe class TileRows
{
    /// <summary>The tallest tile whose sums fit the registers.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Max<T, V>()
        where T : unmanaged
        where V : unmanaged, ISimd<V, T> => V.Count * sizeof(T) == 64 ? 14 : V.Count * sizeof(T) == 32 || !AdvSimd.IsSupported ? 6 : 12;

    /// <summary>The kernel for tiles of <paramref name="rows"/> rows and one vector or two of lanes. It is compiled when first called.</summary>
    public static delegate*<TileArgs<T>*, void> Kernel<T, V, P, Q>(int rows, int width)
        where T : unmanaged
        where V : unmanaged, ISimd<V, T> => width == V.Count ? Kernel<T, V, P, Q, OneVector>(rows) : Kernel<T, V, P, Q, TwoVectors>(rows);

    static delegate*<TileArgs<T>*, void> Kernel<T, V, P, Q, W>(int rows)
        where T : unmanaged
        where V : unmanaged, ISimd<V, T> => (V.Count * sizeof(T)) switch
        {
            64 => Kernel<T, Vector512<T>, Tile512<T>, P, Q, W>(rows),
            32 => Kernel<T, Vector256<T>, Tile256<T>, P, Q, W>(rows),
            _ => Kernel<T, Vector128<T>, Tile128<T>, P, Q, W>(rows),
        };

    static delegate*<TileArgs<T>*, void> Kernel<T, X, F, P, Q, W>(int rows)
        where T : unmanaged
        where F : ITileVector<X, T> => rows switch
        {
            1 => &Run<T, X, F, Rows1, P, Q, W>,
            2 => &Run<T, X, F, Rows2, P, Q, W>,
            3 => &Run<T, X, F, Rows3, P, Q, W>,
            4 => &Run<T, X, F, Rows4, P, Q, W>,
            5 => &Run<T, X, F, Rows5, P, Q, W>,
            6 => &Run<T, X, F, Rows6, P, Q, W>,
            7 => &Run<T, X, F, Rows7, P, Q, W>,
            8 => &Run<T, X, F, Rows8, P, Q, W>,
            9 => &Run<T, X, F, Rows9, P, Q, W>,
            10 => &Run<T, X, F, Rows10, P, Q, W>,
            11 => &Run<T, X, F, Rows11, P, Q, W>,
            12 => &Run<T, X, F, Rows12, P, Q, W>,
            13 => &Run<T, X, F, Rows13, P, Q, W>,
            14 => &Run<T, X, F, Rows14, P, Q, W>,
            _ => throw new ArgumentOutOfRangeException(nameof(rows)),
        };

    [StructLayout(LayoutKind.Sequential, Size = 1)]
    struct Rows1;

    [StructLayout(LayoutKind.Sequential, Size = 2)]
    struct Rows2;

    [StructLayout(LayoutKind.Sequential, Size = 3)]
    struct Rows3;

    [StructLayout(LayoutKind.Sequential, Size = 4)]
    struct Rows4;

    [StructLayout(LayoutKind.Sequential, Size = 5)]
    struct Rows5;

    [StructLayout(LayoutKind.Sequential, Size = 6)]
    struct Rows6;

    [StructLayout(LayoutKind.Sequential, Size = 7)]
    struct Rows7;

    [StructLayout(LayoutKind.Sequential, Size = 8)]
    struct Rows8;

    [StructLayout(LayoutKind.Sequential, Size = 9)]
    struct Rows9;

    [StructLayout(LayoutKind.Sequential, Size = 10)]
    struct Rows10;

    [StructLayout(LayoutKind.Sequential, Size = 11)]
    struct Rows11;

    [StructLayout(LayoutKind.Sequential, Size = 12)]
    struct Rows12;

    [StructLayout(LayoutKind.Sequential, Size = 13)]
    struct Rows13;

    [StructLayout(LayoutKind.Sequential, Size = 14)]
    struct Rows14;
}
