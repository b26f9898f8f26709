using System.Numerics;
using Hebb.Cpu.Simd;

namespace Hebb.Core.Tests.Simd;

/// <summary>Every operation of every width and element type against the scalar operator, on edge values and random bits.</summary>
public unsafe class SimdOpsTests
{
    [Fact] public void Float32() => Float<float>();
    [Fact] public void Float64() => Float<double>();
    [Fact] public void Int8() => Integers<sbyte>();
    [Fact] public void Int16() => Integers<short>();
    [Fact] public void Int32() => Integers<int>();
    [Fact] public void Int64() => Integers<long>();
    [Fact] public void UInt8() => Integers<byte>();
    [Fact] public void UInt16() => Integers<ushort>();
    [Fact] public void UInt32() => Integers<uint>();
    [Fact] public void UInt64() => Integers<ulong>();

    static void Integers<T>()
        where T : unmanaged, IBinaryInteger<T>, IMinMaxValue<T>
    {
        Integer<V128<T>, T>();
        Integer<V256<T>, T>();
        Integer<V512<T>, T>();
    }

    static void Float<T>()
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Floats<V128<T>, T>();
        Floats<V256<T>, T>();
        Floats<V512<T>, T>();
    }

    delegate V Two<V>(V a, V b);

    static void Check<V, T>(string name, T[] a, T[] b, Two<V> vector, Func<T, T, T> scalar)
        where V : unmanaged, ISimd<V, T>
        where T : unmanaged, INumber<T>
    {
        int n = V.Count;
        T[] got = new T[n];
        for (int at = 0; at < a.Length; at += n)
        {
            fixed (T* pa = &a[at], pb = &b[at], pg = got)
                vector(V.Load(pa), V.Load(pb)).Store(pg);
            for (int i = 0; i < n; i++)
            {
                T want = scalar(a[at + i], b[at + i]);
                Assert.True(Same(got[i], want), $"{name} {typeof(V)}: {a[at + i]}, {b[at + i]}: {got[i]}, not {want}");
            }
        }
    }

    static bool Same<T>(T x, T y)
        where T : unmanaged, INumber<T>
    {
        if (T.IsNaN(x) && T.IsNaN(y))
            return true;
        return new ReadOnlySpan<byte>(&x, sizeof(T)).SequenceEqual(new ReadOnlySpan<byte>(&y, sizeof(T)));
    }

    static T Mask<T>(bool set)
        where T : unmanaged
    {
        ulong bits = set ? ulong.MaxValue : 0;
        return *(T*)&bits;
    }

    static bool IsSet<T>(T mask)
        where T : unmanaged => *(byte*)&mask != 0;

    // All pairs of edge values, then random ones.
    static (T[] A, T[] B) Pairs<T>(T[] edges, Func<Random, T> draw)
    {
        var random = new Random(7);
        List<T> a = [], b = [];
        foreach (T x in edges)
        {
            foreach (T y in edges)
            {
                a.Add(x);
                b.Add(y);
            }
        }
        while (a.Count < 2048 || a.Count % 64 != 0)
        {
            a.Add(draw(random));
            b.Add(draw(random));
        }
        return (a.ToArray(), b.ToArray());
    }

    static void Common<V, T>(T[] a, T[] b)
        where V : unmanaged, ISimd<V, T>
        where T : unmanaged, INumber<T>
    {
        Check<V, T>("add", a, b, (x, y) => x + y, (x, y) => unchecked(x + y));
        Check<V, T>("subtract", a, b, (x, y) => x - y, (x, y) => unchecked(x - y));
        Check<V, T>("multiply", a, b, (x, y) => x * y, (x, y) => unchecked(x * y));
        Check<V, T>("negate", a, b, (x, y) => -x, (x, y) => unchecked(-x));
        Check<V, T>("min", a, b, V.Min, T.Min);
        Check<V, T>("max", a, b, V.Max, T.Max);
        Check<V, T>("equal", a, b, V.Equal, (x, y) => Mask<T>(x == y));
        Check<V, T>("not equal", a, b, V.NotEqual, (x, y) => Mask<T>(x != y));
        Check<V, T>("less", a, b, V.Less, (x, y) => Mask<T>(x < y));
        Check<V, T>("less or equal", a, b, V.LessEqual, (x, y) => Mask<T>(x <= y));
        Check<V, T>("greater", a, b, V.Greater, (x, y) => Mask<T>(x > y));
        Check<V, T>("greater or equal", a, b, V.GreaterEqual, (x, y) => Mask<T>(x >= y));
        Check<V, T>("select", a, b, (x, y) => V.Select(V.Less(x, y), x, y), (x, y) => x < y ? x : y);
        Check<V, T>("select less", a, b, (x, y) => V.SelectLess(x, y, V.One, y), (x, y) => x < y ? T.One : y);
        Check<V, T>("select less or equal", a, b, (x, y) => V.SelectLessEqual(x, y, V.One, y), (x, y) => x <= y ? T.One : y);
        Check<V, T>("select equal", a, b, (x, y) => V.SelectEqual(x, y, V.One, y), (x, y) => x == y ? T.One : y);
        Check<V, T>("is NaN", a, b, (x, y) => V.IsNaN(x), (x, y) => Mask<T>(T.IsNaN(x)));
        Check<V, T>("is either NaN", a, b, (x, y) => V.IsEitherNaN(x, y), (x, y) => Mask<T>(T.IsNaN(x) || T.IsNaN(y)));
        Check<V, T>("map", a, b, (x, y) => V.Map2<LaneMax<T>>(V.Map<LaneTwice<T>>(x), y), (x, y) => T.Max(unchecked(x + x), y));
        Check<V, T>("one", a, b, (x, y) => V.One, (x, y) => T.One);
        Check<V, T>("zero", a, b, (x, y) => V.Zero, (x, y) => T.Zero);
        Layout<V, T>(a);
        Masks<V, T>(a, b);
        Reductions<V, T>(a);
    }

    static void Layout<V, T>(T[] a)
        where V : unmanaged, ISimd<V, T>
        where T : unmanaged, INumber<T>
    {
        int n = V.Count;
        Assert.Equal(sizeof(V), n * sizeof(T));
        for (int i = 0; i < n; i++)
        {
            Assert.Equal(T.CreateChecked(i), V.Indices[i]);
            Assert.Equal(T.CreateChecked(3), V.Create(T.CreateChecked(3))[i]);
        }
        T[] buffer = new T[n + 1];
        fixed (T* p = a, q = buffer)
        {
            for (int count = 0; count <= n; count++)
            {
                V v = V.LoadPartial(p, count);
                for (int i = 0; i < n; i++)
                    Assert.True(Same(v[i], i < count ? a[i] : T.Zero));
                Array.Fill(buffer, T.One);
                V.Load(p).StorePartial(q, count);
                for (int i = 0; i <= n; i++)
                    Assert.True(Same(buffer[i], i < count ? a[i] : T.One));
            }
        }
        T* aligned = (T*)System.Runtime.InteropServices.NativeMemory.AlignedAlloc(64, 64);
        fixed (T* p = a)
            V.Load(p).StoreNonTemporal(aligned);
        for (int i = 0; i < n; i++)
            Assert.True(Same(aligned[i], a[i]));
        System.Runtime.InteropServices.NativeMemory.AlignedFree(aligned);
    }

    static void Masks<V, T>(T[] a, T[] b)
        where V : unmanaged, ISimd<V, T>
        where T : unmanaged, INumber<T>
    {
        int n = V.Count;
        byte[] bytes = new byte[n + 1];
        for (int at = 0; at < a.Length; at += n)
        {
            fixed (T* pa = &a[at], pb = &b[at])
            fixed (byte* p = bytes)
            {
                V mask = V.Less(V.Load(pa), V.Load(pb));
                p[n] = 9;
                mask.StoreMask(p);
                Assert.Equal(9, p[n]);
                bool any = false, all = true;
                for (int i = 0; i < n; i++)
                {
                    bool set = a[at + i] < b[at + i];
                    Assert.Equal(set ? 1 : 0, p[i]);
                    Assert.Equal(set, IsSet(mask[i]));
                    any |= set;
                    all &= set;
                    p[i] = (byte)(set ? 1 + i : 0);
                }
                Assert.Equal(any, V.Any(mask));
                Assert.Equal(any, V.AnyLess(V.Load(pa), V.Load(pb)));
                Assert.Equal(all, V.All(mask));
                V loaded = V.LoadMask(p);
                Assert.True(V.All(V.EqualBits(loaded, mask)));
            }
        }
    }

    static void Reductions<V, T>(T[] a)
        where V : unmanaged, ISimd<V, T>
        where T : unmanaged, INumber<T>
    {
        int n = V.Count;
        for (int at = 0; at < a.Length; at += n)
        {
            fixed (T* p = &a[at])
            {
                T min = p[0], max = p[0];
                T[] fold = new T[n];
                for (int i = 0; i < n; i++)
                {
                    min = T.Min(min, p[i]);
                    max = T.Max(max, p[i]);
                    fold[i] = p[i];
                }
                for (int half = n / 2; half > 0; half /= 2)
                {
                    for (int i = 0; i < half; i++)
                        fold[i] = unchecked(fold[i] + fold[i + half]);
                }
                V v = V.Load(p);
                Assert.True(Same(V.MinLane(v), min));
                Assert.True(Same(V.MaxLane(v), max));
                Assert.True(Same(V.Sum(v), fold[0]));
            }
        }
    }

    static void Floats<V, T>()
        where V : unmanaged, ISimd<V, T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        T half = T.One / T.CreateChecked(2);
        T[] edges =
        [
            T.Zero, T.NegativeZero, T.One, -T.One, half, -half, T.One + half, -T.One - half, T.CreateChecked(2.5), T.CreateChecked(-3.5),
            T.Epsilon, -T.Epsilon, T.PositiveInfinity, T.NegativeInfinity, T.NaN, T.Pi, T.CreateChecked(1e20), T.CreateChecked(-8388607.5),
            T.ScaleB(T.One, 127), -T.ScaleB(T.One, -126), T.BitIncrement(half), T.BitDecrement(half),
        ];
        (T[] a, T[] b) = Pairs(edges, r => T.CreateChecked(Math.ScaleB(r.NextDouble() - 0.5, r.Next(-30, 30))));
        Common<V, T>(a, b);
        Check<V, T>("divide", a, b, (x, y) => x / y, (x, y) => x / y);
        Check<V, T>("constant", a, b, (x, y) => V.Constant(0.1), (x, y) => T.CreateChecked(0.1));
        Check<V, T>("from bits", a, b, (x, y) => V.ConvertFromBits(x), (x, y) => T.CreateChecked(BitsOf(x)));
        Check<V, T>("to bits", b, a, (x, y) => V.ConvertFromBits(V.ConvertToBits(V.SelectLess(V.Abs(x), V.Constant(1e9), x, V.One))),
            (x, y) => T.Abs(x) < T.CreateChecked(1e9) ? T.Truncate(x) + T.Zero : T.One);
        Check<V, T>("bits", a, b, (x, y) => V.SubtractBits(V.AddBits(x, y), y) ^ ((x >>> 1) & V.Zero), (x, y) => x);
        Check<V, T>("abs", a, b, (x, y) => V.Abs(x), (x, y) => T.Abs(x));
        Check<V, T>("sqrt", a, b, (x, y) => V.Sqrt(x), (x, y) => T.Sqrt(x));
        Check<V, T>("floor", a, b, (x, y) => V.Floor(x), (x, y) => T.Floor(x));
        Check<V, T>("ceiling", a, b, (x, y) => V.Ceiling(x), (x, y) => T.Ceiling(x));
        Check<V, T>("round", a, b, (x, y) => V.Round(x), (x, y) => T.Round(x));
        Check<V, T>("truncate", a, b, (x, y) => V.Truncate(x), (x, y) => T.Truncate(x));
        Check<V, T>("copy sign", a, b, V.CopySign, T.CopySign);
        Check<V, T>("fma", a, b, (x, y) => V.FusedMultiplyAdd(x, y, x), (x, y) => T.FusedMultiplyAdd(x, y, x));
        if (System.Runtime.Intrinsics.X86.Fma.IsSupported)
            Check<V, T>("multiply add", a, b, (x, y) => V.MultiplyAdd(x, y, x), (x, y) => T.FusedMultiplyAdd(x, y, x));
    }

    static long BitsOf<T>(T x)
        where T : unmanaged => sizeof(T) == 4 ? *(int*)&x : *(long*)&x;

    static void Integer<V, T>()
        where V : unmanaged, ISimd<V, T>
        where T : unmanaged, IBinaryInteger<T>, IMinMaxValue<T>
    {
        T two = T.One + T.One;
        T[] edges = [T.Zero, T.One, two, two + T.One, T.MinValue, T.MaxValue, T.MaxValue / two, T.MinValue + T.One, T.CreateTruncating(-1), T.CreateTruncating(-7), T.CreateChecked(100)];
        (T[] a, T[] b) = Pairs(edges, r => T.CreateTruncating(r.NextInt64() >> r.Next(64)));
        Common<V, T>(a, b);
        int width = sizeof(T) * 8;
        bool signed = T.MinValue < T.Zero;
        Check<V, T>("and", a, b, (x, y) => x & y, (x, y) => x & y);
        Check<V, T>("or", a, b, (x, y) => x | y, (x, y) => x | y);
        Check<V, T>("xor", a, b, (x, y) => x ^ y, (x, y) => x ^ y);
        Check<V, T>("not", a, b, (x, y) => ~x, (x, y) => ~x);
        Check<V, T>("and not", a, b, V.AndNot, (x, y) => x & ~y);
        Check<V, T>("abs", a, b, (x, y) => V.Abs(x), (x, y) => x < T.Zero ? unchecked(-x) : x);
        Check<V, T>("sqrt", a, b, (x, y) => V.Sqrt(x), (x, y) => T.CreateChecked((ulong)Math.Sqrt((double)FloorRoot(x))));
        Check<V, T>("floor", a, b, (x, y) => V.Floor(x), (x, y) => x);
        Check<V, T>("fma", a, b, (x, y) => V.FusedMultiplyAdd(x, y, x), (x, y) => unchecked(x * y + x));
        for (int count = 0; count < width; count++)
        {
            int c = count;
            Check<V, T>("shift left", a, b, (x, y) => x << c, (x, y) => x << c);
            Check<V, T>("shift right", a, b, (x, y) => x >> c, (x, y) => x >> c);
            Check<V, T>("shift right logical", a, b, (x, y) => x >>> c, (x, y) => x >>> c);
        }
        T[] counts = b.Select((x, i) => i % 3 == 0 ? x : T.CreateTruncating(i % (width + 2))).ToArray();
        T limit = T.CreateChecked(width);
        T sign(T x) => signed && x < T.Zero ? T.CreateTruncating(-1) : T.Zero;
        Check<V, T>("shift left by lane", a, counts, V.ShiftLeft, (x, n) => n < T.Zero || n >= limit ? T.Zero : x << int.CreateChecked(n));
        Check<V, T>("shift right by lane", a, counts, V.ShiftRight, (x, n) => n < T.Zero || n >= limit ? sign(x) : x >> int.CreateChecked(n));

        T[] divisors = b.Select((x, i) => T.IsZero(x) || x == T.CreateTruncating(-1) ? T.One : x).ToArray();
        Check<V, T>("divide", a, divisors, (x, y) => x / y, (x, y) => x / y);
        Assert.Throws<DivideByZeroException>(() => V.One / V.Zero);
    }

    // The largest square not above x, so that its root is exact.
    static ulong FloorRoot<T>(T x)
        where T : unmanaged, IBinaryInteger<T>
    {
        if (x <= T.Zero)
            return 0;
        UInt128 value = UInt128.CreateChecked(x), r = 0;
        for (int bit = 32; bit >= 0; bit--)
        {
            UInt128 next = r | (UInt128.One << bit);
            if (next * next <= value)
                r = next;
        }
        return (ulong)(r * r);
    }

    readonly struct LaneTwice<T> : ILaneFunc<T>
        where T : INumber<T>
    {
        public static T Invoke(T x) => unchecked(x + x);
    }

    readonly struct LaneMax<T> : ILaneFunc2<T>
        where T : INumber<T>
    {
        public static T Invoke(T x, T y) => T.Max(x, y);
    }
}
