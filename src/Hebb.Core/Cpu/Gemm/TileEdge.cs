using System.Numerics;
using System.Runtime.CompilerServices;
using Hebb.Cpu.Simd;

namespace Hebb.Cpu;

/// <summary>Runs a micro-kernel on a buffer of its own and moves the result to C: for tiles that overhang the matrix.</summary>
unsafe struct TileEdge<T, V>
    where T : unmanaged, INumber<T>
    where V : unmanaged, ISimd<V, T>
{
    const int MaxRows = 14;
    const int MaxBytes = 128;    // of one row: two vectors

    /// <summary>C gets <paramref name="lanes"/> of the tile's <paramref name="width"/> lanes, with the same arithmetic as a full tile.</summary>
    [SkipLocalsInit]
    public readonly void Run(TileArgs<T>* tile, delegate*<TileArgs<T>*, void> kernel, int rows, int lanes, int width)
    {
        byte* bytes = stackalloc byte[(MaxRows + 1) * MaxBytes];
        var buffer = (T*)bytes;
        T* bias = buffer + (MaxRows * width);
        TileArgs<T> inner = *tile;
        inner.C = buffer;
        inner.CRow = width;
        if (tile->Add)
        {
            for (int r = 0; r < rows; r++)
                Widen(tile->C + (r * tile->CRow), buffer + (r * width), lanes, width);
        }
        else if (tile->Bias != null)
        {
            Widen(tile->Bias, bias, lanes, width);
            inner.Bias = bias;
        }
        kernel(&inner);
        for (int r = 0; r < rows; r++)
            Narrow(buffer + (r * width), tile->C + (r * tile->CRow), lanes);
    }

    /// <summary>Copies elements; those from there up to <paramref name="width"/>, which is that of one or two vectors, become 0.</summary>
    public static void Widen(T* from, T* to, int count, int width)
    {
        for (int i = 0; i < width; i += V.Count)
            (count - i >= V.Count ? V.Load(from + i) : V.LoadPartial(from + i, Math.Max(count - i, 0))).Store(to + i);
    }

    /// <summary>Copies the first elements of whole vectors.</summary>
    public static void Narrow(T* from, T* to, int count)
    {
        for (int i = 0; i < count; i += V.Count)
            V.Load(from + i).StorePartial(to + i, Math.Min(V.Count, count - i));
    }
}
