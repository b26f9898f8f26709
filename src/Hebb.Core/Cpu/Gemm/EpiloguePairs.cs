using System.Runtime.CompilerServices;
using Hebb.Cpu.Simd;

namespace Hebb.Cpu;

/// <summary>A function of two elements, written once for every vector width and type; its fields are its parameters.</summary>
interface IPairFunction
{
    V Invoke<V, T>(V x, V y)
        where V : unmanaged, ISimd<V, T>
        where T : unmanaged;
}

/// <summary>The loops over a part of C where what becomes of a sum depends on an element of another matrix too.</summary>
static unsafe class EpiloguePairs<T, V, F>
    where T : unmanaged
    where V : unmanaged, ISimd<V, T>
    where F : struct, IPairFunction
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Run(in Epilogue<T> e, in EpilogueTile<T> tile)
    {
        F function = Epilogue<T>.Function<F>(e);
        T* scale = e.Scale == null ? null : e.Scale + tile.Column, bias = e.Bias == null ? null : e.Bias + tile.Column;
        V factor = V.Constant(e.Alpha);
        bool plain = e.Alpha == 1 && scale == null && bias == null && e.RowBias == null;
        for (long r = 0; r < tile.Rows; r++)
        {
            T* c = tile.C + (r * tile.CRow), other = e.Residual + ((tile.Row + r) * e.ResidualRow) + tile.Column;
            if (plain)
            {
                long j = 0;
                for (; j <= tile.Columns - V.Count; j += V.Count)
                    function.Invoke<V, T>(V.Load(c + j), V.Load(other + j)).Store(c + j);
                if (j < tile.Columns)
                {
                    int rest = (int)(tile.Columns - j);
                    function.Invoke<V, T>(V.LoadPartial(c + j, rest), V.LoadPartial(other + j, rest)).StorePartial(c + j, rest);
                }
                continue;
            }
            V rowBias = e.RowBias == null ? V.Zero : V.Create(e.RowBias[tile.Row + r]);
            for (long j = 0; j < tile.Columns; j += V.Count)
            {
                int count = (int)Math.Min(V.Count, tile.Columns - j);
                V x = Load(c + j, count);
                if (e.Alpha != 1)
                    x *= factor;
                if (scale != null)
                    x *= Load(scale + j, count);
                if (bias != null)
                    x += Load(bias + j, count);
                if (e.RowBias != null)
                    x += rowBias;
                x = function.Invoke<V, T>(x, Load(other + j, count));
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
