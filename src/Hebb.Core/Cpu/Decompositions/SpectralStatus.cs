namespace Hebb.Cpu;

/// <summary>How an iterative decomposition ended.</summary>
internal enum SpectralStatus
{
    Ok,

    /// <summary>The input holds NaN or infinity; nothing was written.</summary>
    NonFinite,

    /// <summary>The bounded iteration ran out; nothing was written.</summary>
    NoConvergence,
}
