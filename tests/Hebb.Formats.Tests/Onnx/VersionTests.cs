using static Hebb.Formats.Tests.Onnx.ModelMaker;

namespace Hebb.Formats.Tests.Onnx;

/// <summary>Operators whose meaning, inputs or attributes changed between versions of the operator set.</summary>
public class VersionTests
{
    private static readonly Tensor Matrix = Tensor.From(new float[,] { { 1, 2, 3 }, { 4, 5, 6 } });

    [Fact]
    public void BroadcastingWasAnAttribute()
    {
        var b = Tensor.From([10f, 20f]);
        Assert.Equal([11f, 12, 13, 24, 25, 26], Run("Add", 6, [Matrix, b], 1, ("broadcast", 1), ("axis", 0))[0].ToArray<float>());
        Assert.Throws<ShapeException>(() => Run("Add", 7, [Matrix, b], 1, ("broadcast", 1), ("axis", 0)));
    }

    [Fact]
    public void SoftmaxTookAllAxesFromOneOn()
    {
        var x = Tensor.Zeros([2, 2, 2]);
        Assert.All(Run("Softmax", 11, [x])[0].ToArray<float>(), v => Assert.Equal(0.25f, v));
        Assert.All(Run("Softmax", 13, [x])[0].ToArray<float>(), v => Assert.Equal(0.5f, v));
    }

    [Fact]
    public void BoundsAndAxesBecameInputs()
    {
        Assert.Equal([2f, 2, 3, 4, 5, 5], Run("Clip", 6, [Matrix], 1, ("min", 2f), ("max", 5f))[0].ToArray<float>());
        Assert.Equal([2f, 2, 3, 4, 5, 5], Run("Clip", 13, [Matrix, Tensor.Scalar(2), Tensor.Scalar(5)])[0].ToArray<float>());
        var column = Matrix.Unsqueeze(1);
        Assert.Equal([2, 3], Run("Squeeze", 11, [column], 1, ("axes", new long[] { 1 }))[0].Shape.ToArray());
        Assert.Equal([2, 3], Run("Squeeze", 13, [column, Tensor.From([-2L])])[0].Shape.ToArray());
        Assert.Equal([6f, 15], Run("ReduceSum", 11, [Matrix], 1, ("axes", new long[] { 1 }), ("keepdims", 0))[0].ToArray<float>());
        Assert.Equal([6f, 15], Run("ReduceSum", 13, [Matrix, Tensor.From([1L])], 1, ("keepdims", 0))[0].ToArray<float>());
        Assert.Equal([2f, 3, 5, 6], Run("Slice", 9, [Matrix], 1, ("starts", new long[] { 1 }), ("ends", new long[] { 9 }), ("axes", new long[] { 1 }))[0].ToArray<float>());
        Assert.Equal([3f, 2, 6, 5], Run("Slice", 13, [Matrix, Tensor.From([9L]), Tensor.From([0L]), Tensor.From([1L]), Tensor.From([-1L])])[0].ToArray<float>());
    }

    [Fact]
    public void AnOperatorBeforeItsTimeIsRefused() =>
        Assert.Contains("the operator Gelu begins with version 20 of its set, the model is written for 19", Assert.Throws<FormatException>(() => Run("Gelu", 19, [Matrix])).Message);

    [Fact]
    public void WholeNumbersDivideTowardsZeroAndStayWhole()
    {
        var (a, b) = (Tensor.From([-7, 7, -7, 6]), Tensor.From([2, -2, -2, 3]));
        var y = Run("Div", 14, [a, b])[0];
        Assert.Equal([-3, -3, 3, 2], y.ToArray<int>());
        Assert.Equal([1, -1, -1, 0], Run("Mod", 13, [a, b])[0].ToArray<int>());
        Assert.Equal([-1, 1, -1, 0], Run("Mod", 13, [a, b], 1, ("fmod", 1))[0].ToArray<int>());
    }

    [Fact]
    public void ReductionsOfNothing()
    {
        var none = Tensor.Zeros([2, 0]);
        var axes = Tensor.From([1L]);
        Assert.Equal([0f, 0], Run("ReduceSum", 13, [none, axes], 1, ("keepdims", 0))[0].ToArray<float>());
        Assert.Equal([1f, 1], Run("ReduceProd", 18, [none, axes], 1, ("keepdims", 0))[0].ToArray<float>());
        Assert.Equal([float.NegativeInfinity, float.NegativeInfinity], Run("ReduceMax", 18, [none, axes], 1, ("keepdims", 0))[0].ToArray<float>());
        Assert.Equal([int.MaxValue, int.MaxValue], Run("ReduceMin", 18, [none.To(DType.Int32), axes], 1, ("keepdims", 0))[0].ToArray<int>());
    }
}
