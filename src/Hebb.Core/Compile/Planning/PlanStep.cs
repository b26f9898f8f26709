using Hebb.Memory;

namespace Hebb.Compile;

/// <summary>Where the memory behind a handle comes from.</summary>
internal enum RootKind
{
    Arena,
    Input,
    Leaf,
    Output,
}

/// <summary>Memory that handles share: a place in the arena, or a tensor from outside.</summary>
internal sealed class Root(RootKind kind, int index, TensorSpec spec)
{
    public RootKind Kind = kind;

    /// <summary>Which input, leaf or output; for the arena, which lifetime.</summary>
    public int Index = index;

    public TensorSpec Spec = spec;

    /// <summary>Of a leaf: the memory that it was found in.</summary>
    public Storage? Storage;

    /// <summary>Of a leaf: whether the plan changes it.</summary>
    public bool IsWritten;

    /// <summary>Whether it is filled before the first step.</summary>
    public bool IsSource;

    /// <summary>The first and last step that touches it.</summary>
    public int First = int.MaxValue, Last = -1;
}

/// <summary>A tensor of the plan: memory, and how it is looked at.</summary>
/// <param name="Root">The memory.</param>
/// <param name="Spec">Shape and type.</param>
/// <param name="Strides">In elements; null if contiguous.</param>
/// <param name="Offset">From the start of the root, in bytes.</param>
internal sealed record Handle(Root Root, TensorSpec Spec, long[]? Strides, long Offset);

/// <summary>One kernel call, or a copy where there is no primitive.</summary>
/// <param name="Primitive">What to run; null to copy the input to the output.</param>
/// <param name="Inputs">Numbers of handles.</param>
/// <param name="Outputs">Numbers of handles.</param>
/// <param name="Prepares">The kernel takes no halves: they are widened around it.</param>
/// <param name="Node">Where it comes from; null for copies.</param>
internal sealed record PlanStep(Primitive? Primitive, int[] Inputs, int[] Outputs, bool Prepares, GraphNode? Node);
