namespace Hebb.Cli.Tests.Commands;

/// <summary>hebb inspect and hebb convert.</summary>
public sealed class FileTests : IDisposable
{
    readonly Cli _cli = new();

    public void Dispose() => _cli.Dispose();

    Dictionary<string, Tensor> Write(string name)
    {
        var state = new Dictionary<string, Tensor> { ["weight"] = Tensor.Arange(0, 6, 1).To(DType.Float32).Reshape(2, 3), ["count"] = Tensor.Scalar(7, DType.Int64) };
        WeightFile.Save(_cli.At(name), state, new Dictionary<string, string> { ["made"] = "by a test" });
        return state;
    }

    [Fact]
    public void InspectShowsTensorsAndMetadata()
    {
        Write("a.safetensors");
        string output = _cli.Succeed("inspect", "a.safetensors", "--json");
        Assert.Matches(@"(?m)^a\.safetensors: safetensors, \d+ bytes, 2 tensors of 7 elements$", output);
        Assert.Matches(@"(?m)^made: by a test$", output);
        Assert.Matches(@"(?m)^weight +float32 +\[2, 3\] +24$", output);
        var json = Cli.Json(output);
        Assert.Equal("safetensors", json.GetProperty("format").GetString());
        Assert.Equal(["weight", "count"], json.GetProperty("tensors").EnumerateArray().Select(t => t.GetProperty("name").GetString()).OrderDescending());
    }

    [Fact]
    public void ConvertKeepsValuesAndNames()
    {
        var state = Write("a.safetensors");
        Assert.StartsWith("b.pt: PyTorch, ", _cli.Succeed("convert", "a.safetensors", "b.pt"));
        _cli.Succeed("convert", "b.pt", "c.safetensors", "--dtype", "float16");
        var back = WeightFile.Load(_cli.At("c.safetensors"));
        Assert.Equal(DType.Float16, back["weight"].DType);
        Assert.Equal(state["weight"].ToArray<float>(), back["weight"].To(DType.Float32).ToArray<float>());
        Assert.Equal(7L, back["count"].Item<long>());
    }

    [Fact]
    public void ConvertPacksIntoBlocks()
    {
        WeightFile.Save(_cli.At("a.safetensors"), new Dictionary<string, Tensor> { ["w"] = Tensor.Ones([2, 64]), ["b"] = Tensor.Ones([64]), ["odd"] = Tensor.Ones([3, 5]) });
        _cli.Succeed("convert", "a.safetensors", "b.gguf", "--dtype", "q4_0");
        string output = _cli.Succeed("inspect", "b.gguf");
        Assert.Matches(@"(?m)^w +Q4_0 +\[2, 64\] +72$", output);
        Assert.Matches(@"(?m)^b +F32 +\[64\] +256$", output);
        Assert.Matches(@"(?m)^odd +F32 +\[3, 5\] +60$", output);
        Assert.StartsWith("convert: --dtype q4_0 is no float type", _cli.Fail(2, "convert", "a.safetensors", "b.pt", "--dtype", "q4_0"));
    }

    [Fact]
    public void ConvertMakesOnnxOfModels()
    {
        var model = new Sequential(new Linear(3, 4), new ReLU(), new Linear(4, 2));
        var x = Tensor.From(new float[,] { { 1, -2, 3 }, { 0.5f, 0, -1 } });
        var expected = model.Call(x).ToArray<float>();
        model.Save(_cli.At("m.hebb"));
        string output = _cli.Succeed("convert", "m.hebb", "m.onnx");
        Assert.StartsWith("m.onnx: ONNX opset 20, ", output);
        Assert.Contains("takes input: float32[batch, 3]", output);
        Assert.Equal(expected, OnnxModel.Load(_cli.At("m.onnx")).Call(x).ToArray<float>());
        // The file says the shapes, so that a model of ONNX needs no example.
        Assert.StartsWith("n.onnx: ONNX opset 23, ", _cli.Succeed("convert", "m.onnx", "n.onnx", "--opset", "23"));
        Assert.Equal(expected, OnnxModel.Load(_cli.At("n.onnx")).Call(x).ToArray<float>());
    }

    [Fact]
    public void ConvertLeavesNothingHalfWritten()
    {
        new Sequential(new Linear(3, 4)).Save(_cli.At("m.hebb"), Tensor.Zeros([1, 3]));
        File.WriteAllText(_cli.At("file"), "");
        Directory.CreateDirectory(_cli.At("folder.onnx"));
        string[] before = [.. Directory.GetFileSystemEntries(_cli.At("."), "*", SearchOption.AllDirectories).Order()];
        Assert.Contains("folder.onnx is a folder", _cli.Fail(1, "convert", "m.hebb", "folder.onnx"));
        Assert.DoesNotContain('\n', _cli.Fail(1, "convert", "m.hebb", Path.Combine("file", "m.onnx")));
        Assert.Equal(before, Directory.GetFileSystemEntries(_cli.At("."), "*", SearchOption.AllDirectories).Order());
    }

    [Fact]
    public void ErrorsAreOneLine()
    {
        Write("a.safetensors");
        File.WriteAllText(_cli.At("text"), "no model");
        Assert.Equal("text: is of no format that is known", _cli.Fail(1, "inspect", "text"));
        Assert.Equal("none.pt: there is no such file", _cli.Fail(1, "inspect", "none.pt"));
        Assert.StartsWith("b.xyz: weights are not written as '.xyz'; there are ", _cli.Fail(1, "convert", "a.safetensors", "b.xyz"));
        Assert.StartsWith("convert: --dtype int8 is no float type", _cli.Fail(2, "convert", "a.safetensors", "b.pt", "--dtype", "int8"));
    }
}
