using Hebb.Compile;

namespace Hebb.Package;

/// <summary>What a graph from a file must satisfy beyond its syntax.</summary>
internal static class GraphChecks
{
    /// <summary>More elements than any tensor has: products of sizes stay far from the ends of 64 bits.</summary>
    private const long MaxCount = 1L << 44;

    /// <summary>What an op gives for these inputs.</summary>
    /// <exception cref="FormatException">The op refuses them.</exception>
    public static TensorSpec[] Infer(Primitive primitive, ReadOnlySpan<GraphValue> inputs, string at)
    {
        if (primitive.IsDataDependent)
            throw new FormatException($"{at}: {primitive.Name} gives a shape that depends on values, which a graph can't hold");
        try
        {
            var specs = new TensorSpec[primitive.Outputs];
            var given = new TensorSpec[inputs.Length];
            for (int i = 0; i < given.Length; i++)
                given[i] = inputs[i].Spec;
            primitive.Infer(given, specs);
            foreach (var spec in specs)
                Bounded(spec.Shape, at);
            return specs;
        }
        catch (Exception e) when (e is not FormatException)
        {
            // Ops check shapes, not that they are given as many inputs as they read: whatever they trip over, the file is wrong.
            throw new FormatException($"{at}: {primitive.Name} refuses {(inputs.Length == 0 ? "no inputs" : string.Join(", ", inputs.ToArray().Select(i => i.Spec)))}"
                + (e is HebbException ? $": {e.Message}" : ""), e);
        }
    }

    public static Shape Bounded(Shape shape, string at)
    {
        Int128 count = 1;
        foreach (int size in shape)
            count *= Math.Max(size, 1);
        return count <= MaxCount ? shape : throw new FormatException($"{at}: {shape} is too large for a tensor");
    }
}
