namespace Hebb.Formats.Tests.Weights;

/// <summary>Weights in files of every kind through one door.</summary>
public sealed class WeightFileTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("hebb").FullName;

    private string At(string name) => Path.Combine(_folder, name);

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static Dictionary<string, Tensor> State => new()
    {
        ["0.weight"] = Tensor.Arange(0, 12, 1).To(DType.Float32).Reshape(4, 3),
        ["0.bias"] = Tensor.From([0.5f, -1, 2, 3]),
    };

    [Theory, InlineData("a.safetensors", FileFormat.Safetensors), InlineData("a.pt", FileFormat.Torch), InlineData("a.npz", FileFormat.Npz), InlineData("a.gguf", FileFormat.Gguf)]
    public void EveryFormatKeepsAState(string name, FileFormat format)
    {
        WeightFile.Save(At(name), State);
        // The kind is seen from the bytes.
        File.Move(At(name), At("renamed"));
        using var file = WeightFile.Open(At("renamed"));
        Assert.Equal(format, file.Format);
        Assert.Equal(["0.bias", "0.weight"], file.Entries.Select(e => e.Name).Order());
        Assert.Equal("[4, 3]", file.Entries.First(e => e.Name == "0.weight").Shape.ToString());
        foreach (var (key, tensor) in State)
            Assert.Equal(tensor.ToArray<float>(), file.Read(key).ToArray<float>());
        Assert.Equal($"{At("renamed")}: holds no tensor 'x'", Assert.Throws<DataException>(() => file.Read("x")).Message);
        var model = new Sequential(new Linear(3, 4));
        Assert.True(model.LoadPretrained(At("renamed")).IsComplete);
        Assert.Equal([0.5f, -1, 2, 3], model.Parameters()[1].Value.ToArray<float>());
        string message = Assert.Throws<FormatException>(() => Model.Load(At("renamed"))).Message;
        Assert.EndsWith("weights without a graph: make the module in code, and call module.LoadPretrained(path)", message);
    }

    [Fact]
    public void FilesCanBeReplacedOnceTheyAreClosed()
    {
        WeightFile.Save(At("a.safetensors"), State);
        var state = WeightFile.Load(At("a.safetensors"));
        WeightFile.Save(At("a.safetensors"), new Dictionary<string, Tensor> { ["x"] = Tensor.Ones([1]) });
        Assert.Equal([0.5f, -1, 2, 3], state["0.bias"].ToArray<float>());
        Assert.Equal(["x"], WeightFile.Load(At("a.safetensors")).Keys);
    }

    [Fact]
    public void EntriesAreRenamedOrLeftOut()
    {
        WeightFile.Save(At("a.pt"), State);
        var model = new Linear(3, 4);
        Assert.True(model.LoadPretrained(At("a.pt"), rename: n => n["0.".Length..]).IsComplete);
        Assert.StartsWith($"{At("a.pt")}: the state does not fit Linear: missing weight; unexpected 0.weight", Assert.Throws<CheckpointException>(() => model.LoadPretrained(At("a.pt"), rename: n => n == "0.bias" ? "bias" : n)).Message);
        Assert.Equal(["weight"], model.LoadPretrained(At("a.pt"), strict: false, rename: n => n == "0.bias" ? "bias" : null).Missing);
        Assert.Contains("two entries are renamed to 'x'", Assert.Throws<DataException>(() => model.LoadPretrained(At("a.pt"), rename: _ => "x")).Message);
    }

    [Fact]
    public void OldNormsCountNoBatches()
    {
        var state = new BatchNorm1d(2).StateDict().Where(s => s.Key != "num_batches_tracked").ToDictionary();
        WeightFile.Save(At("a.pt"), state);
        Assert.True(new BatchNorm1d(2).LoadPretrained(At("a.pt")).IsComplete);
    }

    [Fact]
    public void ShardsStayInTheirFolder()
    {
        string index = WeightFile.SaveSharded(At("m"), State, most: 20);
        Assert.Equal(["model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors", "model.safetensors.index.json"], Directory.GetFiles(At("m")).Select(Path.GetFileName).Order());
        var file = WeightFile.Open(index);
        Assert.Equal(("64", 2), (file.Metadata["total_size"], file.Entries.Count));
        Assert.Equal(State["0.weight"].ToArray<float>(), file.Read("0.weight").ToArray<float>());
        file.Dispose();
        WeightFile.Save(At("outside.safetensors"), State);
        foreach (string path in (string[])["../outside.safetensors", At("outside.safetensors"), "a/../../outside.safetensors", "..\\outside.safetensors", "", "./x"])
        {
            File.WriteAllText(index, "{\"weight_map\": {\"0.bias\": " + System.Text.Json.JsonSerializer.Serialize(path) + "}}");
            Assert.Equal($"{index}: names the file '{path}', which is not in its folder", Assert.Throws<FormatException>(() => WeightFile.Open(index)).Message);
        }
        File.WriteAllText(index, """{"weight_map": {"other": "model-00001-of-00002.safetensors"}}""");
        Assert.Equal($"{index}: says that 'other' is in model-00001-of-00002.safetensors, which lacks it", Assert.Throws<FormatException>(() => WeightFile.Open(index)).Message);
        File.WriteAllText(index, """{"weight_map": {"other": "gone.safetensors"}}""");
        Assert.Equal($"{Path.Combine(At("m"), "gone.safetensors")}: there is no such file", Assert.Throws<DataException>(() => WeightFile.Open(index)).Message);
    }

    [Theory, InlineData(DType.Float8E4M3FN), InlineData(DType.Float8E5M2), InlineData(DType.Float8E4M3FNUZ), InlineData(DType.Float8E5M2FNUZ), InlineData(DType.Float8E8M0), InlineData(DType.Float4E2M1), InlineData(DType.Complex64)]
    public void SafetensorsKeepsSmallTypes(DType dtype)
    {
        var x = Tensor.From([1f, 2, 4, 0.5f]).To(dtype);
        WeightFile.Save(At("a.safetensors"), new Dictionary<string, Tensor> { ["x"] = x });
        var back = WeightFile.Load(At("a.safetensors"))["x"];
        Assert.Equal(dtype, back.DType);
        Assert.Equal([1f, 2, 4, 0.5f], (dtype.IsComplex ? back.Real() : back.To(DType.Float32)).ToArray<float>());
    }

    [Fact]
    public void WhatIsNoWeightFileIsSaid()
    {
        File.WriteAllText(At("text"), "hello there");
        Assert.Equal($"{At("text")}: is of no format that is known", Assert.Throws<FormatException>(() => WeightFile.Open(At("text"))).Message);
        File.WriteAllBytes(At("empty"), []);
        Assert.Equal($"{At("empty")}: is of no format that is known", Assert.Throws<FormatException>(() => WeightFile.Open(At("empty"))).Message);
        Assert.Equal($"{At("gone")}: there is no such file", Assert.Throws<DataException>(() => WeightFile.Open(At("gone"))).Message);
        Assert.Equal($"{_folder}: is a folder, not a file", Assert.Throws<DataException>(() => WeightFile.Open(_folder)).Message);
        Assert.Equal("a.bin: weights are not written as '.bin'; there are .safetensors, .pt, .npz and .gguf", Assert.Throws<DataException>(() => WeightFile.Save("a.bin", State)).Message);
    }

    [Fact]
    public void ReportsTellWhatFilesHold()
    {
        Safetensors.Save(At("a.safetensors"), State, new Dictionary<string, string> { ["format"] = "pt" });
        var report = FileReport.Of(At("a.safetensors"));
        Assert.Equal((FileFormat.Safetensors, 16L, 2), (report.Format, report.Elements, report.Tensors.Count));
        Assert.Equal("pt", report.Metadata["format"]);
        Assert.Equal(new FileInfo(At("a.safetensors")).Length, report.Bytes);
        var model = new Sequential(new Linear(3, 4), new ReLU(), new Linear(4, 2));
        model.Call(Tensor.Ones([5, 3]));
        model.Save(At("m.hebb"));
        var whole = FileReport.Of(At("m.hebb"));
        Assert.Equal(("float32[batch, 3]", "float32[batch, 2]"), (whole.Inputs[0].Type, whole.Outputs[0].Type));
        Assert.Contains(("relu", 1), whole.Operators);
        Assert.Equal(["0.weight", "0.bias", "2.weight", "2.bias"], whole.Tensors.Select(t => t.Name));
        File.WriteAllBytes(At("c.pt"), Torch.TorchGolden.Bytes("zip:checkpoint"));
        var checkpoint = FileReport.Of(At("c.pt"));
        Assert.Equal("3", checkpoint.Metadata["epoch"]);
        Assert.Contains("model_state_dict.0.weight", checkpoint.Tensors.Select(t => t.Name));
    }
}
