using System.Numerics;
using System.Runtime.CompilerServices;
using Hebb.Cpu.Simd;

namespace Hebb.Cpu;

/// <summary>
/// One row times weights in panels: y[i] = sum over k of x[k] W[k, i]. Memory is read in the order in which it stands, where whole rows of W are runs on pages of their own.
/// The sums, and so their bits, are those of <see cref="MatrixVector{T,V}"/>.
/// </summary>
readonly unsafe struct PackedRow<T, V> : IBlockBody
    where T : unmanaged, INumber<T>
    where V : unmanaged, ISimd<V, T>
{
    const int AtOnce = 2;                    // panels: four chains of multiply-adds hide their latency; streams of memory that lie a multiple of 4 KiB apart push each other out
    const long ElementsAtOnce = 1L << 15;    // of the weights, for one thread to take
    const long PiecesPerThread = 2;

    readonly GemmProblem<T> _p;
    readonly Epilogue<T> _finish;
    readonly T* _panels, _x;
    readonly long _group;                    // panels of a block

    PackedRow(in GemmProblem<T> p, T* panels, T* x, long group)
    {
        _p = p;
        _finish = p.Epilogue.IsNone ? default : p.Finish;
        _panels = panels;
        _x = x;
        _group = group;
    }

    /// <summary>Whether the problem has one row, and a right side that panels give faster than its own columns would.</summary>
    public static bool Suits(in GemmProblem<T> p) => p.M == 1 && p.BCol == 1 && p.BRow != 1;

    public static void Run(in GemmProblem<T> p, T* panels)
    {
        using var scratch = Scratch.Open();
        T* x = p.A;
        if (p.ACol != 1)
        {
            x = scratch.Take<T>(p.K);
            for (long k = 0; k < p.K; k++)
                x[k] = p.A[k * p.ACol];
        }
        long count = TiledGemm.CeilDiv(p.N, 2 * V.Count), least = Math.Max(1, ElementsAtOnce / (p.K * 2 * V.Count));
        long group = TiledGemm.CeilDiv(Math.Max(least, TiledGemm.CeilDiv(count, ParallelFor.Threads * PiecesPerThread)), AtOnce) * AtOnce;
        var row = new PackedRow<T, V>(p, panels, x, group);
        ParallelFor.Run(TiledGemm.CeilDiv(count, group), in row);
    }

    public void Invoke(long block)
    {
        long width = 2 * V.Count, from = block * _group * width, to = Math.Min(from + (_group * width), _p.N), lane = from;
        for (; lane + (AtOnce * width) <= to; lane += AtOnce * width)
            Two(lane);
        for (; to - lane > V.Count; lane += width)
            One(lane);
        if (lane < to)
            Half(lane);
        if (!_p.Epilogue.IsNone)
            _finish.Run<V>(new(_p.C + from, 0, 0, from, 1, to - from));
    }

    [MethodImpl(Jit.Full)]
    void Two(long lane)
    {
        long steps = _p.K;
        T* x = _x, w0 = _panels + (lane * steps), w1 = w0 + (2 * V.Count * steps);
        V a0 = V.Zero, a1 = V.Zero, b0 = V.Zero, b1 = V.Zero;
        for (long k = 0; k < steps; k++, w0 += 2 * V.Count, w1 += 2 * V.Count)
        {
            V v = V.Create(x[k]);
            a0 = V.MultiplyAdd(v, V.Load(w0), a0);
            b0 = V.MultiplyAdd(v, V.Load(w0 + V.Count), b0);
            a1 = V.MultiplyAdd(v, V.Load(w1), a1);
            b1 = V.MultiplyAdd(v, V.Load(w1 + V.Count), b1);
        }
        T* sums = stackalloc T[4 * V.Count];
        a0.Store(sums);
        b0.Store(sums + V.Count);
        a1.Store(sums + (2 * V.Count));
        b1.Store(sums + (3 * V.Count));
        Put(lane, sums, 4 * V.Count);
    }

    [MethodImpl(Jit.Full)]
    void One(long lane)
    {
        long steps = _p.K;
        T* x = _x, w = _panels + (lane * steps);
        V a = V.Zero, b = V.Zero;
        for (long k = 0; k < steps; k++, w += 2 * V.Count)
        {
            V v = V.Create(x[k]);
            a = V.MultiplyAdd(v, V.Load(w), a);
            b = V.MultiplyAdd(v, V.Load(w + V.Count), b);
        }
        T* sums = stackalloc T[2 * V.Count];
        a.Store(sums);
        b.Store(sums + V.Count);
        Put(lane, sums, (int)Math.Min(2 * V.Count, _p.N - lane));
    }

    // A last panel of no more lanes than a vector has is one vector wide.
    [MethodImpl(Jit.Full)]
    void Half(long lane)
    {
        T* w = _panels + (lane * _p.K);
        V a = V.Zero;
        for (long k = 0; k < _p.K; k++, w += V.Count)
            a = V.MultiplyAdd(V.Create(_x[k]), V.Load(w), a);
        T* sums = stackalloc T[V.Count];
        a.Store(sums);
        Put(lane, sums, (int)(_p.N - lane));
    }

    void Put(long lane, T* sums, int lanes)
    {
        T* y = _p.C + lane, bias = _p.StartBias;
        for (int i = 0; i < lanes; i += V.Count)
        {
            int rest = Math.Min(V.Count, lanes - i);
            V sum = V.Load(sums + i);
            if (_p.Accumulate)
                sum += V.LoadPartial(y + i, rest);
            if (bias != null)
                sum += V.LoadPartial(bias + lane + i, rest);
            sum.StorePartial(y + i, rest);
        }
    }
}
