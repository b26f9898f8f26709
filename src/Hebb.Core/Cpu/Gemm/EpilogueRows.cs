using System.Runtime.CompilerServices;
using Hebb.Cpu.Simd;

namespace Hebb.Cpu;

/// <summary>The loops over a part of C: each element becomes a function of itself and of the residual's element at its place.</summary>
static unsafe class EpilogueRows<T, V>
    where T : unmanaged
    where V : unmanaged, ISimd<V, T>
{
    [MethodImpl(Jit.Full)]
    public static void Run<F>(in Epilogue<T> e, in EpilogueTile<T> tile)
        where F : struct, IElementFunction
    {
        F function = Epilogue<T>.Function<F>(e);
        if (e.Residual == null)
            Rows(e, tile, new OfFirst<F>(function));
        else if (e.ResidualLast)
            Rows(e, tile, new SumOf<F>(function));
        else
            Rows(e, tile, new OfSum<F>(function));
    }

    [MethodImpl(Jit.Full)]
    public static void RunPairs<F>(in Epilogue<T> e, in EpilogueTile<T> tile)
        where F : struct, IPairFunction => Rows(e, tile, Epilogue<T>.Function<F>(e));

    [MethodImpl(Jit.Full)]
    static void Rows<F>(in Epilogue<T> e, in EpilogueTile<T> tile, F function)
        where F : struct, IPairFunction
    {
        T* scale = e.Scale == null ? null : e.Scale + tile.Column, bias = e.Bias == null ? null : e.Bias + tile.Column;
        V factor = V.Constant(e.Alpha);
        bool alpha = e.Alpha != 1, plain = !alpha && scale == null && bias == null && e.RowBias == null;
        long columns = tile.Columns, whole = columns & -V.Count;
        for (long r = 0; r < tile.Rows; r++)
        {
            T* c = tile.C + (r * tile.CRow), other = F.ReadsSecond ? e.Residual + ((tile.Row + r) * e.ResidualRow) + tile.Column : c;
            if (plain)
            {
                for (long j = 0; j < whole; j += V.Count)
                    function.Invoke<V, T>(V.Load(c + j), F.ReadsSecond ? V.Load(other + j) : V.Zero).Store(c + j);
                if (whole < columns)
                {
                    int rest = (int)(columns - whole);
                    function.Invoke<V, T>(V.LoadPartial(c + whole, rest), F.ReadsSecond ? V.LoadPartial(other + whole, rest) : V.Zero).StorePartial(c + whole, rest);
                }
                continue;
            }
            V rowBias = e.RowBias == null ? V.Zero : V.Create(e.RowBias[tile.Row + r]);
            for (long j = 0; j < columns; j += V.Count)
            {
                int count = (int)Math.Min(V.Count, columns - j);
                V x = Load(c + j, count);
                if (alpha)
                    x *= factor;
                if (scale != null)
                    x *= Load(scale + j, count);
                if (bias != null)
                    x += Load(bias + j, count);
                if (e.RowBias != null)
                    x += rowBias;
                x = function.Invoke<V, T>(x, F.ReadsSecond ? Load(other + j, count) : V.Zero);
                if (count == V.Count)
                    x.Store(c + j);
                else
                    x.StorePartial(c + j, count);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static V Load(T* p, int count) => count == V.Count ? V.Load(p) : V.LoadPartial(p, count);
}
