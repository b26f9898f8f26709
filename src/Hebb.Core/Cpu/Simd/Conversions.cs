using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Hebb.Cpu.Simd;

/// <summary>
/// Between float and the 16-bit floats, by bit operations at the width of the machine. Widening is exact; narrowing rounds to nearest even,
/// overflows to infinity, gives denormals, and keeps sign and upper payload of NaN, made quiet.
/// </summary>
public static unsafe class Conversions
{
    const MethodImplOptions Inline = MethodImplOptions.AggressiveInlining;

    /// <summary>Float16 to float; the spans are of one length.</summary>
    public static void ToSingle(ReadOnlySpan<Half> source, Span<float> destination)
    {
        CheckLengths(source.Length, destination.Length);
        fixed (Half* s = source)
        fixed (float* d = destination)
            WidenFloat16((ushort*)s, d, source.Length);
    }

    /// <summary>BFloat16 to float; the spans are of one length.</summary>
    public static void ToSingle(ReadOnlySpan<BFloat16> source, Span<float> destination)
    {
        CheckLengths(source.Length, destination.Length);
        fixed (BFloat16* s = source)
        fixed (float* d = destination)
            WidenBFloat16((ushort*)s, d, source.Length);
    }

    /// <summary>Float to Float16; the spans are of one length.</summary>
    public static void FromSingle(ReadOnlySpan<float> source, Span<Half> destination)
    {
        CheckLengths(source.Length, destination.Length);
        fixed (float* s = source)
        fixed (Half* d = destination)
            NarrowToFloat16(s, (ushort*)d, source.Length);
    }

    /// <summary>Float to BFloat16; the spans are of one length.</summary>
    public static void FromSingle(ReadOnlySpan<float> source, Span<BFloat16> destination)
    {
        CheckLengths(source.Length, destination.Length);
        fixed (float* s = source)
        fixed (BFloat16* d = destination)
            NarrowToBFloat16(s, (ushort*)d, source.Length);
    }

    /// <inheritdoc cref="ToSingle(ReadOnlySpan{Half},Span{float})"/>
    public static void WidenFloat16(ushort* source, float* destination, long count) => Run<Float16ToSingle>(source, destination, count);

    /// <inheritdoc cref="ToSingle(ReadOnlySpan{BFloat16},Span{float})"/>
    public static void WidenBFloat16(ushort* source, float* destination, long count) => Run<BFloat16ToSingle>(source, destination, count);

    /// <inheritdoc cref="FromSingle(ReadOnlySpan{float},Span{Half})"/>
    public static void NarrowToFloat16(float* source, ushort* destination, long count) => Run<SingleToFloat16>(source, destination, count);

    /// <inheritdoc cref="FromSingle(ReadOnlySpan{float},Span{BFloat16})"/>
    public static void NarrowToBFloat16(float* source, ushort* destination, long count) => Run<SingleToBFloat16>(source, destination, count);

    /// <summary>Reads a vector of Float16 as floats.</summary>
    [MethodImpl(Inline)]
    public static V LoadFloat16<V>(ushort* p)
        where V : unmanaged, ISimd<V, float> => Float16ToSingle.Widen(LoadWords<V>(p));

    /// <summary>Reads a vector of BFloat16 as floats.</summary>
    [MethodImpl(Inline)]
    public static V LoadBFloat16<V>(ushort* p)
        where V : unmanaged, ISimd<V, float> => LoadWords<V>(p) << 16;

    /// <summary>The first of each of so many pairs of Float16 as a vector has lanes, as floats.</summary>
    [MethodImpl(Inline)]
    public static V FirstFloat16<V>(ushort* pairs)
        where V : unmanaged, ISimd<V, float> => Float16ToSingle.Widen(V.Load((float*)pairs) & Bits<V>(0xFFFF));

    /// <summary>The second of each pair.</summary>
    [MethodImpl(Inline)]
    public static V SecondFloat16<V>(ushort* pairs)
        where V : unmanaged, ISimd<V, float> => Float16ToSingle.Widen(V.Load((float*)pairs) >>> 16);

    /// <summary>The first of each of so many pairs of BFloat16 as a vector has lanes, as floats.</summary>
    [MethodImpl(Inline)]
    public static V FirstBFloat16<V>(ushort* pairs)
        where V : unmanaged, ISimd<V, float> => V.Load((float*)pairs) << 16;

    /// <summary>The second of each pair.</summary>
    [MethodImpl(Inline)]
    public static V SecondBFloat16<V>(ushort* pairs)
        where V : unmanaged, ISimd<V, float> => V.Load((float*)pairs) & Bits<V>(unchecked((int)0xFFFF0000));

    /// <summary>Rounds a vector of floats to Float16 and writes it.</summary>
    [MethodImpl(Inline)]
    public static void StoreFloat16<V>(V x, ushort* p)
        where V : unmanaged, ISimd<V, float> => StoreWords(SingleToFloat16.Narrow(x), p);

    /// <summary>Rounds a vector of floats to BFloat16 and writes it.</summary>
    [MethodImpl(Inline)]
    public static void StoreBFloat16<V>(V x, ushort* p)
        where V : unmanaged, ISimd<V, float> => StoreWords(SingleToBFloat16.Narrow(x), p);

    static void CheckLengths(int source, int destination)
    {
        if (source != destination)
            throw new ShapeException($"conversion: {source} elements into {destination}");
    }

    interface IConversion
    {
        static abstract int SourceSize { get; }
        static abstract int DestinationSize { get; }

        /// <summary>Converts one vector's worth.</summary>
        static abstract void Step<V>(byte* source, byte* destination)
            where V : unmanaged, ISimd<V, float>;
    }

    static void Run<C>(void* source, void* destination, long count)
        where C : struct, IConversion
    {
        if (Isa.UseAvx512)
            Loop<C, V512<float>>((byte*)source, (byte*)destination, count);
        else if (Isa.UseAvx2)
            Loop<C, V256<float>>((byte*)source, (byte*)destination, count);
        else
            Loop<C, V128<float>>((byte*)source, (byte*)destination, count);
    }

    [MethodImpl(Jit.Full)]
    static void Loop<C, V>(byte* source, byte* destination, long count)
        where C : struct, IConversion
        where V : unmanaged, ISimd<V, float>
    {
        long i = 0;
        for (; i <= count - V.Count; i += V.Count)
            C.Step<V>(source + i * C.SourceSize, destination + i * C.DestinationSize);
        if (i == count)
            return;
        V512<float> a = default, b = default;
        int rest = (int)(count - i);
        NativeMemory.Copy(source + i * C.SourceSize, &a, (nuint)(rest * C.SourceSize));
        C.Step<V>((byte*)&a, (byte*)&b);
        NativeMemory.Copy(&b, destination + i * C.DestinationSize, (nuint)(rest * C.DestinationSize));
    }

    [MethodImpl(Inline)]
    static V Bits<V>(int bits)
        where V : unmanaged, ISimd<V, float> => V.Create(BitConverter.Int32BitsToSingle(bits));

    readonly struct Float16ToSingle : IConversion
    {
        public static int SourceSize => 2;
        public static int DestinationSize => 4;

        [MethodImpl(Inline)]
        public static void Step<V>(byte* source, byte* destination)
            where V : unmanaged, ISimd<V, float> => LoadFloat16<V>((ushort*)source).Store((float*)destination);

        /// <summary>Takes the 16 bits in the low half of each lane.</summary>
        [MethodImpl(Inline)]
        public static V Widen<V>(V h)
            where V : unmanaged, ISimd<V, float>
        {
            V magnitude = h & Bits<V>(0x7FFF);
            V bias = Bits<V>((127 - 15) << 23);
            V x = V.AddBits(magnitude << 13, bias);
            // Infinity and NaN: the bias twice lifts the exponent to all ones.
            x = V.AddBits(x, (V.SubtractBits(Bits<V>(0x7BFF), magnitude) >> 31) & bias);
            // Zero and denormals: read with the exponent of the smallest normal, which is then subtracted.
            V denormal = V.AddBits(x, Bits<V>(1 << 23)) - V.Create(6.103515625e-05f);
            x = V.Select(V.SubtractBits(magnitude, Bits<V>(0x400)) >> 31, denormal, x);
            return x | ((h & Bits<V>(0x8000)) << 16);
        }
    }

    readonly struct BFloat16ToSingle : IConversion
    {
        public static int SourceSize => 2;
        public static int DestinationSize => 4;

        [MethodImpl(Inline)]
        public static void Step<V>(byte* source, byte* destination)
            where V : unmanaged, ISimd<V, float> => LoadBFloat16<V>((ushort*)source).Store((float*)destination);
    }

    readonly struct SingleToFloat16 : IConversion
    {
        public static int SourceSize => 4;
        public static int DestinationSize => 2;

        [MethodImpl(Inline)]
        public static void Step<V>(byte* source, byte* destination)
            where V : unmanaged, ISimd<V, float> => StoreFloat16(V.Load((float*)source), (ushort*)destination);

        /// <summary>Leaves the 16 bits in the low half of each lane.</summary>
        [MethodImpl(Inline)]
        public static V Narrow<V>(V x)
            where V : unmanaged, ISimd<V, float>
        {
            V a = x & Bits<V>(0x7FFFFFFF);
            V sign = (x >>> 16) & Bits<V>(0x8000);
            // Normal: the new bias, and half a unit of the last place less one if that is even; the carry overflows into infinity.
            V odd = (a >>> 13) & Bits<V>(1);
            V normal = V.AddBits(V.AddBits(a, odd), Bits<V>(((15 - 127) << 23) + 0xFFF)) >>> 13;
            // Below 2^-14: adding 1/2 rounds at 2^-24, the place value of Float16's denormals.
            V denormal = V.SubtractBits(a + V.Create(0.5f), Bits<V>(0x3F000000));
            V r = V.Select(V.SubtractBits(a, Bits<V>(0x38800000)) >> 31, denormal, normal);
            V large = V.SubtractBits(Bits<V>(0x477FFFFF), a) >> 31;
            V nan = V.SubtractBits(Bits<V>(0x7F800000), a) >> 31;
            V payload = ((a >>> 13) & Bits<V>(0x3FF)) | Bits<V>(0x200);
            return V.Select(large, Bits<V>(0x7C00) | (nan & payload), r) | sign;
        }
    }

    readonly struct SingleToBFloat16 : IConversion
    {
        public static int SourceSize => 4;
        public static int DestinationSize => 2;

        [MethodImpl(Inline)]
        public static void Step<V>(byte* source, byte* destination)
            where V : unmanaged, ISimd<V, float> => StoreBFloat16(V.Load((float*)source), (ushort*)destination);

        [MethodImpl(Inline)]
        public static V Narrow<V>(V x)
            where V : unmanaged, ISimd<V, float>
        {
            V upper = x >>> 16;
            V rounded = V.AddBits(x, V.AddBits(upper & Bits<V>(1), Bits<V>(0x7FFF))) >>> 16;
            V nan = V.SubtractBits(Bits<V>(0x7F800000), x & Bits<V>(0x7FFFFFFF)) >> 31;
            return V.Select(nan, upper | Bits<V>(0x40), rounded);
        }
    }

    /// <summary>A 16-bit word into the low half of each lane.</summary>
    [MethodImpl(Inline)]
    static V LoadWords<V>(ushort* p)
        where V : unmanaged, ISimd<V, float>
    {
        if (typeof(V) == typeof(V512<float>))
        {
            V512<float> v = Avx512F.IsSupported
                ? Avx512F.ConvertToVector512Int32(Vector256.Load(p)).AsSingle()
                : Vector512.Create(Vector256.Create(Low(p), Low(p + 4)), Vector256.Create(Low(p + 8), Low(p + 12)));
            return Unsafe.BitCast<V512<float>, V>(v);
        }
        if (typeof(V) == typeof(V256<float>))
        {
            V256<float> v = Avx2.IsSupported
                ? Avx2.ConvertToVector256Int32(Vector128.Load(p)).AsSingle()
                : Vector256.Create(Low(p), Low(p + 4));
            return Unsafe.BitCast<V256<float>, V>(v);
        }
        return Unsafe.BitCast<V128<float>, V>(Low(p));
    }

    [MethodImpl(Inline)]
    static Vector128<float> Low(ushort* p) =>
        Vector128.WidenLower(Vector128.CreateScalar(Unsafe.ReadUnaligned<ulong>(p)).AsUInt16()).AsSingle();

    /// <summary>The low half of each lane; the upper halves are 0.</summary>
    [MethodImpl(Inline)]
    static void StoreWords<V>(V x, ushort* p)
        where V : unmanaged, ISimd<V, float>
    {
        if (typeof(V) == typeof(V512<float>))
        {
            Vector512<uint> v = Unsafe.BitCast<V, V512<float>>(x).Value.AsUInt32();
            if (Avx512F.IsSupported)
            {
                Avx512F.ConvertToVector256UInt16(v).Store(p);
            }
            else
            {
                Vector128.Narrow(v.GetLower().GetLower(), v.GetLower().GetUpper()).Store(p);
                Vector128.Narrow(v.GetUpper().GetLower(), v.GetUpper().GetUpper()).Store(p + 8);
            }
        }
        else if (typeof(V) == typeof(V256<float>))
        {
            Vector256<uint> v = Unsafe.BitCast<V, V256<float>>(x).Value.AsUInt32();
            Vector128.Narrow(v.GetLower(), v.GetUpper()).Store(p);
        }
        else
        {
            Vector128<uint> v = Unsafe.BitCast<V, V128<float>>(x).Value.AsUInt32();
            Unsafe.WriteUnaligned(p, Vector128.Narrow(v, v).AsUInt64().ToScalar());
        }
    }
}
