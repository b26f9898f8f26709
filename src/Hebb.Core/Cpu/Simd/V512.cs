using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Hebb.Cpu.Simd;

/// <summary>512 bits: AVX-512.</summary>
[method: MethodImpl(MethodImplOptions.AggressiveInlining)]
public readonly unsafe struct V512<T>(Vector512<T> value) : ISimd<V512<T>, T>
    where T : unmanaged
{
    public readonly Vector512<T> Value = value;

    public static int Count
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Vector512<T>.Count;
    }

    public static V512<T> Zero
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => new(Vector512<T>.Zero);
    }

    public static V512<T> One
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => new(Vector512<T>.One);
    }

    public static V512<T> AllBitsSet
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => new(Vector512<T>.AllBitsSet);
    }

    public static V512<T> Indices
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => new(Vector512<T>.Indices);
    }

    public T this[int lane]
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Value.GetElement(lane);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static implicit operator V512<T>(Vector512<T> value) => new(value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static implicit operator Vector512<T>(V512<T> v) => v.Value;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V512<T> Create(T value) => new(Vector512.Create(value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V512<T> Load(T* p) => new(Vector512.Load(p));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V512<T> LoadPartial(T* p, int count) => new(Partial.Load512(p, count));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V512<T> LoadMask(byte* p) => new(Masks.Load512<T>(p));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Store(T* p) => Value.Store(p);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void StorePartial(T* p, int count) => Partial.Store512(p, count, Value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void StoreNonTemporal(T* p) => Value.StoreAlignedNonTemporal(p);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void StoreMask(byte* p) => Masks.Store(Value, p);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V512<T> operator +(V512<T> a, V512<T> b) => new(a.Value + b.Value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V512<T> operator -(V512<T> a, V512<T> b) => new(a.Value - b.Value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V512<T> operator *(V512<T> a, V512<T> b) => new(a.Value * b.Value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V512<T> operator /(V512<T> a, V512<T> b) => new(a.Value / b.Value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V512<T> operator -(V512<T> a) => new(-a.Value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V512<T> operator &(V512<T> a, V512<T> b) => new(a.Value & b.Value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V512<T> operator |(V512<T> a, V512<T> b) => new(a.Value | b.Value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V512<T> operator ^(V512<T> a, V512<T> b) => new(a.Value ^ b.Value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V512<T> operator ~(V512<T> a) => new(~a.Value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V512<T> operator <<(V512<T> a, int count) =>
        sizeof(T) == 4 ? new((a.Value.AsInt32() << count).As<int, T>())
        : sizeof(T) == 8 ? new((a.Value.AsInt64() << count).As<long, T>())
        : new(a.Value << count);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V512<T> operator >>(V512<T> a, int count) =>
        typeof(T) == typeof(float) ? new((a.Value.AsInt32() >> count).As<int, T>())
        : typeof(T) == typeof(double) ? new((a.Value.AsInt64() >> count).As<long, T>())
        : new(a.Value >> count);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V512<T> operator >>>(V512<T> a, int count) =>
        sizeof(T) == 4 ? new((a.Value.AsInt32() >>> count).As<int, T>())
        : sizeof(T) == 8 ? new((a.Value.AsInt64() >>> count).As<long, T>())
        : new(a.Value >>> count);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V512<T> ShiftLeft(V512<T> a, V512<T> counts) => new(Shifts.Left(a.Value, counts.Value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V512<T> ShiftRight(V512<T> a, V512<T> counts) => new(Shifts.Right(a.Value, counts.Value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V512<T> AndNot(V512<T> a, V512<T> b) => new(Vector512.AndNot(a.Value, b.Value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V512<T> Equal(V512<T> a, V512<T> b) => new(Vector512.Equals(a.Value, b.Value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V512<T> NotEqual(V512<T> a, V512<T> b) => new(~Vector512.Equals(a.Value, b.Value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V512<T> Less(V512<T> a, V512<T> b) => new(Vector512.LessThan(a.Value, b.Value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V512<T> LessEqual(V512<T> a, V512<T> b) => new(Vector512.LessThanOrEqual(a.Value, b.Value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V512<T> Greater(V512<T> a, V512<T> b) => new(Vector512.GreaterThan(a.Value, b.Value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V512<T> GreaterEqual(V512<T> a, V512<T> b) => new(Vector512.GreaterThanOrEqual(a.Value, b.Value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V512<T> Select(V512<T> mask, V512<T> a, V512<T> b) => new(Vector512.ConditionalSelect(mask.Value, a.Value, b.Value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V512<T> SelectLess(V512<T> a, V512<T> b, V512<T> x, V512<T> y) => new(Vector512.ConditionalSelect(Vector512.LessThan(a.Value, b.Value), x.Value, y.Value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V512<T> SelectLessEqual(V512<T> a, V512<T> b, V512<T> x, V512<T> y) => new(Vector512.ConditionalSelect(Vector512.LessThanOrEqual(a.Value, b.Value), x.Value, y.Value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V512<T> SelectEqual(V512<T> a, V512<T> b, V512<T> x, V512<T> y) => new(Vector512.ConditionalSelect(Vector512.Equals(a.Value, b.Value), x.Value, y.Value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool AnyLess(V512<T> a, V512<T> b) => Vector512.LessThanAny(a.Value, b.Value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool Any(V512<T> mask) => mask.Value.AsInt64() != Vector512<long>.Zero;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool All(V512<T> mask) => mask.Value.AsInt64() == Vector512<long>.AllBitsSet;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V512<T> Min(V512<T> a, V512<T> b) => new(Vector512.Min(a.Value, b.Value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V512<T> Max(V512<T> a, V512<T> b) => new(Vector512.Max(a.Value, b.Value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V512<T> MinNative(V512<T> a, V512<T> b) => new(Vector512.MinNative(a.Value, b.Value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V512<T> MaxNative(V512<T> a, V512<T> b) => new(Vector512.MaxNative(a.Value, b.Value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V512<T> Abs(V512<T> a) => Lane.IsFloat<T>() ? new(Vector512.Abs(a.Value))
        : Lane.IsUnsigned<T>() ? a
        : Select(Less(a, Zero), -a, a);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V512<T> Sqrt(V512<T> a) => Lane.IsFloat<T>() ? new(Vector512.Sqrt(a.Value)) : Map<Lane.IntegerSqrt<T>>(a);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V512<T> Floor(V512<T> a) =>
        typeof(T) == typeof(float) ? new(Vector512.Floor(a.Value.AsSingle()).As<float, T>())
        : typeof(T) == typeof(double) ? new(Vector512.Floor(a.Value.AsDouble()).As<double, T>())
        : a;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V512<T> Ceiling(V512<T> a) =>
        typeof(T) == typeof(float) ? new(Vector512.Ceiling(a.Value.AsSingle()).As<float, T>())
        : typeof(T) == typeof(double) ? new(Vector512.Ceiling(a.Value.AsDouble()).As<double, T>())
        : a;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V512<T> Round(V512<T> a) =>
        typeof(T) == typeof(float) ? new(Vector512.Round(a.Value.AsSingle()).As<float, T>())
        : typeof(T) == typeof(double) ? new(Vector512.Round(a.Value.AsDouble()).As<double, T>())
        : a;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V512<T> Truncate(V512<T> a) =>
        typeof(T) == typeof(float) ? new(Vector512.Truncate(a.Value.AsSingle()).As<float, T>())
        : typeof(T) == typeof(double) ? new(Vector512.Truncate(a.Value.AsDouble()).As<double, T>())
        : a;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V512<T> Constant(double value) => sizeof(T) == 4
        ? new(Vector512.Create((float)value).As<float, T>())
        : new(Vector512.Create(value).As<double, T>());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V512<T> FusedMultiplyAdd(V512<T> a, V512<T> b, V512<T> c) =>
        typeof(T) == typeof(float) ? new(Vector512.FusedMultiplyAdd(a.Value.AsSingle(), b.Value.AsSingle(), c.Value.AsSingle()).As<float, T>())
        : typeof(T) == typeof(double) ? new(Vector512.FusedMultiplyAdd(a.Value.AsDouble(), b.Value.AsDouble(), c.Value.AsDouble()).As<double, T>())
        : a * b + c;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V512<T> MultiplyAdd(V512<T> a, V512<T> b, V512<T> c) => Lane.HasFma ? FusedMultiplyAdd(a, b, c) : a * b + c;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V512<T> IsNaN(V512<T> a) => Lane.IsFloat<T>() ? NotEqual(a, a) : Zero;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V512<T> IsEitherNaN(V512<T> a, V512<T> b) =>
        Avx512F.IsSupported && typeof(T) == typeof(float) ? new(Avx512F.CompareUnordered(a.Value.AsSingle(), b.Value.AsSingle()).As<float, T>())
        : Avx512F.IsSupported && typeof(T) == typeof(double) ? new(Avx512F.CompareUnordered(a.Value.AsDouble(), b.Value.AsDouble()).As<double, T>())
        : IsNaN(a) | IsNaN(b);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V512<T> CopySign(V512<T> magnitude, V512<T> sign)
    {
        Vector512<T> bit = Vector512.Create(Lane.SignBit<T>());
        return new(Vector512.ConditionalSelect(bit, sign.Value, magnitude.Value));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V512<T> AddBits(V512<T> a, V512<T> b) =>
        sizeof(T) == 4 ? new((a.Value.AsInt32() + b.Value.AsInt32()).As<int, T>())
        : sizeof(T) == 8 ? new((a.Value.AsInt64() + b.Value.AsInt64()).As<long, T>())
        : a + b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V512<T> SubtractBits(V512<T> a, V512<T> b) =>
        sizeof(T) == 4 ? new((a.Value.AsInt32() - b.Value.AsInt32()).As<int, T>())
        : sizeof(T) == 8 ? new((a.Value.AsInt64() - b.Value.AsInt64()).As<long, T>())
        : a - b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V512<T> EqualBits(V512<T> a, V512<T> b) =>
        sizeof(T) == 4 ? new(Vector512.Equals(a.Value.AsInt32(), b.Value.AsInt32()).As<int, T>())
        : sizeof(T) == 8 ? new(Vector512.Equals(a.Value.AsInt64(), b.Value.AsInt64()).As<long, T>())
        : Equal(a, b);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V512<T> ConvertFromBits(V512<T> a) => sizeof(T) == 4
        ? new(Vector512.ConvertToSingle(a.Value.AsInt32()).As<float, T>())
        : new(Vector512.ConvertToDouble(a.Value.AsInt64()).As<double, T>());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V512<T> ConvertToBits(V512<T> a) => sizeof(T) == 4
        ? new(Vector512.ConvertToInt32Native(a.Value.AsSingle()).As<int, T>())
        : new(Vector512.ConvertToInt64Native(a.Value.AsDouble()).As<long, T>());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Sum(V512<T> a) => V256<T>.Sum(new(a.Value.GetLower() + a.Value.GetUpper()));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T MinLane(V512<T> a) => V256<T>.MinLane(V256<T>.Min(a.Value.GetLower(), a.Value.GetUpper()));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T MaxLane(V512<T> a) => V256<T>.MaxLane(V256<T>.Max(a.Value.GetLower(), a.Value.GetUpper()));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T MaxLaneNative(V512<T> a) => V256<T>.MaxLaneNative(V256<T>.MaxNative(a.Value.GetLower(), a.Value.GetUpper()));

    public static V512<T> Map<F>(V512<T> a)
        where F : struct, ILaneFunc<T>
    {
        T* lanes = (T*)&a;
        for (int i = 0; i < Count; i++)
            lanes[i] = F.Invoke(lanes[i]);
        return a;
    }

    public static V512<T> Map2<F>(V512<T> a, V512<T> b)
        where F : struct, ILaneFunc2<T>
    {
        T* lanes = (T*)&a;
        T* others = (T*)&b;
        for (int i = 0; i < Count; i++)
            lanes[i] = F.Invoke(lanes[i], others[i]);
        return a;
    }

    public override string ToString() => Value.ToString();
}
