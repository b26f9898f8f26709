namespace Hebb;

/// <summary>
/// The two orders of features in which rotary embeddings pair them: Meta's (and llama.cpp's) pairs neighbours, Hugging Face's pairs feature i with i + half. The rows of the layers that make
/// queries and keys differ by that.
/// </summary>
public static class RotaryOrder
{
    /// <summary>Rows of a projection to heads, from pairs of neighbours to pairs of halves.</summary>
    /// <param name="weight">[heads * width, …].</param>
    /// <param name="heads">The number of heads.</param>
    /// <exception cref="ShapeException">The rows don't fall into heads of an even width.</exception>
    public static Tensor NeighboursToHalves(Tensor weight, int heads) => Reorder(weight, heads, width => [heads, width / 2, 2]);

    /// <summary>Rows of a projection to heads, from pairs of halves to pairs of neighbours.</summary>
    /// <inheritdoc cref="NeighboursToHalves"/>
    public static Tensor HalvesToNeighbours(Tensor weight, int heads) => Reorder(weight, heads, width => [heads, 2, width / 2]);

    private static Tensor Reorder(Tensor weight, int heads, Func<int, int[]> parts)
    {
        int rows = weight.Rank == 0 ? 0 : weight.Shape[0];
        if (heads < 1 || rows == 0 || rows % (2 * heads) != 0)
            throw new ShapeException($"RotaryOrder: the rows of {weight.Shape} don't fall into {heads} heads of an even width");
        var rest = weight.Shape[1..];
        return weight.Reshape(((Shape)parts(rows / heads)).Concat(rest)).Transpose(1, 2).Reshape(weight.Shape).Contiguous();
    }
}
