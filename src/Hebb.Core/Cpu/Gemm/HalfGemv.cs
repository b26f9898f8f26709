using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;
using Hebb.Cpu.Simd;

namespace Hebb.Cpu;

/// <summary>Products of 16-bit floats with one row or one column: the matrix is read once, as it stands, at half the bytes of float32.</summary>
static unsafe class HalfGemv
{
    const long ElementsAtOnce = 1L << 15;    // of the matrix, for one thread to take
    const long ColumnsAtOnce = 1024;         // of y when W is read down its columns: the sums stay in the L1 cache

    /// <summary>
    /// Does the problem if it has one row or one column and its matrix is contiguous in one direction. <paramref name="kept"/> is that of a row in panels, as
    /// <see cref="HalfPacking.KeptPanel"/> writes them, or null.
    /// </summary>
    public static bool TryRun<S, V>(in GemmProblem<ushort> p, ushort* kept)
        where S : struct, IHalfWords
        where V : unmanaged, ISimd<V, float>
    {
        if (p.M != 1 && p.N != 1)
            return false;
        bool row = p.M == 1;
        long step = row ? p.BRow : p.ACol;
        using var scratch = Scratch.Open();
        var y = new HalfMatrixVector<S, V>
        {
            Count = row ? p.N : p.M,
            K = p.K,
            W = row ? p.B : p.A,
            Row = row ? p.BCol : p.ARow,
            Step = step,
            AlongRows = step == 1,
            Y = p.C,
            YStep = row ? 1 : p.CRow,
            Bias = p.Bias,
            BiasStep = row ? 1 : 0,
            Add = p.Accumulate,
            Kept = kept,
        };
        if (step != 1 && y.Row != 1)
            return false;
        y.X = scratch.Take<float>(p.K);
        HalfPacking.Rows<S>(row ? p.A : p.B, 0, row ? p.ACol : p.BRow, 1, p.K, y.X);
        long group = ElementsAtOnce / y.K;
        int panel = 2 * V.Count;
        y.Group = kept != null ? PanelSums<float, V, PairedStep<S, V>>.Group(TiledGemm.CeilDiv(y.Count, panel), y.K * panel) * panel
            : y.AlongRows ? Math.Max(4, group / 4 * 4) : Math.Clamp(group / V.Count * V.Count, 4 * V.Count, ColumnsAtOnce);
        ParallelFor.Run(TiledGemm.CeilDiv(y.Count, y.Group), in y);
        return true;
    }
}

/// <summary>y[i] = sum over k of W[i, k] x[k], a group of i for each block.</summary>
unsafe struct HalfMatrixVector<S, V> : IBlockBody
    where S : struct, IHalfWords
    where V : unmanaged, ISimd<V, float>
{
    const int LineWords = 32;    // rows of the matrix that come next are called into the L2 cache, a line at a time

    public long Count, K, Group;
    public ushort* W;
    public long Row, Step;
    public bool AlongRows;
    public float* X;
    public ushort* Y;
    public long YStep;
    public ushort* Bias;
    public long BiasStep;
    public bool Add;
    public ushort* Kept;

    public readonly void Invoke(long block)
    {
        long from = block * Group, count = Math.Min(Group, Count - from);
        using var scratch = Scratch.Open();
        int panel = 2 * V.Count;
        float* sums = scratch.Take<float>(count + panel);
        if (Kept != null)
            PanelSums<float, V, PairedStep<S, V>>.Run(X, K, (byte*)(Kept + (from * K)), TiledGemm.CeilDiv(count, panel), sums);
        else if (AlongRows)
            Dots(from, count, sums);
        else
            Columns(from, (int)count, sums);
        float* other = scratch.Take<float>(count);
        if (Add)
            Include(Y + (from * YStep), YStep, count, sums, other);
        if (Bias != null)
            Include(Bias + (from * BiasStep), BiasStep, count, sums, other);
        if (YStep == 1)
        {
            S.Narrow(sums, Y + from, count);
            return;
        }
        ushort* rounded = scratch.Take<ushort>(count);
        S.Narrow(sums, rounded, count);
        for (long i = 0; i < count; i++)
            Y[(from + i) * YStep] = rounded[i];
    }

    static void Include(ushort* terms, long step, long count, float* sums, float* scratch)
    {
        HalfPacking.Rows<S>(terms, 0, step, 1, count, scratch);
        for (long i = 0; i < count; i++)
            sums[i] += scratch[i];
    }

    // Each row has two sums of its own whatever its neighbours, so a row's bits do not depend on where it stands.
    [MethodImpl(Jit.Full)]
    readonly void Dots(long from, long count, float* sums)
    {
        long whole = K / (2 * V.Count) * (2 * V.Count), next = 4 * Row;
        long i = 0;
        for (; i + 4 <= count; i += 4)
        {
            ushort* w0 = W + ((from + i) * Row), w1 = w0 + Row, w2 = w1 + Row, w3 = w2 + Row;
            V a0 = V.Zero, a1 = V.Zero, a2 = V.Zero, a3 = V.Zero, b0 = V.Zero, b1 = V.Zero, b2 = V.Zero, b3 = V.Zero;
            for (long k = 0; k < whole; k += 2 * V.Count)
            {
                if (Sse.IsSupported && (V.Count >= LineWords / 2 || k % LineWords == 0))
                {
                    Sse.Prefetch1(w0 + k + next);
                    Sse.Prefetch1(w1 + k + next);
                    Sse.Prefetch1(w2 + k + next);
                    Sse.Prefetch1(w3 + k + next);
                }
                V x0 = V.Load(X + k), x1 = V.Load(X + k + V.Count);
                a0 = V.MultiplyAdd(S.Load<V>(w0 + k), x0, a0);
                a1 = V.MultiplyAdd(S.Load<V>(w1 + k), x0, a1);
                a2 = V.MultiplyAdd(S.Load<V>(w2 + k), x0, a2);
                a3 = V.MultiplyAdd(S.Load<V>(w3 + k), x0, a3);
                b0 = V.MultiplyAdd(S.Load<V>(w0 + k + V.Count), x1, b0);
                b1 = V.MultiplyAdd(S.Load<V>(w1 + k + V.Count), x1, b1);
                b2 = V.MultiplyAdd(S.Load<V>(w2 + k + V.Count), x1, b2);
                b3 = V.MultiplyAdd(S.Load<V>(w3 + k + V.Count), x1, b3);
            }
            sums[i] = Rest(w0, whole, V.Sum(a0 + b0));
            sums[i + 1] = Rest(w1, whole, V.Sum(a1 + b1));
            sums[i + 2] = Rest(w2, whole, V.Sum(a2 + b2));
            sums[i + 3] = Rest(w3, whole, V.Sum(a3 + b3));
        }
        for (; i < count; i++)
        {
            ushort* w = W + ((from + i) * Row);
            V a = V.Zero, b = V.Zero;
            for (long k = 0; k < whole; k += 2 * V.Count)
            {
                a = V.MultiplyAdd(S.Load<V>(w + k), V.Load(X + k), a);
                b = V.MultiplyAdd(S.Load<V>(w + k + V.Count), V.Load(X + k + V.Count), b);
            }
            sums[i] = Rest(w, whole, V.Sum(a + b));
        }
    }

    readonly float Rest(ushort* w, long from, float sum)
    {
        if (from == K)
            return sum;
        float* wide = stackalloc float[2 * V512<float>.Count];
        S.Widen(w + from, wide, K - from);
        for (long k = from; k < K; k++)
            sum += wide[k - from] * X[k];
        return sum;
    }

    // Four steps of k at a time, so that the sums are read and written once for four rows of memory.
    [MethodImpl(Jit.Full)]
    readonly void Columns(long from, int count, float* sums)
    {
        new Span<float>(sums, count).Clear();
        int whole = count / V.Count * V.Count, rest = count - whole;
        using var scratch = Scratch.Open();
        ushort* edge = scratch.Take<ushort>(V.Count);
        float* end = scratch.Take<float>(V.Count);
        new Span<float>(end, V.Count).Clear();
        long k = 0, next = 4 * Step;
        for (; k + 4 <= K; k += 4)
        {
            ushort* w0 = W + from + (k * Step), w1 = w0 + Step, w2 = w1 + Step, w3 = w2 + Step;
            V x0 = V.Create(X[k]), x1 = V.Create(X[k + 1]), x2 = V.Create(X[k + 2]), x3 = V.Create(X[k + 3]);
            for (int i = 0; i < whole; i += V.Count)
            {
                if (Sse.IsSupported && i % LineWords == 0)
                {
                    Sse.Prefetch1(w0 + i + next);
                    Sse.Prefetch1(w1 + i + next);
                    Sse.Prefetch1(w2 + i + next);
                    Sse.Prefetch1(w3 + i + next);
                }
                V s = V.MultiplyAdd(x0, S.Load<V>(w0 + i), V.Load(sums + i));
                s = V.MultiplyAdd(x1, S.Load<V>(w1 + i), s);
                s = V.MultiplyAdd(x2, S.Load<V>(w2 + i), s);
                V.MultiplyAdd(x3, S.Load<V>(w3 + i), s).Store(sums + i);
            }
        }
        for (; k < K; k++)
        {
            V x = V.Create(X[k]);
            ushort* w = W + from + (k * Step);
            for (int i = 0; i < whole; i += V.Count)
                V.MultiplyAdd(x, S.Load<V>(w + i), V.Load(sums + i)).Store(sums + i);
        }
        if (rest == 0)
            return;
        V tail = V.Zero;
        new Span<ushort>(edge, V.Count).Clear();
        for (k = 0; k < K; k++)
        {
            Unsafe.CopyBlockUnaligned(edge, W + from + whole + (k * Step), (uint)(rest * sizeof(ushort)));
            tail = V.MultiplyAdd(V.Create(X[k]), S.Load<V>(edge), tail);
        }
        tail.StorePartial(sums + whole, rest);
    }
}
