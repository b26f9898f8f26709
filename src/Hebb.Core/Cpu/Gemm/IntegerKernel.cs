using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Hebb.Cpu;

/// <summary>What one call of the integer kernel works on: as many rows as it has, two vectors wide, through all of k. Distances count words.</summary>
unsafe struct IntegerTile
{
    public long Words;

    /// <summary>Row r, word k of the left side is A[r * ARow + k * AStep].</summary>
    public int* A;
    public long ARow, AStep;

    /// <summary>Word k of the right side is two vectors at B + k * BStep.</summary>
    public int* B;
    public long BStep;

    public int* C;
    public long CRow;

    /// <summary>What the sums of every row start from: two vectors.</summary>
    public int* Start;
}

/// <summary>The inner loop of products of 8-bit integers: a tile of up to 6 rows of two vectors stays in registers while k runs.</summary>
static unsafe class IntegerKernel
{
    public const int MaxRows = 6;

    /// <summary>The kernel for tiles of <paramref name="rows"/> rows.</summary>
    public static delegate*<IntegerTile*, void> For<D, V>(int rows)
        where D : struct, IIntegerDot<V>
        where V : unmanaged => rows switch
        {
            1 => &Run<D, V, Rows1>,
            2 => &Run<D, V, Rows2>,
            3 => &Run<D, V, Rows3>,
            4 => &Run<D, V, Rows4>,
            5 => &Run<D, V, Rows5>,
            6 => &Run<D, V, Rows6>,
            _ => throw new ArgumentOutOfRangeException(nameof(rows)),
        };

    /// <summary>Words in a vector.</summary>
    public static int Lanes<V>()
        where V : unmanaged => sizeof(V) / sizeof(int);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static V Load<V>(int* p)
        where V : unmanaged => Unsafe.ReadUnaligned<V>(p);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void Store<V>(V x, int* p)
        where V : unmanaged => Unsafe.WriteUnaligned(p, x);

    // The size of R is the number of rows, a constant to the JIT.
    [MethodImpl(Jit.Full)]
    static void Run<D, V, R>(IntegerTile* tile)
        where D : struct, IIntegerDot<V>
        where V : unmanaged
        where R : unmanaged
    {
        int lanes = Lanes<V>();
        V startA = Load<V>(tile->Start), startB = Load<V>(tile->Start + lanes);
        V c0a = startA, c0b = startB, c1a = startA, c1b = startB, c2a = startA, c2b = startB;
        V c3a = startA, c3b = startB, c4a = startA, c4b = startB, c5a = startA, c5b = startB;
        long row = tile->ARow, aStep = tile->AStep, bStep = tile->BStep;
        int* a0 = tile->A, a3 = a0 + (3 * row), b = tile->B;
        for (long k = tile->Words; k > 0; k--)
        {
            V x, qa = Load<V>(b), qb = Load<V>(b + lanes);
            if (sizeof(R) > 0) { x = D.Broadcast(a0); c0a = D.Dot(c0a, x, qa); c0b = D.Dot(c0b, x, qb); }
            if (sizeof(R) > 1) { x = D.Broadcast(a0 + row); c1a = D.Dot(c1a, x, qa); c1b = D.Dot(c1b, x, qb); }
            if (sizeof(R) > 2) { x = D.Broadcast(a0 + (2 * row)); c2a = D.Dot(c2a, x, qa); c2b = D.Dot(c2b, x, qb); }
            if (sizeof(R) > 3) { x = D.Broadcast(a3); c3a = D.Dot(c3a, x, qa); c3b = D.Dot(c3b, x, qb); }
            if (sizeof(R) > 4) { x = D.Broadcast(a3 + row); c4a = D.Dot(c4a, x, qa); c4b = D.Dot(c4b, x, qb); }
            if (sizeof(R) > 5) { x = D.Broadcast(a3 + (2 * row)); c5a = D.Dot(c5a, x, qa); c5b = D.Dot(c5b, x, qb); }
            a0 += aStep;
            if (sizeof(R) > 3) a3 += aStep;
            b += bStep;
        }
        int* c = tile->C;
        long cRow = tile->CRow;
        if (sizeof(R) > 0) { Store(c0a, c); Store(c0b, c + lanes); c += cRow; }
        if (sizeof(R) > 1) { Store(c1a, c); Store(c1b, c + lanes); c += cRow; }
        if (sizeof(R) > 2) { Store(c2a, c); Store(c2b, c + lanes); c += cRow; }
        if (sizeof(R) > 3) { Store(c3a, c); Store(c3b, c + lanes); c += cRow; }
        if (sizeof(R) > 4) { Store(c4a, c); Store(c4b, c + lanes); c += cRow; }
        if (sizeof(R) > 5) { Store(c5a, c); Store(c5b, c + lanes); }
    }

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
}
