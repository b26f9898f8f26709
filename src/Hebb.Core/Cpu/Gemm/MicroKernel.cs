using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace Hebb.Cpu;

/// <summary>What one call of a micro-kernel works on: a tile of C, as many rows as the kernel has, one or two vectors wide.</summary>
unsafe struct TileArgs<T>
    where T : unmanaged
{
    public long K;

    /// <summary>Row r, step k of the left side is A[r * ARow + k * AStep].</summary>
    public T* A;
    public long ARow, AStep;

    /// <summary>Step k of the right side is the vectors at B + k * BStep, or at B + Offsets[k]; packed, BStep is the width of the tile and not read.</summary>
    public T* B;
    public long BStep;
    public int* Offsets;

    public T* C;
    public long CRow;

    /// <summary>Start from what C holds; else from <see cref="Bias"/>, one of each lane, or <see cref="RowBias"/>, one of each row, if that is not null; else from 0.</summary>
    public bool Add;
    public T* Bias;
    public T* RowBias;
}

/// <summary>
/// The inner loop of matrix product and convolution: a tile of C stays in registers while k runs. Written once for every vector width;
/// the JIT drops the rows, the second vector and the addressing that an instance does not have. Each element of C is one chain of
/// multiply-adds in ascending k, whatever the tile, so how a matrix is cut into tiles never shows in the bits.
/// </summary>
/// <remarks>
/// With 512-bit vectors 14 rows of 2 use 28 registers as sums, 2 for the right side and 1 for a broadcast element, of 32; with 16
/// registers the most is 6 rows. Type arguments: <c>X</c> is a vector and <c>F</c> what is done with it (<see cref="ITileVector{X,T}"/>).
/// <c>R</c> is a struct whose size in bytes is the number of rows, because sizeof is a generic constant that the JIT knows before it reads
/// the branches (half the compile time). <c>P</c> is <see cref="UnitRows"/>, <see cref="UnitSteps"/> or <see cref="AnyRows"/>, <c>Q</c> is
/// <see cref="Packed"/>, <see cref="Paired"/>, <see cref="Stepped"/> or <see cref="Listed"/>, <c>W</c> is <see cref="OneVector"/> or <see cref="TwoVectors"/>.
/// </remarks>
static unsafe class MicroKernel
{
    const int PrefetchSteps = 16;
    const int LineBytes = 64;

    /// <summary>ARow is 1: packed, or transposed in place.</summary>
    public struct UnitRows;

    /// <summary>AStep is 1: rows as they stand in memory.</summary>
    public struct UnitSteps;

    public struct AnyRows;

    /// <summary>The steps of the right side follow each other in memory.</summary>
    public struct Packed;

    /// <summary>The same of BFloat16: each step is pairs of a lane of the first vector and one of the second.</summary>
    public struct Paired;

    /// <summary>The right side advances by BStep.</summary>
    public struct Stepped;

    /// <summary>The right side is found through Offsets.</summary>
    public struct Listed;

    public struct OneVector;

    public struct TwoVectors;

    [MethodImpl(Jit.Full)]
    public static void Run<T, X, F, R, P, Q, W>(TileArgs<T>* tile)
        where T : unmanaged
        where F : ITileVector<X, T>
        where R : unmanaged
    {
        byte* c = (byte*)tile->C;
        nint cRow = (nint)tile->CRow * sizeof(T);
        X c0a = F.Zero, c0b = F.Zero;
        X c1a = F.Zero, c1b = F.Zero;
        X c2a = F.Zero, c2b = F.Zero;
        X c3a = F.Zero, c3b = F.Zero;
        X c4a = F.Zero, c4b = F.Zero;
        X c5a = F.Zero, c5b = F.Zero;
        X c6a = F.Zero, c6b = F.Zero;
        X c7a = F.Zero, c7b = F.Zero;
        X c8a = F.Zero, c8b = F.Zero;
        X c9a = F.Zero, c9b = F.Zero;
        X c10a = F.Zero, c10b = F.Zero;
        X c11a = F.Zero, c11b = F.Zero;
        X c12a = F.Zero, c12b = F.Zero;
        X c13a = F.Zero, c13b = F.Zero;
        if (tile->Add)
        {
            byte* p = c;
            if (sizeof(R) > 0) { c0a = F.Load((T*)p); if (typeof(W) == typeof(TwoVectors)) c0b = F.Load((T*)(p + F.Bytes)); p += cRow; }
            if (sizeof(R) > 1) { c1a = F.Load((T*)p); if (typeof(W) == typeof(TwoVectors)) c1b = F.Load((T*)(p + F.Bytes)); p += cRow; }
            if (sizeof(R) > 2) { c2a = F.Load((T*)p); if (typeof(W) == typeof(TwoVectors)) c2b = F.Load((T*)(p + F.Bytes)); p += cRow; }
            if (sizeof(R) > 3) { c3a = F.Load((T*)p); if (typeof(W) == typeof(TwoVectors)) c3b = F.Load((T*)(p + F.Bytes)); p += cRow; }
            if (sizeof(R) > 4) { c4a = F.Load((T*)p); if (typeof(W) == typeof(TwoVectors)) c4b = F.Load((T*)(p + F.Bytes)); p += cRow; }
            if (sizeof(R) > 5) { c5a = F.Load((T*)p); if (typeof(W) == typeof(TwoVectors)) c5b = F.Load((T*)(p + F.Bytes)); p += cRow; }
            if (sizeof(R) > 6) { c6a = F.Load((T*)p); if (typeof(W) == typeof(TwoVectors)) c6b = F.Load((T*)(p + F.Bytes)); p += cRow; }
            if (sizeof(R) > 7) { c7a = F.Load((T*)p); if (typeof(W) == typeof(TwoVectors)) c7b = F.Load((T*)(p + F.Bytes)); p += cRow; }
            if (sizeof(R) > 8) { c8a = F.Load((T*)p); if (typeof(W) == typeof(TwoVectors)) c8b = F.Load((T*)(p + F.Bytes)); p += cRow; }
            if (sizeof(R) > 9) { c9a = F.Load((T*)p); if (typeof(W) == typeof(TwoVectors)) c9b = F.Load((T*)(p + F.Bytes)); p += cRow; }
            if (sizeof(R) > 10) { c10a = F.Load((T*)p); if (typeof(W) == typeof(TwoVectors)) c10b = F.Load((T*)(p + F.Bytes)); p += cRow; }
            if (sizeof(R) > 11) { c11a = F.Load((T*)p); if (typeof(W) == typeof(TwoVectors)) c11b = F.Load((T*)(p + F.Bytes)); p += cRow; }
            if (sizeof(R) > 12) { c12a = F.Load((T*)p); if (typeof(W) == typeof(TwoVectors)) c12b = F.Load((T*)(p + F.Bytes)); p += cRow; }
            if (sizeof(R) > 13) { c13a = F.Load((T*)p); if (typeof(W) == typeof(TwoVectors)) c13b = F.Load((T*)(p + F.Bytes)); }
        }
        else if (tile->Bias != null)
        {
            X biasA = F.Load(tile->Bias);
            X biasB = typeof(W) == typeof(TwoVectors) ? F.Load((T*)((byte*)tile->Bias + F.Bytes)) : F.Zero;
            if (sizeof(R) > 0) { c0a = biasA; c0b = biasB; }
            if (sizeof(R) > 1) { c1a = biasA; c1b = biasB; }
            if (sizeof(R) > 2) { c2a = biasA; c2b = biasB; }
            if (sizeof(R) > 3) { c3a = biasA; c3b = biasB; }
            if (sizeof(R) > 4) { c4a = biasA; c4b = biasB; }
            if (sizeof(R) > 5) { c5a = biasA; c5b = biasB; }
            if (sizeof(R) > 6) { c6a = biasA; c6b = biasB; }
            if (sizeof(R) > 7) { c7a = biasA; c7b = biasB; }
            if (sizeof(R) > 8) { c8a = biasA; c8b = biasB; }
            if (sizeof(R) > 9) { c9a = biasA; c9b = biasB; }
            if (sizeof(R) > 10) { c10a = biasA; c10b = biasB; }
            if (sizeof(R) > 11) { c11a = biasA; c11b = biasB; }
            if (sizeof(R) > 12) { c12a = biasA; c12b = biasB; }
            if (sizeof(R) > 13) { c13a = biasA; c13b = biasB; }
        }
        else if (tile->RowBias != null)
        {
            T* start = tile->RowBias;
            if (sizeof(R) > 0) c0b = c0a = F.Create(start[0]);
            if (sizeof(R) > 1) c1b = c1a = F.Create(start[1]);
            if (sizeof(R) > 2) c2b = c2a = F.Create(start[2]);
            if (sizeof(R) > 3) c3b = c3a = F.Create(start[3]);
            if (sizeof(R) > 4) c4b = c4a = F.Create(start[4]);
            if (sizeof(R) > 5) c5b = c5a = F.Create(start[5]);
            if (sizeof(R) > 6) c6b = c6a = F.Create(start[6]);
            if (sizeof(R) > 7) c7b = c7a = F.Create(start[7]);
            if (sizeof(R) > 8) c8b = c8a = F.Create(start[8]);
            if (sizeof(R) > 9) c9b = c9a = F.Create(start[9]);
            if (sizeof(R) > 10) c10b = c10a = F.Create(start[10]);
            if (sizeof(R) > 11) c11b = c11a = F.Create(start[11]);
            if (sizeof(R) > 12) c12b = c12a = F.Create(start[12]);
            if (sizeof(R) > 13) c13b = c13a = F.Create(start[13]);
        }

        // Rows 1 and 2 past a base are reached by an index register, so five bases and two registers address 14 rows. All in bytes: the
        // loop has no instruction to spare for scaling.
        byte* a0 = (byte*)tile->A;
        nint row = (nint)tile->ARow * sizeof(T), row2 = 2 * row;
        byte* a3 = a0 + row + row2;
        byte* a6 = a3 + row + row2;
        byte* a9 = a6 + row + row2;
        byte* a12 = a9 + row + row2;
        nint aStep = typeof(P) == typeof(UnitSteps) ? sizeof(T) : (nint)tile->AStep * sizeof(T);
        byte* b = (byte*)tile->B;
        nint bStep = typeof(Q) == typeof(Packed) ? typeof(W) == typeof(TwoVectors) ? 2 * F.Bytes : F.Bytes : typeof(Q) == typeof(Paired) ? F.Bytes : (nint)tile->BStep * sizeof(T);
        byte* soon = b + (PrefetchSteps * bStep);
        int* offsets = tile->Offsets;
        nint k = (nint)tile->K;

        // Two or four steps at a time: what is no multiply-add, load or broadcast goes by once for all. A core that shares its units with another, as those of rented machines do, is held up by
        // how many instructions there are and not by their arithmetic (measured: 67 % of the peak with one step, 85 % with four; alone 97 and 99).
        for (nint rest = k - Steps<R>(); rest >= 0; rest -= Steps<R>())
        {
            Ask<X, F, T, Q, W>(soon);
            X qa0 = Right<T, X, F, Q>(b, bStep, offsets, 0, 0), qb0 = typeof(W) == typeof(TwoVectors) ? Right<T, X, F, Q>(b, bStep, offsets, 0, F.Bytes) : F.Zero;
            Upper<T, X, F, R, P, W>(a0, a3, row, row2, aStep, 0, qa0, qb0, ref c0a, ref c0b, ref c1a, ref c1b, ref c2a, ref c2b, ref c3a, ref c3b, ref c4a, ref c4b, ref c5a, ref c5b);
            if (sizeof(R) > 6)
                Lower<T, X, F, R, P, W>(a0, a6, a9, a12, row, row2, aStep, 0, qa0, qb0, ref c6a, ref c6b, ref c7a, ref c7b, ref c8a, ref c8b, ref c9a, ref c9b, ref c10a, ref c10b, ref c11a, ref c11b, ref c12a, ref c12b, ref c13a, ref c13b);
            Ask<X, F, T, Q, W>(soon + bStep);
            X qa1 = Right<T, X, F, Q>(b, bStep, offsets, 1, 0), qb1 = typeof(W) == typeof(TwoVectors) ? Right<T, X, F, Q>(b, bStep, offsets, 1, F.Bytes) : F.Zero;
            Upper<T, X, F, R, P, W>(a0, a3, row, row2, aStep, 1, qa1, qb1, ref c0a, ref c0b, ref c1a, ref c1b, ref c2a, ref c2b, ref c3a, ref c3b, ref c4a, ref c4b, ref c5a, ref c5b);
            if (sizeof(R) > 6)
                Lower<T, X, F, R, P, W>(a0, a6, a9, a12, row, row2, aStep, 1, qa1, qb1, ref c6a, ref c6b, ref c7a, ref c7b, ref c8a, ref c8b, ref c9a, ref c9b, ref c10a, ref c10b, ref c11a, ref c11b, ref c12a, ref c12b, ref c13a, ref c13b);
            if (Steps<R>() > 2)
            {
                Ask<X, F, T, Q, W>(soon + (2 * bStep));
                X qa2 = Right<T, X, F, Q>(b, bStep, offsets, 2, 0), qb2 = typeof(W) == typeof(TwoVectors) ? Right<T, X, F, Q>(b, bStep, offsets, 2, F.Bytes) : F.Zero;
                Upper<T, X, F, R, P, W>(a0, a3, row, row2, aStep, 2, qa2, qb2, ref c0a, ref c0b, ref c1a, ref c1b, ref c2a, ref c2b, ref c3a, ref c3b, ref c4a, ref c4b, ref c5a, ref c5b);
                Ask<X, F, T, Q, W>(soon + (3 * bStep));
                X qa3 = Right<T, X, F, Q>(b, bStep, offsets, 3, 0), qb3 = typeof(W) == typeof(TwoVectors) ? Right<T, X, F, Q>(b, bStep, offsets, 3, F.Bytes) : F.Zero;
                Upper<T, X, F, R, P, W>(a0, a3, row, row2, aStep, 3, qa3, qb3, ref c0a, ref c0b, ref c1a, ref c1b, ref c2a, ref c2b, ref c3a, ref c3b, ref c4a, ref c4b, ref c5a, ref c5b);
            }
            a0 += Steps<R>() * aStep;
            if (typeof(P) != typeof(UnitRows) && sizeof(R) > 3) a3 += Steps<R>() * aStep;
            if (typeof(P) != typeof(UnitRows) && sizeof(R) > 6) a6 += Steps<R>() * aStep;
            if (typeof(P) != typeof(UnitRows) && sizeof(R) > 9) a9 += Steps<R>() * aStep;
            if (typeof(P) != typeof(UnitRows) && sizeof(R) > 12) a12 += Steps<R>() * aStep;
            if (typeof(Q) == typeof(Listed))
                offsets += Steps<R>();
            else
                b += Steps<R>() * bStep;
            soon += Steps<R>() * bStep;
        }
        for (k &= Steps<R>() - 1; k > 0; k--)
        {
            Ask<X, F, T, Q, W>(soon);
            X qa0 = Right<T, X, F, Q>(b, bStep, offsets, 0, 0), qb0 = typeof(W) == typeof(TwoVectors) ? Right<T, X, F, Q>(b, bStep, offsets, 0, F.Bytes) : F.Zero;
            Upper<T, X, F, R, P, W>(a0, a3, row, row2, aStep, 0, qa0, qb0, ref c0a, ref c0b, ref c1a, ref c1b, ref c2a, ref c2b, ref c3a, ref c3b, ref c4a, ref c4b, ref c5a, ref c5b);
            if (sizeof(R) > 6)
                Lower<T, X, F, R, P, W>(a0, a6, a9, a12, row, row2, aStep, 0, qa0, qb0, ref c6a, ref c6b, ref c7a, ref c7b, ref c8a, ref c8b, ref c9a, ref c9b, ref c10a, ref c10b, ref c11a, ref c11b, ref c12a, ref c12b, ref c13a, ref c13b);
            a0 += aStep;
            if (typeof(P) != typeof(UnitRows)) { a3 += aStep; a6 += aStep; a9 += aStep; a12 += aStep; }
            if (typeof(Q) == typeof(Listed))
                offsets++;
            else
                b += bStep;
            soon += bStep;
        }

        if (sizeof(R) > 0) { F.Store(c0a, (T*)c); if (typeof(W) == typeof(TwoVectors)) F.Store(c0b, (T*)(c + F.Bytes)); c += cRow; }
        if (sizeof(R) > 1) { F.Store(c1a, (T*)c); if (typeof(W) == typeof(TwoVectors)) F.Store(c1b, (T*)(c + F.Bytes)); c += cRow; }
        if (sizeof(R) > 2) { F.Store(c2a, (T*)c); if (typeof(W) == typeof(TwoVectors)) F.Store(c2b, (T*)(c + F.Bytes)); c += cRow; }
        if (sizeof(R) > 3) { F.Store(c3a, (T*)c); if (typeof(W) == typeof(TwoVectors)) F.Store(c3b, (T*)(c + F.Bytes)); c += cRow; }
        if (sizeof(R) > 4) { F.Store(c4a, (T*)c); if (typeof(W) == typeof(TwoVectors)) F.Store(c4b, (T*)(c + F.Bytes)); c += cRow; }
        if (sizeof(R) > 5) { F.Store(c5a, (T*)c); if (typeof(W) == typeof(TwoVectors)) F.Store(c5b, (T*)(c + F.Bytes)); c += cRow; }
        if (sizeof(R) > 6) { F.Store(c6a, (T*)c); if (typeof(W) == typeof(TwoVectors)) F.Store(c6b, (T*)(c + F.Bytes)); c += cRow; }
        if (sizeof(R) > 7) { F.Store(c7a, (T*)c); if (typeof(W) == typeof(TwoVectors)) F.Store(c7b, (T*)(c + F.Bytes)); c += cRow; }
        if (sizeof(R) > 8) { F.Store(c8a, (T*)c); if (typeof(W) == typeof(TwoVectors)) F.Store(c8b, (T*)(c + F.Bytes)); c += cRow; }
        if (sizeof(R) > 9) { F.Store(c9a, (T*)c); if (typeof(W) == typeof(TwoVectors)) F.Store(c9b, (T*)(c + F.Bytes)); c += cRow; }
        if (sizeof(R) > 10) { F.Store(c10a, (T*)c); if (typeof(W) == typeof(TwoVectors)) F.Store(c10b, (T*)(c + F.Bytes)); c += cRow; }
        if (sizeof(R) > 11) { F.Store(c11a, (T*)c); if (typeof(W) == typeof(TwoVectors)) F.Store(c11b, (T*)(c + F.Bytes)); c += cRow; }
        if (sizeof(R) > 12) { F.Store(c12a, (T*)c); if (typeof(W) == typeof(TwoVectors)) F.Store(c12b, (T*)(c + F.Bytes)); c += cRow; }
        if (sizeof(R) > 13) { F.Store(c13a, (T*)c); if (typeof(W) == typeof(TwoVectors)) F.Store(c13b, (T*)(c + F.Bytes)); }
    }

    /// <summary>Steps at a time. Few rows have few multiply-adds to hide the rest behind; of many rows two steps are long enough, and compile in half the time.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static int Steps<R>()
        where R : unmanaged => sizeof(R) <= 6 ? 4 : 2;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static X Right<T, X, F, Q>(byte* b, nint bStep, int* offsets, int step, int part)
        where T : unmanaged
        where F : ITileVector<X, T> => typeof(Q) == typeof(Paired) ? part == 0 ? F.First(b + (step * bStep)) : F.Second(b + (step * bStep))
            : F.Load((T*)(typeof(Q) == typeof(Listed) ? (byte*)((T*)b + offsets[step]) + part : b + ((step * bStep) + part)));

    // Rows of a wide matrix lie on pages of their own, where the hardware does not look ahead (measured: a third faster). Packed ones follow each other.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void Ask<X, F, T, Q, W>(byte* q)
        where T : unmanaged
        where F : ITileVector<X, T>
    {
        if (!Sse.IsSupported || typeof(Q) == typeof(Listed) || ((typeof(Q) == typeof(Packed) || typeof(Q) == typeof(Paired)) && F.Bytes < LineBytes))
            return;
        Sse.Prefetch0(q);
        if (typeof(W) == typeof(TwoVectors) && typeof(Q) != typeof(Paired) && F.Bytes == LineBytes)
            Sse.Prefetch0(q + F.Bytes);
    }

    /// <summary>One step of rows 0 to 5.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void Upper<T, X, F, R, P, W>(
        byte* a0, byte* a3, nint row, nint row2, nint aStep, int step, X qa, X qb,
        ref X c0a, ref X c0b, ref X c1a, ref X c1b, ref X c2a, ref X c2b, ref X c3a, ref X c3b, ref X c4a, ref X c4b, ref X c5a, ref X c5b)
        where T : unmanaged
        where F : ITileVector<X, T>
        where R : unmanaged
    {
        X x;
        if (sizeof(R) > 0) { x = F.Create(*(T*)(a0 + (step * aStep))); c0a = F.MultiplyAdd(x, qa, c0a); if (typeof(W) == typeof(TwoVectors)) c0b = F.MultiplyAdd(x, qb, c0b); }
        if (sizeof(R) > 1) { x = F.Create(typeof(P) == typeof(UnitRows) ? ((T*)(a0 + (step * aStep)))[1] : *(T*)(a0 + (row + (step * aStep)))); c1a = F.MultiplyAdd(x, qa, c1a); if (typeof(W) == typeof(TwoVectors)) c1b = F.MultiplyAdd(x, qb, c1b); }
        if (sizeof(R) > 2) { x = F.Create(typeof(P) == typeof(UnitRows) ? ((T*)(a0 + (step * aStep)))[2] : *(T*)(a0 + (row2 + (step * aStep)))); c2a = F.MultiplyAdd(x, qa, c2a); if (typeof(W) == typeof(TwoVectors)) c2b = F.MultiplyAdd(x, qb, c2b); }
        if (sizeof(R) > 3) { x = F.Create(typeof(P) == typeof(UnitRows) ? ((T*)(a0 + (step * aStep)))[3] : *(T*)(a3 + (step * aStep))); c3a = F.MultiplyAdd(x, qa, c3a); if (typeof(W) == typeof(TwoVectors)) c3b = F.MultiplyAdd(x, qb, c3b); }
        if (sizeof(R) > 4) { x = F.Create(typeof(P) == typeof(UnitRows) ? ((T*)(a0 + (step * aStep)))[4] : *(T*)(a3 + (row + (step * aStep)))); c4a = F.MultiplyAdd(x, qa, c4a); if (typeof(W) == typeof(TwoVectors)) c4b = F.MultiplyAdd(x, qb, c4b); }
        if (sizeof(R) > 5) { x = F.Create(typeof(P) == typeof(UnitRows) ? ((T*)(a0 + (step * aStep)))[5] : *(T*)(a3 + (row2 + (step * aStep)))); c5a = F.MultiplyAdd(x, qa, c5a); if (typeof(W) == typeof(TwoVectors)) c5b = F.MultiplyAdd(x, qb, c5b); }
    }

    /// <summary>One step of rows 6 to 13.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void Lower<T, X, F, R, P, W>(
        byte* a0, byte* a6, byte* a9, byte* a12, nint row, nint row2, nint aStep, int step, X qa, X qb,
        ref X c6a, ref X c6b, ref X c7a, ref X c7b, ref X c8a, ref X c8b, ref X c9a, ref X c9b, ref X c10a, ref X c10b, ref X c11a, ref X c11b, ref X c12a, ref X c12b, ref X c13a, ref X c13b)
        where T : unmanaged
        where F : ITileVector<X, T>
        where R : unmanaged
    {
        X x;
        if (sizeof(R) > 6) { x = F.Create(typeof(P) == typeof(UnitRows) ? ((T*)(a0 + (step * aStep)))[6] : *(T*)(a6 + (step * aStep))); c6a = F.MultiplyAdd(x, qa, c6a); if (typeof(W) == typeof(TwoVectors)) c6b = F.MultiplyAdd(x, qb, c6b); }
        if (sizeof(R) > 7) { x = F.Create(typeof(P) == typeof(UnitRows) ? ((T*)(a0 + (step * aStep)))[7] : *(T*)(a6 + (row + (step * aStep)))); c7a = F.MultiplyAdd(x, qa, c7a); if (typeof(W) == typeof(TwoVectors)) c7b = F.MultiplyAdd(x, qb, c7b); }
        if (sizeof(R) > 8) { x = F.Create(typeof(P) == typeof(UnitRows) ? ((T*)(a0 + (step * aStep)))[8] : *(T*)(a6 + (row2 + (step * aStep)))); c8a = F.MultiplyAdd(x, qa, c8a); if (typeof(W) == typeof(TwoVectors)) c8b = F.MultiplyAdd(x, qb, c8b); }
        if (sizeof(R) > 9) { x = F.Create(typeof(P) == typeof(UnitRows) ? ((T*)(a0 + (step * aStep)))[9] : *(T*)(a9 + (step * aStep))); c9a = F.MultiplyAdd(x, qa, c9a); if (typeof(W) == typeof(TwoVectors)) c9b = F.MultiplyAdd(x, qb, c9b); }
        if (sizeof(R) > 10) { x = F.Create(typeof(P) == typeof(UnitRows) ? ((T*)(a0 + (step * aStep)))[10] : *(T*)(a9 + (row + (step * aStep)))); c10a = F.MultiplyAdd(x, qa, c10a); if (typeof(W) == typeof(TwoVectors)) c10b = F.MultiplyAdd(x, qb, c10b); }
        if (sizeof(R) > 11) { x = F.Create(typeof(P) == typeof(UnitRows) ? ((T*)(a0 + (step * aStep)))[11] : *(T*)(a9 + (row2 + (step * aStep)))); c11a = F.MultiplyAdd(x, qa, c11a); if (typeof(W) == typeof(TwoVectors)) c11b = F.MultiplyAdd(x, qb, c11b); }
        if (sizeof(R) > 12) { x = F.Create(typeof(P) == typeof(UnitRows) ? ((T*)(a0 + (step * aStep)))[12] : *(T*)(a12 + (step * aStep))); c12a = F.MultiplyAdd(x, qa, c12a); if (typeof(W) == typeof(TwoVectors)) c12b = F.MultiplyAdd(x, qb, c12b); }
        if (sizeof(R) > 13) { x = F.Create(typeof(P) == typeof(UnitRows) ? ((T*)(a0 + (step * aStep)))[13] : *(T*)(a12 + (row + (step * aStep)))); c13a = F.MultiplyAdd(x, qa, c13a); if (typeof(W) == typeof(TwoVectors)) c13b = F.MultiplyAdd(x, qb, c13b); }
    }
}
