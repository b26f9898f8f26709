using Hebb.Cpu;
using Hebb.Cpu.Simd;
using static System.Runtime.InteropServices.MemoryMarshal;
using Generator = Hebb.Cpu.Philox;

namespace Hebb.Core.Tests.Philox;

/// <summary>The generator against the known answers of its authors' library, and the streams against the scalar block.</summary>
public unsafe class PhiloxTests
{
    static readonly PhiloxKey s_key = new(0x12345678, 0x9abcdef0);

    [Fact]
    public void KnownAnswers()
    {
        Assert.Equal((0x6627e8d5u, 0xe169c58du, 0xbc57ac4cu, 0x9b00dbd8u), Generator.Block(default, 0, 0, 0, 0));
        Assert.Equal((0x408f276du, 0x41c83b0eu, 0xa20bc7c6u, 0x6d5451fdu),
            Generator.Block(new(uint.MaxValue, uint.MaxValue), uint.MaxValue, uint.MaxValue, uint.MaxValue, uint.MaxValue));
        Assert.Equal((0xd16cfe09u, 0x94fdccebu, 0x5001e420u, 0x24126ea1u),
            Generator.Block(new(0xa4093822, 0x299f31d0), 0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344));
    }

    static uint Word(PhiloxKey key, ulong index)
    {
        ulong counter = index / 64 * 16 + index % 16;
        (uint x, uint y, uint z, uint w) = Generator.Block(key, (uint)counter, (uint)(counter >> 32), 0, 0);
        return (index / 16 % 4) switch { 0 => x, 1 => y, 2 => z, _ => w };
    }

    static ulong Pair(PhiloxKey key, ulong index)
    {
        ulong first = index / 32 * 64 + index / 16 % 2 * 32 + index % 16;
        return ((ulong)Word(key, first) << 32) | Word(key, first + 16);
    }

    [Theory]
    [InlineData(0UL, 300)]
    [InlineData(1UL, 63)]
    [InlineData(130UL, 5)]
    [InlineData(0xFFFFFFFFFUL, 200)]
    [InlineData((1UL << 34) - 70, 150)]
    public void WordsAreTheBlocksWords(ulong start, int count)
    {
        var words = new uint[count];
        var pairs = new ulong[count];
        Generator.Words(s_key, start, words);
        Generator.Words(s_key, start, pairs);
        for (int i = 0; i < count; i++)
        {
            Assert.Equal(Word(s_key, start + (uint)i), words[i]);
            Assert.Equal(Pair(s_key, start + (uint)i), pairs[i]);
        }
    }

    [Fact]
    public void UniformsAreTheWordsUpperBits()
    {
        var floats = new float[500];
        var doubles = new double[500];
        Generator.Uniform(s_key, 7, floats);
        Generator.Uniform(s_key, 7, doubles);
        for (ulong i = 0; i < 500; i++)
        {
            Assert.Equal((Word(s_key, 7 + i) >> 8) * MathF.ScaleB(1, -24), floats[i]);
            Assert.Equal((Pair(s_key, 7 + i) >> 11) * Math.ScaleB(1, -53), doubles[i]);
        }
    }

    [Fact]
    public void NormalsAreBoxAndMullersOfTheWords()
    {
        var floats = new float[640];
        var doubles = new double[640];
        Generator.Normal(s_key, 0, floats);
        Generator.Normal(s_key, 0, doubles);
        for (ulong i = 0; i < 640; i++)
        {
            ulong first = i - i / 16 % 2 * 16;
            double u = ((Word(s_key, first) >> 1) + 0.5) * Math.ScaleB(1, -31);
            uint turn = Word(s_key, first + 16);
            double want = Math.Sqrt(-2 * Math.Log(u)) * SinCos((turn >> 30) + (int)(turn << 2) * Math.ScaleB(1, -32), sine: first != i);
            Assert.Equal(want, floats[i], 2e-6);

            u = ((Pair(s_key, first) >> 11) + 0.5) * Math.ScaleB(1, -53);
            ulong wide = Pair(s_key, first + 16);
            want = Math.Sqrt(-2 * Math.Log(u)) * SinCos((wide >> 62) + (long)(wide << 2) * Math.ScaleB(1, -64), sine: first != i);
            Assert.Equal(want, doubles[i], 1e-14);
        }

        static double SinCos(double quarters, bool sine) => sine ? Math.Sin(quarters * Math.PI / 2) : Math.Cos(quarters * Math.PI / 2);
    }

    // Any part of a stream, however it is cut, has the bits of the whole.
    [Fact]
    public void PartsHaveTheBitsOfTheWhole()
    {
        const int n = 1000;
        var random = new Random(2);
        var floats = new float[n];
        var doubles = new double[n];
        var integers = new long[n];
        Generator.Normal(s_key, 50, floats);
        Generator.Normal(s_key, 50, doubles);
        Generator.Integers(s_key, 50, -3, 1000, integers);
        for (int trial = 0; trial < 20; trial++)
        {
            var f = new float[n];
            var d = new double[n];
            var l = new long[n];
            for (int at = 0; at < n;)
            {
                int length = Math.Min(n - at, 1 + random.Next(150));
                Generator.Normal(s_key, 50 + (ulong)at, f.AsSpan(at, length));
                Generator.Normal(s_key, 50 + (ulong)at, d.AsSpan(at, length));
                Generator.Integers(s_key, 50 + (ulong)at, -3, 1000, l.AsSpan(at, length));
                at += length;
            }
            Assert.Equal(floats, f);
            Assert.Equal(doubles, d);
            Assert.Equal(integers, l);
        }
    }

    [Fact]
    public void EveryWidthGivesTheSameBits()
    {
        const int n = 777;
        Check<float>((p, w) => Generator.FillAtWidth(w, s_key, 3, (float*)p, n, normal: true));
        Check<float>((p, w) => Generator.FillAtWidth(w, s_key, 3, (float*)p, n, normal: false));
        Check<double>((p, w) => Generator.FillAtWidth(w, s_key, 3, (double*)p, n, normal: true));
        Check<double>((p, w) => Generator.FillAtWidth(w, s_key, 3, (double*)p, n, normal: false));

        static void Check<T>(Action<nint, int> fill)
            where T : unmanaged
        {
            var results = new T[3][];
            for (int w = 0; w < 3; w++)
            {
                results[w] = new T[n];
                fixed (T* p = results[w])
                    fill((nint)p, 128 << w);
            }
            Assert.Equal(AsBytes<T>(results[0]), AsBytes<T>(results[1]));
            Assert.Equal(AsBytes<T>(results[0]), AsBytes<T>(results[2]));
        }
    }

    [Fact]
    public void KeysSplitAndFold()
    {
        PhiloxKey[] split = Generator.Split(s_key, 1000);
        Assert.Equal(split[..10], Generator.Split(s_key, 10));
        PhiloxKey[] folded = Enumerable.Range(0, 1000).Select(i => Generator.FoldIn(s_key, (ulong)i)).ToArray();
        Assert.Equal(2001, split.Concat(folded).Append(s_key).Distinct().Count());
        Assert.NotEqual(Generator.FoldIn(s_key, 5), Generator.FoldIn(s_key, 5UL << 32));
        Assert.Equal(new PhiloxKey(0x89ABCDEF, 0x01234567), PhiloxKey.FromSeed(0x0123456789ABCDEF));
        Assert.Empty(Generator.Split(s_key, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => Generator.Split(s_key, -1));
    }
}
