using Hebb.Formats.Tests.Package;

namespace Hebb.Formats.Tests.Onnx;

/// <summary>Whole models written as ONNX, read again, and compared at several sizes.</summary>
public sealed class ExportTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("hebb-export").FullName;

    public static IEnumerable<TheoryDataRow<string>> Saved => SavedModels.Names.Select(n => new TheoryDataRow<string>(n));

    public static IEnumerable<TheoryDataRow<string>> Exported => ExportedModels.All.Keys.Select(n => new TheoryDataRow<string>(n));

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private string File(string name) => Path.Combine(_folder, name);

    [Theory, MemberData(nameof(Saved))]
    public void SavedModelsReadAsTheyWereWritten(string name)
    {
        var (model, inputs) = SavedModels.Make(name);
        model.Eval();
        var report = model.SaveOnnx(File("m.onnx"), inputs(3));
        Assert.Null(report.FixedReason);
        var loaded = OnnxModel.Load(File("m.onnx"));
        using var noGrad = GradMode.NoGrad();
        foreach (int batch in (int[])[1, 2, 6])
        {
            var x = inputs(batch);
            Close(x.Length == 1 ? model.Call(x[0]) : model.Call(x), loaded.CallAll(x)[0], name == "half" ? 2e-2 : 1e-5);
        }
    }

    [Theory, MemberData(nameof(Exported))]
    public void ModelsReadAsTheyWereWritten(string name)
    {
        var sample = ExportedModels.All[name]();
        sample.Model.Eval();
        foreach (int opset in (int[])[20, 23])
        {
            sample.Model.SaveOnnx(File("m.onnx"), sample.Function, new OnnxExportOptions { Opset = opset, DynamicAxes = sample.Axes }, sample.Inputs(2, 7, 4));
            var loaded = OnnxModel.Load(File("m.onnx"));
            using var noGrad = GradMode.NoGrad();
            foreach (var (batch, time, past) in ExportedModels.Sizes)
            {
                var x = sample.Inputs(batch, time, past);
                var (expected, actual) = (sample.Function(x), loaded.CallAll(x));
                Assert.Equal(expected.Length, actual.Length);
                for (int i = 0; i < expected.Length; i++)
                    Close(expected[i], actual[i], 1e-5);
            }
        }
    }

    [Fact]
    public void WeightsKeepTheirNames()
    {
        var model = new Sequential(new Conv2d(1, 3, 3), new BatchNorm2d(3), new ReLU(), new Flatten(), new Linear(2));
        var x = Tensor.RandN([2, 1, 6, 6]);
        model.Call(x);
        var report = model.SaveOnnx(File("m.onnx"), x);
        Assert.Equal(["BatchNormalization", "Conv", "Gemm", "Relu", "Reshape"], report.Operators.Select(o => o.Name).Where(o => o != "Constant"));
        Assert.Equal("input: float32[batch, 1, 6, 6]", report.Inputs.Single().ToString());
        var loaded = OnnxModel.Load(File("m.onnx"));
        Assert.Equal(model.StateDict().Keys.Where(k => !k.EndsWith("num_batches_tracked", StringComparison.Ordinal)).Order(), loaded.StateDict().Keys.Order());
    }

    [Fact]
    public void ReadModelsAreWrittenAgain()
    {
        var (model, inputs) = SavedModels.Make("cnn");
        model.Eval();
        model.SaveOnnx(File("a.onnx"), new OnnxExportOptions { Inputs = ["picture"], Outputs = ["scores"] }, inputs(2));
        var loaded = OnnxModel.Load(File("a.onnx"));
        var report = loaded.SaveOnnx(File("b.onnx"), inputs(2));
        Assert.Equal("picture: float32[batch, 1, 8, 8]", report.Inputs.Single().ToString());
        Assert.Equal("scores", report.Outputs.Single().Name);
        var again = OnnxModel.Load(File("b.onnx"));
        Close(model.Call(inputs(5)[0]), again.Call(inputs(5)[0]), 1e-5);
        Assert.Equal(loaded.StateDict().Keys, again.StateDict().Keys);
        var package = SavedModels.Load(SavedModels.Bytes(model, inputs(2)));
        package.SaveOnnx(File("c.onnx"));
        Close(model.Call(inputs(4)[0]), OnnxModel.Load(File("c.onnx")).Call(inputs(4)[0]), 1e-5);
    }

    [Fact]
    public void WeightsMayLieInAFileOfTheirOwn()
    {
        var (model, inputs) = SavedModels.Make("mlp");
        model.Eval();
        var report = model.SaveOnnx(File("m.onnx"), new OnnxExportOptions { ExternalData = true }, inputs(2));
        Assert.Equal(File("m.onnx.data"), report.DataFile);
        Assert.True(new FileInfo(File("m.onnx")).Length < new FileInfo(report.DataFile!).Length);
        Close(model.Call(inputs(2)[0]), OnnxModel.Load(File("m.onnx")).Call(inputs(2)[0]), 1e-5);
    }

    [Fact]
    public void MetadataTellsOfTheModel()
    {
        var (model, inputs) = SavedModels.Make("mlp");
        var info = ModelInfo.Of(model);
        (info.Name, info.Task, info.Labels) = ("digits", "classification", ["a", "b", "c"]);
        info.Metrics["accuracy"] = 0.5;
        model.SaveOnnx(File("m.onnx"), inputs(2));
        var loaded = OnnxModel.Load(File("m.onnx"));
        Assert.Equal("digits", loaded.Name);
        Assert.StartsWith("Hebb", loaded.Producer, StringComparison.Ordinal);
        Assert.Equal("[\"a\",\"b\",\"c\"]", loaded.Metadata["labels"]);
        Assert.Equal(("classification", "0.5"), (loaded.Metadata["task"], loaded.Metadata["metric.accuracy"]));
    }

    [Fact]
    public void WhatCannotBeWrittenIsToldInOneLine()
    {
        var x = Tensor.RandN([2, 4, 4]);
        Refuses<HebbException>(xs => [xs[0].Inverse()], new(), "ONNX export: Inverse (inverse), called at ExportTests.cs:", "ONNX has no operator for it: the operator set has no decompositions and systems of equations");
        Refuses<Compile.TraceException>(xs => [xs[0].Nonzero()], new(), "Trace: the shape of what Nonzero gives depends on values");
        Refuses<HebbException>(xs => [xs[0].Sum().Item() > 0 ? xs[0] : -xs[0]], new() { DynamicAxes = [] }, "can't be read inside Trace");
        Refuses<HebbException>(xs => xs, new() { Opset = 19 }, "ONNX export: opset 19 is not written; 20 to 24 are");
        Refuses<HebbException>(xs => xs, new() { Inputs = ["a", "b"] }, "ONNX export: 2 names for 1 inputs: a, b");
        Refuses<HebbException>(xs => [xs[0] + 1.0, xs[0]], new() { Outputs = ["y", "y"] }, "ONNX export: 'y' names two inputs or outputs");
        Refuses<HebbException>(xs => xs, new() { DynamicAxes = [new("time", 1, 0)] }, "ONNX export: the dynamic axis 'time' is one of input 1; there are 1 inputs");
        Refuses<HebbException>(xs => [xs[0].Reshape(2, 16)], new() { DynamicAxes = [new("n", 0, 0)] }, "can't be");
        Refuses<HebbException>(xs => [xs[0].Reshape(2, 4, 2, 2).ViewAsComplex()], new() { DynamicAxes = [] }, "ONNX's operators take no complex numbers");

        void Refuses<T>(Func<Tensor[], Tensor[]> function, OnnxExportOptions options, params string[] parts) where T : HebbException
        {
            string path = File("refused.onnx");
            var error = Assert.ThrowsAny<T>(() => new Sequential().SaveOnnx(path, function, options, x));
            Assert.DoesNotContain('\n', error.Message);
            Assert.All(parts, part => Assert.Contains(part, error.Message, StringComparison.Ordinal));
            Assert.Empty(Directory.GetFiles(_folder));
        }
    }

    [Fact]
    public void FoldersAreNoFiles()
    {
        var (model, inputs) = SavedModels.Make("mlp");
        var error = Assert.ThrowsAny<HebbException>(() => model.SaveOnnx(_folder, inputs(2)));
        Assert.EndsWith("is a folder; name a file in it", error.Message, StringComparison.Ordinal);
        Assert.Contains("was never called", Assert.ThrowsAny<HebbException>(() => new Sequential(new ReLU()).SaveOnnx(File("x.onnx"))).Message, StringComparison.Ordinal);
    }

    private static void Close(Tensor expected, Tensor actual, double tolerance)
    {
        Assert.Equal((expected.Shape, expected.DType), (actual.Shape, actual.DType));
        double[] e = expected.To(DType.Float64).ToArray<double>(), a = actual.To(DType.Float64).ToArray<double>();
        for (int i = 0; i < e.Length; i++)
            Assert.True(e[i].Equals(a[i]) || Math.Abs(e[i] - a[i]) <= tolerance * (1 + Math.Abs(e[i])), $"element {i}: {e[i]} and {a[i]}");
    }
}
