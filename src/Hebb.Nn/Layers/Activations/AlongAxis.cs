namespace Hebb;

/// <summary>exp(x) over its sum along an axis: probabilities.</summary>
/// <param name="axis">The axis along which results sum to 1; negative ones count from the end.</param>
public sealed class Softmax(int axis) : Module
{
    protected override Tensor Forward(Tensor x) => x.Softmax(axis);

    public override string ToString() => $"Softmax({axis})";
}

/// <summary><see cref="Softmax"/> of -x: the smallest become most probable.</summary>
/// <param name="axis">The axis along which results sum to 1; negative ones count from the end.</param>
public sealed class Softmin(int axis) : Module
{
    protected override Tensor Forward(Tensor x) => (-x).Softmax(axis);

    public override string ToString() => $"Softmin({axis})";
}

/// <summary><see cref="Softmax"/> over the channels of each place of [N, C, H, W] or [C, H, W].</summary>
public sealed class Softmax2d : Module
{
    protected override Tensor Forward(Tensor x) =>
        x.Rank is 3 or 4 ? x.Softmax(-3) : throw new ShapeException($"Softmax2d: input {x.Shape} is not [N, C, H, W] or [C, H, W]");
}

/// <summary>The logarithm of <see cref="Softmax"/>, without overflow.</summary>
/// <param name="axis">The axis along which probabilities sum to 1; negative ones count from the end.</param>
public sealed class LogSoftmax(int axis) : Module
{
    protected override Tensor Forward(Tensor x) => x.LogSoftmax(axis);

    public override string ToString() => $"LogSoftmax({axis})";
}

/// <summary>Splits an axis in halves and lets the sigmoid of the second gate the first (Dauphin et al., 2017): the axis shrinks to half.</summary>
/// <param name="axis">An axis of even size; negative ones count from the end.</param>
public sealed class GLU(int axis = -1) : Module
{
    protected override Tensor Forward(Tensor x) => x.Glu(axis);

    public override string ToString() => $"GLU({axis})";
}
