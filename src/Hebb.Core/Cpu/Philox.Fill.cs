using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;
using Hebb.Cpu.Simd;

namespace Hebb.Cpu;

public static unsafe partial class Philox
{
    const int CountersInGroup = 16, WordsInGroup = 64;

    /// <summary>What becomes of the 64 words of a group; the output takes as many bytes as they do.</summary>
    interface IDistribution
    {
        /// <summary>Bytes of an element: 4 or 8.</summary>
        static abstract int Size { get; }

        void Transform<F, D>(uint* words, byte* output)
            where F : unmanaged, ISimd<F, float>
            where D : unmanaged, ISimd<D, double>;
    }

    /// <summary>Elements <paramref name="start"/> to start + count of the stream.</summary>
    static void Fill<P>(PhiloxKey key, ulong start, byte* output, long count, P distribution)
        where P : struct, IDistribution =>
        FillAtWidth(Isa.UseAvx512 ? 512 : Isa.UseAvx2 ? 256 : 128, key, start, output, count, distribution);

    /// <summary>Uniform or normal at a chosen width in bits, to compare the widths.</summary>
    internal static void FillAtWidth(int bits, PhiloxKey key, ulong start, float* output, long count, bool normal)
    {
        if (normal)
            FillAtWidth(bits, key, start, (byte*)output, count, default(NormalFloat));
        else
            FillAtWidth(bits, key, start, (byte*)output, count, default(UniformFloat));
    }

    /// <inheritdoc cref="FillAtWidth(int,PhiloxKey,ulong,float*,long,bool)"/>
    internal static void FillAtWidth(int bits, PhiloxKey key, ulong start, double* output, long count, bool normal)
    {
        if (normal)
            FillAtWidth(bits, key, start, (byte*)output, count, default(NormalDouble));
        else
            FillAtWidth(bits, key, start, (byte*)output, count, default(UniformDouble));
    }

    static void FillAtWidth<P>(int bits, PhiloxKey key, ulong start, byte* output, long count, P distribution)
        where P : struct, IDistribution
    {
        if (bits == 512)
            Fill<P, V512<ulong>, V512<float>, V512<double>>(key, start, output, count, distribution);
        else if (bits == 256)
            Fill<P, V256<ulong>, V256<float>, V256<double>>(key, start, output, count, distribution);
        else
            Fill<P, V128<ulong>, V128<float>, V128<double>>(key, start, output, count, distribution);
    }

    [SkipLocalsInit]
    [MethodImpl(Jit.Full)]
    static void Fill<P, V, F, D>(PhiloxKey key, ulong start, byte* output, long count, P distribution)
        where P : struct, IDistribution
        where V : unmanaged, ISimd<V, ulong>
        where F : unmanaged, ISimd<F, float>
        where D : unmanaged, ISimd<D, double>
    {
        uint* words = stackalloc uint[WordsInGroup];
        byte* whole = stackalloc byte[WordsInGroup * sizeof(uint)];
        int perGroup = WordsInGroup * sizeof(uint) / P.Size;
        while (count > 0)
        {
            ulong group = start / (uint)perGroup;
            int skip = (int)(start % (uint)perGroup);
            int taken = (int)Math.Min(perGroup - skip, count);
            Words<V>(key, group, words);
            if (taken == perGroup)
            {
                distribution.Transform<F, D>(words, output);
            }
            else
            {
                distribution.Transform<F, D>(words, whole);
                Unsafe.CopyBlockUnaligned(output, whole + skip * P.Size, (uint)(taken * P.Size));
            }
            start += (uint)taken;
            output += taken * P.Size;
            count -= taken;
        }
    }

    /// <summary>The 64 words of a group, a counter to a lane. The upper halves of the lanes hold what no later step reads.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void Words<V>(PhiloxKey key, ulong group, uint* words)
        where V : unmanaged, ISimd<V, ulong>
    {
        V multiplierA = V.Create(MultiplierA), multiplierB = V.Create(MultiplierB);
        for (int j = 0; j < CountersInGroup; j += V.Count)
        {
            V x = V.Create(group * CountersInGroup + (uint)j) + V.Indices;
            V y = x >>> 32, z = V.Zero, w = V.Zero;
            (uint a, uint b) = (key.Low, key.High);
            for (int round = 0; round < Rounds; round++)
            {
                V p = MultiplyLow(x, multiplierA), q = MultiplyLow(z, multiplierB);
                x = (q >>> 32) ^ y ^ V.Create(a);
                z = (p >>> 32) ^ w ^ V.Create(b);
                y = q;
                w = p;
                a += WeylA;
                b += WeylB;
            }
            StoreLow(x, words + j);
            StoreLow(y, words + CountersInGroup + j);
            StoreLow(z, words + 2 * CountersInGroup + j);
            StoreLow(w, words + 3 * CountersInGroup + j);
        }
    }

    /// <summary>The 64-bit products of the lanes' lower halves.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static V MultiplyLow<V>(V a, V b)
        where V : unmanaged, ISimd<V, ulong>
    {
        if (typeof(V) == typeof(V512<ulong>) && Avx512F.IsSupported)
        {
            V512<ulong> x = Unsafe.BitCast<V, V512<ulong>>(a), y = Unsafe.BitCast<V, V512<ulong>>(b);
            return Unsafe.BitCast<V512<ulong>, V>(Avx512F.Multiply(x.Value.AsUInt32(), y.Value.AsUInt32()));
        }
        if (typeof(V) == typeof(V256<ulong>) && Avx2.IsSupported)
        {
            V256<ulong> x = Unsafe.BitCast<V, V256<ulong>>(a), y = Unsafe.BitCast<V, V256<ulong>>(b);
            return Unsafe.BitCast<V256<ulong>, V>(Avx2.Multiply(x.Value.AsUInt32(), y.Value.AsUInt32()));
        }
        if (typeof(V) == typeof(V128<ulong>) && (Sse2.IsSupported || AdvSimd.IsSupported))
        {
            Vector128<ulong> x = Unsafe.BitCast<V, V128<ulong>>(a), y = Unsafe.BitCast<V, V128<ulong>>(b);
            V128<ulong> r = Sse2.IsSupported
                ? Sse2.Multiply(x.AsUInt32(), y.AsUInt32())
                : AdvSimd.MultiplyWideningLower(AdvSimd.ExtractNarrowingLower(x), AdvSimd.ExtractNarrowingLower(y));
            return Unsafe.BitCast<V128<ulong>, V>(r);
        }
        V mask = V.Create(uint.MaxValue);
        return (a & mask) * (b & mask);
    }

    /// <summary>Writes the lower half of each lane.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void StoreLow<V>(V v, uint* p)
        where V : unmanaged, ISimd<V, ulong>
    {
        if (typeof(V) == typeof(V512<ulong>))
        {
            Vector512<ulong> x = Unsafe.BitCast<V, V512<ulong>>(v);
            if (Avx512F.IsSupported)
                Avx512F.ConvertToVector256UInt32(x).Store(p);
            else
                Vector256.Narrow(x.GetLower(), x.GetUpper()).Store(p);
        }
        else if (typeof(V) == typeof(V256<ulong>))
        {
            Vector256<ulong> x = Unsafe.BitCast<V, V256<ulong>>(v);
            Vector128.Narrow(x.GetLower(), x.GetUpper()).Store(p);
        }
        else
        {
            Vector128<ulong> x = Unsafe.BitCast<V, V128<ulong>>(v);
            Unsafe.WriteUnaligned(p, Vector128.Narrow(x, x).AsUInt64().ToScalar());
        }
    }
}
