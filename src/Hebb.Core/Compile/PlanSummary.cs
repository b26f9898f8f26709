namespace Hebb;

/// <summary>What the plan of a compiled function does in a run, and what it needs. See <see cref="CompiledFunction.Summary"/>.</summary>
/// <param name="Ops">Ops that were traced.</param>
/// <param name="Kernels">Kernels that run for them.</param>
/// <param name="Copies">Copies that layouts ask for.</param>
/// <param name="Flops">By the convention of <see cref="Primitive.Flops"/>.</param>
/// <param name="BytesMoved">Read and written by all kernels.</param>
/// <param name="ArenaBytes">Memory for what is neither input, parameter nor output.</param>
/// <param name="AtPeak">The values that live in the arena where most do, largest first.</param>
public sealed record PlanSummary(int Ops, int Kernels, int Copies, long Flops, long BytesMoved, long ArenaBytes, IReadOnlyList<PlannedValue> AtPeak);

/// <summary>A value in the arena of a plan.</summary>
/// <param name="Spec">Shape and type.</param>
/// <param name="Bytes">What it takes.</param>
/// <param name="Op">The op that makes it; for fused ones all of them.</param>
/// <param name="Path">The module that it belongs to, if one.</param>
/// <param name="Line">The source line of the op, if noted.</param>
public readonly record struct PlannedValue(TensorSpec Spec, long Bytes, string Op, string? Path, string? Line);
