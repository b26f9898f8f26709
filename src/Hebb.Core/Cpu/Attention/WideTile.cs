using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using static Hebb.Cpu.MicroKernel;

namespace Hebb.Cpu;

/// <summary>
/// <see cref="MicroKernel"/> for up to four rows and three vectors, which follow each other in the right side: as many sums as six rows of two need, with one load less a step
/// (an EPYC that shares its cores: 4 % faster; alone the same). For 256-bit vectors; <c>R</c> and <c>P</c> are as there.
/// </summary>
static unsafe class WideTile
{
    public const int MaxRows = 4;

    /// <summary>The kernel for tiles of some rows; of the arguments it reads neither BStep nor what comes from elsewhere than C to start from.</summary>
    public static delegate*<TileArgs<T>*, void> Kernel<T, X, F, P>(int rows)
        where T : unmanaged
        where F : ITileVector<X, T> => rows switch
        {
            1 => &Run<T, X, F, Rows1, P>,
            2 => &Run<T, X, F, Rows2, P>,
            3 => &Run<T, X, F, Rows3, P>,
            4 => &Run<T, X, F, Rows4, P>,
            _ => throw new ArgumentOutOfRangeException(nameof(rows)),
        };

    [MethodImpl(Jit.Full)]
    static void Run<T, X, F, R, P>(TileArgs<T>* tile)
        where T : unmanaged
        where F : ITileVector<X, T>
        where R : unmanaged
    {
        byte* c = (byte*)tile->C;
        nint cRow = (nint)tile->CRow * sizeof(T);
        X c0a = F.Zero, c0b = F.Zero, c0c = F.Zero;
        X c1a = F.Zero, c1b = F.Zero, c1c = F.Zero;
        X c2a = F.Zero, c2b = F.Zero, c2c = F.Zero;
        X c3a = F.Zero, c3b = F.Zero, c3c = F.Zero;
        if (tile->Add)
        {
            c0a = F.Load((T*)c);
            c0b = F.Load((T*)(c + F.Bytes));
            c0c = F.Load((T*)(c + (2 * F.Bytes)));
            if (sizeof(R) > 1) { byte* p = c + cRow; c1a = F.Load((T*)p); c1b = F.Load((T*)(p + F.Bytes)); c1c = F.Load((T*)(p + (2 * F.Bytes))); }
            if (sizeof(R) > 2) { byte* p = c + (2 * cRow); c2a = F.Load((T*)p); c2b = F.Load((T*)(p + F.Bytes)); c2c = F.Load((T*)(p + (2 * F.Bytes))); }
            if (sizeof(R) > 3) { byte* p = c + (3 * cRow); c3a = F.Load((T*)p); c3b = F.Load((T*)(p + F.Bytes)); c3c = F.Load((T*)(p + (2 * F.Bytes))); }
        }
        byte* a0 = (byte*)tile->A;
        nint row = (nint)tile->ARow * sizeof(T), row2 = 2 * row;
        byte* a3 = a0 + row + row2;
        nint aStep = typeof(P) == typeof(UnitSteps) ? sizeof(T) : (nint)tile->AStep * sizeof(T);
        byte* b = (byte*)tile->B;
        nint k = (nint)tile->K;
        for (; k >= 4; k -= 4)
        {
            Step<T, X, F, R, P>(a0, a3, row, row2, aStep, 0, b, ref c0a, ref c0b, ref c0c, ref c1a, ref c1b, ref c1c, ref c2a, ref c2b, ref c2c, ref c3a, ref c3b, ref c3c);
            Step<T, X, F, R, P>(a0, a3, row, row2, aStep, 1, b, ref c0a, ref c0b, ref c0c, ref c1a, ref c1b, ref c1c, ref c2a, ref c2b, ref c2c, ref c3a, ref c3b, ref c3c);
            Step<T, X, F, R, P>(a0, a3, row, row2, aStep, 2, b, ref c0a, ref c0b, ref c0c, ref c1a, ref c1b, ref c1c, ref c2a, ref c2b, ref c2c, ref c3a, ref c3b, ref c3c);
            Step<T, X, F, R, P>(a0, a3, row, row2, aStep, 3, b, ref c0a, ref c0b, ref c0c, ref c1a, ref c1b, ref c1c, ref c2a, ref c2b, ref c2c, ref c3a, ref c3b, ref c3c);
            a0 += 4 * aStep;
            if (typeof(P) != typeof(UnitRows) && sizeof(R) > 3)
                a3 += 4 * aStep;
            b += 12 * F.Bytes;
        }
        for (; k > 0; k--)
        {
            Step<T, X, F, R, P>(a0, a3, row, row2, aStep, 0, b, ref c0a, ref c0b, ref c0c, ref c1a, ref c1b, ref c1c, ref c2a, ref c2b, ref c2c, ref c3a, ref c3b, ref c3c);
            a0 += aStep;
            a3 += aStep;
            b += 3 * F.Bytes;
        }
        F.Store(c0a, (T*)c);
        F.Store(c0b, (T*)(c + F.Bytes));
        F.Store(c0c, (T*)(c + (2 * F.Bytes)));
        if (sizeof(R) > 1) { byte* p = c + cRow; F.Store(c1a, (T*)p); F.Store(c1b, (T*)(p + F.Bytes)); F.Store(c1c, (T*)(p + (2 * F.Bytes))); }
        if (sizeof(R) > 2) { byte* p = c + (2 * cRow); F.Store(c2a, (T*)p); F.Store(c2b, (T*)(p + F.Bytes)); F.Store(c2c, (T*)(p + (2 * F.Bytes))); }
        if (sizeof(R) > 3) { byte* p = c + (3 * cRow); F.Store(c3a, (T*)p); F.Store(c3b, (T*)(p + F.Bytes)); F.Store(c3c, (T*)(p + (2 * F.Bytes))); }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void Step<T, X, F, R, P>(
        byte* a0, byte* a3, nint row, nint row2, nint aStep, int step, byte* b,
        ref X c0a, ref X c0b, ref X c0c, ref X c1a, ref X c1b, ref X c1c, ref X c2a, ref X c2b, ref X c2c, ref X c3a, ref X c3b, ref X c3c)
        where T : unmanaged
        where F : ITileVector<X, T>
        where R : unmanaged
    {
        X qa = F.Load((T*)(b + (3 * step * F.Bytes))), qb = F.Load((T*)(b + (((3 * step) + 1) * F.Bytes))), qc = F.Load((T*)(b + (((3 * step) + 2) * F.Bytes))), x;
        x = F.Create(*(T*)(a0 + (step * aStep)));
        c0a = F.MultiplyAdd(x, qa, c0a);
        c0b = F.MultiplyAdd(x, qb, c0b);
        c0c = F.MultiplyAdd(x, qc, c0c);
        if (sizeof(R) > 1) { x = F.Create(typeof(P) == typeof(UnitRows) ? ((T*)(a0 + (step * aStep)))[1] : *(T*)(a0 + row + (step * aStep))); c1a = F.MultiplyAdd(x, qa, c1a); c1b = F.MultiplyAdd(x, qb, c1b); c1c = F.MultiplyAdd(x, qc, c1c); }
        if (sizeof(R) > 2) { x = F.Create(typeof(P) == typeof(UnitRows) ? ((T*)(a0 + (step * aStep)))[2] : *(T*)(a0 + row2 + (step * aStep))); c2a = F.MultiplyAdd(x, qa, c2a); c2b = F.MultiplyAdd(x, qb, c2b); c2c = F.MultiplyAdd(x, qc, c2c); }
        if (sizeof(R) > 3) { x = F.Create(typeof(P) == typeof(UnitRows) ? ((T*)(a0 + (step * aStep)))[3] : *(T*)(a3 + (step * aStep))); c3a = F.MultiplyAdd(x, qa, c3a); c3b = F.MultiplyAdd(x, qb, c3b); c3c = F.MultiplyAdd(x, qc, c3c); }
    }

    [StructLayout(LayoutKind.Sequential, Size = 1)]
    struct Rows1;

    [StructLayout(LayoutKind.Sequential, Size = 2)]
    struct Rows2;

    [StructLayout(LayoutKind.Sequential, Size = 3)]
    struct Rows3;

    [StructLayout(LayoutKind.Sequential, Size = 4)]
    struct Rows4;
}
