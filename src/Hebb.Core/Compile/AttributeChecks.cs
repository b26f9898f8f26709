using Hebb.Ops;

namespace Hebb.Compile;

/// <summary>
/// Checks attributes that come from a file. The methods of <see cref="Tensor"/> give ops axes that exist and counts that fit, so that kernels and
/// <see cref="Primitive.Infer"/> rely on it; a file may say anything.
/// </summary>
public static class AttributeChecks
{
    /// <summary>More elements than any tensor has: products of sizes stay far from the ends of 64 bits.</summary>
    private const long MaxCount = 1L << 44;

    /// <summary>What an op gives for inputs of these shapes and types, all checked.</summary>
    /// <exception cref="FormatException">The op refuses the inputs or its attributes.</exception>
    public static TensorSpec[] Infer(Primitive primitive, ReadOnlySpan<TensorSpec> inputs)
    {
        try
        {
            if (primitive.IsDataDependent)
                throw new FormatException("the shape that it gives depends on values, which a graph does not know");
            var outputs = new TensorSpec[primitive.Outputs];
            primitive.Infer(inputs, outputs);
            Check(primitive, inputs, outputs);
            return outputs;
        }
        catch (Exception e)
        {
            // Ops check shapes, not that they are given as many inputs as they read: whatever they trip over, the file is wrong.
            string given = inputs.IsEmpty ? "no inputs" : string.Join(", ", inputs.ToArray());
            throw new FormatException($"{primitive.Name} refuses {given}{(e is HebbException ? $": {e.Message}" : "")}", e);
        }
    }

    /// <summary>Whether a tensor can have this shape.</summary>
    public static bool IsPossible(in Shape shape)
    {
        Int128 count = 1;
        foreach (int size in shape)
        {
            if (size < 0)
                return false;
            count *= Math.Max(size, 1);
        }
        return count <= MaxCount;
    }

    /// <summary>Checks the attributes of an op against the shapes of its inputs and what it gives.</summary>
    /// <exception cref="FormatException">An axis does not exist, or a size is negative.</exception>
    private static void Check(Primitive primitive, ReadOnlySpan<TensorSpec> inputs, ReadOnlySpan<TensorSpec> outputs)
    {
        int rank = 1;
        foreach (var spec in inputs)
            rank = Math.Max(rank, spec.Shape.Rank);
        foreach (var spec in outputs)
        {
            rank = Math.Max(rank, spec.Shape.Rank);
            if (!IsPossible(spec.Shape))
                throw new FormatException($"no tensor is {spec.Shape}");
        }
        foreach (var (name, value) in AttributeRecord.Of(primitive).Entries)
        {
            if (!name.StartsWith("axis", StringComparison.Ordinal) && name != "axes")
                continue;
            int[] axes = value as int[] ?? (value is int axis ? [axis] : []);
            for (int i = 0; i < axes.Length; i++)
            {
                if ((uint)axes[i] > (uint)(value is int && name == "axes" ? rank : rank - 1))
                    throw new FormatException($"{name} names axis {axes[i]}, but axes go from 0 to {rank - 1}");
                if (axes.AsSpan(0, i).Contains(axes[i]))
                    throw new FormatException($"{name} names axis {axes[i]} twice");
            }
        }
        primitive.CheckAttributes(inputs);
    }
}
