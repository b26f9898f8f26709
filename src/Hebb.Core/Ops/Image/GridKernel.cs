using System.Numerics;
using System.Runtime.CompilerServices;
using Hebb.Cpu;

namespace Hebb.Ops;

/// <summary>Images read at the points of a grid, and the two ways back: to the image and to the grid. Images are [N, C, spatial], grids [N, points, axes].</summary>
internal static unsafe class GridKernel
{
    private const int MaxTaps = 64;
    private const int Points = 256;

    /// <summary>What one sample reads.</summary>
    private readonly struct Sampler<T> where T : unmanaged, IFloatingPointIeee754<T>
    {
        private readonly GridRule _rule;
        private readonly Sizes _sizes;
        private readonly int _axes;

        public readonly int Taps;

        [InlineArray(3)]
        private struct Sizes
        {
            private int _first;
        }

        public Sampler(GridRule rule, in Shape image)
        {
            _rule = rule;
            _axes = image.Rank - 2;
            Taps = 1;
            for (int i = 0; i < _axes; i++)
            {
                _sizes[i] = image[2 + i];
                Taps *= rule.Taps;
            }
        }

        /// <summary>Offsets into a channel (-1 for none) and weights of a point; with <paramref name="axis"/> the weights' derivative along that coordinate. Grids name the last axis first.</summary>
        [SkipLocalsInit]
        public void Resolve(T* point, int* offsets, T* weights, int axis = -1)
        {
            Span<int> indices = stackalloc int[12];
            Span<T> values = stackalloc T[12], slopes = stackalloc T[12];
            // 1, 2 or 4 taps an axis: as many bits of a tap's number.
            int bits = _rule.Taps >> 1, mask = _rule.Taps - 1;
            for (int i = 0; i < _axes; i++)
                _rule.Resolve(point[_axes - 1 - i], _sizes[i], indices.Slice(4 * i, 4), values.Slice(4 * i, 4), slopes.Slice(4 * i, 4));
            for (int tap = 0; tap < Taps; tap++)
            {
                int rest = tap, offset = 0, stride = 1;
                bool inside = true;
                T weight = T.One;
                for (int i = _axes - 1; i >= 0; i--)
                {
                    int k = 4 * i + (rest & mask);
                    rest >>= bits;
                    inside &= indices[k] >= 0;
                    offset += indices[k] * stride;
                    stride *= _sizes[i];
                    weight *= axis == _axes - 1 - i ? slopes[k] : values[k];
                }
                offsets[tap] = inside ? offset : -1;
                weights[tap] = weight;
            }
        }
    }

    /// <summary>y[n, c, p] = sum of taps of x[n, c].</summary>
    public static void Sample<T>(Tensor x, Tensor grid, Tensor y, GridRule rule) where T : unmanaged, IFloatingPointIeee754<T>
    {
        if (y.Count == 0)
            return;
        long points = y.Shape[2..].Count;
        ParallelFor.Run(x.Shape[0] * ((points + Points - 1) / Points), new SampleBody<T>(x, grid, y, rule, points));
    }

    private readonly struct SampleBody<T>(Tensor x, Tensor grid, Tensor y, GridRule rule, long points) : IBlockBody where T : unmanaged, IFloatingPointIeee754<T>
    {
        private readonly Sampler<T> _sampler = new(rule, x.Shape);
        private readonly T* _x = x.Data<T>(), _grid = grid.Data<T>(), _y = y.Data<T>();
        private readonly int _channels = x.Shape[1], _axes = x.Rank - 2;
        private readonly long _size = x.Shape[2..].Count;

        [SkipLocalsInit]
        public void Invoke(long block)
        {
            (long n, long piece) = Math.DivRem(block, (points + Points - 1) / Points);
            long start = piece * Points;
            int count = (int)Math.Min(Points, points - start), taps = _sampler.Taps;
            int* offsets = stackalloc int[Points / 4 * MaxTaps];
            T* weights = stackalloc T[Points / 4 * MaxTaps];
            // As many points at a time as the buffers hold taps.
            int batch = Math.Min(count, Points / 4 * MaxTaps / taps);
            for (int first = 0; first < count; first += batch)
            {
                int length = Math.Min(batch, count - first);
                for (int p = 0; p < length; p++)
                    _sampler.Resolve(_grid + (n * points + start + first + p) * _axes, offsets + p * taps, weights + p * taps);
                for (int c = 0; c < _channels; c++)
                {
                    T* image = _x + (n * _channels + c) * _size, to = _y + (n * _channels + c) * points + start + first;
                    for (int p = 0; p < length; p++)
                        to[p] = Sum(image, offsets + p * taps, weights + p * taps, taps);
                }
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static T Sum<T>(T* image, int* offsets, T* weights, int taps) where T : unmanaged, IFloatingPointIeee754<T>
    {
        // Most points have all their neighbours.
        if (taps == 4 && (offsets[0] | offsets[1] | offsets[2] | offsets[3]) >= 0)
            return weights[0] * image[offsets[0]] + weights[1] * image[offsets[1]] + weights[2] * image[offsets[2]] + weights[3] * image[offsets[3]];
        T sum = T.Zero;
        for (int k = 0; k < taps; k++)
        {
            if (offsets[k] >= 0)
                sum += weights[k] * image[offsets[k]];
        }
        return sum;
    }

    /// <summary>x[n, c, tap] += weight * g[n, c, p], in the order of the points; x starts at zero.</summary>
    public static void ToImage<T>(Tensor g, Tensor grid, Tensor x, GridRule rule) where T : unmanaged, IFloatingPointIeee754<T>
    {
        System.Runtime.InteropServices.NativeMemory.Clear(x.Pointer, (nuint)x.DType.BytesFor(x.Count));
        if (g.Count == 0 || x.Count == 0)
            return;
        // A few channels a block: each works out the taps anew.
        int channels = x.Shape[1], pieces = Math.Min(channels, x.Shape[0] >= 8 ? 1 : 4);
        ParallelFor.Run(x.Shape[0] * pieces, new ToImageBody<T>(g, grid, x, rule, pieces));
    }

    private readonly struct ToImageBody<T>(Tensor g, Tensor grid, Tensor x, GridRule rule, int pieces) : IBlockBody where T : unmanaged, IFloatingPointIeee754<T>
    {
        private readonly Sampler<T> _sampler = new(rule, x.Shape);
        private readonly T* _x = x.Data<T>(), _grid = grid.Data<T>(), _g = g.Data<T>();
        private readonly int _channels = x.Shape[1], _axes = x.Rank - 2;
        private readonly long _size = x.Shape[2..].Count, _points = g.Shape[2..].Count;

        [SkipLocalsInit]
        public void Invoke(long block)
        {
            (long n, long piece) = Math.DivRem(block, pieces);
            int start = (int)(piece * _channels / pieces), end = (int)((piece + 1) * _channels / pieces);
            int* offsets = stackalloc int[MaxTaps];
            T* weights = stackalloc T[MaxTaps];
            for (long p = 0; p < _points; p++)
            {
                _sampler.Resolve(_grid + (n * _points + p) * _axes, offsets, weights);
                for (int c = start; c < end; c++)
                {
                    T value = _g[(n * _channels + c) * _points + p], weight;
                    T* image = _x + (n * _channels + c) * _size;
                    for (int k = 0; k < _sampler.Taps; k++)
                    {
                        weight = weights[k];
                        if (offsets[k] >= 0)
                            image[offsets[k]] += weight * value;
                    }
                }
            }
        }
    }

    /// <summary>out[n, p, axis] = sum over channels and taps of the weights' derivative times x[n, c, tap] times g[n, c, p].</summary>
    public static void ToGrid<T>(Tensor g, Tensor x, Tensor grid, Tensor result, GridRule rule) where T : unmanaged, IFloatingPointIeee754<T>
    {
        if (result.Count == 0)
            return;
        long points = g.Shape[2..].Count;
        ParallelFor.Ranges(x.Shape[0] * points, 64, new ToGridBody<T>(g, x, grid, result, rule, points));
    }

    private readonly struct ToGridBody<T>(Tensor g, Tensor x, Tensor grid, Tensor result, GridRule rule, long points) : IRangeBody where T : unmanaged, IFloatingPointIeee754<T>
    {
        private readonly Sampler<T> _sampler = new(rule, x.Shape);
        private readonly T* _x = x.Data<T>(), _grid = grid.Data<T>(), _g = g.Data<T>(), _result = result.Data<T>();
        private readonly int _channels = x.Shape[1], _axes = x.Rank - 2;
        private readonly long _size = x.Shape[2..].Count;

        [SkipLocalsInit]
        public void Invoke(long begin, long end)
        {
            int* offsets = stackalloc int[MaxTaps];
            T* weights = stackalloc T[MaxTaps];
            for (long i = begin; i < end; i++)
            {
                (long n, long p) = Math.DivRem(i, points);
                for (int axis = 0; axis < _axes; axis++)
                {
                    _sampler.Resolve(_grid + i * _axes, offsets, weights, axis);
                    T sum = T.Zero;
                    for (int c = 0; c < _channels; c++)
                    {
                        T* image = _x + (n * _channels + c) * _size;
                        sum += Sum(image, offsets, weights, _sampler.Taps) * _g[(n * _channels + c) * points + p];
                    }
                    _result[i * _axes + axis] = sum;
                }
            }
        }
    }
}
