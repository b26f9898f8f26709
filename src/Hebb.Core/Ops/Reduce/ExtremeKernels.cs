using System.Numerics;
using System.Runtime.CompilerServices;
using Hebb.Cpu;
using Hebb.Cpu.Simd;

namespace Hebb.Ops;

/// <summary>The largest or smallest element along an axis and where it first stands. NaN counts as the extreme one.</summary>
internal static unsafe class ExtremeKernels
{
    /// <summary>Elements a thread takes at once.</summary>
    private const long BlockSize = 16 << 10;

    /// <exception cref="DTypeException">The type has no order.</exception>
    /// <exception cref="ShapeException">There is nothing along the axis.</exception>
    public static void Check(string op, in TensorSpec x, int axis)
    {
        if (x.DType.IsComplex || x.DType.IsStorageOnly)
            throw new DTypeException($"{op}: {x.DType.Name} is not supported");
        if (x.Shape[axis] == 0)
            throw new ShapeException($"{op}: {x.Shape} has no elements along axis {axis}");
    }

    /// <summary>Runs over contiguous [outer, n, inner] tensors; <paramref name="values"/> may be null.</summary>
    public static void Run(Tensor x, int axis, bool largest, Tensor? values, Tensor indices) =>
        NumberTypes.Call(x.DType, new Call(x, axis, largest, values, indices));

    private readonly struct Call(Tensor x, int axis, bool largest, Tensor? values, Tensor indices) : INumberCall
    {
        public void Invoke<T>() where T : unmanaged, INumber<T>
        {
            T* to = values is null ? null : values.Data<T>();
            if (largest)
                Run<T, MaxReducer<T>>(x, axis, to, indices.Data<long>());
            else
                Run<T, MinReducer<T>>(x, axis, to, indices.Data<long>());
        }
    }

    private static void Run<T, TOp>(Tensor x, int axis, T* values, long* indices)
        where T : unmanaged, INumber<T>
        where TOp : struct, IReducer<T>
    {
        var (outer, length, inner) = Scans.Split(x.Shape, axis);
        if (outer * inner == 0)
            return;
        if (inner == 1)
            ParallelFor.Ranges(outer, Math.Max(1, BlockSize / length), new RowBody<T, TOp>(x.Data<T>(), length, values, indices));
        else
            ParallelFor.Run(outer * ((inner + Tile - 1) / Tile), new ColumnBody<T, TOp>(x.Data<T>(), length, inner, values, indices));
    }

    /// <summary>Columns side by side.</summary>
    private const int Tile = 512;

    private readonly struct RowBody<T, TOp>(T* x, long length, T* values, long* indices) : IRangeBody
        where T : unmanaged, INumber<T>
        where TOp : struct, IReducer<T>
    {
        public void Invoke(long begin, long end)
        {
            for (long i = begin; i < end; i++)
            {
                var kernel = new RowKernel<T, TOp>(x + i * length, length);
                Isa.Dispatch<RowKernel<T, TOp>, T>(ref kernel);
                indices[i] = kernel.Index;
                if (values is not null)
                    values[i] = x[i * length + kernel.Index];
            }
        }
    }

    private struct RowKernel<T, TOp>(T* x, long length) : ISimdKernel<T>
        where T : unmanaged, INumber<T>
        where TOp : struct, IReducer<T>
    {
        public long Index;

        public void Run<V>() where V : unmanaged, ISimd<V, T>
        {
            TOp op = default;
            long i = 0;
            T best = x[0];
            if (length >= V.Count)
            {
                V a = V.Load(x), b = a;
                for (; i <= length - 2 * V.Count; i += 2 * V.Count)
                {
                    a = op.Combine(a, V.Load(x + i));
                    b = op.Combine(b, V.Load(x + i + V.Count));
                }
                // The last vectors may overlap what came before: a maximum does not mind.
                for (; i < length; i += V.Count)
                    a = op.Combine(a, V.Load(x + Math.Min(i, length - V.Count)));
                a = op.Combine(a, b);
                best = typeof(TOp) == typeof(MaxReducer<T>) ? V.MaxLane(a) : V.MinLane(a);
            }
            else
            {
                for (; i < length; i++)
                    best = Better(best, x[i]);
            }
            Index = Find<V>(best);
        }

        private static T Better(T best, T x) =>
            T.IsNaN(best) ? best : T.IsNaN(x) || (typeof(TOp) == typeof(MaxReducer<T>) ? x > best : x < best) ? x : best;

        private readonly long Find<V>(T best) where V : unmanaged, ISimd<V, T>
        {
            bool nan = T.IsNaN(best);
            V wanted = V.Create(best);
            long i = 0;
            for (; i <= length - V.Count; i += V.Count)
            {
                V v = V.Load(x + i);
                if (V.Any(nan ? V.IsNaN(v) : V.Equal(v, wanted)))
                    break;
            }
            while (nan ? !T.IsNaN(x[i]) : x[i] != best)
                i++;
            return i;
        }
    }

    private readonly struct ColumnBody<T, TOp>(T* x, long length, long inner, T* values, long* indices) : IBlockBody
        where T : unmanaged, INumber<T>
        where TOp : struct, IReducer<T>
    {
        public void Invoke(long block)
        {
            long tiles = (inner + Tile - 1) / Tile;
            (long outer, long tile) = Math.DivRem(block, tiles);
            long column = tile * Tile, at = outer * inner + column;
            var kernel = new ColumnKernel<T, TOp>(x + outer * length * inner + column, length, inner, (int)Math.Min(Tile, inner - column), values is null ? null : values + at, indices + at);
            Isa.Dispatch<ColumnKernel<T, TOp>, T>(ref kernel);
        }
    }

    private readonly struct ColumnKernel<T, TOp>(T* x, long length, long stride, int width, T* values, long* indices) : ISimdKernel<T>
        where T : unmanaged, INumber<T>
        where TOp : struct, IReducer<T>
    {
        [SkipLocalsInit]
        public void Run<V>() where V : unmanaged, ISimd<V, T>
        {
            TOp op = default;
            T* best = stackalloc T[Tile];
            byte* hits = stackalloc byte[64];
            for (int j = 0; j < width; j++)
            {
                best[j] = x[j];
                indices[j] = 0;
            }
            for (long i = 1; i < length; i++)
            {
                T* row = x + i * stride;
                for (int j = 0; j < width; j += V.Count)
                {
                    int n = Math.Min(V.Count, width - j);
                    V old = V.Load(best + j), v = n == V.Count ? V.Load(row + j) : V.LoadPartial(row + j, n);
                    V better = (typeof(TOp) == typeof(MaxReducer<T>) ? V.Greater(v, old) : V.Less(v, old)) | V.IsNaN(v);
                    better = V.AndNot(better, V.IsNaN(old));
                    if (!V.Any(better))
                        continue;
                    op.Combine(old, v).Store(best + j);
                    better.StoreMask(hits);
                    for (int k = 0; k < n; k++)
                    {
                        if (hits[k] != 0)
                            indices[j + k] = i;
                    }
                }
            }
            if (values is null)
                return;
            // -0 and +0 are equal: take the element itself, not what the vectors kept.
            for (int j = 0; j < width; j++)
                values[j] = x[indices[j] * stride + j];
        }
    }
}
