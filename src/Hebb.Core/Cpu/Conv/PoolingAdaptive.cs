using System.Numerics;
using Hebb.Cpu.Simd;

namespace Hebb.Cpu;

enum AdaptivePooling
{
    Average,
    AverageGrad,    // x is written from y
    Max,
}

/// <summary>Pooling to a given output size: window i of an axis spans floor(i in / out) to ceil((i + 1) in / out), so windows may overlap.</summary>
readonly unsafe struct PoolingAdaptive<T, V>(Axes input, Axes output, T* x, T* y, long* indices, AdaptivePooling kind) : IRangeBody
    where T : unmanaged, INumber<T>
    where V : unmanaged, ISimd<V, T>
{
    public static void Run(long planes, in Axes input, in Axes output, T* x, T* y, long* indices, AdaptivePooling kind) =>
        ParallelFor.Ranges(
            planes, Math.Max(1, (1 << 15) / Math.Max(1, input.Product + output.Product)), new PoolingAdaptive<T, V>(input, output, x, y, indices, kind));

    // The window of one output, as half-open ranges of the input.
    struct Window
    {
        public Axes Begin, End;

        public readonly long Count => (End[0] - Begin[0]) * (End[1] - Begin[1]) * (End[2] - Begin[2]);
    }

    public void Invoke(long begin, long end)
    {
        long inSize = input.Product, outSize = output.Product;
        for (long plane = begin; plane < end; plane++)
        {
            T* from = x + (plane * inSize), to = y + (plane * outSize);
            if (kind == AdaptivePooling.AverageGrad)
                new Span<T>(from, checked((int)inSize)).Clear();
            for (long o = 0; o < outSize; o++)
            {
                Window window = Find(o);
                if (kind == AdaptivePooling.Average)
                    to[o] = Mean(from, window);
                else if (kind == AdaptivePooling.AverageGrad)
                    Spread(from, window, to[o] / T.CreateTruncating(window.Count));
                else
                    Max(from, window, to + o, indices == null ? null : indices + (plane * outSize) + o);
            }
        }
    }

    Window Find(long o)
    {
        Window window = default;
        for (int axis = Axes.Count - 1; axis >= 0; axis--)
        {
            (o, long i) = Math.DivRem(o, output[axis]);
            window.Begin[axis] = i * input[axis] / output[axis];
            window.End[axis] = (((i + 1) * input[axis]) + output[axis] - 1) / output[axis];
        }
        return window;
    }

    T* Row(T* plane, long s0, long s1) => plane + (((s0 * input[1]) + s1) * input[2]);

    T Mean(T* plane, in Window w)
    {
        // Whole rows are one run, and so are whole layers.
        long run = w.End[2] - w.Begin[2], rows = w.End[1] - w.Begin[1], layers = w.End[0] - w.Begin[0];
        if (run == input[2])
        {
            bool whole = rows == input[1];
            (run, rows) = (run * rows, 1);
            if (whole)
                (run, layers) = (run * layers, 1);
        }
        V sums = V.Zero, more = V.Zero;
        for (long s0 = 0; s0 < layers; s0++)
        {
            for (long s1 = 0; s1 < rows; s1++)
            {
                T* row = Row(plane, w.Begin[0] + s0, w.Begin[1] + s1) + w.Begin[2];
                long i = 0;
                for (; i <= run - (2 * V.Count); i += 2 * V.Count)
                {
                    sums += V.Load(row + i);
                    more += V.Load(row + i + V.Count);
                }
                for (; i < run; i += V.Count)
                    sums += V.LoadPartial(row + i, (int)Math.Min(V.Count, run - i));
            }
        }
        return V.Sum(sums + more) / T.CreateTruncating(w.Count);
    }

    void Spread(T* plane, in Window w, T share)
    {
        V shares = V.Create(share);
        for (long s0 = w.Begin[0]; s0 < w.End[0]; s0++)
        {
            for (long s1 = w.Begin[1]; s1 < w.End[1]; s1++)
            {
                T* row = Row(plane, s0, s1);
                for (long i = w.Begin[2]; i < w.End[2]; i += V.Count)
                {
                    int lanes = (int)Math.Min(V.Count, w.End[2] - i);
                    (V.LoadPartial(row + i, lanes) + shares).StorePartial(row + i, lanes);
                }
            }
        }
    }

    void Max(T* plane, in Window w, T* value, long* index)
    {
        T* best = Row(plane, w.Begin[0], w.Begin[1]) + w.Begin[2];
        for (long s0 = w.Begin[0]; s0 < w.End[0]; s0++)
        {
            for (long s1 = w.Begin[1]; s1 < w.End[1]; s1++)
            {
                T* row = Row(plane, s0, s1);
                for (long i = w.Begin[2]; i < w.End[2]; i++)
                {
                    if (row[i] > *best || T.IsNaN(row[i]))
                        best = row + i;
                }
            }
        }
        *value = *best;
        if (index != null)
            *index = best - plane;
    }
}
