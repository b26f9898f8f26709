namespace Hebb;

/// <summary>A part of a graph: what lies between some of its values. Operators outside it need not be known.</summary>
/// <param name="Inputs">Values that the caller gives; empty for the graph's own inputs.</param>
/// <param name="Outputs">Values that are asked for; empty for the graph's own outputs.</param>
public sealed record OnnxPart(IReadOnlyList<string> Inputs, IReadOnlyList<string> Outputs);
