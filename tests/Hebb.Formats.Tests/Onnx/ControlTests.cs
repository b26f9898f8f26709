using Hebb.Onnx.Proto;
using static Hebb.Formats.Tests.Onnx.ModelMaker;

namespace Hebb.Formats.Tests.Onnx;

/// <summary>Branches, loops, scans, and what their graphs see of the graph around them.</summary>
public class ControlTests
{
    [Fact]
    public void IfTakesOneBranchWhichSeesOuterValues()
    {
        var then = Graph([], ["t"], Node("Add", ["x", "x"], ["t"]));
        var otherwise = Graph([], ["e"], Node("Neg", ["x"], ["e"]));
        var model = OnnxModel.Load(Model(Graph(["x", "c"], ["y"], Node("If", ["c"], ["y"], ("then_branch", then), ("else_branch", otherwise)))));
        Assert.Equal(6, model.Call(Tensor.Scalar(3), Tensor.Scalar(1, DType.Bool)).Item());
        Assert.Equal(-3, model.Call(Tensor.Scalar(3), Tensor.Scalar(0, DType.Bool)).Item());
    }

    [Fact]
    public void LoopCarriesAndCollects()
    {
        // s' = s + i x; gathers s'; stops when s' reaches the limit.
        var body = Graph(["i", "go", "s"], ["next", "s2", "out"],
            Node("Cast", ["i"], ["f"], ("to", 1)), Node("Mul", ["f", "x"], ["p"]), Node("Add", ["s", "p"], ["s2"]), Node("Less", ["s2", "limit"], ["next"]), Node("Identity", ["s2"], ["out"]));
        var model = OnnxModel.Load(Model(Graph(["x", "limit"], ["last", "all"], Node("Loop", ["most", "", "zero"], ["last", "all"], ("body", body)))
            .With(Longs("most", [], 10), Floats("zero", [], 0))));
        var y = model.CallAll(Tensor.Scalar(2), Tensor.Scalar(11));
        Assert.Equal(12, y[0].Item());
        Assert.Equal([0f, 2, 6, 12], y[1].ToArray<float>());
        // No more than ten steps.
        Assert.Equal(10, model.CallAll(Tensor.Scalar(2), Tensor.Scalar(1000))[1].Count);
    }

    [Fact]
    public void GradientsFlowThroughLoops()
    {
        var body = Graph(["i", "go", "s"], ["go2", "s2"], Node("Mul", ["s", "w"], ["s2"]), Node("Identity", ["go"], ["go2"]));
        var model = OnnxModel.Load(Model(Graph(["x"], ["y"], Node("Loop", ["most", "", "x"], ["y"], ("body", body))).With(Longs("most", [], 3), Floats("w", [], 2))));
        model.Call(Tensor.Scalar(5)).Backward();
        // y = x w^3.
        Assert.Equal(5 * 3 * 4, model.Parameters()[0].Grad!.Item());
    }

    [Fact]
    public void ScanWalksBackwardsAndAlongOtherAxes()
    {
        var body = Graph(["s", "x"], ["s2", "y"], Node("Add", ["s", "x"], ["s2"]), Node("Identity", ["s2"], ["y"]));
        var model = OnnxModel.Load(Model(Graph(["s", "xs"], ["last", "ys"],
            Node("Scan", ["s", "xs"], ["last", "ys"], ("num_scan_inputs", 1), ("body", body), ("scan_input_axes", new long[] { 1 }), ("scan_input_directions", new long[] { 1 }), ("scan_output_axes", new long[] { 1 })))));
        var y = model.CallAll(Tensor.From([10f, 20f]), Tensor.From(new float[,] { { 1, 2, 3 }, { 4, 5, 6 } }));
        Assert.Equal([16f, 35f], y[0].ToArray<float>());
        Assert.Equal([13f, 15, 16, 26, 31, 35], y[1].ToArray<float>());
    }

    [Fact]
    public void SequencesAndOptionals()
    {
        var model = OnnxModel.Load(Model(Graph(["a", "b"], ["y", "n"],
            Node("SequenceConstruct", ["a", "b"], ["s"]), Node("SequenceInsert", ["s", "b", "at"], ["s2"]), Node("SequenceErase", ["s2", "last"], ["s3"]),
            Node("ConcatFromSequence", ["s3"], ["y"], ("axis", 0)), Node("Optional", ["s3"], ["o"]), Node("OptionalGetElement", ["o"], ["s4"]), Node("SequenceLength", ["s4"], ["n"]))
            .With(Longs("at", [], 0), Longs("last", [], -1))));
        var y = model.CallAll(Tensor.From([1f]), Tensor.From([2f, 3f]));
        Assert.Equal([2f, 3, 1], y[0].ToArray<float>());
        Assert.Equal(2, y[1].Item<long>());
    }

    [Fact]
    public void GradientNodesDifferentiateTheGraph()
    {
        var gradient = Node("Gradient", ["a", "b"], ["da", "db"], ("xs", new[] { "a", "b" }), ("y", "y")).In("ai.onnx.preview.training");
        var model = OnnxModel.Load(Model(
            Graph(["a", "b"], ["y", "da", "db"], Node("Mul", ["a", "b"], ["p"]), Node("Mul", ["p", "a"], ["y"]), gradient),
            more: m => m.OpsetImport.Add(new OperatorSetIdProto { Domain = "ai.onnx.preview.training", Version = 1 })));
        // y = a^2 b.
        Assert.Equal([18.0, 12, 9], model.CallAll(Tensor.Scalar(3), Tensor.Scalar(2)).Select(t => t.Item()));
    }

    /// <summary>Compiled, and saved and loaded again, a model gives what it gives op by op; its own graph stays one of branches and loops.</summary>
    private static void AssertWritten(OnnxModel model, string op, params Tensor[][] calls)
    {
        var compiled = Transform.Compile((Tensor[] xs) => model.CallAll(xs), strict: true);
        string path = Path.Combine(Path.GetTempPath(), Guid.NewGuid().ToString("N") + ".onnx");
        try
        {
            var report = model.SaveOnnx(path, calls[0]);
            Assert.Contains(report.Operators, o => o.Name == op);
            var again = OnnxModel.Load(path);
            foreach (var x in calls)
            {
                var expected = model.CallAll(x).Select(y => y.To(DType.Float32).ToArray<float>()).ToArray();
                Assert.Equal(expected, compiled.Call(x).Select(y => y.To(DType.Float32).ToArray<float>()));
                Assert.Equal(expected, again.CallAll(x).Select(y => y.To(DType.Float32).ToArray<float>()));
            }
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public void BranchesStayInGraphs()
    {
        var then = Graph([], ["t"], Node("Add", ["x", "w"], ["t"]));
        var otherwise = Graph([], ["e"], Node("Neg", ["x"], ["e"]));
        var model = OnnxModel.Load(Model(Graph(["x"], ["y"], Node("ReduceSum", ["x"], ["s"], ("keepdims", 0)), Node("Greater", ["s", "zero"], ["c"]), Node("If", ["c"], ["y"], ("then_branch", then), ("else_branch", otherwise)))
            .With(Floats("zero", [], 0), Floats("w", [2], 10, 20))));
        AssertWritten(model, "If", [Tensor.From([1f, 2f])], [Tensor.From([-1f, -2f])]);
        // The gradient takes the branch that ran.
        var x = Tensor.From([1f, 2f]);
        Assert.Equal([1f, 1f], Transform.Compile((Tensor v) => Transform.Grad(u => model.Call(u).Sum())(v), strict: true).Invoke(x).ToArray<float>());
        Assert.Equal([-1f, -1f], Transform.Compile((Tensor v) => Transform.Grad(u => model.Call(u).Sum())(v), strict: true).Invoke(-x).ToArray<float>());
    }

    [Fact]
    public void CountedLoopsStayInGraphs()
    {
        var body = Graph(["i", "go", "s"], ["go2", "s2", "out"],
            Node("Identity", ["go"], ["go2"]), Node("Cast", ["i"], ["f"], ("to", 1)), Node("Mul", ["s", "w"], ["p"]), Node("Add", ["p", "f"], ["s2"]), Node("Identity", ["s2"], ["out"]));
        var model = OnnxModel.Load(Model(Graph(["x"], ["last", "all"], Node("Loop", ["most", "", "x"], ["last", "all"], ("body", body))).With(Longs("most", [], 5), Floats("w", [], 2))));
        AssertWritten(model, "Loop", [Tensor.From([1f, -1f])], [Tensor.From([0.5f, 3f])]);
        // d last / dx = w^5.
        var gradient = Transform.Compile((Tensor v) => Transform.Grad(u => model.Call(u).Sum())(v), strict: true).Invoke(Tensor.From([1f, 2f]));
        Assert.Equal([32f, 32f], gradient.ToArray<float>());
    }

    [Fact]
    public void LoopsWithConditionsStayInGraphs()
    {
        var body = Graph(["i", "go", "s"], ["next", "s2"], Node("Add", ["s", "x"], ["s2"]), Node("Less", ["s2", "limit"], ["next"]));
        var model = OnnxModel.Load(Model(Graph(["x", "limit"], ["last"], Node("Loop", ["most", "", "zero"], ["last"], ("body", body))).With(Longs("most", [], 10), Floats("zero", [], 0))));
        AssertWritten(model, "Loop", [Tensor.Scalar(2), Tensor.Scalar(11)], [Tensor.Scalar(2), Tensor.Scalar(1000)], [Tensor.Scalar(20), Tensor.Scalar(11)]);
    }

    [Fact]
    public void LoopsOfUnknownLengthSayWhyTheyCannotBeWritten()
    {
        var body = Graph(["i", "go", "s"], ["next", "s2", "out"], Node("Add", ["s", "x"], ["s2"]), Node("Less", ["s2", "limit"], ["next"]), Node("Identity", ["s2"], ["out"]));
        var model = OnnxModel.Load(Model(Graph(["x", "limit"], ["last", "all"], Node("Loop", ["most", "", "zero"], ["last", "all"], ("body", body))).With(Longs("most", [], 10), Floats("zero", [], 0))));
        Tensor[] x = [Tensor.Scalar(2), Tensor.Scalar(5)];
        Assert.Contains("it collects slices, so that the shapes of its outputs are not known", Assert.ThrowsAny<HebbException>(() => Transform.Compile((Tensor[] xs) => model.CallAll(xs), strict: true).Call(x)).Message);
        // Where that is no error, it runs op by op.
        Assert.Equal([2f, 4, 6], model.Compile().Call(x)[1].ToArray<float>());
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(1, 1)]
    [InlineData(1, 0)]
    public void ScansStayInGraphs(int inward, int outward)
    {
        var body = Graph(["s", "x"], ["s2", "y"], Node("Mul", ["s", "w"], ["p"]), Node("Add", ["p", "x"], ["s2"]), Node("Identity", ["s2"], ["y"]));
        var model = OnnxModel.Load(Model(Graph(["s", "xs"], ["last", "ys"],
            Node("Scan", ["s", "xs"], ["last", "ys"], ("num_scan_inputs", 1), ("body", body), ("scan_input_axes", new long[] { 1 }), ("scan_input_directions", new long[] { inward }),
                ("scan_output_axes", new long[] { -1 }), ("scan_output_directions", new long[] { outward }))).With(Floats("w", [], 3))));
        AssertWritten(model, "Scan", [Tensor.From([10f, 20f]), Tensor.From(new float[,] { { 1, 2, 3 }, { 4, 5, 6 } })]);
        var step = Transform.Compile((Tensor[] xs) => [Transform.Grad(s => model.CallAll(s, xs[1])[0].Sum())(xs[0])], strict: true);
        Assert.Equal([27f, 27f], step.Call(Tensor.From([1f, 2f]), Tensor.Ones([2, 3]))[0].ToArray<float>());
    }
}
