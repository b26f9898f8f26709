namespace Hebb;

/// <summary>The cosine of the angle between two tensors along an axis: <c>Call(a, b)</c>. Other axes broadcast.</summary>
/// <param name="axis">The axis that is summed over; negative ones count from the end.</param>
/// <param name="eps">The least length that is divided by.</param>
public sealed class CosineSimilarity(int axis = 1, double eps = 1e-8) : Module
{
    protected override Tensor Forward(ReadOnlySpan<Tensor> inputs)
    {
        if (inputs.Length != 2)
            throw new HebbException($"CosineSimilarity takes two tensors, not {inputs.Length}");
        var (a, b) = (inputs[0], inputs[1]);
        return (a / a.Norm(axis, keepDim: true).ClampMin(eps) * (b / b.Norm(axis, keepDim: true).ClampMin(eps))).Sum(axis);
    }

    public override string ToString() => $"CosineSimilarity({axis})";
}

/// <summary>The p-norm of the difference of vectors, along the last axis: <c>Call(a, b)</c>.</summary>
/// <param name="p">Which norm.</param>
/// <param name="eps">Added to differences, so that distances of 0 have gradients.</param>
/// <param name="keepDim">Leaves the last axis, of size 1.</param>
public sealed class PairwiseDistance(double p = 2, double eps = 1e-6, bool keepDim = false) : Module
{
    protected override Tensor Forward(ReadOnlySpan<Tensor> inputs) => inputs.Length == 2
        ? (inputs[0] - inputs[1] + eps).Norm(-1, p, keepDim)
        : throw new HebbException($"PairwiseDistance takes two tensors, not {inputs.Length}");

    public override string ToString() => $"PairwiseDistance({p})";
}
