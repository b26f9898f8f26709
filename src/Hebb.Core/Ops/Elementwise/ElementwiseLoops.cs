using System.Runtime.CompilerServices;
using Hebb.Cpu;
using Hebb.Cpu.Simd;

namespace Hebb.Ops;

/// <summary>
/// The loops behind elementwise ops: fixed blocks over threads, tiles within a block where an operand has to be gathered or converted, vectors
/// within a tile.
/// </summary>
internal static unsafe class ElementwiseLoops
{
    /// <summary>Elements a thread takes at once. Fixed, though elementwise results depend on no split.</summary>
    private const long BlockSize = 32 << 10;

    public static void Unary<TOp>(TOp op, Tensor x, Tensor y) where TOp : struct, IUnaryOp<TOp>
    {
        var compute = OpDomains.Compute(y.DType);
        switch (compute)
        {
            case DType.Float32:
                Map1<UnaryMap<TOp, float>, float>(new(op), x, y, compute);
                break;
            case DType.Float64:
                Map1<UnaryMap<TOp, double>, double>(new(op), x, y, compute);
                break;
            case DType.Int8:
                Map1<UnaryMap<TOp, sbyte>, sbyte>(new(op), x, y, compute);
                break;
            case DType.Int16:
                Map1<UnaryMap<TOp, short>, short>(new(op), x, y, compute);
                break;
            case DType.Int32:
                Map1<UnaryMap<TOp, int>, int>(new(op), x, y, compute);
                break;
            case DType.Int64:
                Map1<UnaryMap<TOp, long>, long>(new(op), x, y, compute);
                break;
            case DType.UInt8:
                Map1<UnaryMap<TOp, byte>, byte>(new(op), x, y, compute);
                break;
            case DType.UInt16:
                Map1<UnaryMap<TOp, ushort>, ushort>(new(op), x, y, compute);
                break;
            case DType.UInt32:
                Map1<UnaryMap<TOp, uint>, uint>(new(op), x, y, compute);
                break;
            default:
                Map1<UnaryMap<TOp, ulong>, ulong>(new(op), x, y, compute);
                break;
        }
    }

    public static void Predicate<TOp>(TOp op, Tensor x, Tensor y, DType compute) where TOp : struct, IPredicateOp<TOp>
    {
        switch (compute)
        {
            case DType.Float32:
                Map1<PredicateMap<TOp, float>, float>(new(op), x, y, compute);
                break;
            case DType.Float64:
                Map1<PredicateMap<TOp, double>, double>(new(op), x, y, compute);
                break;
            case DType.Int8:
                Map1<PredicateMap<TOp, sbyte>, sbyte>(new(op), x, y, compute);
                break;
            case DType.Int16:
                Map1<PredicateMap<TOp, short>, short>(new(op), x, y, compute);
                break;
            case DType.Int32:
                Map1<PredicateMap<TOp, int>, int>(new(op), x, y, compute);
                break;
            case DType.Int64:
                Map1<PredicateMap<TOp, long>, long>(new(op), x, y, compute);
                break;
            case DType.UInt8:
                Map1<PredicateMap<TOp, byte>, byte>(new(op), x, y, compute);
                break;
            case DType.UInt16:
                Map1<PredicateMap<TOp, ushort>, ushort>(new(op), x, y, compute);
                break;
            case DType.UInt32:
                Map1<PredicateMap<TOp, uint>, uint>(new(op), x, y, compute);
                break;
            default:
                Map1<PredicateMap<TOp, ulong>, ulong>(new(op), x, y, compute);
                break;
        }
    }

    public static void Binary<TOp>(TOp op, Tensor a, Tensor b, Tensor y) where TOp : struct, IBinaryOp<TOp>
    {
        var compute = OpDomains.Compute(y.DType);
        switch (compute)
        {
            case DType.Float32:
                Map2<BinaryMap<TOp, float>, float>(new(op), a, b, y, compute);
                break;
            case DType.Float64:
                Map2<BinaryMap<TOp, double>, double>(new(op), a, b, y, compute);
                break;
            case DType.Int8:
                Map2<BinaryMap<TOp, sbyte>, sbyte>(new(op), a, b, y, compute);
                break;
            case DType.Int16:
                Map2<BinaryMap<TOp, short>, short>(new(op), a, b, y, compute);
                break;
            case DType.Int32:
                Map2<BinaryMap<TOp, int>, int>(new(op), a, b, y, compute);
                break;
            case DType.Int64:
                Map2<BinaryMap<TOp, long>, long>(new(op), a, b, y, compute);
                break;
            case DType.UInt8:
                Map2<BinaryMap<TOp, byte>, byte>(new(op), a, b, y, compute);
                break;
            case DType.UInt16:
                Map2<BinaryMap<TOp, ushort>, ushort>(new(op), a, b, y, compute);
                break;
            case DType.UInt32:
                Map2<BinaryMap<TOp, uint>, uint>(new(op), a, b, y, compute);
                break;
            default:
                Map2<BinaryMap<TOp, ulong>, ulong>(new(op), a, b, y, compute);
                break;
        }
    }

    public static void Compare<TOp>(TOp op, Tensor a, Tensor b, Tensor y, DType compute) where TOp : struct, ICompareOp<TOp>
    {
        switch (compute)
        {
            case DType.Float32:
                Map2<CompareMap<TOp, float>, float>(new(op), a, b, y, compute);
                break;
            case DType.Float64:
                Map2<CompareMap<TOp, double>, double>(new(op), a, b, y, compute);
                break;
            case DType.Int8:
                Map2<CompareMap<TOp, sbyte>, sbyte>(new(op), a, b, y, compute);
                break;
            case DType.Int16:
                Map2<CompareMap<TOp, short>, short>(new(op), a, b, y, compute);
                break;
            case DType.Int32:
                Map2<CompareMap<TOp, int>, int>(new(op), a, b, y, compute);
                break;
            case DType.Int64:
                Map2<CompareMap<TOp, long>, long>(new(op), a, b, y, compute);
                break;
            case DType.UInt8:
                Map2<CompareMap<TOp, byte>, byte>(new(op), a, b, y, compute);
                break;
            case DType.UInt16:
                Map2<CompareMap<TOp, ushort>, ushort>(new(op), a, b, y, compute);
                break;
            case DType.UInt32:
                Map2<CompareMap<TOp, uint>, uint>(new(op), a, b, y, compute);
                break;
            default:
                Map2<CompareMap<TOp, ulong>, ulong>(new(op), a, b, y, compute);
                break;
        }
    }

    private static void Map1<TMap, T>(TMap map, Tensor x, Tensor y, DType compute)
        where TMap : struct, IMap<T>
        where T : unmanaged
    {
        long count = y.Count;
        if (count == 0)
            return;
        var shape = y.Shape;
        var body = new Body<TMap, T>(map, new Operand(x, shape, compute), default, one: true, y, compute);
        body.Run(count);
    }

    private static void Map2<TMap, T>(TMap map, Tensor a, Tensor b, Tensor y, DType compute)
        where TMap : struct, IMap<T>
        where T : unmanaged
    {
        long count = y.Count;
        if (count == 0)
            return;
        var shape = y.Shape;
        var body = new Body<TMap, T>(map, new Operand(a, shape, compute), new Operand(b, shape, compute), one: false, y, compute);
        body.Run(count);
    }

    /// <summary>A whole elementwise call; also one block of it.</summary>
    private struct Body<TMap, T>(TMap map, Operand a, Operand b, bool one, Tensor y, DType compute) : IBlockBody
        where TMap : struct, IMap<T>
        where T : unmanaged
    {
        private readonly byte* _y = y.Pointer;
        private readonly DType _output = y.DType;
        private readonly long _count = y.Count;

        public void Run(long count)
        {
            if (count <= BlockSize)
                Invoke(0);
            else
                ParallelFor.Run((count + BlockSize - 1) / BlockSize, this);
        }

        public void Invoke(long block)
        {
            long start = block * BlockSize, end = Math.Min(start + BlockSize, _count);
            bool directOutput = TMap.WritesMask ? _output == DType.Bool : !_output.IsHalf;
            if (directOutput && a.IsDirect && (one || b.IsDirect))
                map.Run(a.Read(start, 0, null, null), one ? null : b.Read(start, 0, null, null), _y + start * _output.Size, end - start);
            else
                Tiled(start, end, directOutput);
        }

        [SkipLocalsInit]
        private void Tiled(long start, long end, bool directOutput)
        {
            byte* scratchA = stackalloc byte[Operand.TileSize * 8];
            byte* scratchB = stackalloc byte[Operand.TileSize * 8];
            byte* raw = stackalloc byte[Operand.TileSize * 8];
            for (long at = start; at < end; at += Operand.TileSize)
            {
                int length = (int)Math.Min(Operand.TileSize, end - at);
                byte* left = a.Read(at, length, scratchA, raw);
                byte* right = one ? null : b.Read(at, length, scratchB, raw);
                byte* to = _y + at * _output.Size;
                if (directOutput)
                {
                    map.Run(left, right, to, length);
                    continue;
                }
                map.Run(left, right, raw, length);
                Converting.Convert(raw, compute, to, _output, length);
            }
        }
    }

    /// <summary>A function over runs of elements.</summary>
    private interface IMap<T> where T : unmanaged
    {
        static abstract bool WritesMask { get; }

        void Run(byte* a, byte* b, byte* y, long count);
    }

    private readonly struct UnaryMap<TOp, T>(TOp op) : IMap<T>
        where TOp : struct, IUnaryOp<TOp>
        where T : unmanaged
    {
        public static bool WritesMask => false;

        public void Run(byte* a, byte* b, byte* y, long count)
        {
            var kernel = new Kernel(op, (T*)a, (T*)y, count);
            Isa.Dispatch<Kernel, T>(ref kernel);
        }

        private readonly struct Kernel(TOp op, T* x, T* y, long count) : ISimdKernel<T>
        {
            public void Run<V>() where V : unmanaged, ISimd<V, T>
            {
                var f = op;
                long i = 0;
                for (; i <= count - V.Count; i += V.Count)
                    f.Invoke<V, T>(V.Load(x + i)).Store(y + i);
                if (i < count)
                    f.Invoke<V, T>(V.LoadPartial(x + i, (int)(count - i))).StorePartial(y + i, (int)(count - i));
            }
        }
    }

    private readonly struct PredicateMap<TOp, T>(TOp op) : IMap<T>
        where TOp : struct, IPredicateOp<TOp>
        where T : unmanaged
    {
        public static bool WritesMask => true;

        public void Run(byte* a, byte* b, byte* y, long count)
        {
            var kernel = new Kernel(op, (T*)a, y, count);
            Isa.Dispatch<Kernel, T>(ref kernel);
        }

        private readonly struct Kernel(TOp op, T* x, byte* y, long count) : ISimdKernel<T>
        {
            public void Run<V>() where V : unmanaged, ISimd<V, T>
            {
                var f = op;
                long i = 0;
                for (; i <= count - V.Count; i += V.Count)
                    f.Invoke<V, T>(V.Load(x + i)).StoreMask(y + i);
                if (i < count)
                    StoreMaskTail(f.Invoke<V, T>(V.LoadPartial(x + i, (int)(count - i))), y + i, (int)(count - i));

                static void StoreMaskTail(V mask, byte* y, int count)
                {
                    byte* tail = stackalloc byte[64];
                    mask.StoreMask(tail);
                    new ReadOnlySpan<byte>(tail, count).CopyTo(new Span<byte>(y, count));
                }
            }
        }
    }

    private readonly struct BinaryMap<TOp, T>(TOp op) : IMap<T>
        where TOp : struct, IBinaryOp<TOp>
        where T : unmanaged
    {
        public static bool WritesMask => false;

        public void Run(byte* a, byte* b, byte* y, long count)
        {
            var kernel = new Kernel(op, (T*)a, (T*)b, (T*)y, count);
            Isa.Dispatch<Kernel, T>(ref kernel);
        }

        private readonly struct Kernel(TOp op, T* a, T* b, T* y, long count) : ISimdKernel<T>
        {
            public void Run<V>() where V : unmanaged, ISimd<V, T>
            {
                var f = op;
                long i = 0;
                for (; i <= count - V.Count; i += V.Count)
                    f.Invoke<V, T>(V.Load(a + i), V.Load(b + i)).Store(y + i);
                if (i < count)
                {
                    int rest = (int)(count - i);
                    f.Invoke<V, T>(V.LoadPartial(a + i, rest), V.LoadPartial(b + i, rest)).StorePartial(y + i, rest);
                }
            }
        }
    }

    private readonly struct CompareMap<TOp, T>(TOp op) : IMap<T>
        where TOp : struct, ICompareOp<TOp>
        where T : unmanaged
    {
        public static bool WritesMask => true;

        public void Run(byte* a, byte* b, byte* y, long count)
        {
            var kernel = new Kernel(op, (T*)a, (T*)b, y, count);
            Isa.Dispatch<Kernel, T>(ref kernel);
        }

        private readonly struct Kernel(TOp op, T* a, T* b, byte* y, long count) : ISimdKernel<T>
        {
            public void Run<V>() where V : unmanaged, ISimd<V, T>
            {
                var f = op;
                long i = 0;
                for (; i <= count - V.Count; i += V.Count)
                    f.Invoke<V, T>(V.Load(a + i), V.Load(b + i)).StoreMask(y + i);
                if (i < count)
                {
                    int rest = (int)(count - i);
                    byte* tail = stackalloc byte[64];
                    f.Invoke<V, T>(V.LoadPartial(a + i, rest), V.LoadPartial(b + i, rest)).StoreMask(tail);
                    new ReadOnlySpan<byte>(tail, rest).CopyTo(new Span<byte>(y + i, rest));
                }
            }
        }
    }
}
