using System.Numerics.Tensors;
// Both libraries name their tensor alike: whoever imports both says which is meant.
using Tensor = Hebb.Tensor;

namespace Hebb.Core.Tests.Tensors;

/// <summary>To and from the types of System.Numerics.Tensors.</summary>
public class NumericsTests
{
    [Fact]
    public void ThereAndBack()
    {
        Tensor<float> theirs = System.Numerics.Tensors.Tensor.Create([1f, 2, 3, 4, 5, 6], [2, 3]);
        Tensor ours = Tensor.FromNumerics(theirs);
        Assert.Equal(Shape.Create([2, 3]), ours.Shape);
        Assert.Equal([1, 2, 3, 4, 5, 6], ours.ToArray<float>());
        Tensor<float> back = ours.MT.ToNumerics<float>();
        Assert.Equal([3, 2], back.Lengths.ToArray());
        Assert.Equal(4, back[0, 1]);
    }

    [Fact]
    public void SpansOfAnyLayout()
    {
        var ours = Tensor.Arange(24, DType.Int32).Reshape(2, 3, 4);
        foreach (var view in new[] { ours, ours.Permute(2, 0, 1), ours[.., 1..], ours[.., TensorIndex.Step(3)], ours[.., ..1], ours[0, 0, 0] })
        {
            ReadOnlyTensorSpan<int> span = view.AsReadOnlyTensorSpan<int>();
            int[] flat = new int[view.Count];
            span.FlattenTo(flat);
            Assert.Equal(view.ToArray<int>(), flat);
            Assert.Equal(view.ToArray<int>(), Tensor.FromNumerics(span).ToArray<int>());
        }
        Assert.Equal([5, 5, 5], Tensor.FromNumerics(Tensor.Full([1], 5, DType.Int32).Expand([3]).AsReadOnlyTensorSpan<int>()).ToArray<int>());
        Assert.Equal(Shape.Create([0, 2]), Tensor.FromNumerics(Tensor.Zeros([0, 2]).AsReadOnlyTensorSpan<float>()).Shape);
        GC.KeepAlive(ours);
    }

    [Fact]
    public void SpansShareMemory()
    {
        var x = Tensor.Zeros([2, 3]);
        TensorSpan<float> column = x[.., 1..2].AsTensorSpan<float>();
        column.Fill(7);
        Assert.Equal([0, 7, 0, 0, 7, 0], x.ToArray<float>());
        Assert.Equal(14, System.Numerics.Tensors.Tensor.Sum<float>(x.AsReadOnlyTensorSpan<float>()));
        GC.KeepAlive(x);
    }

    [Fact]
    public void WhatSpansCannotShow()
    {
        var x = Tensor.Zeros([3]);
        Assert.StartsWith("AsReadOnlyTensorSpan: float32[3] runs backwards along axis 0", Assert.Throws<ShapeException>(() => _ = x.Flip().AsReadOnlyTensorSpan<float>()).Message);
        Assert.StartsWith("AsTensorSpan: float32[2, 3] is an expanded view", Assert.Throws<ShapeException>(() => _ = x.Expand([2, 3]).AsTensorSpan<float>()).Message);
        Assert.StartsWith("AsTensorSpan: the elements are float32, not int32", Assert.Throws<DTypeException>(() => _ = x.AsTensorSpan<int>()).Message);
        var stepped = Tensor.Zeros([2, 3, 4])[.., TensorIndex.Step(2)];
        Assert.StartsWith("AsTensorSpan: float32[2, 2, 4] interleaves axes 1 and 0", Assert.Throws<ShapeException>(() => _ = stepped.AsTensorSpan<float>()).Message);
        var deep = System.Numerics.Tensors.Tensor.Create([1f], [1, 1, 1, 1, 1, 1, 1, 1, 1]);
        Assert.StartsWith("FromNumerics: 9 dimensions; a tensor has at most 8", Assert.Throws<ShapeException>(() => Tensor.FromNumerics(deep)).Message);
    }
}
