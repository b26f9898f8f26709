using System.Numerics;
using System.Numerics.Tensors;
using Hebb.Cpu;

namespace Hebb.Ops;

/// <summary>
/// An axis resampled: each element of the result is a weighted sum of a few neighbours ("taps") of the input. Interpolation in several dimensions is one
/// such pass for each axis. The pass back adds along the same taps, in the order of the result.
/// </summary>
internal static unsafe class Resampling
{
    /// <summary>The taps of every element of the result: indices and weights, <paramref name="Count"/> for each.</summary>
    public readonly record struct Taps(int Count, int[] Indices, double[] Weights)
    {
        /// <param name="size">The input's size.</param>
        /// <param name="result">The result's size.</param>
        /// <param name="cubic">Four taps of Keys' cubic convolution (a = -0.75) instead of two of linear interpolation.</param>
        /// <param name="alignCorners">Whether first and last elements of both fall together; else the borders of the elements do.</param>
        /// <param name="scale">The scale that was asked for, 0 where only a size was: then it follows from the sizes.</param>
        public static Taps Create(int size, int result, bool cubic, bool alignCorners, double scale)
        {
            int count = cubic ? 4 : 2;
            var (indices, weights) = (new int[result * count], new double[result * count]);
            double step = alignCorners ? result > 1 ? (size - 1.0) / (result - 1) : 0 : scale > 0 ? 1 / scale : (double)size / result;
            for (int i = 0; i < result; i++)
            {
                double at = alignCorners ? step * i : step * (i + 0.5) - 0.5;
                if (!cubic)
                    at = Math.Max(at, 0);
                int first = (int)Math.Floor(at);
                double t = at - first;
                if (cubic)
                {
                    CubicWeights(t, weights.AsSpan(4 * i, 4));
                    for (int k = 0; k < 4; k++)
                        indices[4 * i + k] = Math.Clamp(first - 1 + k, 0, size - 1);
                }
                else
                {
                    first = Math.Min(first, size - 1);
                    t = Math.Min(at - first, 1);
                    (indices[2 * i], indices[2 * i + 1]) = (first, Math.Min(first + 1, size - 1));
                    (weights[2 * i], weights[2 * i + 1]) = (1 - t, t);
                }
            }
            return new Taps(count, indices, weights);
        }
    }

    /// <summary>Keys' cubic convolution kernel with a = -0.75 at distances 1 + t, t, 1 - t, 2 - t.</summary>
    public static void CubicWeights<T>(T t, Span<T> weights) where T : IFloatingPoint<T>
    {
        T a = T.CreateChecked(-0.75);
        weights[0] = Outer(t + T.One, a);
        weights[1] = Inner(t, a);
        weights[2] = Inner(T.One - t, a);
        weights[3] = Outer(T.One + T.One - t, a);

        static T Inner(T x, T a) => ((a + T.CreateChecked(2)) * x - (a + T.CreateChecked(3))) * x * x + T.One;
        static T Outer(T x, T a) => ((a * x - T.CreateChecked(5) * a) * x + T.CreateChecked(8) * a) * x - T.CreateChecked(4) * a;
    }

    /// <summary>y[o, i, n] = sum of the taps of i times x[o, tap, n].</summary>
    public static void Forward<T>(T* x, T* y, long outer, int size, int result, long inner, in Taps taps) where T : unmanaged, INumber<T> =>
        Run(x, y, outer, size, result, inner, taps, back: false);

    /// <summary>x[o, tap, n] += weight * y[o, i, n], where x starts at zero.</summary>
    public static void Backward<T>(T* x, T* y, long outer, int size, int result, long inner, in Taps taps) where T : unmanaged, INumber<T> =>
        Run(x, y, outer, size, result, inner, taps, back: true);

    private static void Run<T>(T* x, T* y, long outer, int size, int result, long inner, in Taps taps, bool back) where T : unmanaged, INumber<T>
    {
        if (outer * inner == 0)
            return;
        var weights = Array.ConvertAll(taps.Weights, T.CreateChecked);
        long work = Math.Max(size, result) * inner, lines = Math.Max(1, (16 << 10) / Math.Max(1, work));
        long pieces = outer >= 8 ? 1 : Math.Clamp(Math.Min(inner / 64, work / (16 << 10)), 1, 16);
        fixed (int* indices = taps.Indices)
        fixed (T* w = weights)
            ParallelFor.Run((outer + lines - 1) / lines * pieces, new Body<T>(x, y, outer, size, result, inner, indices, w, taps.Count, back, lines, pieces));
    }

    private readonly struct Body<T>(T* x, T* y, long outer, int size, int result, long inner, int* indices, T* weights, int taps, bool back, long lines, long pieces) : IBlockBody
        where T : unmanaged, INumber<T>
    {
        public void Invoke(long block)
        {
            (long group, long piece) = Math.DivRem(block, pieces);
            long start = piece * inner / pieces;
            int length = checked((int)((piece + 1) * inner / pieces - start));
            for (long line = group * lines; line < Math.Min((group + 1) * lines, outer); line++)
            {
                T* a = x + line * size * inner + start, b = y + line * result * inner + start;
                if (back)
                {
                    for (int i = 0; i < size; i++)
                        new Span<T>(a + i * inner, length).Clear();
                }
                for (int i = 0; i < result; i++)
                {
                    if (length == 1)
                        Element(a, b, i);
                    else
                        Row(a, b, i, length);
                }
            }
        }

        private void Element(T* a, T* b, int i)
        {
            T sum = T.Zero;
            for (int k = i * taps; k < (i + 1) * taps; k++)
            {
                if (back)
                    a[indices[k] * inner] += weights[k] * b[i * inner];
                else
                    sum += weights[k] * a[indices[k] * inner];
            }
            if (!back)
                b[i * inner] = sum;
        }

        private void Row(T* a, T* b, int i, int length)
        {
            var row = new Span<T>(b + i * inner, length);
            for (int k = 0; k < taps; k++)
            {
                T weight = weights[i * taps + k];
                var other = new Span<T>(a + indices[i * taps + k] * inner, length);
                if (back)
                    TensorPrimitives.MultiplyAdd(row, weight, other, other);
                else if (k == 0)
                    TensorPrimitives.Multiply(other, weight, row);
                else
                    TensorPrimitives.MultiplyAdd(other, weight, row, row);
            }
        }
    }
}
