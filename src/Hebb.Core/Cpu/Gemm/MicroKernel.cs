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

    /// <summary>Step k of the right side is the vectors at B + k * BStep, or at B + Offsets[k].</summary>
    public T* B;
    public long BStep;
    public int* Offsets;

    public T* C;
    public long CRow;

    /// <summary>Start from what C holds; else from <see cref="Bias"/> if that is not null; else from 0.</summary>
    public bool Add;
    public T* Bias;
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
/// the branches (half the compile time). <c>P</c> is <see cref="UnitRows"/> or <see cref="AnyRows"/>, <c>Q</c> is <see cref="Stepped"/>
/// or <see cref="Listed"/>, <c>W</c> is <see cref="OneVector"/> or <see cref="TwoVectors"/>.
/// </remarks>
static unsafe class MicroKernel
{
    const int PrefetchSteps = 16;
    const int LineBytes = 64;

    /// <summary>ARow is 1: packed, or transposed in place.</summary>
    public struct UnitRows;

    public struct AnyRows;

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

        // Rows 1 and 2 past a base are reached by an index register, so five bases and two registers address 14 rows. All in bytes: the
        // loop has no instruction to spare for scaling.
        byte* a0 = (byte*)tile->A;
        nint row = (nint)tile->ARow * sizeof(T), row2 = 2 * row;
        byte* a3 = a0 + row + row2;
        byte* a6 = a3 + row + row2;
        byte* a9 = a6 + row + row2;
        byte* a12 = a9 + row + row2;
        nint aStep = (nint)tile->AStep * sizeof(T);
        byte* b = (byte*)tile->B;
        nint bStep = (nint)tile->BStep * sizeof(T), ahead = PrefetchSteps * bStep;
        int* offsets = tile->Offsets;
        nint k = (nint)tile->K;
        if (k > 0)
        {
            do
            {
                byte* q = typeof(Q) == typeof(Listed) ? (byte*)((T*)b + *offsets) : b;
                if (Sse.IsSupported && typeof(Q) == typeof(Stepped))
                {
                    // Rows of a wide matrix lie on pages of their own, where the hardware does not look ahead (measured: a third faster).
                    Sse.Prefetch0(q + ahead);
                    if (typeof(W) == typeof(TwoVectors) && F.Bytes == LineBytes)
                        Sse.Prefetch0(q + ahead + F.Bytes);
                }
                X x = F.Zero;
                X qa = F.Load((T*)q);
                X qb = typeof(W) == typeof(TwoVectors) ? F.Load((T*)(q + F.Bytes)) : F.Zero;
                if (sizeof(R) > 0) { x = F.Create(typeof(P) == typeof(UnitRows) ? *(T*)a0 : *(T*)a0); c0a = F.MultiplyAdd(x, qa, c0a); }
                if (sizeof(R) > 0 && typeof(W) == typeof(TwoVectors)) c0b = F.MultiplyAdd(x, qb, c0b);
                if (sizeof(R) > 1) { x = F.Create(typeof(P) == typeof(UnitRows) ? ((T*)a0)[1] : *(T*)(a0 + row)); c1a = F.MultiplyAdd(x, qa, c1a); }
                if (sizeof(R) > 1 && typeof(W) == typeof(TwoVectors)) c1b = F.MultiplyAdd(x, qb, c1b);
                if (sizeof(R) > 2) { x = F.Create(typeof(P) == typeof(UnitRows) ? ((T*)a0)[2] : *(T*)(a0 + row2)); c2a = F.MultiplyAdd(x, qa, c2a); }
                if (sizeof(R) > 2 && typeof(W) == typeof(TwoVectors)) c2b = F.MultiplyAdd(x, qb, c2b);
                if (sizeof(R) > 3) { x = F.Create(typeof(P) == typeof(UnitRows) ? ((T*)a0)[3] : *(T*)a3); c3a = F.MultiplyAdd(x, qa, c3a); }
                if (sizeof(R) > 3 && typeof(W) == typeof(TwoVectors)) c3b = F.MultiplyAdd(x, qb, c3b);
                if (sizeof(R) > 4) { x = F.Create(typeof(P) == typeof(UnitRows) ? ((T*)a0)[4] : *(T*)(a3 + row)); c4a = F.MultiplyAdd(x, qa, c4a); }
                if (sizeof(R) > 4 && typeof(W) == typeof(TwoVectors)) c4b = F.MultiplyAdd(x, qb, c4b);
                if (sizeof(R) > 5) { x = F.Create(typeof(P) == typeof(UnitRows) ? ((T*)a0)[5] : *(T*)(a3 + row2)); c5a = F.MultiplyAdd(x, qa, c5a); }
                if (sizeof(R) > 5 && typeof(W) == typeof(TwoVectors)) c5b = F.MultiplyAdd(x, qb, c5b);
                if (sizeof(R) > 6) { x = F.Create(typeof(P) == typeof(UnitRows) ? ((T*)a0)[6] : *(T*)a6); c6a = F.MultiplyAdd(x, qa, c6a); }
                if (sizeof(R) > 6 && typeof(W) == typeof(TwoVectors)) c6b = F.MultiplyAdd(x, qb, c6b);
                if (sizeof(R) > 7) { x = F.Create(typeof(P) == typeof(UnitRows) ? ((T*)a0)[7] : *(T*)(a6 + row)); c7a = F.MultiplyAdd(x, qa, c7a); }
                if (sizeof(R) > 7 && typeof(W) == typeof(TwoVectors)) c7b = F.MultiplyAdd(x, qb, c7b);
                if (sizeof(R) > 8) { x = F.Create(typeof(P) == typeof(UnitRows) ? ((T*)a0)[8] : *(T*)(a6 + row2)); c8a = F.MultiplyAdd(x, qa, c8a); }
                if (sizeof(R) > 8 && typeof(W) == typeof(TwoVectors)) c8b = F.MultiplyAdd(x, qb, c8b);
                if (sizeof(R) > 9) { x = F.Create(typeof(P) == typeof(UnitRows) ? ((T*)a0)[9] : *(T*)a9); c9a = F.MultiplyAdd(x, qa, c9a); }
                if (sizeof(R) > 9 && typeof(W) == typeof(TwoVectors)) c9b = F.MultiplyAdd(x, qb, c9b);
                if (sizeof(R) > 10) { x = F.Create(typeof(P) == typeof(UnitRows) ? ((T*)a0)[10] : *(T*)(a9 + row)); c10a = F.MultiplyAdd(x, qa, c10a); }
                if (sizeof(R) > 10 && typeof(W) == typeof(TwoVectors)) c10b = F.MultiplyAdd(x, qb, c10b);
                if (sizeof(R) > 11) { x = F.Create(typeof(P) == typeof(UnitRows) ? ((T*)a0)[11] : *(T*)(a9 + row2)); c11a = F.MultiplyAdd(x, qa, c11a); }
                if (sizeof(R) > 11 && typeof(W) == typeof(TwoVectors)) c11b = F.MultiplyAdd(x, qb, c11b);
                if (sizeof(R) > 12) { x = F.Create(typeof(P) == typeof(UnitRows) ? ((T*)a0)[12] : *(T*)a12); c12a = F.MultiplyAdd(x, qa, c12a); }
                if (sizeof(R) > 12 && typeof(W) == typeof(TwoVectors)) c12b = F.MultiplyAdd(x, qb, c12b);
                if (sizeof(R) > 13) { x = F.Create(typeof(P) == typeof(UnitRows) ? ((T*)a0)[13] : *(T*)(a12 + row)); c13a = F.MultiplyAdd(x, qa, c13a); }
                if (sizeof(R) > 13 && typeof(W) == typeof(TwoVectors)) c13b = F.MultiplyAdd(x, qb, c13b);
                a0 += aStep;
                if (typeof(P) == typeof(AnyRows) && sizeof(R) > 3) a3 += aStep;
                if (typeof(P) == typeof(AnyRows) && sizeof(R) > 6) a6 += aStep;
                if (typeof(P) == typeof(AnyRows) && sizeof(R) > 9) a9 += aStep;
                if (typeof(P) == typeof(AnyRows) && sizeof(R) > 12) a12 += aStep;
                if (typeof(Q) == typeof(Listed))
                    offsets++;
                else
                    b += bStep;
            }
            while (--k != 0);
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
}
