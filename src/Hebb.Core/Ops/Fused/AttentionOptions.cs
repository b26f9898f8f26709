namespace Hebb.Ops;

/// <summary>The attributes of attention. Query i stands at i + past; a window of 0 is none, a block of 0 says that no mask of blocks is there.</summary>
internal readonly record struct AttentionOptions(double Scale, double Drop = 0, bool Causal = false, long Past = 0, bool Masked = false, long Window = 0, long Block = 0);
