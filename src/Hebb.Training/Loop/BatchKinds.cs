using Hebb.Data;

namespace Hebb;

/// <summary>The shapes and types of batches that came before: what comes once is not worth a trace.</summary>
internal sealed class BatchKinds
{
    private readonly HashSet<(Shape, DType, Shape, DType)> _seen = [];

    /// <summary>Whether a batch of this kind came before; from now on one did.</summary>
    public bool Saw(Batch batch) => !_seen.Add(Of(batch));

    /// <summary>Whether at least two other numbers of samples came before, in batches that are alike in all else: then more may come.</summary>
    public bool Varies(Batch batch)
    {
        if (batch.Inputs.Rank == 0 || batch.Targets.Rank == 0 || batch.Inputs.Shape[0] != batch.Targets.Shape[0])
            return false;
        var (inputs, type, targets, targetType) = Of(batch);
        return _seen.Count(s => Others(s.Item1, inputs) && s.Item2 == type && Others(s.Item3, targets) && s.Item4 == targetType) >= 2;
    }

    /// <summary>Shapes and types of a batch.</summary>
    public static (Shape, DType, Shape, DType) Of(Batch batch) => (batch.Inputs.Shape, batch.Inputs.DType, batch.Targets.Shape, batch.Targets.DType);

    private static bool Others(in Shape a, in Shape b) => a.Rank == b.Rank && a[0] != b[0] && a.With(0, b[0]) == b;
}
