using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Hebb.Cpu.Simd;
using static Hebb.Cpu.MicroKernel;

namespace Hebb.Cpu;

/// <summary>
/// Products of tiles that stand in a cache: a left side of any strides, read where it lies, and a right side at most two vectors wide. Micro-kernels without the
/// planning, packing and threads of <see cref="Gemm"/>.
/// </summary>
internal static unsafe class TileProduct
{
    /// <summary>C[r, l] = or += sum over k of A[r * aRow + k * aStep] B[k * bStep + l], for one vector of lanes or, if <paramref name="two"/>, for two.</summary>
    /// <remarks>
    /// Only so many lanes of C are written as <paramref name="lanes"/> says; all are read from B. Between tiles <paramref name="rowsAhead"/> rows of
    /// <paramref name="ahead"/> are asked for.
    /// </remarks>
    public static void Run<T, V>(
        T* a, long aRow, long aStep, long rows, long steps, T* b, long bStep, T* c, long cRow, bool two, bool add, int lanes = int.MaxValue, RowsAhead<T>* ahead = null, int rowsAhead = 0)
        where T : unmanaged, INumber<T>
        where V : unmanaged, ISimd<V, T>
    {
        if (aRow == 1)
            Rows<T, V, UnitRows>(a, aRow, aStep, rows, steps, b, bStep, c, cRow, two, add, lanes, ahead, rowsAhead);
        else if (aStep == 1)
            Rows<T, V, UnitSteps>(a, aRow, aStep, rows, steps, b, bStep, c, cRow, two, add, lanes, ahead, rowsAhead);
        else
            Rows<T, V, AnyRows>(a, aRow, aStep, rows, steps, b, bStep, c, cRow, two, add, lanes, ahead, rowsAhead);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Rows<T, V, P>(
        T* a, long aRow, long aStep, long rows, long steps, T* b, long bStep, T* c, long cRow, bool two, bool add, int lanes, RowsAhead<T>* ahead, int rowsAhead)
        where T : unmanaged, INumber<T>
        where V : unmanaged, ISimd<V, T>
    {
        int width = two ? 2 * V.Count : V.Count;
        var tile = new TileArgs<T> { K = steps, ARow = aRow, AStep = aStep, B = b, BStep = bStep, CRow = cRow, Add = add };
        var tiles = new RowTiles(rows, TileRows.Max<T, V>());
        long row = 0;
        for (long i = 0; i < tiles.Count; i++)
        {
            int height = tiles.Height(i);
            if (ahead is not null)
                ahead->Next(rowsAhead);
            tile.A = a + row * aRow;
            tile.C = c + row * cRow;
            delegate*<TileArgs<T>*, void> kernel = bStep == width ? TileRows.Kernel<T, V, P, Packed>(height, width) : TileRows.Kernel<T, V, P, Stepped>(height, width);
            if (lanes >= width)
                kernel(&tile);
            else
                default(TileEdge<T, V>).Run(&tile, kernel, height, lanes, width);
            row += height;
        }
    }

    /// <summary>The same for a panel of queries: B and C are <see cref="PanelVectors"/> vectors wide, of which the first <paramref name="vectors"/> are worked on.</summary>
    public static void Panel<T, V>(T* a, long aRow, long aStep, long rows, long steps, T* b, T* c, int vectors, bool add, RowsAhead<T>* ahead, int rowsAhead)
        where T : unmanaged, INumber<T>
        where V : unmanaged, ISimd<V, T>
    {
        int width = PanelVectors<T, V>() * V.Count;
        if (vectors <= 2)
            Run<T, V>(a, aRow, aStep, rows, steps, b, width, c, width, vectors == 2, add, ahead: ahead, rowsAhead: rowsAhead);
        else if (aRow == 1)
            WideRows<T, UnitRows>(a, aRow, aRow, aStep, rows, steps, b, c, width, add, ahead, rowsAhead);
        else if (aStep == 1)
            WideRows<T, UnitSteps>(a, aRow, aRow, aStep, rows, steps, b, c, width, add, ahead, rowsAhead);
        else
            WideRows<T, AnyRows>(a, aRow, aRow, aStep, rows, steps, b, c, width, add, ahead, rowsAhead);
    }

    /// <summary>The same for values that <see cref="PackedKeys{T}"/> hold, of three vectors.</summary>
    public static void PackedPanel<T, V>(T* a, long rows, long steps, T* b, T* c, bool add)
        where T : unmanaged, IFloatingPointIeee754<T>
        where V : unmanaged, ISimd<V, T> =>
        WideRows<T, UnitRows>(a, PackedKeys<T>.Tile, 1, PackedKeys<T>.Columns, rows, steps, b, c, PanelVectors<T, V>() * V.Count, add, null, 0);

    /// <summary>Vectors in a panel of queries.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int PanelVectors<T, V>()
        where T : unmanaged
        where V : unmanaged, ISimd<V, T> => V.Count * sizeof(T) == 32 ? 3 : 2;

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void WideRows<T, P>(T* a, long aNext, long aRow, long aStep, long rows, long steps, T* b, T* c, long cRow, bool add, RowsAhead<T>* ahead, int rowsAhead)
        where T : unmanaged
    {
        var tile = new TileArgs<T> { K = steps, ARow = aRow, AStep = aStep, B = b, CRow = cRow, Add = add };
        var tiles = new RowTiles(rows, WideTile.MaxRows);
        long row = 0;
        for (long i = 0; i < tiles.Count; i++)
        {
            int height = tiles.Height(i);
            if (ahead is not null)
                ahead->Next(rowsAhead);
            tile.A = a + row * aNext;
            tile.C = c + row * cRow;
            WideTile.Kernel<T, Vector256<T>, Tile256<T>, P>(height)(&tile);
            row += height;
        }
    }

    /// <summary>The same for any number of lanes, with a right side whose rows are padded to whole vectors.</summary>
    public static void Wide<T, V>(T* a, long aRow, long aStep, long rows, long steps, T* b, long bStep, T* c, long cRow, long lanes, bool add)
        where T : unmanaged, INumber<T>
        where V : unmanaged, ISimd<V, T>
    {
        for (long l = 0; l < lanes; l += 2 * V.Count)
            Run<T, V>(a, aRow, aStep, rows, steps, b + l, bStep, c + l, cRow, lanes - l > V.Count, add, (int)Math.Min(lanes - l, 2 * V.Count));
    }
}
