using System.Numerics;
using Hebb.Cpu.Simd;

namespace Hebb.Cpu;

/// <summary>
/// Weights that are multiplied by few rows again and again are kept in tile order: few rows do not pay for packing at each call. The copy
/// belongs to the weights' storage and lasts as long as that is unchanged; the bits of a product do not depend on whether there is one.
/// </summary>
static unsafe class PackedMatrix
{
    const int Layout = -1;             // tells these copies from those of convolutions
    const long LeastElements = 1L << 14;

    /// <summary>Computes a problem whose right side is the values of <paramref name="weight"/>, a matrix or its transpose.</summary>
    public static void Product<T>(in GemmProblem<T> problem, Tensor weight)
        where T : unmanaged, INumber<T>
    {
        Isa.Validate();
        if (Isa.UseAvx512)
            Product<T, V512<T>>(problem, weight);
        else if (Isa.UseAvx2)
            Product<T, V256<T>>(problem, weight);
        else
            Product<T, V128<T>>(problem, weight);
    }

    internal static void Product<T, V>(in GemmProblem<T> problem, Tensor weight)
        where T : unmanaged, INumber<T>
        where V : unmanaged, ISimd<V, T>
    {
        PackedWeights? kept = Worthwhile<T, V>(problem) ? Find<T, V>(problem, weight) : null;
        if (kept is null)
        {
            Gemm.Run<T, V>(problem);
            return;
        }
        if (problem.M == 1)
            Gemv.TryRun<T, V>(problem, (T*)kept.Pointer);
        else
            TiledGemm.Run<T, V>(problem, (T*)kept.Pointer);
        GC.KeepAlive(kept);
    }

    // Many rows pay for the packing, and the copy's memory would be wasted.
    static bool Worthwhile<T, V>(in GemmProblem<T> p)
        where T : unmanaged
        where V : unmanaged, ISimd<V, T> =>
        (p.M > 1 || p.IsReadDown) && p.M <= TiledGemm.MostPackedRows * TileRows.Max<T, V>() && p.Batch == 1 && p.N >= 4 * V.Count && p.K > 0 && p.N * p.K >= LeastElements;

    static PackedWeights? Find<T, V>(in GemmProblem<T> p, Tensor weight)
        where T : unmanaged, INumber<T>
        where V : unmanaged, ISimd<V, T>
    {
        var key = new PackedKey((nint)p.B, Layout, sizeof(T), V.Count, 2, p.K, p.N, 0, default, (p.BRow, p.BCol, 0), default);
        PackedWeights? kept = PackedWeights.Find(weight.Storage, key, TiledGemm.PackedSize<T, V>(p) * sizeof(T), out bool fresh);
        if (fresh && kept is not null)
        {
            TiledGemm.PackRight<T, V>(p, (T*)kept.Pointer);
            kept.Keep(weight.Storage, key);
        }
        return kept;
    }
}
