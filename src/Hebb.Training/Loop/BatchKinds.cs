using Hebb.Data;

namespace Hebb;

/// <summary>The shapes and types of batches that came before: what comes once is not worth a trace.</summary>
internal sealed class BatchKinds
{
    private readonly HashSet<(Shape, DType, Shape, DType)> _seen = [];

    /// <summary>Whether a batch of this kind came before; from now on one did.</summary>
    public bool Saw(Batch batch) => !_seen.Add((batch.Inputs.Shape, batch.Inputs.DType, batch.Targets.Shape, batch.Targets.DType));
}
