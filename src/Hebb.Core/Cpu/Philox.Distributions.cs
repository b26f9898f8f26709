using System.Runtime.CompilerServices;
using Hebb.Cpu.Simd;

namespace Hebb.Cpu;

public static unsafe partial class Philox
{
    /// <summary>Random words: elements <paramref name="start"/> and on of the key's stream of words.</summary>
    public static void Words(PhiloxKey key, ulong start, Span<uint> destination)
    {
        fixed (uint* p = destination)
            Fill(key, start, (byte*)p, destination.Length, default(RawWords));
    }

    /// <summary>Random 64-bit words; each takes two words of its counter's block, the upper half first.</summary>
    public static void Words(PhiloxKey key, ulong start, Span<ulong> destination)
    {
        fixed (ulong* p = destination)
            Fill(key, start, (byte*)p, destination.Length, default(RawPairs));
    }

    /// <summary>Uniform on [0, 1): the multiples of 2^-24. Takes one word an element, as <see cref="Words(PhiloxKey,ulong,Span{uint})"/>.</summary>
    public static void Uniform(PhiloxKey key, ulong start, Span<float> destination)
    {
        fixed (float* p = destination)
            Uniform(key, start, p, destination.Length);
    }

    /// <inheritdoc cref="Uniform(PhiloxKey,ulong,Span{float})"/>
    public static void Uniform(PhiloxKey key, ulong start, float* destination, long count) =>
        Fill(key, start, (byte*)destination, count, default(UniformFloat));

    /// <summary>Uniform on [0, 1): the multiples of 2^-53. Takes two words an element.</summary>
    public static void Uniform(PhiloxKey key, ulong start, Span<double> destination)
    {
        fixed (double* p = destination)
            Uniform(key, start, p, destination.Length);
    }

    /// <inheritdoc cref="Uniform(PhiloxKey,ulong,Span{double})"/>
    public static void Uniform(PhiloxKey key, ulong start, double* destination, long count) =>
        Fill(key, start, (byte*)destination, count, default(UniformDouble));

    /// <summary>
    /// Standard normal, by Box and Muller's transform (1958): two words of a counter's block give radius and angle, and so two elements. The
    /// radius has 31 bits, so that |x| stays under 6.7.
    /// </summary>
    public static void Normal(PhiloxKey key, ulong start, Span<float> destination)
    {
        fixed (float* p = destination)
            Normal(key, start, p, destination.Length);
    }

    /// <inheritdoc cref="Normal(PhiloxKey,ulong,Span{float})"/>
    public static void Normal(PhiloxKey key, ulong start, float* destination, long count) =>
        Fill(key, start, (byte*)destination, count, default(NormalFloat));

    /// <summary>Standard normal, by Box and Muller's transform; a counter's block gives two elements. The radius has 53 bits, |x| stays under 8.7.</summary>
    public static void Normal(PhiloxKey key, ulong start, Span<double> destination)
    {
        fixed (double* p = destination)
            Normal(key, start, p, destination.Length);
    }

    /// <inheritdoc cref="Normal(PhiloxKey,ulong,Span{double})"/>
    public static void Normal(PhiloxKey key, ulong start, double* destination, long count) =>
        Fill(key, start, (byte*)destination, count, default(NormalDouble));

    /// <summary>
    /// Integers from <paramref name="low"/> up to, not including, <paramref name="high"/>: the upper half of a 64-bit word times the width of
    /// the range. No value is drawn again, so every element keeps its place in the stream; probabilities differ by at most width / 2^64.
    /// </summary>
    /// <exception cref="HebbException">The range is empty.</exception>
    public static void Integers(PhiloxKey key, ulong start, long low, long high, Span<long> destination)
    {
        fixed (long* p = destination)
            Integers(key, start, low, high, p, destination.Length);
    }

    /// <inheritdoc cref="Integers(PhiloxKey,ulong,long,long,Span{long})"/>
    public static void Integers(PhiloxKey key, ulong start, long low, long high, long* destination, long count)
    {
        if (high <= low)
            throw new HebbException($"random integers: the range [{low}, {high}) is empty");
        Fill(key, start, (byte*)destination, count, new Bounded(low, unchecked((ulong)high - (ulong)low)));
    }

    readonly struct RawWords : IDistribution
    {
        public static int Size => 4;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Transform<F, D>(uint* words, byte* output)
            where F : unmanaged, ISimd<F, float>
            where D : unmanaged, ISimd<D, double> => Unsafe.CopyBlockUnaligned(output, words, WordsInGroup * sizeof(uint));
    }

    readonly struct RawPairs : IDistribution
    {
        public static int Size => 8;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Transform<F, D>(uint* words, byte* output)
            where F : unmanaged, ISimd<F, float>
            where D : unmanaged, ISimd<D, double> => Pairs(words, (ulong*)output);
    }

    readonly struct UniformFloat : IDistribution
    {
        public static int Size => 4;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Transform<F, D>(uint* words, byte* output)
            where F : unmanaged, ISimd<F, float>
            where D : unmanaged, ISimd<D, double>
        {
            for (int i = 0; i < WordsInGroup; i += F.Count)
                (F.ConvertFromBits(F.Load((float*)words + i) >>> 8) * F.Constant(1.0 / (1 << 24))).Store((float*)output + i);
        }
    }

    readonly struct UniformDouble : IDistribution
    {
        public static int Size => 8;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Transform<F, D>(uint* words, byte* output)
            where F : unmanaged, ISimd<F, float>
            where D : unmanaged, ISimd<D, double>
        {
            Pairs(words, (ulong*)output);
            double* d = (double*)output;
            for (int i = 0; i < WordsInGroup / 2; i += D.Count)
                (D.ConvertFromBits(D.Load(d + i) >>> 11) * D.Constant(1.0 / (1L << 53))).Store(d + i);
        }
    }

    readonly struct NormalFloat : IDistribution
    {
        public static int Size => 4;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Transform<F, D>(uint* words, byte* output)
            where F : unmanaged, ISimd<F, float>
            where D : unmanaged, ISimd<D, double>
        {
            for (int half = 0; half < WordsInGroup; half += WordsInGroup / 2)
            {
                float* word = (float*)words + half, element = (float*)output + half;
                for (int j = 0; j < CountersInGroup; j += F.Count)
                {
                    // In (0, 1]: odd multiples of 2^-32, rounded.
                    F u = F.MultiplyAdd(F.ConvertFromBits(F.Load(word + j) >>> 1), F.Constant(1.0 / (1L << 31)), F.Constant(1.0 / (1L << 32)));
                    F radius = F.Sqrt(F.Constant(-2) * VectorMath.Log<F, float>(u));
                    F sine = VectorMath.SinCosOfTurn<F, float>(F.Load(word + CountersInGroup + j), out F cosine);
                    (radius * cosine).Store(element + j);
                    (radius * sine).Store(element + CountersInGroup + j);
                }
            }
        }
    }

    readonly struct NormalDouble : IDistribution
    {
        public static int Size => 8;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Transform<F, D>(uint* words, byte* output)
            where F : unmanaged, ISimd<F, float>
            where D : unmanaged, ISimd<D, double>
        {
            Pairs(words, (ulong*)output);
            double* element = (double*)output;
            for (int j = 0; j < CountersInGroup; j += D.Count)
            {
                // In (0, 1]: odd multiples of 2^-54, rounded.
                D u = D.MultiplyAdd(D.ConvertFromBits(D.Load(element + j) >>> 11), D.Constant(1.0 / (1L << 53)), D.Constant(1.0 / (1L << 54)));
                D radius = D.Sqrt(D.Constant(-2) * VectorMath.Log<D, double>(u));
                D sine = VectorMath.SinCosOfTurn<D, double>(D.Load(element + CountersInGroup + j), out D cosine);
                (radius * cosine).Store(element + j);
                (radius * sine).Store(element + CountersInGroup + j);
            }
        }
    }

    readonly struct Bounded(long low, ulong width) : IDistribution
    {
        public static int Size => 8;

        public void Transform<F, D>(uint* words, byte* output)
            where F : unmanaged, ISimd<F, float>
            where D : unmanaged, ISimd<D, double>
        {
            ulong* element = (ulong*)output;
            Pairs(words, element);
            for (int i = 0; i < WordsInGroup / 2; i++)
                element[i] = unchecked((ulong)low + Math.BigMul(element[i], width, out _));
        }
    }

    /// <summary>Words 0 and 1, then 2 and 3, of each of the 16 blocks as 64-bit words.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void Pairs(uint* words, ulong* pairs)
    {
        for (int half = 0; half < 2; half++)
        {
            uint* w = words + half * WordsInGroup / 2;
            for (int j = 0; j < CountersInGroup; j++)
                pairs[half * CountersInGroup + j] = ((ulong)w[j] << 32) | w[CountersInGroup + j];
        }
    }
}
