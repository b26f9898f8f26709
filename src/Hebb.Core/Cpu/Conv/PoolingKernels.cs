using System.Numerics;
using Hebb.Cpu.Simd;

namespace Hebb.Cpu;

/// <summary>Max and average pooling of float and double in one to three dimensions, plain and adaptive, and their gradients.</summary>
static unsafe class PoolingKernels
{
    /// <summary>
    /// y[planes, output…] is the maximum of each window of x[planes, input…]; NaN wins. <paramref name="indices"/>, unless null, gets the place
    /// of each maximum in its input plane (the first of equals), or -1, with a value of minus infinity, where a window meets only padding.
    /// </summary>
    public static void Max<T>(in PoolingGeometry g, T* x, T* y, long* indices)
        where T : unmanaged, INumber<T>
    {
        Isa.Validate();
        if (Isa.UseAvx512)
            Max<T, V512<T>>(g, x, y, indices);
        else if (Isa.UseAvx2)
            Max<T, V256<T>>(g, x, y, indices);
        else
            Max<T, V128<T>>(g, x, y, indices);
    }

    /// <summary>
    /// dx[planes, input size] from dy[planes, output size] and the indices of a maximum, plain or adaptive: each gradient is added where its
    /// maximum stood.
    /// </summary>
    public static void Scatter<T>(long planes, long inputSize, long outputSize, T* dy, long* indices, T* dx)
        where T : unmanaged, INumber<T> =>
        ParallelFor.Ranges(planes, Grain(inputSize + outputSize), new Scatters<T>(inputSize, outputSize, dy, indices, dx));

    /// <summary>y[planes, output size] = x[planes, input size] at the indices of a maximum (0 for -1): the derivative of the maximum along x.</summary>
    public static void Gather<T>(long planes, long inputSize, long outputSize, T* x, long* indices, T* y)
        where T : unmanaged, INumber<T> =>
        ParallelFor.Ranges(planes, Grain(outputSize), new Gathers<T>(inputSize, outputSize, x, indices, y));

    /// <summary>
    /// y[planes, output…] is the mean of each window of x[planes, input…]. It divides by <paramref name="divisor"/> if that is above 0, else by
    /// the elements of the window that lie in the input, or in the padded input if <paramref name="countPadding"/>.
    /// </summary>
    public static void Average<T>(in PoolingGeometry g, bool countPadding, long divisor, T* x, T* y)
        where T : unmanaged, INumber<T>
    {
        Isa.Validate();
        if (Isa.UseAvx512)
            Average<T, V512<T>>(g, countPadding, divisor, x, y);
        else if (Isa.UseAvx2)
            Average<T, V256<T>>(g, countPadding, divisor, x, y);
        else
            Average<T, V128<T>>(g, countPadding, divisor, x, y);
    }

    /// <summary>dx[planes, input…] from dy[planes, output…]: the gradient of <see cref="Average{T}"/>.</summary>
    public static void AverageGrad<T>(in PoolingGeometry g, bool countPadding, long divisor, T* dy, T* dx)
        where T : unmanaged, INumber<T>
    {
        Isa.Validate();
        if (Isa.UseAvx512)
            AverageGrad<T, V512<T>>(g, countPadding, divisor, dy, dx);
        else if (Isa.UseAvx2)
            AverageGrad<T, V256<T>>(g, countPadding, divisor, dy, dx);
        else
            AverageGrad<T, V128<T>>(g, countPadding, divisor, dy, dx);
    }

    /// <summary>Mean over the windows that give <paramref name="output"/> (right-aligned axes, as <see cref="Axes.From"/> makes them). No input axis may be 0.</summary>
    public static void AdaptiveAverage<T>(long planes, in Axes input, in Axes output, T* x, T* y)
        where T : unmanaged, INumber<T> => Adaptive(planes, input, output, x, y, null, AdaptivePooling.Average);

    /// <summary>dx[planes, input…] from dy[planes, output…]: the gradient of <see cref="AdaptiveAverage{T}"/>.</summary>
    public static void AdaptiveAverageGrad<T>(long planes, in Axes input, in Axes output, T* dy, T* dx)
        where T : unmanaged, INumber<T> => Adaptive(planes, input, output, dx, dy, null, AdaptivePooling.AverageGrad);

    /// <summary>Maximum over the windows that give <paramref name="output"/>, with the place of each as <see cref="Max{T}"/> gives it. No input axis may be 0.</summary>
    public static void AdaptiveMax<T>(long planes, in Axes input, in Axes output, T* x, T* y, long* indices)
        where T : unmanaged, INumber<T> => Adaptive(planes, input, output, x, y, indices, AdaptivePooling.Max);

    static void Adaptive<T>(long planes, in Axes input, in Axes output, T* x, T* y, long* indices, AdaptivePooling kind)
        where T : unmanaged, INumber<T>
    {
        Isa.Validate();
        if (Isa.UseAvx512)
            PoolingAdaptive<T, V512<T>>.Run(planes, input, output, x, y, indices, kind);
        else if (Isa.UseAvx2)
            PoolingAdaptive<T, V256<T>>.Run(planes, input, output, x, y, indices, kind);
        else
            PoolingAdaptive<T, V128<T>>.Run(planes, input, output, x, y, indices, kind);
    }

    internal static void Max<T, V>(in PoolingGeometry g, T* x, T* y, long* indices)
        where T : unmanaged, INumber<T>
        where V : unmanaged, ISimd<V, T>
    {
        if (g.Planes * g.Output.Product == 0)
            return;
        using var scratch = Scratch.Open();
        PoolingMax<T, V>.Run(g, x, y, indices, scratch);
    }

    internal static void Average<T, V>(in PoolingGeometry g, bool countPadding, long divisor, T* x, T* y)
        where T : unmanaged, INumber<T>
        where V : unmanaged, ISimd<V, T>
    {
        if (g.Planes * g.Output.Product == 0)
            return;
        using var scratch = Scratch.Open();
        PoolingAverage<T, V>.Run(g, countPadding, divisor, x, y, scratch);
    }

    internal static void AverageGrad<T, V>(in PoolingGeometry g, bool countPadding, long divisor, T* dy, T* dx)
        where T : unmanaged, INumber<T>
        where V : unmanaged, ISimd<V, T>
    {
        using var scratch = Scratch.Open();
        PoolingAverageGrad<T, V>.Run(g, countPadding, divisor, dy, dx, scratch);
    }

    static long Grain(long size) => Math.Max(1, (1 << 15) / Math.Max(1, size));

    readonly struct Scatters<T>(long inputSize, long outputSize, T* dy, long* indices, T* dx) : IRangeBody
        where T : unmanaged, INumber<T>
    {
        public void Invoke(long begin, long end)
        {
            for (long plane = begin; plane < end; plane++)
            {
                T* to = dx + (plane * inputSize), from = dy + (plane * outputSize);
                long* places = indices + (plane * outputSize);
                new Span<T>(to, checked((int)inputSize)).Clear();
                for (long i = 0; i < outputSize; i++)
                {
                    if (places[i] >= 0)
                        to[places[i]] += from[i];
                }
            }
        }
    }

    readonly struct Gathers<T>(long inputSize, long outputSize, T* x, long* indices, T* y) : IRangeBody
        where T : unmanaged, INumber<T>
    {
        public void Invoke(long begin, long end)
        {
            for (long plane = begin; plane < end; plane++)
            {
                T* from = x + (plane * inputSize), to = y + (plane * outputSize);
                long* places = indices + (plane * outputSize);
                for (long i = 0; i < outputSize; i++)
                    to[i] = places[i] >= 0 ? from[places[i]] : T.Zero;
            }
        }
    }
}
