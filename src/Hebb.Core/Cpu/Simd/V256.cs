using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Hebb.Cpu.Simd;

/// <summary>256 bits: AVX2.</summary>
[method: MethodImpl(MethodImplOptions.AggressiveInlining)]
public readonly unsafe struct V256<T>(Vector256<T> value) : ISimd<V256<T>, T>
    where T : unmanaged
{
    public readonly Vector256<T> Value = value;

    public static int Count
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Vector256<T>.Count;
    }

    public static V256<T> Zero
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => new(Vector256<T>.Zero);
    }

    public static V256<T> One
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => new(Vector256<T>.One);
    }

    public static V256<T> AllBitsSet
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => new(Vector256<T>.AllBitsSet);
    }

    public static V256<T> Indices
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => new(Vector256<T>.Indices);
    }

    public T this[int lane]
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Value.GetElement(lane);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static implicit operator V256<T>(Vector256<T> value) => new(value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static implicit operator Vector256<T>(V256<T> v) => v.Value;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V256<T> Create(T value) => new(Vector256.Create(value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V256<T> Load(T* p) => new(Vector256.Load(p));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V256<T> LoadPartial(T* p, int count) => new(Partial.Load256(p, count));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V256<T> LoadMask(byte* p) => new(Masks.Load256<T>(p));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Store(T* p) => Value.Store(p);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void StorePartial(T* p, int count) => Partial.Store256(p, count, Value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void StoreNonTemporal(T* p) => Value.StoreAlignedNonTemporal(p);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void StoreMask(byte* p) => Masks.Store(Value, p);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V256<T> operator +(V256<T> a, V256<T> b) => new(a.Value + b.Value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V256<T> operator -(V256<T> a, V256<T> b) => new(a.Value - b.Value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V256<T> operator *(V256<T> a, V256<T> b) => new(a.Value * b.Value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V256<T> operator /(V256<T> a, V256<T> b) => new(a.Value / b.Value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V256<T> operator -(V256<T> a) => new(-a.Value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V256<T> operator &(V256<T> a, V256<T> b) => new(a.Value & b.Value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V256<T> operator |(V256<T> a, V256<T> b) => new(a.Value | b.Value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V256<T> operator ^(V256<T> a, V256<T> b) => new(a.Value ^ b.Value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V256<T> operator ~(V256<T> a) => new(~a.Value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V256<T> operator <<(V256<T> a, int count) =>
        sizeof(T) == 4 ? new((a.Value.AsInt32() << count).As<int, T>())
        : sizeof(T) == 8 ? new((a.Value.AsInt64() << count).As<long, T>())
        : new(a.Value << count);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V256<T> operator >>(V256<T> a, int count) =>
        typeof(T) == typeof(float) ? new((a.Value.AsInt32() >> count).As<int, T>())
        : typeof(T) == typeof(double) ? new((a.Value.AsInt64() >> count).As<long, T>())
        : new(a.Value >> count);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V256<T> operator >>>(V256<T> a, int count) =>
        sizeof(T) == 4 ? new((a.Value.AsInt32() >>> count).As<int, T>())
        : sizeof(T) == 8 ? new((a.Value.AsInt64() >>> count).As<long, T>())
        : new(a.Value >>> count);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V256<T> ShiftLeft(V256<T> a, V256<T> counts) => new(Shifts.Left(a.Value, counts.Value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V256<T> ShiftRight(V256<T> a, V256<T> counts) => new(Shifts.Right(a.Value, counts.Value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V256<T> AndNot(V256<T> a, V256<T> b) => new(Vector256.AndNot(a.Value, b.Value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V256<T> Equal(V256<T> a, V256<T> b) => new(Vector256.Equals(a.Value, b.Value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V256<T> NotEqual(V256<T> a, V256<T> b) => new(~Vector256.Equals(a.Value, b.Value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V256<T> Less(V256<T> a, V256<T> b) => new(Vector256.LessThan(a.Value, b.Value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V256<T> LessEqual(V256<T> a, V256<T> b) => new(Vector256.LessThanOrEqual(a.Value, b.Value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V256<T> Greater(V256<T> a, V256<T> b) => new(Vector256.GreaterThan(a.Value, b.Value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V256<T> GreaterEqual(V256<T> a, V256<T> b) => new(Vector256.GreaterThanOrEqual(a.Value, b.Value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V256<T> Select(V256<T> mask, V256<T> a, V256<T> b) => new(Vector256.ConditionalSelect(mask.Value, a.Value, b.Value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V256<T> SelectLess(V256<T> a, V256<T> b, V256<T> x, V256<T> y) => new(Vector256.ConditionalSelect(Vector256.LessThan(a.Value, b.Value), x.Value, y.Value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V256<T> SelectLessEqual(V256<T> a, V256<T> b, V256<T> x, V256<T> y) => new(Vector256.ConditionalSelect(Vector256.LessThanOrEqual(a.Value, b.Value), x.Value, y.Value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V256<T> SelectEqual(V256<T> a, V256<T> b, V256<T> x, V256<T> y) => new(Vector256.ConditionalSelect(Vector256.Equals(a.Value, b.Value), x.Value, y.Value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool AnyLess(V256<T> a, V256<T> b) => Vector256.LessThanAny(a.Value, b.Value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool Any(V256<T> mask) => mask.Value.AsInt64() != Vector256<long>.Zero;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool All(V256<T> mask) => mask.Value.AsInt64() == Vector256<long>.AllBitsSet;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V256<T> Min(V256<T> a, V256<T> b) => new(Vector256.Min(a.Value, b.Value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V256<T> Max(V256<T> a, V256<T> b) => new(Vector256.Max(a.Value, b.Value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V256<T> MinNative(V256<T> a, V256<T> b) => new(Vector256.MinNative(a.Value, b.Value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V256<T> MaxNative(V256<T> a, V256<T> b) => new(Vector256.MaxNative(a.Value, b.Value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V256<T> Abs(V256<T> a) => Lane.IsFloat<T>() ? new(Vector256.Abs(a.Value))
        : Lane.IsUnsigned<T>() ? a
        : Select(Less(a, Zero), -a, a);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V256<T> Sqrt(V256<T> a) => Lane.IsFloat<T>() ? new(Vector256.Sqrt(a.Value)) : Map<Lane.IntegerSqrt<T>>(a);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V256<T> Floor(V256<T> a) =>
        typeof(T) == typeof(float) ? new(Vector256.Floor(a.Value.AsSingle()).As<float, T>())
        : typeof(T) == typeof(double) ? new(Vector256.Floor(a.Value.AsDouble()).As<double, T>())
        : a;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V256<T> Ceiling(V256<T> a) =>
        typeof(T) == typeof(float) ? new(Vector256.Ceiling(a.Value.AsSingle()).As<float, T>())
        : typeof(T) == typeof(double) ? new(Vector256.Ceiling(a.Value.AsDouble()).As<double, T>())
        : a;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V256<T> Round(V256<T> a) =>
        typeof(T) == typeof(float) ? new(Vector256.Round(a.Value.AsSingle()).As<float, T>())
        : typeof(T) == typeof(double) ? new(Vector256.Round(a.Value.AsDouble()).As<double, T>())
        : a;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V256<T> Truncate(V256<T> a) =>
        typeof(T) == typeof(float) ? new(Vector256.Truncate(a.Value.AsSingle()).As<float, T>())
        : typeof(T) == typeof(double) ? new(Vector256.Truncate(a.Value.AsDouble()).As<double, T>())
        : a;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V256<T> Constant(double value) => sizeof(T) == 4
        ? new(Vector256.Create((float)value).As<float, T>())
        : new(Vector256.Create(value).As<double, T>());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V256<T> FusedMultiplyAdd(V256<T> a, V256<T> b, V256<T> c) =>
        typeof(T) == typeof(float) ? new(Vector256.FusedMultiplyAdd(a.Value.AsSingle(), b.Value.AsSingle(), c.Value.AsSingle()).As<float, T>())
        : typeof(T) == typeof(double) ? new(Vector256.FusedMultiplyAdd(a.Value.AsDouble(), b.Value.AsDouble(), c.Value.AsDouble()).As<double, T>())
        : a * b + c;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V256<T> MultiplyAdd(V256<T> a, V256<T> b, V256<T> c) => Lane.HasFma ? FusedMultiplyAdd(a, b, c) : a * b + c;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V256<T> IsNaN(V256<T> a) => Lane.IsFloat<T>() ? NotEqual(a, a) : Zero;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V256<T> IsEitherNaN(V256<T> a, V256<T> b) =>
        Avx.IsSupported && typeof(T) == typeof(float) ? new(Avx.CompareUnordered(a.Value.AsSingle(), b.Value.AsSingle()).As<float, T>())
        : Avx.IsSupported && typeof(T) == typeof(double) ? new(Avx.CompareUnordered(a.Value.AsDouble(), b.Value.AsDouble()).As<double, T>())
        : IsNaN(a) | IsNaN(b);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V256<T> CopySign(V256<T> magnitude, V256<T> sign)
    {
        Vector256<T> bit = Vector256.Create(Lane.SignBit<T>());
        return new(Vector256.ConditionalSelect(bit, sign.Value, magnitude.Value));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V256<T> AddBits(V256<T> a, V256<T> b) =>
        sizeof(T) == 4 ? new((a.Value.AsInt32() + b.Value.AsInt32()).As<int, T>())
        : sizeof(T) == 8 ? new((a.Value.AsInt64() + b.Value.AsInt64()).As<long, T>())
        : a + b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V256<T> SubtractBits(V256<T> a, V256<T> b) =>
        sizeof(T) == 4 ? new((a.Value.AsInt32() - b.Value.AsInt32()).As<int, T>())
        : sizeof(T) == 8 ? new((a.Value.AsInt64() - b.Value.AsInt64()).As<long, T>())
        : a - b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V256<T> EqualBits(V256<T> a, V256<T> b) =>
        sizeof(T) == 4 ? new(Vector256.Equals(a.Value.AsInt32(), b.Value.AsInt32()).As<int, T>())
        : sizeof(T) == 8 ? new(Vector256.Equals(a.Value.AsInt64(), b.Value.AsInt64()).As<long, T>())
        : Equal(a, b);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V256<T> ConvertFromBits(V256<T> a) => sizeof(T) == 4
        ? new(Vector256.ConvertToSingle(a.Value.AsInt32()).As<float, T>())
        : new(Vector256.ConvertToDouble(a.Value.AsInt64()).As<double, T>());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V256<T> ConvertToBits(V256<T> a) => sizeof(T) == 4
        ? new(Vector256.ConvertToInt32Native(a.Value.AsSingle()).As<int, T>())
        : new(Vector256.ConvertToInt64Native(a.Value.AsDouble()).As<long, T>());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Sum(V256<T> a) => V128<T>.Sum(new(a.Value.GetLower() + a.Value.GetUpper()));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T MinLane(V256<T> a) => V128<T>.MinLane(V128<T>.Min(a.Value.GetLower(), a.Value.GetUpper()));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T MaxLane(V256<T> a) => V128<T>.MaxLane(V128<T>.Max(a.Value.GetLower(), a.Value.GetUpper()));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T MaxLaneNative(V256<T> a) => V128<T>.MaxLaneNative(V128<T>.MaxNative(a.Value.GetLower(), a.Value.GetUpper()));

    public static V256<T> Map<F>(V256<T> a)
        where F : struct, ILaneFunc<T>
    {
        T* lanes = (T*)&a;
        for (int i = 0; i < Count; i++)
            lanes[i] = F.Invoke(lanes[i]);
        return a;
    }

    public static V256<T> Map2<F>(V256<T> a, V256<T> b)
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
