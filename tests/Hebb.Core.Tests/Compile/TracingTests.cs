using Hebb.Compile;
using Hebb.Transforms;

namespace Hebb.Core.Tests.Compile;

public class TracingTests
{
    private static TensorSpec Spec(params int[] shape) => new(shape, DType.Float32);

    [Fact]
    public void ReplaysAModuleBitForBit()
    {
        var model = new TwoLayers();
        var graph = Tracing.Trace(model, Spec(4, 8));
        var x = Tensor.RandN([4, 8], rng: new Rng(5));

        Assert.Equal(model.Call(x).ToArray<float>(), graph.Run(x)[0].ToArray<float>());
    }

    [Fact]
    public void KnowsParametersAndBuffersByName()
    {
        var model = new TwoLayers();
        var graph = Tracing.Trace(model, Spec(4, 8));

        Assert.Equal(["mean"], graph.Leaves.OfType<GraphBuffer>().Select(b => b.Name));
        Assert.Equal(["hidden_weight", "hidden_bias", "head_weight"], graph.Leaves.OfType<GraphParameter>().Select(p => p.Name));
        Assert.Empty(graph.Leaves.OfType<GraphConstant>());
    }

    [Fact]
    public void ReadsParametersAnewAtEveryRun()
    {
        var model = new TwoLayers();
        var graph = Tracing.Trace(model, Spec(4, 8));
        model.HeadWeight.Assign(Tensor.RandN([3, 16], rng: new Rng(9)));
        var x = Tensor.RandN([4, 8], rng: new Rng(5));

        Assert.Equal(model.Call(x).ToArray<float>(), graph.Run(x)[0].ToArray<float>());
    }

    [Fact]
    public void GradientsFlowThroughAReplay()
    {
        var model = new TwoLayers();
        var graph = Tracing.Trace(model, Spec(4, 8));
        var x = Tensor.RandN([4, 8], rng: new Rng(5));
        model.Call(x).Sum().Backward();
        float[] expected = model.HiddenWeight.Grad!.ToArray<float>();
        model.ZeroGrad();

        graph.Run(x)[0].Sum().Backward();

        Assert.Equal(expected, model.HiddenWeight.Grad!.ToArray<float>());
    }

    [Fact]
    public void VmapCarriesAReplayOverABatch()
    {
        var model = new TwoLayers();
        var graph = Tracing.Trace(model, Spec(4, 8));
        var xs = Tensor.RandN([3, 4, 8], rng: new Rng(5));

        var all = Transform.Vmap(x => graph.Run([x])[0], inAxis: 0)(xs);

        for (int i = 0; i < 3; i++)
        {
            float[] one = model.Call(xs.Select(0, i)).ToArray<float>(), batched = all.Select(0, i).ToArray<float>();
            Assert.All(one.Zip(batched), p => Assert.Equal(p.First, p.Second, 1e-5f));
        }
    }

    [Fact]
    public void StopsGradientsWhereTheFunctionDid()
    {
        var graph = Tracing.Trace(xs => [xs[0].Detach() * xs[0]], [Spec(3)]);
        var x = Tensor.From([1f, 2, 3]).RequireGrad();

        graph.Run(x)[0].Sum().Backward();

        Assert.Equal([1f, 2, 3], x.Grad!.ToArray<float>());
    }

    [Fact]
    public void TracesAGradient()
    {
        var graph = Tracing.Trace(xs => [Transform.Grad(x => (x * x * x).Sum())(xs[0])], [Spec(3)]);

        Assert.Equal([3f, 12, 27], graph.Run(Tensor.From([1f, 2, 3]))[0].ToArray<float>());
    }

    [Fact]
    public void ComputesConstantsOnce()
    {
        var graph = Tracing.Trace(xs => [xs[0] + Tensor.Arange(6).To(DType.Float32).Reshape(2, 3).Sum(0)], [Spec(3)]);

        Assert.Equal("add", Assert.Single(graph.Nodes).Primitive.Name);
        Assert.Equal([3f, 5, 7], Assert.IsType<GraphConstant>(Assert.Single(graph.Leaves)).Tensor.ToArray<float>());
    }

    [Fact]
    public void ConstantsOutliveTheScopeThatTheyWereMadeIn()
    {
        Graph graph;
        using (TensorScope.Open())
        {
            var table = Tensor.From([1f, 2, 3]);
            graph = Tracing.Trace(xs => [xs[0] * table * 2.0], [Spec(3)]);
        }

        Assert.Equal([2f, 4, 6], graph.Run(Tensor.Ones([3]))[0].ToArray<float>());
    }

    [Fact]
    public void DropsWhatNothingReads()
    {
        var graph = Tracing.Trace(xs =>
        {
            _ = xs[0].Exp().Sum();
            return [xs[0].Sqrt()];
        }, [Spec(3)]);

        Assert.Equal("sqrt", Assert.Single(graph.Nodes).Primitive.Name);
    }

    [Fact]
    public void KeepsInputsThatNothingReads()
    {
        var graph = Tracing.Trace(xs => [xs[1].Sqrt()], [Spec(3), Spec(2)]);

        Assert.Equal(2, graph.Inputs.Count);
        Assert.Equal([2f, 3], graph.Run(Tensor.Zeros([3]), Tensor.From([4f, 9]))[0].ToArray<float>());
    }

    [Fact]
    public void DrawsFreshRandomNumbersAtEveryRun()
    {
        var rng = new Rng(7);
        var before = rng.State;
        var graph = Tracing.Trace(xs => [xs[0].Dropout(0.5, rng: rng)], [Spec(1000)]);
        Assert.Equal(before, rng.State);

        var x = Tensor.Ones([1000]);
        float[] first = graph.Run(x)[0].ToArray<float>(), second = graph.Run(x)[0].ToArray<float>();

        Assert.NotEqual(first, second);
        Assert.Equal(x.Dropout(0.5, rng: new Rng(7)).ToArray<float>(), first);
    }

    [Fact]
    public void LinesStayRightInAModelThatIsCalledOften()
    {
        var model = new TwoLayers();
        var x = Tensor.Ones([1, 8]);
        // Long enough for the JIT to compile it again with what it has seen.
        for (int round = 0; round < 8; round++)
        {
            for (int i = 0; i < 200; i++)
                model.Call(x);
            Thread.Sleep(60);
        }
        Assert.Contains("# model, TwoLayers at SmallModels.cs:", Tracing.Trace(model, Spec(4, 8)).ToString());
    }

    [Fact]
    public void ListsOneOpALine()
    {
        string text = Tracing.Trace(new TwoLayers(), Spec(4, 8)).ToString();

        Assert.StartsWith("graph(%input: float32[4, 8])\n  buffer mean: float32[8]\n", text);
        Assert.Contains("parameter head_weight: float32[3, 16]", text);
        Assert.Contains("log_softmax", text);
        Assert.Contains("# model, TwoLayers at SmallModels.cs:", text);
        Assert.EndsWith("  return %7\n", text);
    }

    [Fact]
    public void SaysThatValuesAreUnknown()
    {
        var e = Assert.Throws<HebbException>(() => Tracing.Trace(xs => xs[0].Sum().Item() > 0 ? xs : [-xs[0]], [Spec(3)]));

        Assert.Equal("the values of float32[] can't be read inside Trace: they are known only when it has run", e.Message);
    }

    [Fact]
    public void NamesTheOpWhoseShapeDependsOnValues()
    {
        var e = Assert.Throws<TraceException>(() => Tracing.Trace(xs => [xs[0].Nonzero()], [Spec(3)]));

        Assert.StartsWith("Trace: the shape of what Nonzero gives depends on values, which a graph does not know (called at TracingTests.cs:", e.Message);
    }

    [Fact]
    public void RefusesTensorsOfAnotherTransform()
    {
        var e = Assert.Throws<TraceException>(() => Transform.Vmap(y => Tracing.Trace(xs => [xs[0] + y], [Spec()]).Run(Tensor.Scalar(1))[0])(Tensor.Ones([2])));

        Assert.Equal("Trace: the function uses a tensor from inside Vmap, float32[], which it was not given; make it an input", e.Message);
    }

    [Fact]
    public void RefusesNewParameters()
    {
        var e = Assert.Throws<HebbException>(() => Tracing.Trace(xs => [new Parameter(xs[0])], [Spec()]));

        Assert.Equal("a parameter can't be made inside Trace, where tensors have no values; call the module once before", e.Message);
    }

    [Fact]
    public void ATraceThatFailedIsOver()
    {
        Assert.Throws<HebbException>(() => Tracing.Trace(xs => [xs[0].Item()], [Spec()]));

        Assert.Equal(3, (Tensor.Scalar(1) + 2.0).Item());
    }

    [Fact]
    public void ChecksInputs()
    {
        var graph = Tracing.Trace(xs => [xs[0].Exp()], [Spec(3)]);

        Assert.Equal("the graph takes 1 tensors, not 2", Assert.Throws<ShapeException>(() => graph.Run(Tensor.Ones([3]), Tensor.Ones([3]))).Message);
        Assert.Equal("input is [4], the graph takes [3]", Assert.Throws<ShapeException>(() => graph.Run(Tensor.Ones([4]))).Message);
        Assert.Equal("input is float64, the graph takes float32", Assert.Throws<DTypeException>(() => graph.Run(Tensor.Ones([3], DType.Float64))).Message);
    }

    [Fact]
    public void RefusesNodesOutOfOrder()
    {
        var graph = Tracing.Trace(xs => [xs[0].Exp().Sqrt()], [Spec(3)]);

        Assert.Throws<HebbException>(() => new Graph(graph.Inputs, graph.Nodes.Reverse(), graph.Outputs));
    }
}
