using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;
using Hebb.Cpu.Simd;

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
/// registers the most is 6 rows. Type arguments: <c>R</c> is a struct whose size in bytes is the number of rows, because sizeof is a
/// generic constant that the JIT knows before it reads the branches (half the compile time). <c>P</c> is <see cref="UnitRows"/> or
/// <see cref="AnyRows"/>, <c>Q</c> is <see cref="Stepped"/> or <see cref="Listed"/>, <c>W</c> is <see cref="OneVector"/> or
/// <see cref="TwoVectors"/>.
/// </remarks>
static unsafe class MicroKernel
{
    const int PrefetchSteps = 16;

    /// <summary>ARow is 1: packed, or transposed in place.</summary>
    public struct UnitRows;

    public struct AnyRows;

    /// <summary>The right side advances by BStep.</summary>
    public struct Stepped;

    /// <summary>The right side is found through Offsets.</summary>
    public struct Listed;

    public struct OneVector;

    public struct TwoVectors;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Run<T, V, R, P, Q, W>(TileArgs<T>* tile)
        where T : unmanaged
        where V : unmanaged, ISimd<V, T>
        where R : unmanaged
    {
        T* c = tile->C;
        long cRow = tile->CRow;
        V c0a = V.Zero, c0b = V.Zero;
        V c1a = V.Zero, c1b = V.Zero;
        V c2a = V.Zero, c2b = V.Zero;
        V c3a = V.Zero, c3b = V.Zero;
        V c4a = V.Zero, c4b = V.Zero;
        V c5a = V.Zero, c5b = V.Zero;
        V c6a = V.Zero, c6b = V.Zero;
        V c7a = V.Zero, c7b = V.Zero;
        V c8a = V.Zero, c8b = V.Zero;
        V c9a = V.Zero, c9b = V.Zero;
        V c10a = V.Zero, c10b = V.Zero;
        V c11a = V.Zero, c11b = V.Zero;
        V c12a = V.Zero, c12b = V.Zero;
        V c13a = V.Zero, c13b = V.Zero;
        if (tile->Add)
        {
            T* p = c;
            if (sizeof(R) > 0) { c0a = V.Load(p); if (typeof(W) == typeof(TwoVectors)) c0b = V.Load(p + V.Count); p += cRow; }
            if (sizeof(R) > 1) { c1a = V.Load(p); if (typeof(W) == typeof(TwoVectors)) c1b = V.Load(p + V.Count); p += cRow; }
            if (sizeof(R) > 2) { c2a = V.Load(p); if (typeof(W) == typeof(TwoVectors)) c2b = V.Load(p + V.Count); p += cRow; }
            if (sizeof(R) > 3) { c3a = V.Load(p); if (typeof(W) == typeof(TwoVectors)) c3b = V.Load(p + V.Count); p += cRow; }
            if (sizeof(R) > 4) { c4a = V.Load(p); if (typeof(W) == typeof(TwoVectors)) c4b = V.Load(p + V.Count); p += cRow; }
            if (sizeof(R) > 5) { c5a = V.Load(p); if (typeof(W) == typeof(TwoVectors)) c5b = V.Load(p + V.Count); p += cRow; }
            if (sizeof(R) > 6) { c6a = V.Load(p); if (typeof(W) == typeof(TwoVectors)) c6b = V.Load(p + V.Count); p += cRow; }
            if (sizeof(R) > 7) { c7a = V.Load(p); if (typeof(W) == typeof(TwoVectors)) c7b = V.Load(p + V.Count); p += cRow; }
            if (sizeof(R) > 8) { c8a = V.Load(p); if (typeof(W) == typeof(TwoVectors)) c8b = V.Load(p + V.Count); p += cRow; }
            if (sizeof(R) > 9) { c9a = V.Load(p); if (typeof(W) == typeof(TwoVectors)) c9b = V.Load(p + V.Count); p += cRow; }
            if (sizeof(R) > 10) { c10a = V.Load(p); if (typeof(W) == typeof(TwoVectors)) c10b = V.Load(p + V.Count); p += cRow; }
            if (sizeof(R) > 11) { c11a = V.Load(p); if (typeof(W) == typeof(TwoVectors)) c11b = V.Load(p + V.Count); p += cRow; }
            if (sizeof(R) > 12) { c12a = V.Load(p); if (typeof(W) == typeof(TwoVectors)) c12b = V.Load(p + V.Count); p += cRow; }
            if (sizeof(R) > 13) { c13a = V.Load(p); if (typeof(W) == typeof(TwoVectors)) c13b = V.Load(p + V.Count); p += cRow; }
        }
        else if (tile->Bias != null)
        {
            V biasA = V.Load(tile->Bias);
            V biasB = typeof(W) == typeof(TwoVectors) ? V.Load(tile->Bias + V.Count) : V.Zero;
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

        // Rows 1 and 2 past a base are reached by an index register, so five bases and two registers address 14 rows.
        T* a0 = tile->A;
        long row = tile->ARow;
        T* a3 = a0 + (3 * row);
        T* a6 = a0 + (6 * row);
        T* a9 = a0 + (9 * row);
        T* a12 = a0 + (12 * row);
        long aStep = tile->AStep;
        T* b = tile->B;
        long bStep = tile->BStep;
        int* offsets = tile->Offsets;
        for (long k = tile->K; k > 0; k--)
        {
            T* q = typeof(Q) == typeof(Listed) ? b + *offsets : b;
            if (Sse.IsSupported && typeof(Q) == typeof(Stepped))
            {
                // Rows of a wide matrix lie on pages of their own, where the hardware does not look ahead (measured: a third faster).
                Sse.Prefetch0(q + (PrefetchSteps * bStep));
                if (typeof(W) == typeof(TwoVectors))
                    Sse.Prefetch0(q + (PrefetchSteps * bStep) + V.Count);
            }
            V x = V.Zero;
            V qa = V.Load(q);
            V qb = typeof(W) == typeof(TwoVectors) ? V.Load(q + V.Count) : V.Zero;
            if (sizeof(R) > 0) { x = V.Create(typeof(P) == typeof(UnitRows) ? a0[0] : *a0); c0a = V.MultiplyAdd(x, qa, c0a); }
            if (sizeof(R) > 0 && typeof(W) == typeof(TwoVectors)) c0b = V.MultiplyAdd(x, qb, c0b);
            if (sizeof(R) > 1) { x = V.Create(typeof(P) == typeof(UnitRows) ? a0[1] : a0[row]); c1a = V.MultiplyAdd(x, qa, c1a); }
            if (sizeof(R) > 1 && typeof(W) == typeof(TwoVectors)) c1b = V.MultiplyAdd(x, qb, c1b);
            if (sizeof(R) > 2) { x = V.Create(typeof(P) == typeof(UnitRows) ? a0[2] : a0[2 * row]); c2a = V.MultiplyAdd(x, qa, c2a); }
            if (sizeof(R) > 2 && typeof(W) == typeof(TwoVectors)) c2b = V.MultiplyAdd(x, qb, c2b);
            if (sizeof(R) > 3) { x = V.Create(typeof(P) == typeof(UnitRows) ? a0[3] : *a3); c3a = V.MultiplyAdd(x, qa, c3a); }
            if (sizeof(R) > 3 && typeof(W) == typeof(TwoVectors)) c3b = V.MultiplyAdd(x, qb, c3b);
            if (sizeof(R) > 4) { x = V.Create(typeof(P) == typeof(UnitRows) ? a0[4] : a3[row]); c4a = V.MultiplyAdd(x, qa, c4a); }
            if (sizeof(R) > 4 && typeof(W) == typeof(TwoVectors)) c4b = V.MultiplyAdd(x, qb, c4b);
            if (sizeof(R) > 5) { x = V.Create(typeof(P) == typeof(UnitRows) ? a0[5] : a3[2 * row]); c5a = V.MultiplyAdd(x, qa, c5a); }
            if (sizeof(R) > 5 && typeof(W) == typeof(TwoVectors)) c5b = V.MultiplyAdd(x, qb, c5b);
            if (sizeof(R) > 6) { x = V.Create(typeof(P) == typeof(UnitRows) ? a0[6] : *a6); c6a = V.MultiplyAdd(x, qa, c6a); }
            if (sizeof(R) > 6 && typeof(W) == typeof(TwoVectors)) c6b = V.MultiplyAdd(x, qb, c6b);
            if (sizeof(R) > 7) { x = V.Create(typeof(P) == typeof(UnitRows) ? a0[7] : a6[row]); c7a = V.MultiplyAdd(x, qa, c7a); }
            if (sizeof(R) > 7 && typeof(W) == typeof(TwoVectors)) c7b = V.MultiplyAdd(x, qb, c7b);
            if (sizeof(R) > 8) { x = V.Create(typeof(P) == typeof(UnitRows) ? a0[8] : a6[2 * row]); c8a = V.MultiplyAdd(x, qa, c8a); }
            if (sizeof(R) > 8 && typeof(W) == typeof(TwoVectors)) c8b = V.MultiplyAdd(x, qb, c8b);
            if (sizeof(R) > 9) { x = V.Create(typeof(P) == typeof(UnitRows) ? a0[9] : *a9); c9a = V.MultiplyAdd(x, qa, c9a); }
            if (sizeof(R) > 9 && typeof(W) == typeof(TwoVectors)) c9b = V.MultiplyAdd(x, qb, c9b);
            if (sizeof(R) > 10) { x = V.Create(typeof(P) == typeof(UnitRows) ? a0[10] : a9[row]); c10a = V.MultiplyAdd(x, qa, c10a); }
            if (sizeof(R) > 10 && typeof(W) == typeof(TwoVectors)) c10b = V.MultiplyAdd(x, qb, c10b);
            if (sizeof(R) > 11) { x = V.Create(typeof(P) == typeof(UnitRows) ? a0[11] : a9[2 * row]); c11a = V.MultiplyAdd(x, qa, c11a); }
            if (sizeof(R) > 11 && typeof(W) == typeof(TwoVectors)) c11b = V.MultiplyAdd(x, qb, c11b);
            if (sizeof(R) > 12) { x = V.Create(typeof(P) == typeof(UnitRows) ? a0[12] : *a12); c12a = V.MultiplyAdd(x, qa, c12a); }
            if (sizeof(R) > 12 && typeof(W) == typeof(TwoVectors)) c12b = V.MultiplyAdd(x, qb, c12b);
            if (sizeof(R) > 13) { x = V.Create(typeof(P) == typeof(UnitRows) ? a0[13] : a12[row]); c13a = V.MultiplyAdd(x, qa, c13a); }
            if (sizeof(R) > 13 && typeof(W) == typeof(TwoVectors)) c13b = V.MultiplyAdd(x, qb, c13b);
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

        if (sizeof(R) > 0) { c0a.Store(c); if (typeof(W) == typeof(TwoVectors)) c0b.Store(c + V.Count); c += cRow; }
        if (sizeof(R) > 1) { c1a.Store(c); if (typeof(W) == typeof(TwoVectors)) c1b.Store(c + V.Count); c += cRow; }
        if (sizeof(R) > 2) { c2a.Store(c); if (typeof(W) == typeof(TwoVectors)) c2b.Store(c + V.Count); c += cRow; }
        if (sizeof(R) > 3) { c3a.Store(c); if (typeof(W) == typeof(TwoVectors)) c3b.Store(c + V.Count); c += cRow; }
        if (sizeof(R) > 4) { c4a.Store(c); if (typeof(W) == typeof(TwoVectors)) c4b.Store(c + V.Count); c += cRow; }
        if (sizeof(R) > 5) { c5a.Store(c); if (typeof(W) == typeof(TwoVectors)) c5b.Store(c + V.Count); c += cRow; }
        if (sizeof(R) > 6) { c6a.Store(c); if (typeof(W) == typeof(TwoVectors)) c6b.Store(c + V.Count); c += cRow; }
        if (sizeof(R) > 7) { c7a.Store(c); if (typeof(W) == typeof(TwoVectors)) c7b.Store(c + V.Count); c += cRow; }
        if (sizeof(R) > 8) { c8a.Store(c); if (typeof(W) == typeof(TwoVectors)) c8b.Store(c + V.Count); c += cRow; }
        if (sizeof(R) > 9) { c9a.Store(c); if (typeof(W) == typeof(TwoVectors)) c9b.Store(c + V.Count); c += cRow; }
        if (sizeof(R) > 10) { c10a.Store(c); if (typeof(W) == typeof(TwoVectors)) c10b.Store(c + V.Count); c += cRow; }
        if (sizeof(R) > 11) { c11a.Store(c); if (typeof(W) == typeof(TwoVectors)) c11b.Store(c + V.Count); c += cRow; }
        if (sizeof(R) > 12) { c12a.Store(c); if (typeof(W) == typeof(TwoVectors)) c12b.Store(c + V.Count); c += cRow; }
        if (sizeof(R) > 13) { c13a.Store(c); if (typeof(W) == typeof(TwoVectors)) c13b.Store(c + V.Count); c += cRow; }
    }
}
