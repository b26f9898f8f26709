using System.Runtime.CompilerServices;
using Hebb.Cpu;
using Hebb.Cpu.Simd;
using Hebb.Memory;
using Hebb.Transforms;

namespace Hebb.Ops;

/// <summary>How elementwise work is cut.</summary>
internal static unsafe class ElementwiseBlocks
{
    /// <summary>Elements a thread takes at once. Fixed, though elementwise results depend on no split.</summary>
    public const long Size = 32 << 10;

    /// <summary>Elements of a large result that a thread takes at once: more, since the first of a block were not fetched ahead.</summary>
    public const long StreamedSize = 256 << 10;

    public static long CountFor(long elements) => (elements + Size - 1) / Size;

    /// <summary>Sums and products of Bool, computed on bytes of 0 and 1, back to 0 and 1.</summary>
    public static void ToBool(byte* y, long count)
    {
        var kernel = new ToBoolKernel(y, count);
        Isa.Dispatch<ToBoolKernel, byte>(ref kernel);
    }

    private readonly struct ToBoolKernel(byte* y, long count) : ISimdKernel<byte>
    {
        public void Run<V>() where V : unmanaged, ISimd<V, byte>
        {
            long i = 0;
            for (; i <= count - V.Count; i += V.Count)
                V.Min(V.Load(y + i), V.One).Store(y + i);
            for (; i < count; i++)
                y[i] = Math.Min(y[i], (byte)1);
        }
    }
}

/// <summary>A function over runs of elements of one type. Inputs that it does not have are null.</summary>
internal unsafe interface IElementwiseMap
{
    /// <summary>Whether it writes Bool whatever it computes in.</summary>
    static abstract bool WritesMask { get; }

    void Run(byte* a, byte* b, byte* c, byte* y, long count);

    /// <summary>The same with a result that goes past the caches; y begins at a line. Not for masks.</summary>
    void Stream(byte* a, byte* b, byte* c, byte* y, long count) => throw new InvalidOperationException("masks are small: they go through the caches");
}

/// <summary>An elementwise call whose inputs are all contiguous, of the output's shape, and of the type to compute in; so its output is too.</summary>
internal unsafe struct ElementwiseDirect<TMap> : IBlockBody where TMap : struct, IElementwiseMap
{
    private readonly TMap _map;
    private readonly byte* _a, _b, _c, _y;
    private readonly long _count, _block;
    private readonly int _size, _outputSize;
    private readonly bool _normalises, _streams;

    private ElementwiseDirect(TMap map, byte* a, byte* b, byte* c, DType compute, Tensor y)
    {
        _map = map;
        _a = a;
        _b = b;
        _c = c;
        _y = y.Pointer;
        _count = y.Count;
        (_size, _outputSize) = (compute.Size, y.DType.Size);
        _normalises = !TMap.WritesMask && y.DType == DType.Bool;
        _streams = !TMap.WritesMask && !_normalises && Streaming.Pays(_y, _count * _outputSize);
        _block = _streams ? ElementwiseBlocks.StreamedSize : ElementwiseBlocks.Size;
    }

    public static void Run(TMap map, byte* a, byte* b, byte* c, DType compute, Tensor y)
    {
        var body = new ElementwiseDirect<TMap>(map, a, b, c, compute, y);
        if (body._count > body._block)
            ParallelFor.Run((body._count + body._block - 1) / body._block, body);
        else if (body._count > 0)
            body.Invoke(0);
    }

    /// <summary>A new tensor like <paramref name="a"/>, computed from it and <paramref name="b"/>, if any, which is of its shape. Both are plain floats.</summary>
    public static Tensor Float(EngineThread thread, Primitive op, TMap map, Tensor a, Tensor? b)
    {
        long count = a.Count;
        if (count == 0 || count > SmallHeap.MaxBytes / sizeof(float))
            return LargeFloat(thread, op, map, a, b);
        // On the CPU as a is: what has values has no other place.
        var storage = Allocator.RentSmall((int)count * sizeof(float), thread);
        map.Run((byte*)a.Floats, b is null ? null : (byte*)b.Floats, null, storage.Pointer, count);
        var y = new Tensor(a.Spec, storage);
        GC.KeepAlive(a);
        GC.KeepAlive(b);
        return y;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static Tensor LargeFloat(EngineThread thread, Primitive op, TMap map, Tensor a, Tensor? b)
    {
        thread.Running = op;
        var y = new Tensor(a.Spec, thread);
        thread.Running = null;
        Run(map, a.Pointer, b is null ? null : b.Pointer, null, DType.Float32, y);
        GC.KeepAlive(a);
        GC.KeepAlive(b);
        return y;
    }

    public void Invoke(long block)
    {
        long start = block * _block, end = Math.Min(start + _block, _count), offset = start * _size;
        byte* y = _y + start * _outputSize;
        if (_streams)
        {
            _map.Stream(_a + offset, _b + offset, _c + offset, y, end - start);
            Streaming.Fence();
            return;
        }
        _map.Run(_a + offset, _b + offset, _c + offset, y, end - start);
        if (_normalises)
            ElementwiseBlocks.ToBool(y, end - start);
    }
}

/// <summary>An elementwise call with inputs to gather, broadcast or convert: a tile at a time, in cache.</summary>
internal unsafe struct ElementwiseTiled<TMap> : IBlockBody where TMap : struct, IElementwiseMap
{
    private readonly TMap _map;
    private readonly int _inputs;
    private readonly Operand _a, _b, _c;
    private readonly byte* _y;
    private readonly long _count;
    private readonly DType _compute, _output;

    private ElementwiseTiled(TMap map, ReadOnlySpan<Tensor> inputs, DType compute, Tensor y)
    {
        ref readonly var shape = ref y.Sizes;
        _map = map;
        _inputs = inputs.Length;
        _y = y.Pointer;
        _count = y.Count;
        (_compute, _output) = (compute, y.DType);
        _a = new Operand(inputs[0], shape, compute);
        if (inputs.Length > 1)
            _b = new Operand(inputs[1], shape, compute);
        if (inputs.Length > 2)
            _c = new Operand(inputs[2], shape, compute);
    }

    public static void Run(TMap map, ReadOnlySpan<Tensor> inputs, DType compute, Tensor y)
    {
        if (y.Count == 0)
            return;
        var body = new ElementwiseTiled<TMap>(map, inputs, compute, y);
        if (body._count > ElementwiseBlocks.Size)
            ParallelFor.Run(ElementwiseBlocks.CountFor(body._count), body);
        else
            body.Invoke(0);
    }

    [SkipLocalsInit]
    public void Invoke(long block)
    {
        byte* scratchA = stackalloc byte[Operand.TileSize * 8];
        byte* scratchB = stackalloc byte[Operand.TileSize * 8];
        byte* scratchC = stackalloc byte[Operand.TileSize * 8];
        byte* raw = stackalloc byte[Operand.TileSize * 16];
        long start = block * ElementwiseBlocks.Size, end = Math.Min(start + ElementwiseBlocks.Size, _count);
        bool direct = TMap.WritesMask || !_output.IsHalf;
        bool streams = Streaming.Pays(_y, _count * _output.Size);
        byte* space = stackalloc byte[streams ? Operand.TileSize * 8 + 64 : 8];
        byte* tile = space + (-(nint)space & 63);
        byte* a = null, b = null, c = null;
        for (long at = start; at < end; at += Operand.TileSize)
        {
            int length = (int)Math.Min(Operand.TileSize, end - at);
            // A constant fills its tile once; the first tile of a block is the longest.
            if (at == start || !_a.IsConstant)
                a = _a.Read(at, length, scratchA, raw);
            if (_inputs > 1 && (at == start || !_b.IsConstant))
                b = _b.Read(at, length, scratchB, raw);
            if (_inputs > 2 && (at == start || !_c.IsConstant))
                c = _c.Read(at, length, scratchC, raw);
            byte* to = streams ? tile : _y + at * _output.Size;
            _map.Run(a, b, c, direct ? to : raw, length);
            if (!direct)
                Converting.Convert(raw, _compute, to, _output, length);
            if (!TMap.WritesMask && _output == DType.Bool)
                ElementwiseBlocks.ToBool(to, length);
            if (streams)
            {
                long next = Math.Min(at + Operand.TileSize, _count - 1);
                Streaming.Write(tile, _y + at * _output.Size, (long)length * _output.Size, _a.Peek(next), _inputs > 1 ? _b.Peek(next) : _a.Peek(next));
            }
        }
        if (streams)
            Streaming.Fence();
    }
}
