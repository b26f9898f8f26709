using System.Numerics;
using Hebb.Cpu.Simd;

namespace Hebb.Cpu;

/// <summary>One row times weights in panels. The sums, and so their bits, are those of <see cref="MatrixVector{T,V}"/>.</summary>
readonly unsafe struct PackedRow<T, V> : IBlockBody
    where T : unmanaged, INumber<T>
    where V : unmanaged, ISimd<V, T>
{
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

    static int Width => 2 * V.Count;

    /// <summary>Whether the problem has one row, and a right side that panels give faster than it would itself: columns are read as fast where they stand.</summary>
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
        long count = TiledGemm.CeilDiv(p.N, Width), group = Group(count, p.K * Width);
        var row = new PackedRow<T, V>(p, panels, x, group);
        ParallelFor.Run(TiledGemm.CeilDiv(count, group), in row);
    }

    /// <summary>Panels for a thread to take at once, of so many with so many elements each.</summary>
    public static long Group(long panels, long elements)
    {
        const int atOnce = PanelSums<T, V, PlainStep<T, V>>.AtOnce;
        long least = Math.Max(1, ElementsAtOnce / elements), share = TiledGemm.CeilDiv(panels, ParallelFor.Threads * PiecesPerThread);
        return TiledGemm.CeilDiv(Math.Max(least, share), atOnce) * atOnce;
    }

    public void Invoke(long block)
    {
        long from = block * _group * Width, count = Math.Min(_group * Width, _p.N - from);
        // A last panel of no more lanes than a vector has is one vector wide.
        long whole = (count + V.Count - 1) / Width, rest = count - (whole * Width);
        T* panels = _panels + (from * _p.K);
        using var scratch = Scratch.Open();
        T* sums = scratch.Take<T>((whole + 1) * Width);
        PanelSums<T, V, PlainStep<T, V>>.Run(_x, _p.K, (byte*)panels, whole, sums);
        if (rest > 0)
            PanelSums<T, V, PlainStep<T, V>>.Half(_x, _p.K, panels + (whole * Width * _p.K), sums + (whole * Width));
        Put(from, sums, count);
        if (!_p.Epilogue.IsNone)
            _finish.Run<V>(new(_p.C + from, 0, 0, from, 1, count));
    }

    void Put(long from, T* sums, long count)
    {
        T* y = _p.C + from, bias = _p.StartBias;
        for (long i = 0; i < count; i += V.Count)
        {
            int lanes = (int)Math.Min(V.Count, count - i);
            V sum = V.Load(sums + i);
            if (_p.Accumulate)
                sum += V.LoadPartial(y + i, lanes);
            if (bias != null)
                sum += V.LoadPartial(bias + from + i, lanes);
            sum.StorePartial(y + i, lanes);
        }
    }
}
