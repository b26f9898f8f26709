using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Hebb.Cpu.Simd;

/// <summary>Between one vector of float and two of double.</summary>
public static class Widen
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static (V128<double> Low, V128<double> High) Halves(V128<float> x) => (Vector128.WidenLower(x.Value), Vector128.WidenUpper(x.Value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static (V256<double> Low, V256<double> High) Halves(V256<float> x) => Avx.IsSupported
        ? (Avx.ConvertToVector256Double(x.Value.GetLower()), Avx.ConvertToVector256Double(x.Value.GetUpper()))
        : (Vector256.WidenLower(x.Value), Vector256.WidenUpper(x.Value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static (V512<double> Low, V512<double> High) Halves(V512<float> x) => Avx512F.IsSupported
        ? (Avx512F.ConvertToVector512Double(x.Value.GetLower()), Avx512F.ConvertToVector512Double(x.Value.GetUpper()))
        : (Vector512.WidenLower(x.Value), Vector512.WidenUpper(x.Value));

    /// <summary>Rounds to nearest even.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V128<float> Join(V128<double> low, V128<double> high) => Vector128.Narrow(low.Value, high.Value);

    /// <inheritdoc cref="Join(V128{double},V128{double})"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V256<float> Join(V256<double> low, V256<double> high) => Avx.IsSupported
        ? Vector256.Create(Avx.ConvertToVector128Single(low.Value), Avx.ConvertToVector128Single(high.Value))
        : Vector256.Narrow(low.Value, high.Value);

    /// <inheritdoc cref="Join(V128{double},V128{double})"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V512<float> Join(V512<double> low, V512<double> high) => Avx512F.IsSupported
        ? Vector512.Create(Avx512F.ConvertToVector256Single(low.Value), Avx512F.ConvertToVector256Single(high.Value))
        : Vector512.Narrow(low.Value, high.Value);
}
