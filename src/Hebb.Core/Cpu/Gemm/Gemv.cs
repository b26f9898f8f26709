using System.Numerics;
using System.Runtime.CompilerServices;
using Hebb.Cpu.Simd;

namespace Hebb.Cpu;

/// <summary>Products with one row or one column, which read a matrix once: y = W x, with W along its rows (dot products) or down its columns.</summary>
static unsafe class Gemv
{
    const long ElementsAtOnce = 1L << 15;    // of the matrix, for one thread to take
    const long ColumnsAtOnce = 4096;         // of y when W is read down its columns: y stays in the L1 cache
    const long PiecesPerThread = 2;

    /// <summary>
    /// Does the problem if it has one row or one column and its matrix is contiguous in one direction. <paramref name="panels"/> is the right side of one row as
    /// <see cref="TiledGemm.PackRight"/> writes it, or null; the bits are the same.
    /// </summary>
    public static bool TryRun<T, V>(in GemmProblem<T> p, T* panels = null)
        where T : unmanaged, INumber<T>
        where V : unmanaged, ISimd<V, T>
    {
        if (p.M != 1 && p.N != 1)
            return false;
        bool row = p.M == 1;
        long step = row ? p.BRow : p.ACol;
        var y = new MatrixVector<T, V>
        {
            Count = row ? p.N : p.M,
            K = p.K,
            W = row ? p.B : p.A,
            Row = row ? p.BCol : p.ARow,
            X = row ? p.A : p.B,
            XStep = row ? p.ACol : p.BRow,
            Y = p.C,
            YStep = row ? 1 : p.CRow,
            Bias = p.StartBias,
            BiasStep = row ? 1 : 0,
            Add = p.Accumulate,
            Finish = p.Epilogue.IsNone ? default : p.Finish,
            Finishes = !p.Epilogue.IsNone,
            OneRow = row,
            Panels = panels,
        };
        if (step == 1)
            y.AlongRows = true;
        else if (y.Row == 1)
            y.Step = step;
        else
            return false;
        using var scratch = Scratch.Open();
        if ((y.AlongRows || panels != null) && y.XStep != 1)
        {
            T* packed = scratch.Take<T>(y.K);
            for (long k = 0; k < y.K; k++)
                packed[k] = y.X[k * y.XStep];
            y.X = packed;
        }
        if (panels != null)
        {
            int width = 2 * V.Count;
            y.Group = PanelSums<T, V, PlainStep<T, V>>.Group(TiledGemm.CeilDiv(y.Count, width), y.K * width) * width;
            ParallelFor.Run(TiledGemm.CeilDiv(y.Count, y.Group), in y);
            return true;
        }
        long group = ElementsAtOnce / y.K;
        // Down the columns, the longer the runs of a row the faster memory gives them: short ones lie on a page each.
        long threads = ParallelFor.Threads, piece = threads == 1 ? y.Count : Math.Max(group, TiledGemm.CeilDiv(y.Count, threads * PiecesPerThread));
        y.Group = y.AlongRows ? Math.Max(4, group / 4 * 4) : Math.Min(TiledGemm.CeilDiv(piece, V.Count) * V.Count, ColumnsAtOnce);
        ParallelFor.Run(TiledGemm.CeilDiv(y.Count, y.Group), in y);
        return true;
    }
}

/// <summary>y[i] = sum over k of W[i, k] x[k], a group of i for each block.</summary>
unsafe struct MatrixVector<T, V> : IBlockBody
    where T : unmanaged, INumber<T>
    where V : unmanaged, ISimd<V, T>
{
    public long Count, K, Group;
    public T* W;
    public long Row, Step;
    public bool AlongRows;
    public T* X;
    public long XStep;
    public T* Y;
    public long YStep;
    public T* Bias;
    public long BiasStep;
    public bool Add;
    public Epilogue<T> Finish;
    public bool Finishes, OneRow;
    public T* Panels;

    public readonly void Invoke(long block)
    {
        long from = block * Group, to = Math.Min(from + Group, Count);
        if (Panels != null)
            InPanels(from, to - from);
        else if (AlongRows)
            Dots(from, to);
        else
            Columns(from, to);
        if (Finishes)
            Finish.Run<V>(OneRow ? new(Y + from, 0, 0, from, 1, to - from) : new(Y + (from * YStep), YStep, from, 0, to - from, 1));
    }

    readonly void Put(long i, T sum)
    {
        T* y = Y + (i * YStep);
        if (Add)
            sum += *y;
        *y = Bias == null ? sum : sum + Bias[i * BiasStep];
    }

    // What Put does, of neighbours.
    readonly void PutAll(long from, T* sums, long count)
    {
        if (YStep != 1 || (Bias != null && BiasStep != 1))
        {
            for (long i = 0; i < count; i++)
                Put(from + i, sums[i]);
            return;
        }
        T* y = Y + from;
        for (long i = 0; i < count; i += V.Count)
        {
            int lanes = (int)Math.Min(V.Count, count - i);
            V sum = V.LoadPartial(sums + i, lanes);
            if (Add)
                sum += V.LoadPartial(y + i, lanes);
            if (Bias != null)
                sum += V.LoadPartial(Bias + from + i, lanes);
            sum.StorePartial(y + i, lanes);
        }
    }

    // A last panel of no more lanes than a vector has is one vector wide.
    readonly void InPanels(long from, long count)
    {
        int width = 2 * V.Count;
        long whole = (count + V.Count - 1) / width;
        T* panels = Panels + (from * K);
        using var scratch = Scratch.Open();
        T* sums = scratch.Take<T>((whole + 1) * width);
        PanelSums<T, V, PlainStep<T, V>>.Run(X, K, (byte*)panels, whole, sums);
        if (count > whole * width)
            PanelSums<T, V, PlainStep<T, V>>.Half(X, K, panels + (whole * width * K), sums + (whole * width));
        PutAll(from, sums, count);
    }

    // Each row has two sums of its own whatever its neighbours, so a row's bits do not depend on where it stands.
    [MethodImpl(Jit.Full)]
    readonly void Dots(long from, long to)
    {
        long whole = K / (2 * V.Count) * (2 * V.Count);
        int rest = (int)(K - whole), rest1 = Math.Min(rest, V.Count), rest2 = rest - rest1;
        long i = from;
        for (; i + 4 <= to; i += 4)
        {
            T* w0 = W + (i * Row), w1 = w0 + Row, w2 = w1 + Row, w3 = w2 + Row;
            V a0 = V.Zero, a1 = V.Zero, a2 = V.Zero, a3 = V.Zero, b0 = V.Zero, b1 = V.Zero, b2 = V.Zero, b3 = V.Zero;
            for (long k = 0; k < whole; k += 2 * V.Count)
            {
                V x0 = V.Load(X + k), x1 = V.Load(X + k + V.Count);
                a0 = V.MultiplyAdd(V.Load(w0 + k), x0, a0);
                a1 = V.MultiplyAdd(V.Load(w1 + k), x0, a1);
                a2 = V.MultiplyAdd(V.Load(w2 + k), x0, a2);
                a3 = V.MultiplyAdd(V.Load(w3 + k), x0, a3);
                b0 = V.MultiplyAdd(V.Load(w0 + k + V.Count), x1, b0);
                b1 = V.MultiplyAdd(V.Load(w1 + k + V.Count), x1, b1);
                b2 = V.MultiplyAdd(V.Load(w2 + k + V.Count), x1, b2);
                b3 = V.MultiplyAdd(V.Load(w3 + k + V.Count), x1, b3);
            }
            if (rest > 0)
            {
                V x0 = V.LoadPartial(X + whole, rest1);
                a0 = V.MultiplyAdd(V.LoadPartial(w0 + whole, rest1), x0, a0);
                a1 = V.MultiplyAdd(V.LoadPartial(w1 + whole, rest1), x0, a1);
                a2 = V.MultiplyAdd(V.LoadPartial(w2 + whole, rest1), x0, a2);
                a3 = V.MultiplyAdd(V.LoadPartial(w3 + whole, rest1), x0, a3);
            }
            if (rest2 > 0)
            {
                V x1 = V.LoadPartial(X + whole + V.Count, rest2);
                b0 = V.MultiplyAdd(V.LoadPartial(w0 + whole + V.Count, rest2), x1, b0);
                b1 = V.MultiplyAdd(V.LoadPartial(w1 + whole + V.Count, rest2), x1, b1);
                b2 = V.MultiplyAdd(V.LoadPartial(w2 + whole + V.Count, rest2), x1, b2);
                b3 = V.MultiplyAdd(V.LoadPartial(w3 + whole + V.Count, rest2), x1, b3);
            }
            Put(i, V.Sum(a0 + b0));
            Put(i + 1, V.Sum(a1 + b1));
            Put(i + 2, V.Sum(a2 + b2));
            Put(i + 3, V.Sum(a3 + b3));
        }
        for (; i < to; i++)
        {
            T* w = W + (i * Row);
            V a = V.Zero, b = V.Zero;
            for (long k = 0; k < whole; k += 2 * V.Count)
            {
                a = V.MultiplyAdd(V.Load(w + k), V.Load(X + k), a);
                b = V.MultiplyAdd(V.Load(w + k + V.Count), V.Load(X + k + V.Count), b);
            }
            if (rest > 0)
                a = V.MultiplyAdd(V.LoadPartial(w + whole, rest1), V.LoadPartial(X + whole, rest1), a);
            if (rest2 > 0)
                b = V.MultiplyAdd(V.LoadPartial(w + whole + V.Count, rest2), V.LoadPartial(X + whole + V.Count, rest2), b);
            Put(i, V.Sum(a + b));
        }
    }

    // Eight steps of k at a time, so that y is read and written once for eight rows of memory.
    [MethodImpl(Jit.Full)]
    readonly void Columns(long from, long to)
    {
        int count = (int)(to - from);
        using var scratch = Scratch.Open();
        T* sums = scratch.Take<T>(count);
        new Span<T>(sums, count).Clear();
        long k = 0;
        for (; k + 8 <= K; k += 8)
        {
            T* x = X + (k * XStep), w0 = W + from + (k * Step), w3 = w0 + (3 * Step), w6 = w3 + (3 * Step);
            V v0 = V.Create(x[0]), v1 = V.Create(x[XStep]), v2 = V.Create(x[2 * XStep]), v3 = V.Create(x[3 * XStep]);
            V v4 = V.Create(x[4 * XStep]), v5 = V.Create(x[5 * XStep]), v6 = V.Create(x[6 * XStep]), v7 = V.Create(x[7 * XStep]);
            int i = 0;
            for (; i <= count - V.Count; i += V.Count, w0 += V.Count, w3 += V.Count, w6 += V.Count)
            {
                V s = V.MultiplyAdd(v0, V.Load(w0), V.Load(sums + i));
                s = V.MultiplyAdd(v1, V.Load(w0 + Step), s);
                s = V.MultiplyAdd(v2, V.Load(w0 + (2 * Step)), s);
                s = V.MultiplyAdd(v3, V.Load(w3), s);
                s = V.MultiplyAdd(v4, V.Load(w3 + Step), s);
                s = V.MultiplyAdd(v5, V.Load(w3 + (2 * Step)), s);
                s = V.MultiplyAdd(v6, V.Load(w6), s);
                V.MultiplyAdd(v7, V.Load(w6 + Step), s).Store(sums + i);
            }
            if (i < count)
            {
                int rest = count - i;
                V s = V.MultiplyAdd(v0, V.LoadPartial(w0, rest), V.LoadPartial(sums + i, rest));
                s = V.MultiplyAdd(v1, V.LoadPartial(w0 + Step, rest), s);
                s = V.MultiplyAdd(v2, V.LoadPartial(w0 + (2 * Step), rest), s);
                s = V.MultiplyAdd(v3, V.LoadPartial(w3, rest), s);
                s = V.MultiplyAdd(v4, V.LoadPartial(w3 + Step, rest), s);
                s = V.MultiplyAdd(v5, V.LoadPartial(w3 + (2 * Step), rest), s);
                s = V.MultiplyAdd(v6, V.LoadPartial(w6, rest), s);
                V.MultiplyAdd(v7, V.LoadPartial(w6 + Step, rest), s).StorePartial(sums + i, rest);
            }
        }
        for (; k < K; k++)
        {
            V x = V.Create(X[k * XStep]);
            T* w = W + from + (k * Step);
            for (int i = 0; i < count; i += V.Count)
            {
                int lanes = Math.Min(V.Count, count - i);
                V.MultiplyAdd(x, V.LoadPartial(w + i, lanes), V.LoadPartial(sums + i, lanes)).StorePartial(sums + i, lanes);
            }
        }
        PutAll(from, sums, count);
    }
}
