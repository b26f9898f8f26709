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

    /// <summary>What no runtime at hand runs any more, by the text of those versions.</summary>
    [Fact]
    public void FormsOfTheFirstVersions()
    {
        Assert.Equal([1, 3], Run("Concat", 1, [Tensor.Ones([1, 1]), Tensor.Ones([1, 2])])[0].Shape.ToArray());
        Assert.Equal([3, 2], Run("Reshape", 1, [Matrix], 1, ("shape", new long[] { 0, -1 }), ("consumed_inputs", new long[] { 0 }))[0].Reshape(3, 2).Shape.ToArray());
        Assert.Equal([1L, 2, 3, 4, 5, 6], Run("Cast", 1, [Matrix], 1, ("to", "INT64"))[0].ToArray<long>());
        Assert.Equal([4, 3], Run("Tile", 1, [Matrix, Tensor.From([2L]), Tensor.From([0L])])[0].Shape.ToArray());
        Assert.Equal([0f, 0, 1, 2, 3, 0, 0, 4, 5, 6], Run("Pad", 1, [Matrix], 1, ("paddings", new long[] { 0, 2, 0, 0 }))[0].ToArray<float>());
        Assert.Equal([1f, 4, 2, 3, 5, 6], Run("Split", 1, [Matrix, Tensor.From([1L, 2])], 2, ("axis", 1)).SelectMany(y => y.ToArray<float>()));
        Assert.Equal([2, 6], Run("Upsample", 1, [Matrix.Reshape(1, 1, 2, 3)], 1, ("height_scale", 1f), ("width_scale", 2f))[0].Shape.ToArray()[2..]);
        Assert.Equal([3f, 6], Run("TopK", 1, [Matrix], 2, ("k", 1))[0].ToArray<float>());
        Assert.Equal([-1f, 2, -9, 4], Run("PRelu", 6, [Tensor.From([-1f, 2, -3, 4], [1, 2, 2]), Tensor.From([1f, 3])])[0].ToArray<float>());
        Assert.Equal(5, Run("LpPool", 1, [Tensor.From([3f, 4], [1, 1, 2])], 1, ("kernel_shape", new long[] { 2 }), ("p", 2f))[0].Item<float>());
        Assert.Equal(7, Run("GlobalLpPool", 1, [Tensor.From([3f, -4], [1, 1, 2])], 1, ("p", 1f))[0].Item<float>());
        Assert.Equal(1.5f, Run("AveragePool", 1, [Tensor.From([1f, 2], [1, 1, 2])], 1, ("kernel_shape", new long[] { 3 }), ("pads", new long[] { 1, 0 }))[0].Item<float>());
        Assert.Equal([6f, 8, 10], Run("Gemm", 6, [Tensor.Ones([1, 2]), Matrix, Tensor.Scalar(1)], 1, ("broadcast", 1), ("beta", 1f))[0].ToArray<float>());
        Assert.Equal([1f, 2, 3, 4, 5, 6], Run("Dropout", 6, [Matrix], 1, ("is_test", 1), ("ratio", 0.9f))[0].ToArray<float>());
        Assert.Equal(1.0507f * 1.6732f * (MathF.Exp(-1) - 1), Run("Selu", 1, [Tensor.From([-1f])])[0].Item<float>(), 1e-6f);
    }

    [Fact]
    public void BatchNormOnceTrainedByItsOutputsAndNormalisedElementsByThemselves()
    {
        Tensor x = Tensor.From([1f, 2, 3, 5, 7, 9], [3, 1, 2]), one = Tensor.Ones([1]), zero = Tensor.Zeros([1]);
        foreach (int version in (int[])[6, 7, 9])
        {
            var trained = Run("BatchNormalization", version, [x, one, zero, zero, one], 5, ("momentum", 0.5f), ("epsilon", 0f));
            Assert.Equal(0, trained[0].Mean().Item<float>(), 1e-6f);
            Assert.Equal(2.25f, trained[1].Item<float>(), 1e-6f);
            Assert.Equal(4.5f, trained[3].Item<float>(), 1e-6f);
        }
        Tensor scale = Tensor.From([2f, 3], [1, 2]), bias = Tensor.From([1f, -1], [1, 2]), mean = Tensor.From([1f, 2], [1, 2]), variance = Tensor.From([4f, 9], [1, 2]);
        foreach (int version in (int[])[1, 6, 7])
        {
            var y = Run("BatchNormalization", version, [x, scale, bias, mean, variance], 1, ("spatial", 0), ("is_test", 1), ("epsilon", 0f))[0];
            Assert.Equal(x.Shape, y.Shape);
            Assert.Equal([1f, -1, 3, 2, 7, 6], y.ToArray<float>(), (a, b) => MathF.Abs(a - b) < 1e-5f);
        }
    }

    [Fact]
    public void OperatorsThatWereOnlyTried()
    {
        Assert.Equal([3f, 5, 7, 9, 11, 13], Run("Affine", 1, [Matrix], 1, ("alpha", 2f), ("beta", 1f))[0].ToArray<float>());
        Assert.Equal([2f, 4, 6, 8, 10, 12], Run("Scale", 1, [Matrix], 1, ("scale", 2f))[0].ToArray<float>());
        var picture = Tensor.Arange(12).To(DType.Float32).Reshape(1, 2, 2, 3);
        Assert.Equal([1f, 3, 5, 7, 9, 11, 8, 10, 12, 14, 16, 18], Run("ImageScaler", 7, [picture], 1, ("scale", 2f), ("bias", new[] { 1f, -4 }))[0].ToArray<float>());
        Assert.Equal([4f, 10], Run("Crop", 1, [picture], 1, ("border", new long[] { 1, 1, 1, 0 }))[0].ToArray<float>());
        Assert.Equal([1f, 2, 7, 8], Run("Crop", 1, [picture], 1, ("border", new long[] { 1, 0, 0, 0 }), ("scale", new long[] { 1, 2 }))[0].ToArray<float>());
        Assert.Equal([2f, 3], Run("DynamicSlice", 1, [Matrix, Tensor.From([0L, 1]), Tensor.From([1L, 3])])[0].ToArray<float>());
        Assert.Equal([7f, 7, 7, 7], Run("ConstantFill", 1, [Tensor.From([2L])], 1, ("value", 7f), ("input_as_shape", 1), ("extra_shape", new long[] { 2 }))[0].ToArray<float>());
        Assert.Equal(3 * MathF.Tanh(2), Run("ScaledTanh", 1, [Tensor.From([1f])], 1, ("alpha", 3f), ("beta", 2f))[0].Item<float>(), 1e-5f);
        Assert.Equal(3 * MathF.Log(1 + MathF.Exp(2)), Run("ParametricSoftplus", 1, [Tensor.From([1f])], 1, ("alpha", 3f), ("beta", 2f))[0].Item<float>(), 1e-5f);
        Assert.Equal([-2.5f, -1.5f, -0.5f, 0.5f, 1.5f, 2.5f], Run("MeanVarianceNormalization", 1, [picture[0.., 0..1]], 1, ("normalize_variance", 0))[0].ToArray<float>());
        Assert.Contains("Crop: [9, 0, 0, 0]", Assert.Throws<ShapeException>(() => Run("Crop", 1, [picture], 1, ("border", new long[] { 9, 0, 0, 0 }))).Message);
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
