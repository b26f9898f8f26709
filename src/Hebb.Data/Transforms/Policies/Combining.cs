namespace Hebb.Data;

/// <summary>Transforms after one another.</summary>
public sealed class Compose : BatchTransform
{
    private readonly BatchTransform[] _parts;

    /// <param name="transforms">In order; those that are such a list themselves are taken apart.</param>
    public Compose(params IEnumerable<BatchTransform> transforms) => _parts = [.. transforms.SelectMany(t => t is Compose list ? list._parts : [t])];

    public override Batch Apply(Batch batch, in BatchContext context, int stream)
    {
        for (int i = 0; i < _parts.Length; i++) batch = _parts[i].Apply(batch, context, stream + i);
        return batch;
    }
}

/// <summary>A transform that each sample undergoes with some probability. It must leave the shape as it is.</summary>
/// <param name="transform">What may be done.</param>
/// <param name="probability">How likely.</param>
/// <exception cref="DataException">The probability is not from 0 to 1.</exception>
public sealed class RandomApply(BatchTransform transform, double probability = 0.5) : BatchTransform
{
    private readonly double _probability = Checks.Probability(probability, nameof(RandomApply));

    public override Batch Apply(Batch batch, in BatchContext context, int stream)
    {
        var chosen = new List<int>();
        for (int row = 0; row < batch.Count; row++)
        {
            if (context.Random(row, stream).NextSingle() < _probability)
                chosen.Add(row);
        }
        return Rows.Change(batch, context, chosen, transform, stream, 0);
    }
}

/// <summary>One transform of several for each sample. None may change the shape.</summary>
public sealed class RandomChoice : BatchTransform
{
    private readonly BatchTransform[] _transforms;

    /// <param name="transforms">Each as likely as the others.</param>
    /// <exception cref="DataException">There is none.</exception>
    public RandomChoice(params IEnumerable<BatchTransform> transforms)
    {
        _transforms = [.. transforms];
        if (_transforms.Length == 0) throw new DataException("RandomChoice: there is no transform to choose");
    }

    public override Batch Apply(Batch batch, in BatchContext context, int stream)
    {
        var chosen = new List<int>[_transforms.Length];
        for (int i = 0; i < chosen.Length; i++)
            chosen[i] = [];
        for (int row = 0; row < batch.Count; row++)
        {
            var random = context.Random(row, stream);
            chosen[random.Next(_transforms.Length)].Add(row);
        }
        for (int i = 0; i < chosen.Length; i++)
            batch = Rows.Change(batch, context, chosen[i], _transforms[i], stream, i);
        return batch;
    }
}

/// <summary>Some rows of a batch.</summary>
internal static class Rows
{
    /// <summary>The batch with a transform applied to some of its rows.</summary>
    /// <param name="batch">All rows.</param>
    /// <param name="context">Theirs.</param>
    /// <param name="rows">Which, in order.</param>
    /// <param name="transform">What is done to them.</param>
    /// <param name="stream">Of the transform that chooses.</param>
    /// <param name="place">Of the chosen one among its transforms.</param>
    public static Batch Change(Batch batch, in BatchContext context, List<int> rows, BatchTransform transform, int stream, int place)
    {
        if (rows.Count == 0) return batch;
        int inner = Inner(stream, place);
        if (rows.Count == batch.Count) return transform.Apply(batch, context, inner);
        int[] chosen = [.. rows];
        var part = new Batch(Take(batch.Inputs, chosen), Take(batch.Targets, chosen)) { Indices = batch.Indices.Count == 0 ? [] : [.. rows.Select(r => batch.Indices[r])] };
        var changed = transform.Apply(part, context.Rows(chosen), inner);
        return batch with { Inputs = Put(batch.Inputs, changed.Inputs, chosen, transform, "inputs"), Targets = Put(batch.Targets, changed.Targets, chosen, transform, "targets") };
    }

    /// <summary>A stream that no other transform of the same tree draws from: the places in the tree are numbered to the base 64.</summary>
    public static int Inner(int stream, int place) => unchecked((stream + 1) * 64 + place);

    private static Tensor Take(Tensor all, int[] rows)
    {
        all = all.Contiguous();
        var spec = Row(all);
        var part = Tensor.Empty(Shape.Create([rows.Length, .. spec.Shape.Dims]), all.DType);
        for (int i = 0; i < rows.Length; i++)
            TensorBytes.Row(all, rows[i], spec).CopyTo(TensorBytes.Row(part, i, spec));
        GC.KeepAlive(all);
        return part;
    }

    private static Tensor Put(Tensor all, Tensor part, int[] rows, BatchTransform transform, string what)
    {
        var spec = Row(all);
        if (Row(part) != spec) throw new ShapeException($"{transform.GetType().Name}: makes {what} of {Row(part)} from {spec}; a transform of only some samples must keep their shape and type");
        var result = Tensor.Empty(all.Shape, all.DType);
        (all, part) = (all.Contiguous(), part.Contiguous());
        TensorBytes.Of(all).CopyTo(TensorBytes.Of(result));
        for (int i = 0; i < rows.Length; i++)
            TensorBytes.Row(part, i, spec).CopyTo(TensorBytes.Row(result, rows[i], spec));
        GC.KeepAlive(all);
        GC.KeepAlive(part);
        return result;
    }

    private static TensorSpec Row(Tensor all) => new(all.Shape.Remove(0), all.DType);
}
