using Hebb.Compile;

namespace Hebb.Core.Tests.Compile;

public class BatchGraphTests
{
    private static TensorSpec Spec(params int[] shape) => new(shape, DType.Float32);

    private static void SameAsFunction(Func<Tensor[], Tensor[]> f, BatchGraph graph, params int[][] shapes)
    {
        Assert.True(graph.IsDynamic, graph.FixedReason);
        foreach (int batch in (int[])[1, 2, 5, 64, 300])
        {
            Tensor[] inputs = [.. shapes.Select((s, i) => Tensor.RandN(graph.Batched[i] ? [batch, .. s[1..]] : s, rng: new Rng((ulong)(batch + i))))];
            Assert.Equal(f(inputs)[0].ToArray<float>(), graph.Run(inputs)[0].ToArray<float>());
        }
    }

    [Fact]
    public void OneGraphServesEveryBatchSize()
    {
        var model = new TwoLayers();
        SameAsFunction(xs => [model.Call(xs[0])], BatchGraph.Trace(model, Spec(4, 8)), [4, 8]);
    }

    [Fact]
    public void ShapesFollowFromTheBatchSize()
    {
        // Heads split from features, folded into the batch and back: 2 * batch, 6 * batch.
        static Tensor[] F(Tensor[] xs)
        {
            var heads = xs[0].Reshape(xs[0].Shape[0], 3, 2, 4).Transpose(1, 2).Reshape(-1, 3, 4);
            return [heads.MatMul(heads.MT).Softmax(-1).Reshape(-1, 9).Reshape(xs[0].Shape[0], -1).Slice(1, 1, 17)];
        }
        var graph = BatchGraph.Trace(F, [Spec(4, 3, 8)]);
        SameAsFunction(F, graph, [4, 3, 8]);
        Assert.Contains(graph.Example.Nodes, n => graph.Form!.Attributes(n) is { } a && a.ContainsKey("shape") && a["shape"][0] == new BatchSize(2, 0));
    }

    [Fact]
    public void SizesThatMeetOthersAreToldApart()
    {
        // 5, 7 and 11 are sizes of the data: they must not be taken for the batch.
        static Tensor[] F(Tensor[] xs) => [xs[0].Reshape(xs[0].Shape[0], 77, 5).Transpose(1, 2).Reshape(-1, 77)];
        SameAsFunction(F, BatchGraph.Trace(F, [Spec(5, 5, 7, 11)]), [5, 5, 7, 11]);
    }

    [Fact]
    public void ZerosOfTheBatchSizeFollow()
    {
        static Tensor[] F(Tensor[] xs)
        {
            var state = Tensor.Zeros([xs[0].Shape[0], 4]);
            foreach (var x in xs[0].Unbind(1))
                state = (state * 0.5 + x).Tanh();
            return [state];
        }
        SameAsFunction(F, BatchGraph.Trace(F, [Spec(2, 3, 4)]), [2, 3, 4]);
    }

    [Fact]
    public void InputsWithoutTheBatchStayFixed()
    {
        static Tensor[] F(Tensor[] xs) => [xs[0].MatMul(xs[1]) + xs[2]];
        var graph = BatchGraph.Trace(F, [Spec(4, 8), Spec(8, 3), Spec(4, 3)]);

        Assert.Equal([true, false, true], graph.Batched);
        SameAsFunction(F, graph, [4, 8], [8, 3], [4, 3]);
        Assert.Throws<ShapeException>(() => graph.Run(Tensor.Ones([4, 8]), Tensor.Ones([8, 3]), Tensor.Ones([5, 3])));
    }

    public static TheoryData<string, Func<Tensor[], Tensor[]>, string> Fixed => new()
    {
        { "a number", xs => [xs[0] * (1.0 / xs[0].Shape[0])], "reads a constant whose values follow from the batch size: float32[] for a batch of 5, float32[] for one of 7" },
        { "an attribute", xs => [xs[0].Clamp(0.0, xs[0].Shape[0])], "its max is 5 for a batch of 5, 7 for one of 7" },
        { "ops", xs => xs[0].Shape[0] > 6 ? [xs[0].Exp()] : [xs[0].Sqrt()], "becomes Exp for a batch of 7" },
        { "more ops", xs => [xs[0].Unbind(0).Aggregate((a, b) => a + b)], "the function depends on the batch size: " },
        { "a shape", xs => [xs[0].Reshape(4, 2)], "Reshape: [5, 2] has 10 elements, [4, 2] 8" },
        { "a threshold", xs => [xs[0].Shape[0] > 10 ? xs[0].Slice(1, 0, 1) : xs[0].Slice(1, 1, 2)], "its starts is not linear in it" },
    };

    [Theory, MemberData(nameof(Fixed))]
    public void SaysWhyABatchSizeIsFixed(string name, Func<Tensor[], Tensor[]> f, string reason)
    {
        var graph = BatchGraph.Trace(f, [Spec(4, 2)]);
        var x = Tensor.RandN([4, 2], rng: new Rng(1));

        Assert.False(graph.IsDynamic, name);
        Assert.Contains(reason, graph.FixedReason);
        Assert.Equal(f([x])[0].ToArray<float>(), graph.Run(x)[0].ToArray<float>());
        Assert.StartsWith("the graph takes batches of 4, not 3: ", Assert.Throws<ShapeException>(() => graph.Run(Tensor.Ones([3, 2]))).Message);
    }

    [Fact]
    public void AFunctionThatCannotBeTracedFailsAtItsOwnSizes()
    {
        var e = Assert.Throws<ShapeException>(() => BatchGraph.Trace(xs => [xs[0].MatMul(Tensor.Ones([3, 3]))], [Spec(4, 2)]));

        Assert.Equal("MatMul: [4, 2] x [3, 3]: inner dimensions 2 and 3 differ", e.Message);
    }

    [Fact]
    public async Task ManyThreadsAndSizesGetTheSerialBits()
    {
        var model = new TwoLayers();
        var graph = BatchGraph.Trace(model, Spec(4, 8));
        var inputs = Enumerable.Range(1, 100).Select(n => Tensor.RandN([n, 8], rng: new Rng((ulong)n))).ToArray();
        float[][] expected = Array.ConvertAll(inputs, x => model.Call(x).ToArray<float>());

        await Parallel.ForAsync(0, 400, async (i, cancel) =>
        {
            await Task.Yield();
            Assert.Equal(expected[i % 100], graph.Run(inputs[i % 100])[0].ToArray<float>());
        });
    }
}
