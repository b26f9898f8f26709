using static Hebb.Formats.Tests.Package.SavedModels;

namespace Hebb.Formats.Tests.Package;

public class RoundTripTests
{
    public static IEnumerable<TheoryDataRow<string>> Kinds => Names.Select(n => new TheoryDataRow<string>(n));

    [Theory, MemberData(nameof(Kinds))]
    public void GivesTheSameBitsAtEveryBatchSize(string name)
    {
        var (model, inputs) = Make(name);
        var loaded = Load(Bytes(model, inputs(4)));
        Assert.True(loaded.Graph.IsDynamic, loaded.Graph.FixedReason);

        using var mode = model.EvalMode();
        foreach (int batch in (int[])[1, 2, 4, 33])
        {
            Tensor expected = model.Call(inputs(batch)), actual = loaded.Call(inputs(batch));
            Assert.Equal(expected.Shape, actual.Shape);
            Assert.Equal(expected.DType, actual.DType);
            Assert.Equal(BitsOf(expected), BitsOf(actual));
        }
    }

    [Theory, MemberData(nameof(Kinds))]
    public void EqualModelsGiveEqualBytesAlsoWhenSavedAgain(string name)
    {
        var (model, inputs) = Make(name);
        byte[] bytes = Bytes(model, inputs(4));

        Assert.Equal(bytes, Bytes(model, inputs(4)));
        Assert.Equal(bytes, Bytes(Load(bytes)));
        Assert.Equal(bytes, Bytes(Make(name).Model, inputs(7)));
    }

    [Theory, MemberData(nameof(Kinds))]
    public void KeepsTheStateUnderItsNames(string name)
    {
        var (model, inputs) = Make(name);
        var loaded = Load(Bytes(model, inputs(4)));

        Assert.Equal(model.StateDict().Keys, loaded.StateDict().Keys);
        foreach (var (key, value) in model.StateDict())
            Assert.Equal(BitsOf(value), BitsOf(loaded.StateDict()[key]));
        Assert.Equal(model.NamedParameters().Select(p => p.Name), loaded.NamedParameters().Select(p => p.Name));
        Assert.True(model.LoadStateDict(loaded.StateDict()).IsComplete);
    }

    [Theory]
    [InlineData("mlp")]
    [InlineData("projected lstm")]
    [InlineData("ctc loss")]
    public void TrainsOnWithTheSameGradients(string name)
    {
        var (model, inputs) = Make(name);
        var loaded = Load(Bytes(model, inputs(4)));
        model.Eval();
        model.Call(inputs(6)).Sum().Backward();
        loaded.Call(inputs(6)).Sum().Backward();

        foreach (var (a, b) in model.Parameters().Zip(loaded.Parameters()))
            Assert.Equal(BitsOf(a.Grad!), BitsOf(b.Grad!));
    }

    [Fact]
    public void NewWeightsChangeWhatItGives()
    {
        var (model, inputs) = Make("mlp");
        var loaded = Load(Bytes(model, inputs(4)));
        var (other, _) = Make("mlp");
        Rng.SetSeed(99);
        var fresh = new Sequential(new Linear(8, 16), new ReLU(), new Dropout(0.5), new Linear(16, 3), new LogSoftmax(-1));

        loaded.LoadStateDict(fresh.StateDict());

        fresh.Eval();
        Assert.Equal(BitsOf(fresh.Call(inputs(4))), BitsOf(loaded.Call(inputs(4))));
        Assert.NotEqual(BitsOf(other.Call(inputs(4))), BitsOf(loaded.Call(inputs(4))));
    }

    [Fact]
    public void SharedWeightsStayShared()
    {
        var (model, inputs) = Make("shared");
        var loaded = Load(Bytes(model, inputs(4)));
        Assert.Equal(["first.weight", "first.bias"], loaded.StateDict().Keys);

        // Any of a shared parameter's names will do.
        var state = new Dictionary<string, Tensor> { ["tied"] = Tensor.Ones([8, 8]), ["second.bias"] = Tensor.Ones([8]) };
        Assert.True(loaded.LoadStateDict(state).IsComplete);
        model.LoadStateDict(state);
        Assert.Equal(BitsOf(model.Call(inputs(3))), BitsOf(loaded.Call(inputs(3))));
    }

    [Fact]
    public void KeepsWhatIsKnownOfTheModel()
    {
        var (model, inputs) = Make("cnn");
        var info = ModelInfo.Of(model);
        info.Name = "digits";
        info.Task = "classification";
        info.Description = "Reads \"digits\".\nNot letters: äöü.";
        info.Licence = "CC0";
        info.Data = "digits (UCI)";
        info.Labels = ["zero", "one", "two", "three", "vier – four"];
        info.Preprocessing = new Data.ImagePreprocessing(1, 8, 8, [0.3], [0.25]);
        info.Metrics["accuracy"] = 0.9833;
        info.Metrics["loss"] = double.NaN;

        var read = Load(Bytes(model, inputs(2))).Info;

        Assert.Equal((info.Name, info.Task, info.Description, info.Licence, info.Data), (read.Name, read.Task, read.Description, read.Licence, read.Data));
        Assert.Equal(info.Labels, read.Labels!);
        Assert.Equal(info.Preprocessing, read.Preprocessing);
        Assert.Equal(info.Metrics, read.Metrics);
    }

    [Fact]
    public void FrozenParametersStayFrozen()
    {
        var (model, inputs) = Make("mlp");
        model.Parameters()[0].RequiresGrad = false;
        var loaded = Load(Bytes(model, inputs(4)));

        Assert.Equal(model.Parameters().Select(p => p.RequiresGrad), loaded.Parameters().Select(p => p.RequiresGrad));
    }

    [Fact]
    public void ASavedModelIsInEvalModeAndLeavesTheOthersAsTheyWere()
    {
        var (model, inputs) = Make("cnn");
        ((Sequential)model)[1].Eval();
        var loaded = Load(Bytes(model, inputs(4)));

        Assert.True(model.Training);
        Assert.False(((Sequential)model)[1].Training);
        Assert.True(((Sequential)model)[2].Training);
        Assert.False(loaded.Training);
    }

    [Fact]
    public void TheFirstCallSaysWhatTheModelTakes()
    {
        var (model, inputs) = Make("two inputs");
        model.Call(inputs(9));
        var loaded = Load(Bytes(model));

        Assert.Equal(["input0: float32[batch, 6]", "input1: float32[batch, 4]"], loaded.Schema.Inputs.Select(t => t.ToString()));
        Assert.Equal(["output: float32[batch]"], loaded.Schema.Outputs.Select(t => t.ToString()));
    }

    [Fact]
    public void AFixedBatchSizeStays()
    {
        var model = new Lambda(x => x.Reshape(4, -1).Sum(-1));
        var loaded = Load(Bytes(model, Random(4, 6)));

        Assert.Equal("float32[4, 6]", loaded.Schema.Inputs[0].Describe());
        Assert.Equal(BitsOf(model.Call(Random(4, 6))), BitsOf(loaded.Call(Random(4, 6))));
        Assert.Equal("input is float32[5, 6], the model takes float32[4, 6] (at model, LoadedModel)", Assert.Throws<ShapeException>(() => loaded.Call(Random(5, 6))).Message);
        Assert.Equal(Bytes(model, Random(4, 6)), Bytes(loaded));
    }

    [Fact]
    public void WritesAZipThatOtherToolsRead()
    {
        var (model, inputs) = Make("buffers");
        using var zip = new System.IO.Compression.ZipArchive(new MemoryStream(Bytes(model, inputs(4))));

        Assert.Equal(["graph.json", "schema.json", "card.md", "weights.safetensors", "constants.safetensors", "manifest.json"], zip.Entries.Select(e => e.FullName));
        var text = new MemoryStream();
        zip.GetEntry("weights.safetensors")!.Open().CopyTo(text);
        text.Position = 0;
        Assert.Equal(["mean", "weight"], Safetensors.Load(text).Tensors.Keys.Order());
        Assert.StartsWith("# A model\n\n- Parameters: 8\n- Takes: `input: float32[batch, 8]`\n", new StreamReader(zip.GetEntry("card.md")!.Open()).ReadToEnd());
    }

    [Fact]
    public void SavesToAFile()
    {
        string folder = Directory.CreateTempSubdirectory("hebb").FullName;
        try
        {
            var (model, inputs) = Make("mlp");
            string path = Path.Combine(folder, "deep", "mlp.hebb");
            model.Save(path, inputs(4));

            Assert.Equal(["mlp.hebb"], Directory.GetFiles(Path.GetDirectoryName(path)!).Select(Path.GetFileName));
            model.Eval();
            Assert.Equal(BitsOf(model.Call(inputs(3))), BitsOf(Model.Load(path).Call(inputs(3))));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}

internal sealed class Lambda(Func<Tensor, Tensor> f) : Module
{
    protected override Tensor Forward(Tensor x) => f(x);
}
