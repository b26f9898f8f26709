using Hebb.Compile;

namespace Hebb;

/// <summary>A tensor that a saved model takes or gives.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Sizes">The sizes along each axis; those that follow from the batch size say how.</param>
/// <param name="DType">The element type.</param>
public sealed record ModelTensor(string Name, IReadOnlyList<BatchSize> Sizes, DType DType)
{
    /// <summary>The shape at a batch size.</summary>
    public Shape ShapeAt(int batch) => Sizes.Select(s => s.At(batch)).ToArray();

    /// <summary>As text, such as <c>float32[batch, 784]</c>.</summary>
    public string Describe() => $"{DType.Name}[{string.Join(", ", Sizes)}]";

    public bool Equals(ModelTensor? other) => other is not null && Name == other.Name && IsSameSpec(other);

    /// <summary>Whether sizes and element type are the same.</summary>
    internal bool IsSameSpec(ModelTensor other)
    {
        bool same = DType == other.DType && Sizes.Count == other.Sizes.Count;
        for (int i = 0; same && i < Sizes.Count; i++)
            same = Sizes[i] == other.Sizes[i];
        return same;
    }

    public override int GetHashCode() => HashCode.Combine(Name, DType, Sizes.Count);

    public override string ToString() => $"{Name}: {Describe()}";
}

/// <summary>What a saved model takes and gives.</summary>
public sealed record ModelSchema(IReadOnlyList<ModelTensor> Inputs, IReadOnlyList<ModelTensor> Outputs)
{
    /// <summary>The schema of a graph.</summary>
    internal static ModelSchema Of(BatchGraph graph)
    {
        int batch = graph.ExampleBatch;
        var other = graph.IsDynamic ? graph.At(batch + 1) : graph.Example;
        var inputs = new ModelTensor[graph.Example.Inputs.Count];
        for (int i = 0; i < inputs.Length; i++)
            inputs[i] = new ModelTensor(graph.Example.Inputs[i].Name, Sizes(graph.Example.Inputs[i].Spec.Shape, other.Inputs[i].Spec.Shape), graph.Example.Inputs[i].Spec.DType);
        var outputs = new ModelTensor[graph.Example.Outputs.Count];
        for (int i = 0; i < outputs.Length; i++)
            outputs[i] = new ModelTensor(outputs.Length == 1 ? "output" : $"output{i}", Sizes(graph.Example.Outputs[i].Spec.Shape, other.Outputs[i].Spec.Shape), graph.Example.Outputs[i].Spec.DType);
        return new ModelSchema(inputs, outputs);

        BatchSize[] Sizes(Shape a, Shape b)
        {
            if (a.Rank != b.Rank)
                throw new ShapeException($"an output is {a} for a batch of {batch}, {b} for one of {batch + 1}");
            var sizes = new BatchSize[a.Rank];
            for (int i = 0; i < sizes.Length; i++)
                sizes[i] = BatchSize.Fit(batch, a[i], batch + 1, b[i])!.Value;
            return sizes;
        }
    }

    /// <summary>Checks inputs against the schema, and gives the batch size.</summary>
    /// <exception cref="ShapeException">The number of inputs, or a shape, is another; or batch sizes differ.</exception>
    /// <exception cref="DTypeException">An element type is another.</exception>
    public void Check(ReadOnlySpan<Tensor> inputs)
    {
        if (inputs.Length != Inputs.Count)
            throw new ShapeException($"the model takes {(Inputs.Count == 1 ? "one tensor" : $"{Inputs.Count} tensors")} ({string.Join(", ", Inputs)}), not {inputs.Length}");
        (int Size, string Name)? batch = null;
        for (int i = 0; i < inputs.Length; i++)
        {
            var (expected, shape) = (Inputs[i], inputs[i].Shape);
            if (inputs[i].DType != expected.DType)
                throw new DTypeException($"{expected.Name} is {inputs[i].Spec}, the model takes {expected.Describe()}");
            bool fits = shape.Rank == expected.Sizes.Count;
            for (int axis = 0; fits && axis < shape.Rank; axis++)
                fits = expected.Sizes[axis].Scale != 0 || expected.Sizes[axis].Offset == shape[axis];
            if (!fits)
                throw new ShapeException($"{expected.Name} is {inputs[i].Spec}, the model takes {expected.Describe()}");
            if (expected.Sizes.Count == 0 || expected.Sizes[0].Scale == 0)
                continue;
            if (batch is { } first && first.Size != shape[0])
                throw new ShapeException($"{expected.Name} is a batch of {shape[0]}, {first.Name} one of {first.Size}");
            batch ??= (shape[0], expected.Name);
        }
    }
}
