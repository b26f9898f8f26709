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
            if (primitive.IsDerivativeOnly)
                throw new FormatException("it stands in derivatives only, not in files");
            var attributes = AttributeRecord.Of(primitive);
            CheckLengths(attributes, inputs.IsEmpty ? 0 : inputs[0].Shape.Rank);
            WindowChecks.Check(attributes);
            var outputs = new TensorSpec[primitive.Outputs];
            primitive.Infer(inputs, outputs);
            Check(primitive, attributes, inputs, outputs);
            return outputs;
        }
        catch (Exception e)
        {
            // Ops check shapes, not that they are given as many inputs as they read: whatever they trip over, the file is wrong.
            string given = inputs.IsEmpty ? "no inputs" : string.Join(", ", inputs.ToArray());
            throw new FormatException($"{primitive.Name} refuses {given}{(e is HebbException ? $": {e.Message}" : "")}", e);
        }
    }

    /// <summary>Whether an exception out of a kernel says that a file gave an op what its <see cref="Tensor"/> method never does.</summary>
    public static bool IsRefusal(Exception e) => e is ArgumentException or ArithmeticException or IndexOutOfRangeException or InvalidCastException
        or InvalidOperationException or NotSupportedException or NullReferenceException or OutOfMemoryException;

    /// <summary>Whether a tensor can have this shape.</summary>
    public static bool IsPossible(in Shape shape)
    {
        long count = 1;
        for (int axis = 0; axis < shape.Rank; axis++)
        {
            int size = shape[axis];
            if (size < 0 || count > MaxCount / Math.Max(size, 1))
                return false;
            count *= Math.Max(size, 1);
        }
        return true;
    }

    /// <summary>What must hold before an op looks at its attributes at all: no list is longer than a shape, but for the sizes of a split.</summary>
    private static void CheckLengths(AttributeRecord attributes, int rank)
    {
        foreach (var (name, value) in attributes.Entries)
        {
            int length = (value as Array)?.Length ?? 0;
            if (length > Shape.MaxRank && name != "sizes")
                throw new FormatException($"{name} has {length} entries; a tensor has at most {Shape.MaxRank} axes");
            if (name is "before" or "after" && (length != rank || value is not int[] margins || Array.Exists(margins, m => m < 0)))
                throw new FormatException($"{name} is {AttributeRecord.Text(value)}, no margins for {rank} axes");
            foreach (int axis in Axes(name, value))
            {
                if ((uint)axis > Shape.MaxRank)
                    throw new FormatException($"{name} names axis {axis}");
            }
        }
    }

    private static void Check(Primitive primitive, AttributeRecord attributes, ReadOnlySpan<TensorSpec> inputs, ReadOnlySpan<TensorSpec> outputs)
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
        foreach (var (name, value) in attributes.Entries)
        {
            int[] axes = Axes(name, value);
            // The number of last axes that an op works on, such as that of layer_norm, has the same name.
            bool counts = value is int && name == "axes";
            for (int i = 0; i < axes.Length; i++)
            {
                if (axes[i] > (counts ? rank : rank - 1))
                    throw new FormatException($"{name} names axis {axes[i]}, but axes go from 0 to {rank - 1}");
                if (axes.AsSpan(0, i).Contains(axes[i]))
                    throw new FormatException($"{name} names axis {axes[i]} twice");
            }
        }
        primitive.CheckAttributes(inputs);
    }

    private static int[] Axes(string name, object value) =>
        !name.StartsWith("axis", StringComparison.Ordinal) && name != "axes" ? [] : value as int[] ?? (value is int axis ? [axis] : []);
}
