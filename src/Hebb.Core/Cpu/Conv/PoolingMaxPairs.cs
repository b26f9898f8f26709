using System.Numerics;
using System.Runtime.CompilerServices;
using Hebb.Cpu.Simd;

namespace Hebb.Cpu;

/// <summary>
/// The commonest maximum, of windows of 2 x 2 side by side on rows of even length: neighbours first, over whole images at a time however
/// narrow their rows, then rows. A later element wins only if it is larger or NaN, so that order and ties are those of <see cref="PoolingMax{T, V}"/>.
/// </summary>
readonly unsafe struct PoolingMaxPairs<T, V>(PoolingGeometry g, T* x, T* y, long* indices, T* steps) : IRangeBody
    where T : unmanaged, INumber<T>
    where V : unmanaged, ISimd<V, T>
{
    const long CellsAtOnce = 4 << 10;    // maxima of neighbours, so that they stay in the L1 cache

    public static bool Fits(in PoolingGeometry g) =>
        g.Kernel[0] == 1 && g.Stride[0] == 1 && g.Output[0] == g.Input[0] && g.PadBegin[0] == 0 && IsPair(g, 1) && IsPair(g, 2) && g.Input[2] % 2 == 0;

    static bool IsPair(in PoolingGeometry g, int axis) =>
        g.Kernel[axis] == 2 && g.Stride[axis] == 2 && g.Dilation[axis] == 1 && g.PadBegin[axis] == 0 && 2 * g.Output[axis] <= g.Input[axis];

    public static void Run(in PoolingGeometry g, T* x, T* y, long* indices, in Scratch scratch)
    {
        T* steps = PoolingPlaces<T, V>.Steps(2, scratch);
        ParallelFor.Ranges(g.Planes * g.Input[0], Math.Max(1, (1 << 15) / (g.Input[1] * g.Input[2])), new PoolingMaxPairs<T, V>(g, x, y, indices, steps));
    }

    public void Invoke(long begin, long end)
    {
        using var scratch = Scratch.Open();
        long height = g.Output[1], width = g.Output[2], size = g.Input[1] * g.Input[2];
        long rows = Math.Clamp(CellsAtOnce / (2 * width), 1, height);
        T* best = scratch.Take<T>((2 * rows * width) + V.Count), right = scratch.Take<T>((2 * rows * width) + V.Count);
        for (long image = begin; image < end; image++)
        {
            for (long row = 0; row < height; row += rows)
            {
                long count = Math.Min(rows, height - row), place = 2 * row * g.Input[2];
                Neighbours(x + (image * size) + place, 2 * count * width, best, right);
                Rows(best, right, count, ((image * height) + row) * width, ((image % g.Input[0]) * size) + place);
            }
        }
    }

    // The larger of every two elements, and 1 where it is the right one.
    [MethodImpl(Jit.Full)]
    void Neighbours(T* from, long count, T* best, T* right)
    {
        V one = V.Create(PoolingPlaces<T, V>.Bits(1));
        for (long i = 0; i < count; i += V.Count)
        {
            T* at = from + (2 * i);
            long rest = 2 * (count - i);
            V a, b;
            if (rest > 2 * V.Count)
            {
                a = EvenLanes<T, V>.Join(V.Load(at), V.Load(at + V.Count));
                b = EvenLanes<T, V>.Join(V.Load(at + 1), V.Load(at + 1 + V.Count));
            }
            else
            {
                int low = (int)Math.Min(rest, V.Count), high = (int)Math.Max(0, rest - V.Count);
                a = EvenLanes<T, V>.Join(V.LoadPartial(at, low), V.LoadPartial(at + V.Count, high));
                low = (int)Math.Min(rest - 1, V.Count);
                high = (int)Math.Max(0, rest - 1 - V.Count);
                b = EvenLanes<T, V>.Join(V.LoadPartial(at + 1, low), V.LoadPartial(at + 1 + V.Count, high));
            }
            V mask = V.Greater(b, a) | V.NotEqual(b, b);
            V.Select(mask, b, a).Store(best + i);
            if (indices != null)
                (mask & one).Store(right + i);
        }
    }

    // The larger of every two rows of those.
    [MethodImpl(Jit.Full)]
    void Rows(T* best, T* right, long rows, long to, long place)
    {
        long width = g.Output[2], below = g.Input[2];
        V down = V.Create(PoolingPlaces<T, V>.Bits(below)), lane = V.Load(steps);
        for (long row = 0; row < rows; row++, best += 2 * width, right += 2 * width, to += width, place += 2 * below)
        {
            for (long i = 0; i < width; i += V.Count)
            {
                int lanes = (int)Math.Min(V.Count, width - i);
                V a = V.Load(best + i), b = V.Load(best + width + i);
                V mask = V.Greater(b, a) | V.NotEqual(b, b);
                V.Select(mask, b, a).StorePartial(y + to + i, lanes);
                if (indices == null)
                    continue;
                V at = V.Select(mask, V.AddBits(V.Load(right + width + i), down), V.Load(right + i));
                V first = V.AddBits(lane, V.Create(PoolingPlaces<T, V>.Bits(place + (2 * i))));
                PoolingPlaces<T, V>.Store(V.AddBits(at, first), indices + to + i, lanes);
            }
        }
    }
}
