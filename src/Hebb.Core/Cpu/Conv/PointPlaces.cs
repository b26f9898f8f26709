using System.Numerics;
using System.Runtime.CompilerServices;
using Hebb.Cpu.Simd;

namespace Hebb.Cpu;

/// <summary>Places of a panel that follow each other in source and target: where they stand in the panel, and the elements of the first.</summary>
struct PointRun
{
    public long Panel, Lane, Length, Source, Target;

    /// <summary>The first place among those of its image.</summary>
    public long Place;
}

/// <summary>The places of all images of a convolution with a kernel of one place, in one line; and the cells of the strided side that they meet.</summary>
unsafe struct PointPlaces<T>
    where T : unmanaged, INumber<T>
{
    readonly ConvGeometry _g;
    readonly Axes _output;
    readonly bool _towardsData;

    public PointPlaces(in ConvGeometry g, bool towardsData)
    {
        _g = g;
        _output = g.Output;
        _towardsData = towardsData;
        Count = _output.Product;
        Lanes = g.Batch * Count;
        Strided = g.Input.Product != Count;
        SourceSize = towardsData ? Count : g.Input.Product;
        TargetSize = towardsData ? g.Input.Product : Count;
    }

    /// <summary>Places of an image, and of all.</summary>
    public readonly long Count, Lanes;

    /// <summary>Elements of a plane.</summary>
    public readonly long SourceSize, TargetSize;

    /// <summary>Some cells of the input meet no output.</summary>
    public readonly bool Strided;

    public readonly bool TargetStrided => Strided && _towardsData;

    /// <summary>From one place of a run to the next, in the source.</summary>
    public readonly long SourceStep => Strided && !_towardsData ? _g.Stride[2] : 1;

    /// <summary>The runs of some panels, in order; those of panel p end before ends[p].</summary>
    public readonly int Find(long panel, long panels, int width, in Scratch scratch, out PointRun* runs, out int* ends)
    {
        long least = Strided ? _output[2] : Count, most = panels * (2 + TiledGemm.CeilDiv(width, least));
        runs = scratch.Take<PointRun>(most);
        ends = scratch.Take<int>(panels);
        int count = 0;
        for (long p = 0; p < panels; p++)
        {
            long begin = (panel + p) * width, end = Math.Min(begin + width, Lanes);
            for (long at = begin; at < end; at += runs[count++].Length)
                runs[count] = Run(p, at - begin, at, end - at);
            ends[p] = count;
        }
        return count;
    }

    readonly PointRun Run(long panel, long lane, long at, long most)
    {
        (long image, long place) = Math.DivRem(at, Count);
        long length = Math.Min(most, Count - place), cell = place;
        if (Strided)
        {
            (long row, long i2) = Math.DivRem(place, _output[2]);
            (long i0, long i1) = Math.DivRem(row, _output[1]);
            length = Math.Min(length, _output[2] - i2);
            cell = (((i0 * _g.Stride[0] * _g.Input[1]) + (i1 * _g.Stride[1])) * _g.Input[2]) + (i2 * _g.Stride[2]);
        }
        long source = (image * (_towardsData ? _g.OutChannels : _g.InChannels) * SourceSize) + (_towardsData ? place : cell);
        long target = (image * (_towardsData ? _g.InChannels : _g.OutChannels) * TargetSize) + (_towardsData ? cell : place);
        return new PointRun { Panel = panel, Lane = lane, Length = length, Source = source, Target = target, Place = place };
    }

    /// <summary>
    /// Writes a run of some rows into planes of the input's size, and the cells after each place that meet no output: they hold the bias. So each
    /// cell is written once.
    /// </summary>
    [MethodImpl(Jit.Full)]
    public readonly void Spread<V>(T* tile, int rows, int width, PointRun* run, T* target, T* bias)
        where V : unmanaged, ISimd<V, T>
    {
        (long line, long i2) = Math.DivRem(run->Place, _output[2]);
        (long i0, long i1) = Math.DivRem(line, _output[1]);
        Axes step = _g.Stride, input = _g.Input;
        long deep = i0 == _output[0] - 1 ? input[0] - (i0 * step[0]) : step[0], high = i1 == _output[1] - 1 ? input[1] - (i1 * step[1]) : step[1];
        long cells = i2 + run->Length == _output[2] ? input[2] - (i2 * step[2]) : run->Length * step[2];
        T* to = target + run->Target;
        for (int r = 0; r < rows; r++, tile += width, to += TargetSize)
        {
            T rest = bias == null ? T.Zero : bias[r];
            for (long d0 = 0; d0 < deep; d0++)
            {
                T* layer = to + (d0 * input[1] * input[2]);
                for (long d1 = d0 == 0 ? 1 : 0; d1 < high; d1++)
                    Fill<V>(layer + (d1 * input[2]), cells, rest);
            }
            if (step[2] == 2)
            {
                EvenLanes<T, V>.Spread(tile, run->Length, V.Create(rest), to, cells);
                continue;
            }
            if (step[2] > 1)
                Fill<V>(to, cells, rest);
            for (long i = 0; i < run->Length; i++)
                to[i * step[2]] = tile[i];
            if (step[2] == 1)
                Fill<V>(to + run->Length, cells - run->Length, rest);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void Fill<V>(T* to, long count, T value)
        where V : unmanaged, ISimd<V, T>
    {
        V v = V.Create(value);
        long i = 0;
        for (; i <= count - V.Count; i += V.Count)
            v.Store(to + i);
        if (i < count)
            v.StorePartial(to + i, (int)(count - i));
    }
}
