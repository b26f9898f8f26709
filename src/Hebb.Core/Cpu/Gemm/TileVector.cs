using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;
using Hebb.Cpu.Simd;

namespace Hebb.Cpu;

/// <summary>
/// What a micro-kernel does with a hardware vector <typeparamref name="X"/>. Its sums must be plain vectors: those that a struct wraps, as
/// <see cref="ISimd{V,T}"/> does, cost the JIT one move for half of the multiply-adds, and the loop has no slot left for them.
/// </summary>
unsafe interface ITileVector<X, T>
    where T : unmanaged
{
    /// <summary>Bytes in the vector.</summary>
    static abstract int Bytes { get; }

    static abstract X Zero { get; }

    static abstract X Create(T value);

    static abstract X Load(T* p);

    static abstract void Store(X vector, T* p);

    /// <summary>The first of each pair of BFloat16, as float32.</summary>
    static abstract X First(void* pairs);

    /// <summary>The second of each.</summary>
    static abstract X Second(void* pairs);

    /// <summary>a * b + c: with one rounding where the hardware has the instruction, else with two.</summary>
    static abstract X MultiplyAdd(X a, X b, X c);
}

/// <summary>128 bits.</summary>
readonly unsafe struct Tile128<T> : ITileVector<Vector128<T>, T>
    where T : unmanaged
{
    public static int Bytes
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => 16;
    }

    public static Vector128<T> Zero
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Vector128<T>.Zero;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<T> Create(T value) => Vector128.Create(value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<T> Load(T* p) => Vector128.Load(p);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Vector128<T> vector, T* p) => vector.Store(p);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<T> First(void* pairs) => (Vector128.Load((int*)pairs) << 16).As<int, T>();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<T> Second(void* pairs) => (Vector128.Load((int*)pairs) & Vector128.Create(-1 << 16)).As<int, T>();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<T> MultiplyAdd(Vector128<T> a, Vector128<T> b, Vector128<T> c) =>
        !Fma.IsSupported && !AdvSimd.IsSupported ? (a * b) + c
        : typeof(T) == typeof(float) ? Vector128.FusedMultiplyAdd(a.AsSingle(), b.AsSingle(), c.AsSingle()).As<float, T>()
        : Vector128.FusedMultiplyAdd(a.AsDouble(), b.AsDouble(), c.AsDouble()).As<double, T>();
}

/// <summary>256 bits.</summary>
readonly unsafe struct Tile256<T> : ITileVector<Vector256<T>, T>
    where T : unmanaged
{
    public static int Bytes
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => 32;
    }

    public static Vector256<T> Zero
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Vector256<T>.Zero;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<T> Create(T value) => Vector256.Create(value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<T> Load(T* p) => Vector256.Load(p);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Vector256<T> vector, T* p) => vector.Store(p);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<T> First(void* pairs) => (Vector256.Load((int*)pairs) << 16).As<int, T>();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<T> Second(void* pairs) => (Vector256.Load((int*)pairs) & Vector256.Create(-1 << 16)).As<int, T>();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<T> MultiplyAdd(Vector256<T> a, Vector256<T> b, Vector256<T> c) =>
        !Fma.IsSupported && !AdvSimd.IsSupported ? (a * b) + c
        : typeof(T) == typeof(float) ? Vector256.FusedMultiplyAdd(a.AsSingle(), b.AsSingle(), c.AsSingle()).As<float, T>()
        : Vector256.FusedMultiplyAdd(a.AsDouble(), b.AsDouble(), c.AsDouble()).As<double, T>();
}

/// <summary>512 bits.</summary>
readonly unsafe struct Tile512<T> : ITileVector<Vector512<T>, T>
    where T : unmanaged
{
    public static int Bytes
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => 64;
    }

    public static Vector512<T> Zero
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Vector512<T>.Zero;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<T> Create(T value) => Vector512.Create(value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<T> Load(T* p) => Vector512.Load(p);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Vector512<T> vector, T* p) => vector.Store(p);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<T> First(void* pairs) => (Vector512.Load((int*)pairs) << 16).As<int, T>();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<T> Second(void* pairs) => (Vector512.Load((int*)pairs) & Vector512.Create(-1 << 16)).As<int, T>();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<T> MultiplyAdd(Vector512<T> a, Vector512<T> b, Vector512<T> c) =>
        !Fma.IsSupported && !AdvSimd.IsSupported ? (a * b) + c
        : typeof(T) == typeof(float) ? Vector512.FusedMultiplyAdd(a.AsSingle(), b.AsSingle(), c.AsSingle()).As<float, T>()
        : Vector512.FusedMultiplyAdd(a.AsDouble(), b.AsDouble(), c.AsDouble()).As<double, T>();
}
