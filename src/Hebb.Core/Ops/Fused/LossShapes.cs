namespace Hebb.Ops;

/// <summary>Shapes of what losses compare.</summary>
internal static class LossShapes
{
    /// <summary>
    /// Demands that input and target have one shape, or the target none: broadcast [N, 1] against [N] and every sample would be compared with every other.
    /// </summary>
    /// <exception cref="ShapeException">They differ.</exception>
    public static void Check(string op, Tensor input, Tensor target)
    {
        if (target.Rank != 0 && input.Shape != target.Shape)
            throw new ShapeException($"{op}: input {input.Shape} and target {target.Shape} differ");
    }
}
