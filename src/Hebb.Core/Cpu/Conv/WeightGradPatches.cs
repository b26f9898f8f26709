using System.Numerics;
using System.Runtime.CompilerServices;
using Hebb.Cpu.Simd;
using static Hebb.Cpu.MicroKernel;

namespace Hebb.Cpu;

/// <summary>
/// The gradient of the weights when a group has few input channels and many output channels (first layers): the shifted rows of x that meet
/// a weight lie below each other and are the left side, and dy with its channels last is the right side of a matrix product over places.
/// </summary>
readonly unsafe struct WeightGradPatches<T, V> : IBlockBody
    where T : unmanaged, INumber<T>
    where V : unmanaged, ISimd<V, T>
{
    const long PlacesAtOnce = 256;
    const long RunsWanted = 16;
    const long SumsAtMost = 16 << 20;

    readonly ShiftPlan<T> _plan;
    readonly RowTiles _tiles;
    readonly T* _dy, _sums;
    readonly long _terms, _lanes, _runs, _runImages, _sumSize;

    WeightGradPatches(ShiftPlan<T> plan, T* dy, in Scratch scratch)
    {
        _plan = plan;
        _dy = dy;
        _terms = plan.Parts[0].Terms;
        _tiles = new RowTiles(_terms, TileRows.Max<T, V>());
        _lanes = TiledGemm.CeilDiv(plan.Rows, V.Count) * V.Count;
        _sumSize = _terms * _lanes;
        _runs = Math.Clamp(SumsAtMost / (_sumSize * plan.Groups), 1, Math.Min(RunsWanted, plan.Batch));
        _runImages = TiledGemm.CeilDiv(plan.Batch, _runs);
        _runs = TiledGemm.CeilDiv(plan.Batch, _runImages);
        _sums = scratch.Take<T>(_sumSize * plan.Groups * _runs);
    }

    public static void Run(in ConvGeometry g, T* x, T* dy, T* dw, in Scratch scratch)
    {
        var w = new WeightGradPatches<T, V>(ShiftPlan<T>.Forward(g, x, dw, null, null, scratch), dy, scratch);
        ParallelFor.Run(w._runs * g.Groups, in w);
        ParallelFor.Ranges(g.Groups * w._terms, Math.Max(1, (1 << 14) / w._lanes), new Collect(w, dw));
    }

    public void Invoke(long item)
    {
        (long run, long group) = Math.DivRem(item, _plan.Groups);
        Axes box = _plan.Parts[0].Count;
        box[_plan.BlockAxis] = Math.Min(_plan.BlockCells, box[_plan.BlockAxis]);
        long most = Math.Min(box.Product, Math.Max(PlacesAtOnce, box[2]));
        using var scratch = Scratch.Open();
        T* planes = scratch.Take<T>(_plan.Channels * _plan.ChannelCells);
        T* left = scratch.Take<T>(_terms * most);
        T* right = scratch.Take<T>(most * _lanes);
        T* sums = _sums + (item * _sumSize);
        bool add = false;
        long last = Math.Min((run + 1) * _runImages, _plan.Batch);
        for (long image = run * _runImages; image < last; image++)
        {
            long unit = (image * _plan.Groups) + group;
            T* dy = _dy + (unit * _plan.Rows * _plan.TargetSize);
            for (long block = 0; block < _plan.Blocks; block++)
            {
                long firstCell = block * _plan.BlockCells;
                PlaneCopy<T, V>.Load(_plan, _plan.Source + (unit * _plan.Channels * _plan.SourceSize), firstCell, planes);
                Axes count = _plan.Parts[0].Count;
                count[_plan.BlockAxis] = Math.Min(_plan.BlockCells, count[_plan.BlockAxis] - firstCell);
                long rows = count[0] * count[1], rowsAtOnce = Math.Max(1, most / count[2]), layer = 1;
                for (int i = _plan.BlockAxis + 1; i < Axes.Count; i++)
                    layer *= count[i];
                for (long row = 0; row < rows; row += rowsAtOnce)
                {
                    long taken = Math.Min(rowsAtOnce, rows - row), places = taken * count[2];
                    Patch(count, row, taken, planes, left, most);
                    T* from = dy + (firstCell * layer) + (row * count[2]);    // places of a block follow each other: it cuts the outermost axis
                    Packing.Copy<T, V>(from, _plan.TargetSize, 1, _plan.Rows, places, right, _lanes, _lanes);
                    Multiply(left, most, right, places, sums, add);
                    add = true;
                }
            }
        }
    }

    // Row k of the left side holds what weight k meets at each place.
    [MethodImpl(Jit.Full)]
    void Patch(in Axes count, long fromRow, long rows, T* planes, T* left, long most)
    {
        int* offsets = _plan.Parts[0].Offsets;
        for (long k = 0; k < _terms; k++, left += most)
        {
            T* to = left;
            for (long row = fromRow; row < fromRow + rows; row++, to += count[2])
            {
                (long i0, long i1) = Math.DivRem(row, count[1]);
                T* from = planes + offsets[k] + (((i0 * _plan.Extent[1]) + i1) * _plan.Extent[2]);
                VectorCopy<T, V>.Copy(from, to, count[2]);
            }
        }
    }

    void Multiply(T* left, long most, T* right, long places, T* sums, bool add)
    {
        var args = new TileArgs<T> { K = places, ARow = most, AStep = 1, BStep = _lanes, CRow = _lanes, Add = add };
        for (long lane = 0; lane < _lanes; lane += 2 * V.Count)
        {
            args.B = right + lane;
            for (long t = 0; t < _tiles.Count; t++)
            {
                int height = _tiles.Height(t);
                args.A = left + (_tiles.Start(t) * most);
                args.C = sums + (_tiles.Start(t) * _lanes) + lane;
                TileRows.Kernel<T, V, UnitSteps, Stepped>(height, (int)Math.Min(_lanes - lane, 2 * V.Count))(&args);
            }
        }
    }

    /// <summary>Adds the runs, and turns [weights, output channels] into [output channels, weights].</summary>
    readonly struct Collect(WeightGradPatches<T, V> w, T* dw) : IRangeBody
    {
        public void Invoke(long begin, long end)
        {
            long perRun = w._sumSize * w._plan.Groups;
            for (long i = begin; i < end; i++)
            {
                (long group, long term) = Math.DivRem(i, w._terms);
                T* sums = w._sums + (group * w._sumSize) + (term * w._lanes);
                for (long lane = 0; lane < w._lanes; lane += V.Count)
                {
                    V sum = V.Load(sums + lane);
                    for (long run = 1; run < w._runs; run++)
                        sum += V.Load(sums + (run * perRun) + lane);
                    sum.Store(sums + lane);
                }
                for (long o = 0; o < w._plan.Rows; o++)
                    dw[(((group * w._plan.Rows) + o) * w._terms) + term] = sums[o];
            }
        }
    }
}
