namespace Hebb;

public sealed partial class Tensor
{
    /// <summary>Views of the tensors, all expanded to the shape that they broadcast to.</summary>
    /// <exception cref="ShapeException">They don't broadcast.</exception>
    public static Tensor[] BroadcastTensors(params ReadOnlySpan<Tensor> tensors)
    {
        Shape shape = [];
        foreach (var tensor in tensors)
            shape = Shape.Broadcast(shape, tensor.Shape, "BroadcastTensors");
        var result = new Tensor[tensors.Length];
        for (int i = 0; i < result.Length; i++)
            result[i] = tensors[i].Expand(shape);
        return result;
    }

    /// <summary>A grid out of axes: result i holds tensor i along axis i, repeated along the others. With <paramref name="xy"/> the first two axes are swapped, as image coordinates have them.</summary>
    /// <param name="tensors">Vectors or scalars.</param>
    /// <param name="xy">Cartesian order ("xy" of NumPy) instead of matrix order ("ij").</param>
    /// <exception cref="ShapeException">A tensor has more than one axis.</exception>
    public static Tensor[] Meshgrid(ReadOnlySpan<Tensor> tensors, bool xy = false)
    {
        var sizes = new int[tensors.Length];
        for (int i = 0; i < sizes.Length; i++)
        {
            if (tensors[i].Rank > 1)
                throw new ShapeException($"Meshgrid: input {i} is {tensors[i].Shape}; a grid is made of vectors");
            sizes[Place(i)] = (int)tensors[i].Count;
        }
        var result = new Tensor[tensors.Length];
        for (int i = 0; i < result.Length; i++)
        {
            var shape = new int[tensors.Length];
            Array.Fill(shape, 1);
            shape[Place(i)] = (int)tensors[i].Count;
            result[i] = tensors[i].Reshape((Shape)shape).Expand(sizes);
        }
        return result;

        int Place(int i) => xy && i < 2 && sizes.Length > 1 ? 1 - i : i;
    }
}
