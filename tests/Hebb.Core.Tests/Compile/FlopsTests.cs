using Hebb.Compile;

namespace Hebb.Core.Tests.Compile;

/// <summary>The convention of <see cref="Primitive.Flops"/>, against counts by hand.</summary>
public class FlopsTests
{
    /// <summary>The sum over the ops that a function applies to tensors of these shapes.</summary>
    private static long Of(Func<Tensor[], Tensor> f, params Shape[] shapes) =>
        Tracing.Trace(xs => [f(xs)], Array.ConvertAll(shapes, s => new TensorSpec(s, DType.Float32)), lines: false).Nodes
            .Sum(n => n.Primitive.Flops([.. n.Inputs.Select(i => i.Spec)], [.. n.Outputs.Select(o => o.Spec)]));

    [Fact]
    public void ByHand()
    {
        Assert.Equal(2 * 3 * 5 * 4 * 7, Of(x => x[0].MatMul(x[1]), [3, 5, 4], [4, 7]));
        Assert.Equal(2 * 6 * 4 * 5 + 6 * 5, Of(x => x[0].Linear(x[1], x[2]), [6, 4], [5, 4], [5]));
        // Every output is a sum over 4 / 2 channels and 3 x 3 places.
        Assert.Equal(2 * (2 * 6 * 8 * 8) * (2 * 3 * 3), Of(x => x[0].Conv2d(x[1], padding: 1, groups: 2), [2, 4, 8, 8], [6, 2, 3, 3]));
        Assert.Equal(60, Of(x => x[0].Sum(1), [3, 4, 5]));
        Assert.Equal(60, Of(x => x[0].Exp(), [3, 4, 5]));
        Assert.Equal(60, Of(x => x[0] + x[1], [3, 4, 5], [5]));
        Assert.Equal(300, Of(x => x[0].Softmax(1), [3, 4, 5]));
        Assert.Equal(0, Of(x => x[0].Permute(2, 0, 1), [3, 4, 5]));
        Assert.Equal(0, Of(x => Tensor.Cat(x, 0), [3, 4], [5, 4]));
        // Scores and sums over them, for 2 x 3 heads of 5 x 7 pairs.
        Assert.Equal(2 * 3 * 5 * 7 * (2 * 8 + 2 * 6 + 5), Of(x => Tensor.ScaledDotProductAttention(x[0], x[1], x[2]), [2, 3, 5, 8], [2, 3, 7, 8], [2, 3, 7, 6]));
    }

    [Fact]
    public void BackwardOfAProductIsTwoProducts()
    {
        var gradient = Transform.GradMany(x => x[0].MatMul(x[1]).Sum());
        var nodes = Tracing.Trace(gradient, [new TensorSpec([6, 4], DType.Float32), new TensorSpec([4, 5], DType.Float32)], lines: false).Nodes;
        Assert.Equal(2 * 2 * 6 * 4 * 5, nodes.Where(n => n.Primitive.Name == "matmul").Sum(n => n.Primitive.Flops([.. n.Inputs.Select(i => i.Spec)], [.. n.Outputs.Select(o => o.Spec)])));
    }
}
