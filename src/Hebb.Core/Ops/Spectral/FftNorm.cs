namespace Hebb;

/// <summary>Which direction of a Fourier transform of n points is scaled, so that the two undo each other.</summary>
public enum FftNorm
{
    /// <summary>Forward unscaled, inverse by 1 / n.</summary>
    Backward,

    /// <summary>Both by 1 / sqrt(n).</summary>
    Ortho,

    /// <summary>Forward by 1 / n, inverse unscaled.</summary>
    Forward,
}

internal static class FftNorms
{
    /// <summary>The factor of one direction.</summary>
    public static double Scale(this FftNorm norm, long n, bool inverse) => norm switch
    {
        FftNorm.Ortho => 1 / Math.Sqrt(n),
        FftNorm.Forward => inverse ? 1 : 1.0 / n,
        _ => inverse ? 1.0 / n : 1,
    };
}
