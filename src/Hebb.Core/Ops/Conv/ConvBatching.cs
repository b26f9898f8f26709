using Hebb.Ops;

namespace Hebb;

/// <summary>How a batch of examples becomes channels or groups of one convolution.</summary>
internal static class ConvBatching
{
    /// <summary>The result of no examples.</summary>
    public static Tensor[] Empty(BatchContext c) => [Tensor.Zeros(c.OutputSpecs[0].Shape.Insert(0, 0), c.OutputSpecs[0].DType)];

    /// <summary>The sum of two terms, of which one may be missing.</summary>
    public static Tensor? Add(Tensor? a, Tensor? b) => a is null ? b : b is null ? a : a + b;

    /// <summary>A bias [C], or [B, C] with a batch in front, where it meets [N, C, …].</summary>
    public static Tensor Along(Tensor bias, int axes)
    {
        var shape = bias.Rank == 1 ? bias.Shape : bias.Shape.Insert(1);
        for (int i = 0; i < axes; i++)
            shape = shape.Concat([1]);
        return bias.Reshape(shape);
    }

    /// <summary>[B, N, groups * c, …] to [N, groups * B * c, …]: each group gets the channels of all examples.</summary>
    public static Tensor FoldChannels(Tensor x, int groups)
    {
        var shape = x.Shape;
        var folded = shape.Remove(0).With(1, shape[0] * shape[2]);
        return groups == 1 ? x.Transpose(0, 1).Reshape(folded) : x.Reshape(Split(shape, 2, groups, shape[2] / groups)).Permute(Order(shape.Rank + 1, [1, 2, 0, 3])).Reshape(folded);
    }

    /// <summary>[N, groups * B * c, …] to [B, N, groups * c, …].</summary>
    public static Tensor UnfoldChannels(Tensor y, int groups, int size)
    {
        int channels = y.Shape[1] / size;
        var parts = y.Shape.Remove(1).Insert(1, channels / groups).Insert(1, size).Insert(1, groups);
        return y.Reshape(parts).Permute(Order(parts.Rank, [2, 0, 1, 3])).Reshape(y.Shape.With(1, channels).Insert(0, size));
    }

    /// <summary>[B, groups * o, …] to [groups * B * o, …]: the rows of a weight.</summary>
    public static Tensor FoldRows(Tensor w, int groups) => FoldChannels(w.Unsqueeze(1), groups).Squeeze(0);

    /// <summary>[groups * B * o, …] to [B, groups * o, …].</summary>
    public static Tensor UnfoldRows(Tensor w, int groups, int size) => UnfoldChannels(w.Unsqueeze(0), groups, size).Squeeze(1);

    private static Shape Split(in Shape shape, int axis, int outer, int inner) => shape.With(axis, inner).Insert(axis, outer);

    private static int[] Order(int rank, ReadOnlySpan<int> first)
    {
        var order = new int[rank];
        for (int i = 0; i < rank; i++)
            order[i] = i < first.Length ? first[i] : i;
        return order;
    }
}
