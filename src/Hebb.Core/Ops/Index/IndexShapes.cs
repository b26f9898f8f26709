namespace Hebb.Ops;

/// <summary>Shapes around indexed axes.</summary>
internal static class IndexShapes
{
    /// <summary>The shape with <paramref name="count"/> axes from <paramref name="axis"/> on replaced by those of the index tensors.</summary>
    public static Shape Picked(in Shape shape, int axis, int count, in Shape indices) => shape[..axis].Concat(indices).Concat(shape[(axis + count)..]);

    /// <summary>Checks the index tensors of an op.</summary>
    /// <exception cref="DTypeException">One is not an integer tensor.</exception>
    /// <exception cref="ShapeException">Their shapes differ.</exception>
    public static void Check(string op, ReadOnlySpan<TensorSpec> indices)
    {
        foreach (ref readonly var index in indices)
        {
            if (!index.DType.IsInteger)
                throw new DTypeException($"{op}: the indices are {index.DType.Name}; they must be integers");
            if (index.Shape != indices[0].Shape)
                throw new ShapeException($"{op}: index tensors of {indices[0].Shape} and {index.Shape} differ; expand them to one shape");
        }
    }

    /// <summary>Checks an index tensor that has a value for every element along one axis of a shape.</summary>
    /// <exception cref="DTypeException">It is not an integer tensor.</exception>
    /// <exception cref="ShapeException">It has another rank, or is larger along another axis.</exception>
    public static void CheckAxis(string op, in Shape shape, in TensorSpec index, int axis)
    {
        if (!index.DType.IsInteger)
            throw new DTypeException($"{op}: the indices are {index.DType.Name}; they must be integers");
        if (index.Shape.Rank != shape.Rank)
            throw new ShapeException($"{op}: the indices are {index.Shape}, the tensor is {shape}; they must have as many axes");
        for (int i = 0; i < shape.Rank; i++)
        {
            if (i != axis && index.Shape[i] > shape[i])
                throw new ShapeException($"{op}: the indices are {index.Shape}, larger than {shape} along axis {i}; only along axis {axis} may they be");
        }
    }

    /// <summary>Checks that elements can be moved one by one.</summary>
    /// <exception cref="DTypeException">They are packed several to a byte.</exception>
    public static void CheckElement(string op, DType dtype)
    {
        if (dtype.Size == 0)
            throw new DTypeException($"{op}: {dtype.Name} elements share a byte; cast the tensor first");
    }

    /// <summary>0 … size - 1 along a first axis, expanded to the index tensors' shape: the batch axis as one more index.</summary>
    public static Tensor BatchIndex(int size, in Shape indices) => Tensor.Arange(size).Reshape(Ones(size, indices.Rank)).Expand(indices.Insert(0, size));

    /// <summary>Where indices name a place along an axis of the given size, counted from its start or its end.</summary>
    public static Tensor Names(Tensor indices, long place, int size) => indices.Equal(place).LogicalOr(indices.Equal(place - size));

    /// <summary>Zeros in the place of what an index to be skipped picked. The index tensor's axes start at <paramref name="axis"/>.</summary>
    public static Tensor WithoutSkipped(Tensor picked, Tensor index, int axis, long skip, int size)
    {
        if (skip < 0)
            return picked;
        var skipped = Names(index, skip, size);
        while (skipped.Rank < picked.Rank - axis)
            skipped = skipped.Unsqueeze(-1);
        return Tensor.Where(skipped, 0.0, picked);
    }

    private static Shape Ones(int size, int rank)
    {
        var sizes = new int[rank + 1];
        Array.Fill(sizes, 1);
        sizes[0] = size;
        return sizes;
    }
}
