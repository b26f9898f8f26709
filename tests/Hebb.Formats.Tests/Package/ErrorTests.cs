using static Hebb.Formats.Tests.Package.SavedModels;

namespace Hebb.Formats.Tests.Package;

/// <summary>One clear line for everything that can be wrong with a call or a file.</summary>
public class ErrorTests
{
    [Fact]
    public void AModelThatWasNeverCalled()
    {
        var e = Assert.Throws<HebbException>(() => Bytes(new Sequential(new Linear(8, 3))));
        Assert.Equal("Save: Sequential was never called, so the shape of its input is not known; call it once, or give an example: model.Save(path, example)", e.Message);
    }

    [Fact]
    public void AModelThatLooksAtValues()
    {
        var e = Assert.Throws<HebbException>(() => Bytes(new Lambda(x => x.Sum().Item() > 0 ? x : -x), Random(4, 3)));
        Assert.Equal("the values of float32[] can't be read inside Trace: they are known only when it has run (at model, Lambda)", e.Message);
    }

    [Fact]
    public void AModelThatTakesGradients()
    {
        var energy = new Lambda(x => Transform.Grad(y => y.Square().Sum())(x));
        Assert.Equal(BitsOf(energy.Call(Random(3, 2))), BitsOf(Load(Bytes(energy, Random(4, 2))).Call(Random(3, 2))));

        var pooled = new Lambda(x => Transform.Grad(y => y.MaxPool1d(2).Square().Sum())(x));
        Assert.Equal("Save: the op pool_scatter (at backward of model, Lambda) stands in derivatives only; a model that takes this gradient when called can't be saved",
            Assert.Throws<HebbException>(() => Bytes(pooled, Random(4, 1, 6))).Message);
    }

    [Fact]
    public void AFailedSaveLeavesTheOldFile()
    {
        string path = Path.Combine(Path.GetTempPath(), $"hebb-{Guid.NewGuid():N}.hebb");
        try
        {
            File.WriteAllText(path, "old");
            Assert.Throws<HebbException>(() => new Lambda(x => x * x.Sum().Item()).Save(path, Random(4, 3)));
            Assert.Equal("old", File.ReadAllText(path));
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public void InputsThatDoNotFit()
    {
        var (model, inputs) = Make("two inputs");
        var loaded = Load(Bytes(model, inputs(4)));
        static string Message(Action call) => Assert.ThrowsAny<HebbException>(call).Message;

        Assert.Equal("the model takes 2 tensors (input0: float32[batch, 6], input1: float32[batch, 4]), not 1 (at model, LoadedModel)", Message(() => loaded.Call(Random(4, 6))));
        Assert.Equal("input1 is float32[4, 5], the model takes float32[batch, 4] (at model, LoadedModel)", Message(() => loaded.Call(Random(4, 6), Random(4, 5))));
        Assert.Equal("input0 is float32[6], the model takes float32[batch, 6] (at model, LoadedModel)", Message(() => loaded.Call(Random(6), Random(4, 4))));
        Assert.Equal("input0 is float64[4, 6], the model takes float32[batch, 6] (at model, LoadedModel)", Message(() => loaded.Call(Random(4, 6).To(DType.Float64), Random(4, 4))));
        Assert.Equal("input1 is a batch of 3, input0 one of 4 (at model, LoadedModel)", Message(() => loaded.Call(Random(4, 6), Random(3, 4))));
    }

    [Fact]
    public void FilesThatAreNotThere()
    {
        Assert.Equal("nowhere/m.hebb: there is no such file", Assert.Throws<DataException>(() => Model.Load("nowhere/m.hebb")).Message);
        string folder = Directory.CreateTempSubdirectory("hebb").FullName;
        Assert.Equal($"{folder}: is a folder, not a file", Assert.Throws<DataException>(() => Model.Load(folder)).Message);
        Directory.Delete(folder);
        Assert.Contains("nowhere", Assert.ThrowsAny<IOException>(() => Safetensors.Load("nowhere/w.safetensors")).Message);
    }

    [Fact]
    public void FilesThatAreNoModels()
    {
        Assert.Equal("m.hebb: is not a Hebb model: no zip archive, or one that is cut short", Assert.Throws<FormatException>(() => Load([])).Message);
        Assert.Equal("m.hebb: is not a Hebb model: no zip archive, or one that is cut short", Assert.Throws<FormatException>(() => Load([1, 2, 3, 4])).Message);
        Assert.Equal("m.hebb: is not a Hebb model: it holds no manifest.json", Assert.Throws<FormatException>(() => Load(Archive.Make([]))).Message);
        Assert.Equal("m.hebb: is not a Hebb model: manifest.json names another format", Assert.Throws<FormatException>(() => Load(Archive.Make([("manifest.json", "{}"u8.ToArray())]))).Message);
    }

    public static TheoryData<string, string, string, string> Damage => new()
    {
        { "manifest.json", "\"version\": 1", "\"version\": 2", "is of format version 2, written by a newer Hebb; this one reads up to version 1" },
        { "manifest.json", "\"version\": 1", "\"version\": \"x\"", "manifest.json.version is no integer of 32 bits" },
        { "manifest.json", "{", "[", "manifest.json is no JSON: " },
        { "graph.json", "\"relu\"", "\"rellu\"", "graph.json.nodes[1]: no op is called 'rellu' in this version of Hebb" },
        { "graph.json", "\"axis\"", "\"axes\"", "graph.json.nodes[3]: log_softmax: the attribute axis is missing" },
        { "graph.json", "\"axis\": 1", "\"more\": 1, \"axis\": 1", "graph.json.nodes[3]: log_softmax has 1 attributes, not 2" },
        { "graph.json", "\"op\": \"linear\",\n      \"inputs\": [\n        0,", "\"op\": \"linear\",\n      \"inputs\": [\n        99,", "graph.json.nodes[0].inputs[0] is 99, but only 5 values come before" },
        { "graph.json", "\"op\": \"linear\",\n      \"inputs\": [\n        0,", "\"op\": \"linear\",\n      \"inputs\": [\n        5,", "graph.json.nodes[0].inputs[0] is 5, but only 5 values come before" },
        { "graph.json", "\"op\": \"linear\",\n      \"inputs\": [\n        0,", "\"op\": \"linear\",\n      \"inputs\": [\n", "graph.json.nodes[0]: linear refuses " },
        { "graph.json", "\"batch\",\n        8", "\"batch\",\n        9", "graph.json.nodes[0]: linear refuses float32[5, 9], float32[16, 8], float32[16]: Linear: input [5, 9]: the last axis is 9, the weight [16, 8] takes 8 inputs" },
        { "graph.json", "\"batch\",\n        8", "\"2*batch\",\n        8", "graph.json.inputs[0].shape: only the first axis of an input can be the batch" },
        { "graph.json", "\"parameter\": \"0.bias\"", "\"parameter\": \"9.bias\"", "graph.json.leaves[1].parameter: there is no parameter '9.bias'" },
        { "schema.json", "\"batch\",\n        3", "\"batch\",\n        4", "schema.json: says input: float32[batch, 8] to output: float32[batch, 4], but the graph computes input: float32[batch, 8] to output: float32[batch, 3]" },
        { "graph.json", "\"name\": \"0.bias\"", "\"name\": \"0.weight\"", "graph.json: '0.weight' is there twice" },
        { "graph.json", "\"name\": \"0.bias\"", "\"name\": \"0.biased\"", "weights.safetensors: holds no '0.biased'" },
    };

    [Theory, MemberData(nameof(Damage))]
    public void FilesWithSomethingWrongInside(string file, string from, string to, string message)
    {
        var (model, inputs) = Make("mlp");
        byte[] bytes = Archive.Edit(Bytes(model, inputs(4)), file, text =>
        {
            int at = text.IndexOf(from, StringComparison.Ordinal);
            Assert.True(at >= 0, text);
            return text[..at] + to + text[(at + from.Length)..];
        });

        Assert.StartsWith($"m.hebb: {message}", Assert.Throws<FormatException>(() => Load(bytes)).Message);
    }

    [Fact]
    public void WeightsThatWereChanged()
    {
        var (model, inputs) = Make("mlp");
        var entries = Archive.Read(Bytes(model, inputs(4)));
        entries.Find(e => e.Name == "weights.safetensors").Bytes[^1] ^= 1;

        Assert.Equal("m.hebb: weights.safetensors is damaged: its SHA-256 is not the one in manifest.json", Assert.Throws<FormatException>(() => Load(Archive.Make(entries))).Message);
    }

    [Fact]
    public void CompressedFiles()
    {
        var (model, inputs) = Make("mlp");
        byte[] bytes = Archive.Make(Archive.Read(Bytes(model, inputs(4))), System.IO.Compression.CompressionLevel.Optimal);

        Assert.Equal("m.hebb: graph.json is compressed; a Hebb model stores its files as they are", Assert.Throws<FormatException>(() => Load(bytes)).Message);
    }

    [Fact]
    public void WeightsOfAnotherShape()
    {
        var (model, inputs) = Make("mlp");
        var entries = Archive.Read(Bytes(model, inputs(4)));
        var stream = new MemoryStream();
        Safetensors.Save(stream, model.StateDict().ToDictionary(p => p.Key, p => p.Key == "0.weight" ? Tensor.Zeros([16, 9]) : p.Value));

        var e = Assert.Throws<FormatException>(() => Load(Archive.Make(Archive.Signed(entries, "weights.safetensors", stream.ToArray()))));

        Assert.Equal("m.hebb: graph.json.nodes[0]: linear refuses float32[5, 8], float32[16, 9], float32[16]: Linear: input [5, 8]: the last axis is 8, the weight [16, 9] takes 9 inputs", e.Message);
    }
}
