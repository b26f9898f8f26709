using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Hebb.Cpu.Simd;

/// <summary>128 bits: SSE, Arm64 Neon, WebAssembly, and software where there is nothing else.</summary>
[method: MethodImpl(MethodImplOptions.AggressiveInlining)]
public readonly unsafe struct V128<T>(Vector128<T> value) : ISimd<V128<T>, T>
    where T : unmanaged
{
    public readonly Vector128<T> Value = value;

    public static int Count
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Vector128<T>.Count;
    }

    public static V128<T> Zero
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => new(Vector128<T>.Zero);
    }

    public static V128<T> One
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => new(Vector128<T>.One);
    }

    public static V128<T> AllBitsSet
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => new(Vector128<T>.AllBitsSet);
    }

    public static V128<T> Indices
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => new(Vector128<T>.Indices);
    }

    public T this[int lane]
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Value.GetElement(lane);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static implicit operator V128<T>(Vector128<T> value) => new(value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static implicit operator Vector128<T>(V128<T> v) => v.Value;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V128<T> Create(T value) => new(Vector128.Create(value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V128<T> Load(T* p) => new(Vector128.Load(p));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V128<T> LoadPartial(T* p, int count)
    {
        Vector128<T> v = default;
        Unsafe.CopyBlockUnaligned(&v, p, (uint)(count * sizeof(T)));
        return new(v);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V128<T> LoadMask(byte* p) => new(Masks.Load128<T>(p));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Store(T* p) => Value.Store(p);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void StorePartial(T* p, int count)
    {
        Vector128<T> v = Value;
        Unsafe.CopyBlockUnaligned(p, &v, (uint)(count * sizeof(T)));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void StoreNonTemporal(T* p) => Value.StoreAlignedNonTemporal(p);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void StoreMask(byte* p) => Masks.Store(Value, p);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V128<T> operator +(V128<T> a, V128<T> b) => new(a.Value + b.Value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V128<T> operator -(V128<T> a, V128<T> b) => new(a.Value - b.Value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V128<T> operator *(V128<T> a, V128<T> b) => new(a.Value * b.Value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V128<T> operator /(V128<T> a, V128<T> b) => new(a.Value / b.Value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V128<T> operator -(V128<T> a) => new(-a.Value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V128<T> operator &(V128<T> a, V128<T> b) => new(a.Value & b.Value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V128<T> operator |(V128<T> a, V128<T> b) => new(a.Value | b.Value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V128<T> operator ^(V128<T> a, V128<T> b) => new(a.Value ^ b.Value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V128<T> operator ~(V128<T> a) => new(~a.Value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V128<T> operator <<(V128<T> a, int count) =>
        sizeof(T) == 4 ? new((a.Value.AsInt32() << count).As<int, T>())
        : sizeof(T) == 8 ? new((a.Value.AsInt64() << count).As<long, T>())
        : new(a.Value << count);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V128<T> operator >>(V128<T> a, int count) =>
        typeof(T) == typeof(float) ? new((a.Value.AsInt32() >> count).As<int, T>())
        : typeof(T) == typeof(double) ? new((a.Value.AsInt64() >> count).As<long, T>())
        : new(a.Value >> count);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V128<T> operator >>>(V128<T> a, int count) =>
        sizeof(T) == 4 ? new((a.Value.AsInt32() >>> count).As<int, T>())
        : sizeof(T) == 8 ? new((a.Value.AsInt64() >>> count).As<long, T>())
        : new(a.Value >>> count);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V128<T> ShiftLeft(V128<T> a, V128<T> counts) => new(Shifts.Left(a.Value, counts.Value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V128<T> ShiftRight(V128<T> a, V128<T> counts) => new(Shifts.Right(a.Value, counts.Value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V128<T> AndNot(V128<T> a, V128<T> b) => new(Vector128.AndNot(a.Value, b.Value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V128<T> Equal(V128<T> a, V128<T> b) => new(Vector128.Equals(a.Value, b.Value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V128<T> NotEqual(V128<T> a, V128<T> b) => new(~Vector128.Equals(a.Value, b.Value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V128<T> Less(V128<T> a, V128<T> b) => new(Vector128.LessThan(a.Value, b.Value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V128<T> LessEqual(V128<T> a, V128<T> b) => new(Vector128.LessThanOrEqual(a.Value, b.Value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V128<T> Greater(V128<T> a, V128<T> b) => new(Vector128.GreaterThan(a.Value, b.Value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V128<T> GreaterEqual(V128<T> a, V128<T> b) => new(Vector128.GreaterThanOrEqual(a.Value, b.Value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V128<T> Select(V128<T> mask, V128<T> a, V128<T> b) => new(Vector128.ConditionalSelect(mask.Value, a.Value, b.Value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V128<T> SelectLess(V128<T> a, V128<T> b, V128<T> x, V128<T> y) => new(Vector128.ConditionalSelect(Vector128.LessThan(a.Value, b.Value), x.Value, y.Value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V128<T> SelectLessEqual(V128<T> a, V128<T> b, V128<T> x, V128<T> y) => new(Vector128.ConditionalSelect(Vector128.LessThanOrEqual(a.Value, b.Value), x.Value, y.Value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V128<T> SelectEqual(V128<T> a, V128<T> b, V128<T> x, V128<T> y) => new(Vector128.ConditionalSelect(Vector128.Equals(a.Value, b.Value), x.Value, y.Value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool AnyLess(V128<T> a, V128<T> b) => Vector128.LessThanAny(a.Value, b.Value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool Any(V128<T> mask) => mask.Value.AsInt64() != Vector128<long>.Zero;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool All(V128<T> mask) => mask.Value.AsInt64() == Vector128<long>.AllBitsSet;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V128<T> Min(V128<T> a, V128<T> b) => new(Vector128.Min(a.Value, b.Value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V128<T> Max(V128<T> a, V128<T> b) => new(Vector128.Max(a.Value, b.Value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V128<T> MinNative(V128<T> a, V128<T> b) => new(Vector128.MinNative(a.Value, b.Value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V128<T> MaxNative(V128<T> a, V128<T> b) => new(Vector128.MaxNative(a.Value, b.Value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V128<T> Abs(V128<T> a) => Lane.IsFloat<T>() ? new(Vector128.Abs(a.Value))
        : Lane.IsUnsigned<T>() ? a
        : Select(Less(a, Zero), -a, a);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V128<T> Sqrt(V128<T> a) => Lane.IsFloat<T>() ? new(Vector128.Sqrt(a.Value)) : Map<Lane.IntegerSqrt<T>>(a);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V128<T> Floor(V128<T> a) =>
        typeof(T) == typeof(float) ? new(Vector128.Floor(a.Value.AsSingle()).As<float, T>())
        : typeof(T) == typeof(double) ? new(Vector128.Floor(a.Value.AsDouble()).As<double, T>())
        : a;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V128<T> Ceiling(V128<T> a) =>
        typeof(T) == typeof(float) ? new(Vector128.Ceiling(a.Value.AsSingle()).As<float, T>())
        : typeof(T) == typeof(double) ? new(Vector128.Ceiling(a.Value.AsDouble()).As<double, T>())
        : a;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V128<T> Round(V128<T> a) =>
        typeof(T) == typeof(float) ? new(Vector128.Round(a.Value.AsSingle()).As<float, T>())
        : typeof(T) == typeof(double) ? new(Vector128.Round(a.Value.AsDouble()).As<double, T>())
        : a;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V128<T> Truncate(V128<T> a) =>
        typeof(T) == typeof(float) ? new(Vector128.Truncate(a.Value.AsSingle()).As<float, T>())
        : typeof(T) == typeof(double) ? new(Vector128.Truncate(a.Value.AsDouble()).As<double, T>())
        : a;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V128<T> Constant(double value) => sizeof(T) == 4
        ? new(Vector128.Create((float)value).As<float, T>())
        : new(Vector128.Create(value).As<double, T>());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V128<T> FusedMultiplyAdd(V128<T> a, V128<T> b, V128<T> c) =>
        typeof(T) == typeof(float) ? new(Vector128.FusedMultiplyAdd(a.Value.AsSingle(), b.Value.AsSingle(), c.Value.AsSingle()).As<float, T>())
        : typeof(T) == typeof(double) ? new(Vector128.FusedMultiplyAdd(a.Value.AsDouble(), b.Value.AsDouble(), c.Value.AsDouble()).As<double, T>())
        : a * b + c;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V128<T> MultiplyAdd(V128<T> a, V128<T> b, V128<T> c) => Lane.HasFma ? FusedMultiplyAdd(a, b, c) : a * b + c;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V128<T> IsNaN(V128<T> a) => Lane.IsFloat<T>() ? NotEqual(a, a) : Zero;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V128<T> IsEitherNaN(V128<T> a, V128<T> b) =>
        Sse2.IsSupported && typeof(T) == typeof(float) ? new(Sse.CompareUnordered(a.Value.AsSingle(), b.Value.AsSingle()).As<float, T>())
        : Sse2.IsSupported && typeof(T) == typeof(double) ? new(Sse2.CompareUnordered(a.Value.AsDouble(), b.Value.AsDouble()).As<double, T>())
        : IsNaN(a) | IsNaN(b);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V128<T> CopySign(V128<T> magnitude, V128<T> sign)
    {
        Vector128<T> bit = Vector128.Create(Lane.SignBit<T>());
        return new(Vector128.ConditionalSelect(bit, sign.Value, magnitude.Value));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V128<T> AddBits(V128<T> a, V128<T> b) =>
        sizeof(T) == 4 ? new((a.Value.AsInt32() + b.Value.AsInt32()).As<int, T>())
        : sizeof(T) == 8 ? new((a.Value.AsInt64() + b.Value.AsInt64()).As<long, T>())
        : a + b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V128<T> SubtractBits(V128<T> a, V128<T> b) =>
        sizeof(T) == 4 ? new((a.Value.AsInt32() - b.Value.AsInt32()).As<int, T>())
        : sizeof(T) == 8 ? new((a.Value.AsInt64() - b.Value.AsInt64()).As<long, T>())
        : a - b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V128<T> EqualBits(V128<T> a, V128<T> b) =>
        sizeof(T) == 4 ? new(Vector128.Equals(a.Value.AsInt32(), b.Value.AsInt32()).As<int, T>())
        : sizeof(T) == 8 ? new(Vector128.Equals(a.Value.AsInt64(), b.Value.AsInt64()).As<long, T>())
        : Equal(a, b);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V128<T> ConvertFromBits(V128<T> a) => sizeof(T) == 4
        ? new(Vector128.ConvertToSingle(a.Value.AsInt32()).As<float, T>())
        : new(Vector128.ConvertToDouble(a.Value.AsInt64()).As<double, T>());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V128<T> ConvertToBits(V128<T> a) => sizeof(T) == 4
        ? new(Vector128.ConvertToInt32Native(a.Value.AsSingle()).As<int, T>())
        : new(Vector128.ConvertToInt64Native(a.Value.AsDouble()).As<long, T>());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Sum(V128<T> a) => Lane.Sum(a.Value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T MinLane(V128<T> a) => Lane.Min(a.Value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T MaxLane(V128<T> a) => Lane.Max(a.Value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T MaxLaneNative(V128<T> a) => Lane.MaxNative(a.Value);

    public static V128<T> Map<F>(V128<T> a)
        where F : struct, ILaneFunc<T>
    {
        T* lanes = (T*)&a;
        for (int i = 0; i < Count; i++)
            lanes[i] = F.Invoke(lanes[i]);
        return a;
    }

    public static V128<T> Map2<F>(V128<T> a, V128<T> b)
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
