using System.Diagnostics;

namespace Hebb.Benchmarks;

/// <summary>oneDNN 2.x: dnnl_sgemm or the matmul primitive, whichever is faster; prepacked weights through matmul or inner product.</summary>
internal sealed class OneDnnPeer : Peer
{
    public override string Name => "onednn";

    public override string? Problem() => OneDnn.Load() == 0 ? $"no libdnnl.so.2 on this machine ({Install(Name)})" : null;

    public override ProcessStartInfo Program() => Self(Name);
}
