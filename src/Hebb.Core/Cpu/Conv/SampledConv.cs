using System.Numerics;
using System.Runtime.CompilerServices;
using Hebb.Cpu.Simd;
using Hebb.Memory;

namespace Hebb.Cpu;

/// <summary>
/// Kernels of one place and a stride above 1 (the shortcuts of residual nets): the cells that outputs meet are laid side by side, and what is
/// left is a product over channels at each place.
/// </summary>
static unsafe class SampledConv
{
    const long ElementsAtOnce = 1 << 20;

    public static void Forward<T, V>(in ConvGeometry g, T* x, T* w, T* bias, T* y, Storage? weights, in ConvFinish<T> finish, in Scratch scratch)
        where T : unmanaged, INumber<T>
        where V : unmanaged, ISimd<V, T>
    {
        ConvGeometry dense = Dense(g);
        T* cells = scratch.Take<T>(dense.Batch * g.InChannels * dense.Input.Product);
        for (long first = 0; first < g.Batch; first += dense.Batch)
        {
            dense.Batch = Math.Min(dense.Batch, g.Batch - first);
            var planes = new Planes<T, V>(g, x + (first * g.InChannels * g.Input.Product), cells, null);
            ParallelFor.Ranges(dense.Batch * g.InChannels, planes.Grain, in planes);
            T* part = y + (first * g.OutChannels * dense.Input.Product);
            Epilogue<T> own;
            ConvKernels.Forward<T, V>(dense, cells, w, bias, part, weights, finish.For(part, &own));
        }
    }

    public static void DataGrad<T, V>(in ConvGeometry g, T* dy, T* w, T* bias, T* dx, Storage? weights, in Scratch scratch)
        where T : unmanaged, INumber<T>
        where V : unmanaged, ISimd<V, T>
    {
        ConvGeometry dense = Dense(g);
        T* cells = scratch.Take<T>(dense.Batch * g.InChannels * dense.Input.Product);
        for (long first = 0; first < g.Batch; first += dense.Batch)
        {
            dense.Batch = Math.Min(dense.Batch, g.Batch - first);
            ConvKernels.DataGrad<T, V>(dense, dy + (first * g.OutChannels * dense.Input.Product), w, bias, cells, weights);
            var planes = new Planes<T, V>(g, dx + (first * g.InChannels * g.Input.Product), cells, bias) { Scatter = true };
            ParallelFor.Ranges(dense.Batch * g.InChannels, planes.Grain, in planes);
        }
    }

    // Some images of the same convolution without its stride.
    static ConvGeometry Dense(in ConvGeometry g)
    {
        ConvGeometry dense = g;
        dense.Input = g.Output;
        dense.Stride = Axes.All(1);
        dense.PadEnd = default;
        dense.Batch = Math.Clamp(ElementsAtOnce / (g.InChannels * dense.Input.Product), 1, g.Batch);
        return dense;
    }

    /// <summary>Copies the cells of planes that outputs meet, or puts them back among cells that hold the bias.</summary>
    internal readonly struct Planes<T, V>(ConvGeometry g, T* whole, T* cells, T* bias) : IRangeBody
        where T : unmanaged, INumber<T>
        where V : unmanaged, ISimd<V, T>
    {
        readonly Axes _output = g.Output;

        public bool Scatter { get; init; }

        public long Grain => Math.Max(1, (1 << 14) / g.Input.Product);

        public void Invoke(long begin, long end)
        {
            for (long plane = begin; plane < end; plane++)
            {
                T* from = whole + (plane * g.Input.Product), to = cells + (plane * _output.Product);
                if (Scatter)
                    new Span<T>(from, checked((int)g.Input.Product)).Fill(bias == null ? T.Zero : bias[plane % g.InChannels]);
                for (long i0 = 0; i0 < _output[0]; i0++)
                {
                    for (long i1 = 0; i1 < _output[1]; i1++, to += _output[2])
                        Row(from + (((i0 * g.Stride[0] * g.Input[1]) + (i1 * g.Stride[1])) * g.Input[2]), to, g.Stride[2], _output[2]);
                }
            }
        }

        [MethodImpl(Jit.Full)]
        void Row(T* from, T* to, long stride, long count)
        {
            if (Scatter)
            {
                for (long i = 0; i < count; i++)
                    from[i * stride] = to[i];
                return;
            }
            if (stride == 2)
            {
                EvenLanes<T, V>.Copy(from, to, count);
                return;
            }
            for (long i = 0; i < count; i++)
                to[i] = from[i * stride];
        }
    }
}
