namespace Hebb.Compile;

/// <summary>All that one run of a function showed.</summary>
/// <param name="Graph">Its ops. Outputs are first its results, then <see cref="TraceEffects.Values"/>.</param>
/// <param name="Results">How many results it has.</param>
/// <param name="Effects">What it does beside giving results.</param>
/// <param name="Modes">The modules whose mode it asked for, and what it was told.</param>
/// <param name="Records">Whether results hang on tensors on the tape.</param>
internal sealed record Observation(Graph Graph, int Results, TraceEffects Effects, (Module Module, bool Training)[] Modes, bool Records);
