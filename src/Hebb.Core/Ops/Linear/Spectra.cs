using Hebb.Cpu;

namespace Hebb.Ops;

/// <summary>How failures of iterative decompositions are told.</summary>
internal static class Spectra
{
    /// <exception cref="LinearAlgebraException">It did not succeed.</exception>
    public static void Check(string op, SpectralStatus status, in Shape batch, long index)
    {
        if (status == SpectralStatus.NonFinite)
            throw new LinearAlgebraException($"{op}: {Matrices.Which(batch, index)} holds NaN or infinity");
        if (status != SpectralStatus.Ok)
            throw new LinearAlgebraException($"{op}: the iteration did not converge for {Matrices.Which(batch, index)}");
    }
}
