using Google.Protobuf;
using Hebb.Onnx.Proto;
using static Hebb.Formats.Tests.Onnx.ModelMaker;

namespace Hebb.Formats.Tests.Onnx;

/// <summary>A model out of a file is a module: named parameters, gradients, compiled runs, saved state.</summary>
public class ModelTests
{
    // y = relu(x w + b) in two layers.
    private static OnnxModel Mlp() => OnnxModel.Load(Model(
        Graph(["x"], ["y"], Node("Gemm", ["x", "w1", "b1"], ["h"], ("transB", 1)), Node("Relu", ["h"], ["r"]), Node("MatMul", ["r", "w2"], ["y"]))
            .With(Floats("w1", [3, 2], 1, -2, 0.5f, 1, -1, 3), Floats("b1", [3], 0.1f, 0.2f, -0.3f), Floats("w2", [3, 1], 1, 2, -1))));

    private static readonly Tensor X = Tensor.From(new float[,] { { 1, 2 }, { -1, 0.5f } });

    [Fact]
    public void ComputesWhatItsNodesSay()
    {
        var model = Mlp();
        // By hand: rows (1, 2) and (-1, 0.5).
        double[] expected = [Math.Max(1 - 4 + 0.1, 0) + 2 * (0.5 + 2 + 0.2) - (-1 + 6 - 0.3), Math.Max(-1 - 1 + 0.1, 0) + 2 * Math.Max(-0.5 + 0.5 + 0.2, 0) - (1 + 1.5 - 0.3)];
        Assert.Equal(expected, Array.ConvertAll(model.Call(X).ToArray<float>(), v => (double)v), (a, b) => Math.Abs(a - b) < 1e-5);
    }

    [Fact]
    public void ParametersHaveTheNamesOfInitialisers()
    {
        var model = Mlp();
        Assert.Equal(["w1", "b1", "w2"], model.NamedParameters().Select(p => p.Name));
        Assert.Equal(12, model.ParameterCount);
        Assert.Equal(["x: float32"], model.Inputs.Select(i => i.ToString()));
        Assert.Equal([("Gemm", 1), ("MatMul", 1), ("Relu", 1)], model.Operators);
    }

    [Fact]
    public void IsTrained()
    {
        var model = Mlp();
        model.Call(X).Sum().Backward();
        // dy/dw2 is the sum of the hidden units over the rows.
        Assert.Equal([0f, 2.7f + 0.2f, 4.7f + 2.2f], model.NamedParameters()[2].Parameter.Grad!.Flatten().ToArray<float>(), (a, b) => Math.Abs(a - b) < 1e-5f);
        Assert.NotNull(model.NamedParameters()[0].Parameter.Grad);
    }

    [Fact]
    public void IsCompiledWithShapesWorkedOutOnTheHost()
    {
        // Shape, Gather and Concat only decide a shape: they leave no trace in the plan.
        var model = OnnxModel.Load(Model(Graph(["x"], ["y"],
            Node("Shape", ["x"], ["s"]), Node("Gather", ["s", "zero"], ["n"], ("axis", 0)), Node("Concat", ["n", "minus"], ["to"], ("axis", 0)),
            Node("Mul", ["x", "w"], ["z"]), Node("Reshape", ["z", "to"], ["y"]))
            .With(Longs("zero", [1], 0), Longs("minus", [1], -1), Floats("w", [], 3))));
        var compiled = Transform.Compile(model);
        var x = Tensor.Arange(12).To(DType.Float32).Reshape(2, 3, 2);
        using var noGrad = GradMode.NoGrad();
        for (int i = 0; i < 3; i++)
            Assert.Equal((x * 3.0).ToArray<float>(), compiled.Call(x)[0].ToArray<float>());
        Assert.Equal([2, 6], compiled.Call(x)[0].Shape.ToArray());
    }

    [Fact]
    public void CompilesToAFunctionThatFollowsItsWeights()
    {
        // Convolution, normalisation, scale and relu, as exported nets have them.
        var model = OnnxModel.Load(Model(Graph(["x"], ["y"],
            Node("Conv", ["x", "w", "b"], ["c"], ("pads", new long[] { 1, 1, 1, 1 })), Node("BatchNormalization", ["c", "s", "o", "m", "v"], ["n"]), Node("Mul", ["n", "k"], ["h"]), Node("Relu", ["h"], ["y"]))
            .With(Floats("w", [2, 1, 3, 3], [.. Enumerable.Range(0, 18).Select(i => MathF.Sin(i))]), Floats("b", [2], 0.5f, -1), Floats("s", [2], 1, 2), Floats("o", [2], 0, 1), Floats("m", [2], 0.5f, 0), Floats("v", [2], 1, 4),
                Floats("k", [2, 1, 1], 2, -3))));
        var (x, compiled) = (Tensor.RandN([1, 1, 6, 5], rng: new Rng(1)), model.Compile());
        void Same()
        {
            var (expected, actual) = (model.Call(x).Detach(), compiled.Call(x)[0]);
            Assert.True((expected - actual).Abs().Amax().Item() < 1e-5);
            Assert.False(actual.RequiresGrad);
        }
        Same();
        Same();
        Assert.Null(compiled.FallbackReason);
        using (GradMode.NoGrad())
            Assert.Single(compiled.Describe(x)!.Split('\n'), line => line.Contains("fused_conv"));
        // Training goes on, and the function follows.
        for (int step = 0; step < 3; step++)
        {
            model.Call(x).Sum().Backward();
            foreach (var (_, parameter) in model.NamedParameters())
            {
                using var none = GradMode.NoGrad();
                InPlace.Copy(parameter.Value - parameter.Grad! * 0.01, parameter.Value);
            }
            model.ZeroGrad();
            Same();
        }
    }

    [Fact]
    public void RunningStatisticsAreNoParameters()
    {
        var model = OnnxModel.Load(Model(Graph(["x"], ["y"], Node("BatchNormalization", ["x", "s", "b", "m", "v"], ["y"]))
            .With(Floats("s", [2], 1, 2), Floats("b", [2], 0, 1), Floats("m", [2], 0.5f, 0), Floats("v", [2], 1, 4))));
        Assert.Equal(["s", "b"], model.NamedParameters().Select(p => p.Name));
        Assert.Equal(["m", "v"], model.NamedBuffers().Select(p => p.Name));
        Assert.Equal([0.5f, 2f], model.Call(Tensor.From(new float[,] { { 1, 1 } })).ToArray<float>().Select(v => MathF.Round(v, 3)));
    }

    [Fact]
    public void StateIsSavedAndLoaded()
    {
        var (a, b) = (Mlp(), Mlp());
        a.NamedParameters()[2].Parameter.Assign(Tensor.From(new float[,] { { 5 }, { 6 }, { 7 } }));
        string path = Path.Combine(Directory.CreateTempSubdirectory().FullName, "state.safetensors");
        a.SaveWeights(path);
        b.LoadWeights(path);
        Assert.Equal(a.Call(X).ToArray<float>(), b.Call(X).ToArray<float>());
    }

    [Fact]
    public void InputsThatInitialisersGiveMayBeGivenToo()
    {
        var graph = Graph(["x", "w"], ["y"], Node("Mul", ["x", "w"], ["y"])).With(Floats("w", [], 2));
        var model = OnnxModel.Load(Model(graph));
        Assert.Equal(["x"], model.Inputs.Select(i => i.Name));
        Assert.Equal(6, model.Call(Tensor.Scalar(3)).Item());
        Assert.Equal(12, model.Run(new Dictionary<string, OnnxValue> { ["x"] = Tensor.Scalar(3), ["w"] = Tensor.Scalar(4) })[0].AsTensor().Item());
    }

    [Fact]
    public void APartIsCutOutOfAGraph()
    {
        // What lies before the part need not be known.
        byte[] bytes = Model(Graph(["x"], ["z"], Node("Nonesuch", ["x"], ["h"]), Node("Mul", ["h", "w"], ["y"]), Node("Neg", ["y"], ["z"])).With(Floats("w", [], 2)));
        var part = OnnxModel.Load(bytes, part: new OnnxPart(["h"], ["y"]));
        Assert.Equal(["h"], part.Inputs.Select(i => i.Name));
        Assert.Equal(6, part.Call(Tensor.Scalar(3)).Item());
        Assert.Equal(-6, OnnxModel.Load(bytes, part: new OnnxPart(["h"], [])).Call(Tensor.Scalar(3)).Item());
        Assert.Contains("the graph has no value 'q'", Assert.Throws<FormatException>(() => OnnxModel.Load(bytes, part: new OnnxPart(["q"], ["y"]))).Message);
        Assert.Contains("the operator Nonesuch is not known", Assert.Throws<FormatException>(() => OnnxModel.Load(bytes, part: new OnnxPart([], ["y"]))).Message);
    }

    [Fact]
    public void MissingAndUnknownInputsAreNamed()
    {
        var model = Mlp();
        Assert.Equal("the input 'x' is missing; the model takes x: float32 (at OnnxModel)", Assert.Throws<FormatException>(() => model.Run(new Dictionary<string, OnnxValue>())).Message.Replace("model, ", ""));
        Assert.Contains("the model has no input 'q'", Assert.Throws<FormatException>(() => model.Run(new Dictionary<string, OnnxValue> { ["x"] = X, ["q"] = X })).Message);
    }

    [Fact]
    public void ErrorsNameTheNode()
    {
        var node = Node("MatMul", ["x", "w"], ["y"]);
        node.Name = "head";
        var model = OnnxModel.Load(Model(Graph(["x"], ["y"], node).With(Floats("w", [3, 1], 1, 2, 3))));
        var error = Assert.Throws<ShapeException>(() => model.Call(X));
        Assert.Contains("inner dimensions 2 and 3 differ", error.Message);
        Assert.EndsWith("(at head, MatMul)", error.Message);
    }

    [Fact]
    public void FunctionsTakeAttributesFromTheirCall()
    {
        var function = new FunctionProto { Name = "Leaky", Domain = "mine" };
        function.Input.Add("a");
        function.Output.Add("b");
        function.Attribute.Add("slope");
        function.AttributeProto.Add(Attribute("shift", 1f));
        function.Node.Add(Node("LeakyRelu", ["a"], ["t"]).Passing("alpha", "slope"));
        function.Node.Add(Node("Constant", [], ["k"]).Passing("value_float", "shift"));
        function.Node.Add(Node("Add", ["t", "k"], ["b"]));
        function.OpsetImport.Add(new OperatorSetIdProto { Version = 20 });
        var model = OnnxModel.Load(Model(
            Graph(["x"], ["y"], Node("Leaky", ["x"], ["h"], ("slope", 0.5f)).In("mine"), Node("Leaky", ["h"], ["y"], ("slope", 0.25f), ("shift", 10f)).In("mine")),
            more: m =>
            {
                m.Functions.Add(function);
                m.OpsetImport.Add(new OperatorSetIdProto { Domain = "mine", Version = 1 });
            }));
        // -6 -> -3 + 1 -> -0.5 + 10.
        Assert.Equal(9.5, model.Call(Tensor.Scalar(-6)).Item());
    }
}
