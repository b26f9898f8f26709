namespace Hebb.OpTests;

/// <summary>Tensors of as many dimensions as there can be, against the same work in fewer.</summary>
public class EightDimensionsTests
{
    private static readonly int[] Sizes = [2, 1, 3, 2, 1, 2, 2, 3];
    private static readonly Tensor X = (Tensor.Arange(144).To(DType.Float64) * 0.37).Sin().Reshape(Sizes);

    // The same elements with the axes of size 1 and some neighbours joined.
    private static readonly Tensor Flat = X.Reshape(2, 3, 4, 6);

    [Fact]
    public void ElementwiseWithBroadcasting()
    {
        var row = Tensor.From([1.0, 2, 3]);
        var column = Tensor.From([10.0, 20, 30]).Reshape(3, 1, 1, 1, 1, 1);
        Same((Flat.Reshape(2, 3, 8, 3) * row + column.Reshape(3, 1, 1)).Reshape(Sizes), X * row + column);
        Same(Flat.Reshape(Sizes) > 0.0, X > 0.0);
        var turned = X.Permute(7, 6, 5, 4, 3, 2, 1, 0);
        Same((X + X).Permute(7, 6, 5, 4, 3, 2, 1, 0).Contiguous(), turned + turned);
    }

    [Fact]
    public void Reductions()
    {
        Same(Flat.Sum([1, 3]).Reshape(2, 1, 2, 1, 2), X.Sum([2, 6, 7]));
        Same(Flat.Amax([0, 2], keepDim: true).Reshape(1, 1, 3, 1, 1, 1, 2, 3), X.Amax([0, 3, 4, 5], keepDim: true));
        Same(X.Sum(), X.Permute(3, 1, 4, 0, 5, 7, 2, 6).Sum());
        Same(Flat.Var([0, 1, 2, 3]), X.Var());
        Same(Flat.Reshape(2, 3, 4, 2, 3).CumSum(1).Reshape(Sizes), X.CumSum(2));
        Same(Flat.Reshape(2, 3, 4, 2, 3).Softmax(1).Reshape(Sizes), X.Softmax(2));
        Same(Flat.Reshape(2, 3, 4, 2, 3).ArgMax(1).Reshape(2, 1, 2, 1, 2, 2, 3), X.ArgMax(2));
    }

    [Fact]
    public void Products()
    {
        var right = Tensor.Arange(12).To(DType.Float64).Reshape(2, 3, 2);
        Same(Flat.Reshape(12, 2, 2, 3).MatMul(right).Reshape(2, 1, 3, 2, 1, 2, 2, 2), X.MatMul(right));
        Same(X.Sum(), Tensor.Einsum("abcdefgh->", X));
        Same(X.Permute(7, 6, 5, 4, 3, 2, 1, 0).Contiguous(), Tensor.Einsum("abcdefgh->hgfedcba", X).Contiguous());
    }

    [Fact]
    public void Places()
    {
        Same(Flat[1, 2, 3, 5], X[1, 0, 2, 1, 0, 1, 1, 2]);
        Same(Flat.Reshape(2, 3, 4, 2, 3)[.., .., .., .., TensorIndex.Step(-1)].Reshape(Sizes), X[TensorIndex.Ellipsis, TensorIndex.Step(-1)]);
        Same(Flat[Flat > 0.5], X[X > 0.5]);
        Same(Flat.Flip(1).Reshape(Sizes), X.Flip(2));
        Same(Tensor.Cat([Flat, Flat], 1).Reshape(2, 1, 6, 2, 1, 2, 2, 3), Tensor.Cat([X, X], 2));
        Same(Flat.IndexSelect(1, Tensor.From([2L, 0])).Reshape(2, 1, 2, 2, 1, 2, 2, 3), X.IndexSelect(2, Tensor.From([2L, 0])));
        var at = X.ArgSort(2);
        Same(X.Sort(2).Values, X.Gather(2, at));
        Same(X.MoveAxis(7, 0).MoveAxis(0, 7), X);
    }

    [Fact]
    public void Gradients()
    {
        var leaf = X.Clone().RequireGrad();
        ((leaf.Permute(7, 6, 5, 4, 3, 2, 1, 0) * leaf.Permute(7, 6, 5, 4, 3, 2, 1, 0)).Sum([0, 3]).Exp()).Sum().Backward();
        var flat = X.Reshape(12, 4, 3).RequireGrad();
        var summed = (flat * flat).Reshape(2, 3, 2, 4, 3);
        // Axes 7 and 4 of the original; the second is of size 1.
        summed.Sum(4).Exp().Sum().Backward();
        Check.Close(flat.Grad!.Reshape(Sizes), leaf.Grad!, 1e-12, "the gradient");
    }

    [Fact]
    public void NineAreRefused()
    {
        Throws("a tensor has at most 8 dimensions, not 9", () => Tensor.Zeros([1, 1, 1, 1, 1, 1, 1, 1, 1]));
        Throws("a tensor has at most 8 dimensions; [2, 1, 3, 2, 1, 2, 2, 3] can't take another", () => X.Unsqueeze(0));
        Throws("at most 8 dimensions", () => Tensor.Stack([X, X]));
        Throws("at most 8 dimensions", () => _ = X[TensorIndex.NewAxis]);
        Throws("at most 8 dimensions", () => (X > 0.0).To(DType.Int64).OneHot(2));
    }

    private static void Same(Tensor expected, Tensor actual) => Check.Close(expected, actual, 1e-13, "eight dimensions");

    private static void Throws(string message, Action call) => Assert.Contains(message, Assert.Throws<ShapeException>(call).Message);
}
