using Hebb.Onnx.Proto;
using static Hebb.Formats.Tests.Onnx.ModelMaker;

namespace Hebb.Formats.Tests.Onnx;

/// <summary>Files with open axes, which work out in their graphs the sizes that other nodes read: they compile, and are written again.</summary>
public sealed class OpenAxesTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("hebb-axes").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void SizesAreKnownWhileOpsAreWrittenDown()
    {
        var model = OnnxModel.Load(Attention());
        using var noGrad = GradMode.NoGrad();
        var compiled = model.Compile();
        foreach (var (batch, steps) in ((int, int)[])[(1, 3), (2, 5), (3, 4)])
        {
            var x = Tensor.RandN([batch, steps, 8], rng: new Rng((ulong)batch));
            var y = compiled.Call(x)[0];
            Assert.Null(compiled.FallbackReason);
            Assert.True((model.Call(x) - y).Abs().Max().Item<float>() < 1e-5f);
            Assert.Contains("attention", compiled.Describe(x)!, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void TheyAreWrittenAgain()
    {
        var model = OnnxModel.Load(Attention());
        string path = Path.Combine(_folder, "m.onnx");
        model.SaveOnnx(path, new OnnxExportOptions { DynamicAxes = [new("batch", 0, 0), new("steps", 0, 1)] }, Tensor.RandN([2, 5, 8], rng: new Rng(1)));
        var again = OnnxModel.Load(path);
        using var noGrad = GradMode.NoGrad();
        var x = Tensor.RandN([3, 7, 8], rng: new Rng(2));
        Assert.True((model.Call(x) - again.Call(x)).Abs().Max().Item<float>() < 1e-5f);
    }

    [Fact]
    public void GradientsOfSizesAndRandomNumbersStay()
    {
        // Sizes reach the graph as numbers of a type, noise stays noise.
        var model = OnnxModel.Load(Model(Graph(["x"], ["y"],
            Node("Shape", ["x"], ["s"]), Node("ReduceProd", ["s"], ["n"], ("keepdims", 0)), Node("Cast", ["n"], ["f"], ("to", 1)),
            Node("RandomUniformLike", ["f"], ["r"]), Node("Div", ["x", "f"], ["z"]), Node("Add", ["z", "r"], ["y"])), 13));
        using var noGrad = GradMode.NoGrad();
        var compiled = model.Compile();
        var x = Tensor.Ones([2, 2]);
        float first = compiled.Call(x)[0].ToArray<float>()[0], second = compiled.Call(x)[0].ToArray<float>()[0];
        Assert.Null(compiled.FallbackReason);
        Assert.NotEqual(first, second);
        Assert.InRange(first, 0.25f, 1.25f);
    }

    // Self-attention with two heads, as PyTorch writes it for open axes.
    private static byte[] Attention()
    {
        List<NodeProto> nodes = [Node("Shape", ["x"], ["shape"]), Node("Gather", ["shape", "zero"], ["b"], ("axis", 0)), Node("Gather", ["shape", "one"], ["t"], ("axis", 0)),
            Node("Unsqueeze", ["b", "first"], ["b1"]), Node("Unsqueeze", ["t", "first"], ["t1"]), Node("Concat", ["b1", "t1", "heads"], ["split"], ("axis", 0)), Node("Concat", ["b1", "t1", "rest"], ["joined"], ("axis", 0))];
        foreach (string part in (string[])["q", "k", "v"])
            nodes.AddRange([Node("MatMul", ["x", part + "w"], [part + "0"]), Node("Reshape", [part + "0", "split"], [part + "1"]), Node("Transpose", [part + "1"], [part], ("perm", part == "k" ? new long[] { 0, 2, 3, 1 } : [0, 2, 1, 3]))]);
        nodes.AddRange([Node("MatMul", ["q", "k"], ["qk"]), Node("Div", ["qk", "root"], ["scaled"]), Node("Softmax", ["scaled"], ["p"], ("axis", -1)), Node("MatMul", ["p", "v"], ["pv"]),
            Node("Transpose", ["pv"], ["turned"], ("perm", new long[] { 0, 2, 1, 3 })), Node("Reshape", ["turned", "joined"], ["y"])]);
        var rng = new Rng(3);
        TensorProto Weight(string name) => Floats(name, [8, 8], (Tensor.RandN([8, 8], rng: rng) * 0.5).ToArray<float>());
        return Model(Graph(["x"], ["y"], [.. nodes]).With(Longs("zero", [], 0), Longs("one", [], 1), Longs("first", [1], 0), Longs("heads", [2], 2, 4), Longs("rest", [1], -1), Floats("root", [], 2), Weight("qw"), Weight("kw"), Weight("vw")), 14);
    }
}
