using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;
using Hebb.Cpu.Simd;

namespace Hebb.Cpu;

/// <summary>The instruction-set paths of the CPU kernels. Results may differ between them in the last bits; one path gives the same bits always.</summary>
public enum IsaPath
{
    /// <summary>128-bit vectors.</summary>
    Portable,

    /// <summary>256-bit vectors with AVX2 and FMA.</summary>
    Avx2,

    /// <summary>512-bit vectors with AVX-512 F, BW, CD, DQ and VL.</summary>
    Avx512,
}

/// <summary>
/// Which path this process takes: the widest that the hardware has, or the one that the environment variable HEBB_ISA names
/// (avx512, avx2 or portable). Chosen once, so that the JIT folds every branch on it.
/// </summary>
public static class Isa
{
    // Vector512.IsHardwareAccelerated is false on parts that slow down under 512-bit code; the kernels gain nonetheless, so it is not asked.
    static readonly IsaPath s_widest =
        Avx512F.IsSupported && Avx512BW.IsSupported && Avx512CD.IsSupported && Avx512DQ.IsSupported && Avx512F.VL.IsSupported ? IsaPath.Avx512
        : Avx2.IsSupported && Fma.IsSupported ? IsaPath.Avx2
        : IsaPath.Portable;

    static readonly string? s_problem = Choose(Environment.GetEnvironmentVariable("HEBB_ISA"), s_widest, out s_path);
    static readonly IsaPath s_path;

    /// <summary>The path taken.</summary>
    public static IsaPath Path => s_path;

    /// <summary>The widest path that this machine offers.</summary>
    public static IsaPath Widest => s_widest;

    public static bool UseAvx512
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => s_path == IsaPath.Avx512;
    }

    /// <summary>True for the AVX2 path alone, false on the AVX-512 one.</summary>
    public static bool UseAvx2
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => s_path == IsaPath.Avx2;
    }

    /// <summary>The name that HEBB_ISA uses for the path taken; what a run's manifest records.</summary>
    public static string Name => Describe(s_path);

    /// <summary>Throws if HEBB_ISA names no path, or one that this machine lacks.</summary>
    /// <exception cref="HebbException">One line that names the value and the choices.</exception>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Validate()
    {
        if (s_problem is not null)
            Fail(s_problem);
    }

    /// <summary>Runs a kernel at the width of the chosen path.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Dispatch<K, T>(ref K kernel)
        where K : struct, ISimdKernel<T>, allows ref struct
        where T : unmanaged
    {
        Validate();
        if (s_path == IsaPath.Avx512)
            kernel.Run<V512<T>>();
        else if (s_path == IsaPath.Avx2)
            kernel.Run<V256<T>>();
        else
            kernel.Run<V128<T>>();
    }

    static string Describe(IsaPath path) => path switch
    {
        IsaPath.Avx512 => "avx512",
        IsaPath.Avx2 => "avx2",
        _ => "portable",
    };

    /// <summary>What the variable asks for, or the reason why that can't be.</summary>
    internal static string? Choose(string? asked, IsaPath widest, out IsaPath path)
    {
        path = widest;
        if (string.IsNullOrWhiteSpace(asked))
            return null;
        string wanted = asked.Trim().ToLowerInvariant();
        foreach (IsaPath candidate in (ReadOnlySpan<IsaPath>)[IsaPath.Portable, IsaPath.Avx2, IsaPath.Avx512])
        {
            if (wanted != Describe(candidate))
                continue;
            if (candidate > widest)
                return $"HEBB_ISA={asked}: this machine offers at most {Describe(widest)}";
            path = candidate;
            return null;
        }
        return $"HEBB_ISA={asked}: unknown; use avx512, avx2 or portable, or leave it unset";
    }

    static void Fail(string problem) => throw new HebbException(problem);
}
