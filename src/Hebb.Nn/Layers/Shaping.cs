namespace Hebb;

/// <summary>Gives its input back.</summary>
public sealed class Identity : Module
{
    protected override Tensor Forward(Tensor x) => x;
}

/// <summary>A function without parameters as a layer: <c>new Lambda(x => x.Square())</c>.</summary>
public sealed class Lambda(Func<Tensor, Tensor> function) : Module
{
    protected override Tensor Forward(Tensor x) => function(x);
}

/// <summary>Joins axes into one; by default all but the first: [N, C, H, W] gives [N, C * H * W].</summary>
/// <param name="start">The first axis to join; negative ones count from the end.</param>
/// <param name="end">The last axis to join.</param>
public sealed class Flatten(int start = 1, int end = -1) : Module
{
    protected override Tensor Forward(Tensor x) => x.Flatten(start, end);

    public override string ToString() => $"Flatten({start}, {end})";
}

/// <summary>Another shape for each example: [N, …] gives [N, sizes].</summary>
/// <param name="sizes">The sizes after the first axis; one may be -1, which takes what is left.</param>
public sealed class Reshape(params int[] sizes) : Module
{
    protected override Tensor Forward(Tensor x) => x.Rank == 0 ? throw new ShapeException("Reshape: [] has no axis of examples") : x.Reshape([x.Shape[0], .. sizes]);

    public override string ToString() => $"Reshape({string.Join(", ", sizes)})";
}

/// <summary>Axes in another order: <c>new Permute(0, 2, 1)</c> swaps the last two of three.</summary>
/// <param name="axes">For each axis of the result the one of the input; negative ones count from the end.</param>
public sealed class Permute(params int[] axes) : Module
{
    protected override Tensor Forward(Tensor x) => x.Permute(axes);

    public override string ToString() => $"Permute({string.Join(", ", axes)})";
}

/// <summary>Splits one axis into several: the reverse of <see cref="Flatten"/>.</summary>
/// <param name="axis">The axis; negative ones count from the end.</param>
/// <param name="sizes">What takes its place; their product is its size.</param>
public sealed class Unflatten(int axis, Shape sizes) : Module
{
    protected override Tensor Forward(Tensor x)
    {
        int at = x.Shape.Axis(axis);
        if (x.Shape[at] != sizes.Count)
            throw new ShapeException($"Unflatten: axis {at} of {x.Shape} can't be split into {sizes}: {x.Shape[at]} and {sizes.Count} elements");
        return x.Reshape(x.Shape[..at].Concat(sizes).Concat(x.Shape[(at + 1)..]));
    }

    public override string ToString() => $"Unflatten({axis}, {sizes})";
}
