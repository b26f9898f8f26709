namespace Hebb.Core.Tests.Modules;

public sealed class StateTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("hebb-state").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private string File(string name) => Path.Combine(_folder, name);

    private static Net Other()
    {
        var net = new Net();
        foreach (var parameter in net.Parameters())
            parameter.Assign(parameter.Value.Detach() * 3 - 1);
        net.Head.CallCount.Fill(7);
        return net;
    }

    [Fact]
    public void WeightsSurviveAFile()
    {
        var (from, to) = (Other(), new Net());
        from.SaveWeights(File("net.safetensors"));
        Assert.True(to.LoadWeights(File("net.safetensors")).IsComplete);
        var expected = from.StateDict();
        foreach (var (name, tensor) in to.StateDict())
            Assert.Equal(expected[name].To(DType.Float64).ToArray<double>(), tensor.To(DType.Float64).ToArray<double>());
        Assert.Equal(7, to.Head.CallCount.Item());
        Assert.True(to.Head.Weight.RequiresGrad);
    }

    [Fact]
    public void EqualStatesGiveEqualFiles()
    {
        Other().SaveWeights(File("a"));
        Other().SaveWeights(File("b"));
        Assert.Equal(System.IO.File.ReadAllBytes(File("a")), System.IO.File.ReadAllBytes(File("b")));
    }

    [Fact]
    public void AStrictLoadNamesWhatDoesNotFitAndChangesNothing()
    {
        var state = new Dictionary<string, Tensor>(Other().StateDict());
        state.Remove("head.bias");
        state["in_layers.0.weight"] = Tensor.Ones([3, 2]);
        state["stranger"] = Tensor.Ones([1]);
        var net = new Net();
        var before = net.Head.Weight.Value.ToArray<float>();
        var error = Assert.Throws<CheckpointException>(() => net.LoadStateDict(state));
        Assert.Equal("the state does not fit Net: missing head.bias; unexpected stranger; of another shape in_layers.0.weight ([3, 2] for [2, 3])", error.Message);
        Assert.Equal(before, net.Head.Weight.Value.ToArray<float>());

        var report = net.LoadStateDict(state, strict: false);
        Assert.Equal(["head.bias"], report.Missing);
        Assert.NotEqual(before, net.Head.Weight.Value.ToArray<float>());
    }

    [Fact]
    public void ASharedParameterLoadsUnderAnyOfItsNames()
    {
        var state = new Dictionary<string, Tensor>(new Net().StateDict());
        state.Remove("head.weight");
        state["extra.tail.weight"] = Tensor.Full([3, 1], 5);
        var net = new Net();
        net.LoadStateDict(state);
        Assert.Equal([5f, 5f, 5f], net.Head.Weight.Value.ToArray<float>());
    }

    [Fact]
    public void LoadingConvertsElementTypes()
    {
        var net = new Net();
        net.LoadStateDict(Other().To(DType.Float64).StateDict());
        Assert.Equal(DType.Float32, net.Head.Weight.DType);
        Assert.Equal([-1f, 2f, 5f], net.Head.Weight.Value.ToArray<float>());
    }

    [Fact]
    public void AFailedWriteLeavesTheOldFile()
    {
        string path = File("weights");
        new Net().SaveWeights(path);
        byte[] before = System.IO.File.ReadAllBytes(path);
        Assert.Throws<IOException>(() => AtomicFile.Write(path, stream =>
        {
            stream.Write(new byte[100]);
            throw new IOException("No space left on device");
        }));
        Assert.Equal(before, System.IO.File.ReadAllBytes(path));
        Assert.Single(Directory.GetFiles(_folder));
    }

    [Fact]
    public void FilesThatGrowTooLargeAreRefusedInOneLine()
    {
        string path = File("large");
        var e = Assert.Throws<IOException>(() => AtomicFile.Write(path, _ => throw new ArgumentOutOfRangeException("value", "Specified file length was too large for the file system.")));
        Assert.Equal($"{path}: the file grows past what its file system or the limit on file sizes allows", e.Message);
        Assert.Empty(Directory.GetFiles(_folder));
    }
}
