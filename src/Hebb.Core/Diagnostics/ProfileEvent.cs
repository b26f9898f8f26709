namespace Hebb.Diagnostics;

/// <summary>A kernel that ran while a profile was taken.</summary>
/// <param name="Op">The op; for a fused kernel all of them.</param>
/// <param name="Path">The module that it belongs to.</param>
/// <param name="Line">Where the op was called, if noted.</param>
/// <param name="Shapes">Of what it read and gave.</param>
/// <param name="Start">Ticks of the profile's clock.</param>
/// <param name="Duration">In ticks, with all that it called.</param>
/// <param name="Self">In ticks, without other kernels that it called.</param>
/// <param name="Bytes">Read and written.</param>
/// <param name="Flops">By the convention of <see cref="Primitive.Flops"/>.</param>
internal readonly record struct ProfileEvent(string Op, string? Path, string? Line, string Shapes, long Start, long Duration, long Self, long Bytes, long Flops);

/// <summary>A stretch of a profile that was given a name.</summary>
internal readonly record struct ProfileRegion(string Name, long Start, long Duration);
