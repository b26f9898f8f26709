using System.Numerics;
using Hebb.Cpu.Simd;
using static Hebb.Cpu.MicroKernel;

namespace Hebb.Cpu;

/// <summary>Recurrent weights in the order in which steps read them: packed once, used at every step.</summary>
static unsafe class RecurrentPanels
{
    /// <summary>Hidden columns that are worked out together: their products with all gates stay in the L1 cache until the gates are applied.</summary>
    public const int Columns = 32;

    /// <summary>Steps of k after which a product goes on with the next rows, so that the panel stays in the L1 cache.</summary>
    const long StepsAtOnce = 256;

    public static int Width<T, V>()
        where T : unmanaged
        where V : unmanaged, ISimd<V, T> => 2 * V.Count;

    public static long RoundUp(long hidden) => (hidden + Columns - 1) / Columns * Columns;

    /// <summary>
    /// Packs weights [lanes, steps] of any strides, in groups of lanes: panel p of group g holds lanes g * lanes + p * width and on. Groups are interleaved by
    /// <see cref="Columns"/> lanes; lanes past the end are 0.
    /// </summary>
    public static void Pack<T, V>(T* weight, long laneStride, long stepStride, long groups, long lanes, long steps, T* target)
        where T : unmanaged
        where V : unmanaged, ISimd<V, T> =>
        ParallelFor.Run((lanes + Columns - 1) / Columns, new Packer<T, V>(weight, laneStride, stepStride, groups, lanes, steps, target));

    readonly struct Packer<T, V>(T* weight, long laneStride, long stepStride, long groups, long lanes, long steps, T* target) : IBlockBody
        where T : unmanaged
        where V : unmanaged, ISimd<V, T>
    {
        public void Invoke(long block)
        {
            int width = Width<T, V>();
            long from = block * Columns, to = Math.Min(from + Columns, lanes);
            for (long g = 0; g < groups; g++)
            {
                T* panel = target + (((block * groups) + g) * Columns * steps);
                for (long lane = from; lane < to; lane += width, panel += width * steps)
                    Packing.Copy<T, V>(weight + (((g * lanes) + lane) * laneStride), laneStride, stepStride, Math.Min(width, to - lane), steps, panel, width, width);
            }
        }
    }

    /// <summary>
    /// c[r, l] = (add ? c[r, l] : 0) + sum over k of a[r, k] panels[k, l], for up to <see cref="Columns"/> lanes of packed weights; lanes up to the next multiple of the panel
    /// width are written too. <paramref name="panels"/> starts at this k; a whole panel has <paramref name="panelSteps"/>.
    /// </summary>
    public static void Product<T, V>(T* a, long aRow, long rows, T* panels, long panelSteps, long steps, long lanes, T* c, long cRow, bool add)
        where T : unmanaged, INumber<T>
        where V : unmanaged, ISimd<V, T>
    {
        int width = Width<T, V>();
        var tiles = new RowTiles(rows, TileRows.Max<T, V>());
        for (long lane = 0; lane < lanes; lane += width, panels += width * panelSteps)
        {
            for (long k = 0; k < steps; k += StepsAtOnce)
            {
                var tile = new TileArgs<T> { K = Math.Min(StepsAtOnce, steps - k), ARow = aRow, AStep = 1, B = panels + (k * width), CRow = cRow, Add = add || k > 0 };
                for (long i = 0; i < tiles.Count; i++)
                {
                    tile.A = a + (tiles.Start(i) * aRow) + k;
                    tile.C = c + (tiles.Start(i) * cRow) + lane;
                    TileRows.Kernel<T, V, UnitSteps, Packed>(tiles.Height(i), width)(&tile);
                }
            }
        }
    }
}
