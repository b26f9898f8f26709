using System.Numerics;

namespace Hebb.Formats.Tests.Torch;

/// <summary>What torch.save wrote is read as it was, in every protocol and both formats.</summary>
public class TorchFileTests
{
    public static TheoryData<string> Protocols => ["zip", "legacy", "protocol4", "protocol5"];

    [Theory, MemberData(nameof(Protocols))]
    public void EveryElementType(string protocol)
    {
        var state = TorchGolden.Load(protocol + ":types").StateDict();
        Assert.Equal(["float32", "float64", "float16", "bfloat16", "int64", "int32", "int16", "int8", "uint8", "bool", "complex64", "complex128"], state.Keys);
        foreach (var (name, tensor) in state)
        {
            Assert.Equal(name, tensor.DType.Name);
            double[] expected = name == "bool" ? [0, 1, 0, 1, 1] : [0, 1, 2, 3, 100];
            Assert.Equal(expected, tensor.DType.IsComplex ? Array.ConvertAll(tensor.To(DType.Complex128).ToArray<Complex>(), c => c.Real) : tensor.To(DType.Float64).ToArray<double>());
        }
    }

    [Theory, MemberData(nameof(Protocols))]
    public void ViewsShareWhatTheyShared(string protocol)
    {
        var state = TorchGolden.Load(protocol + ":views").StateDict();
        Assert.Equal([3f, 4, 5, 6], state["part"].ToArray<float>());
        Assert.Equal("[6, 4]", state["turned"].Shape.ToString());
        Assert.Equal([0f, 6, 12, 18, 1], state["turned"].ToArray<float>()[..5]);
        Assert.Equal([1f, 6, 11, 16, 21], state["step"].ToArray<float>());
        Assert.Equal([2f, 2, 2, 2, 2], state["wide"].ToArray<float>());
        Assert.Equal("[0, 3]", state["empty"].Shape.ToString());
        Assert.Equal(7.5, state["scalar"].Item());
        state["whole"][4] = 100;
        Assert.Equal(100, state["matrix"][0, 4].Item());
        state["head"][1, 1] = -1;
        Assert.Equal([1f, 2, 3, -1], state["embed"].ToArray<float>());
    }

    [Theory, MemberData(nameof(Protocols))]
    public void ContainersNumbersAndTexts(string protocol)
    {
        var file = TorchGolden.Load(protocol + ":checkpoint");
        var root = Assert.IsType<OrderedDictionary<object, object?>>(file.Root);
        Assert.Equal(3L, root["epoch"]);
        Assert.Equal(0.75, root["best"]);
        Assert.Equal("ünïcode", root["note"]);
        Assert.Null(root["none"]);
        Assert.Equal(true, root["flag"]);
        Assert.Equal(BigInteger.Pow(2, 70), root["big"]);
        Assert.Equal(-5L, root["negative"]);
        Assert.Equal(1L << 40, root["long"]);
        Assert.Equal((byte[])[0, 255], root["raw"]);
        Assert.Equal((object[])[2L, 3L], root["size"]);
        Assert.Equal(DType.Float16, root["dtype"]);
        Assert.Equal(("cuda:1", "cpu"), (root["device"], root["cpu"]));
        Assert.Equal((object[])[1L, 2L], ((HashSet<object>)root["set"]!).Order());
        Assert.Equal("a", Assert.Single((HashSet<object>)root["frozen"]!));
        Assert.Equal((object[])[1L, "two", new List<object?> { 3.0 }], root["tuple"]);
        Assert.Equal(1L, ((OrderedDictionary<object, object?>)root["default"]!)["a"]);
        Assert.Equal(2L, ((OrderedDictionary<object, object?>)root["counter"]!)["a"]);
        Assert.Equal([1f, 2], ((Tensor)root["parameter"]!).ToArray<float>());
    }

    [Theory, MemberData(nameof(Protocols))]
    public void NumPyValues(string protocol)
    {
        var root = (OrderedDictionary<object, object?>)TorchGolden.Load(protocol + ":checkpoint").Root!;
        Assert.Equal((2.5, 9L), (root["scalar"], root["count"]));
        Assert.Equal([0f, 1, 2, 3, 4, 5], ((Tensor)root["array"]!).ToArray<float>());
        Assert.Equal("[2, 3]", ((Tensor)root["array"]!).Shape.ToString());
        Assert.Equal([0L, 1, 2, 3, 4, 5], ((Tensor)root["columns"]!).ToArray<long>());
        Assert.Equal([0, 1, 2], ((Tensor)root["swapped"]!).ToArray<int>());
        Assert.Equal([true, false], ((Tensor)root["truth"]!).ToArray<bool>());
    }

    [Theory, MemberData(nameof(Protocols))]
    public void TheStateOfACheckpointIsFound(string protocol)
    {
        var file = TorchGolden.Load(protocol + ":checkpoint");
        var state = file.StateDict();
        Assert.Equal(["0.weight", "0.bias", "1.weight", "1.bias", "1.running_mean", "1.running_var", "1.num_batches_tracked"], state.Keys);
        Assert.Equal(TorchGolden.Weight, state["0.weight"].ToArray<float>());
        Assert.Equal(0.5, file.Tensors["optimizer.state.0.exp_avg"][0, 0].Item());
        Assert.Equal(["0.step", "0.exp_avg", "0.exp_avg_sq"], file.StateDict("optimizer.state").Keys.Take(3));
        var model = new Sequential(new Linear(3, 4), new BatchNorm1d(4));
        Assert.True(model.LoadStateDict(state).IsComplete);
        Assert.StartsWith("m.pt: holds no 'weights': there are epoch, best, note", Assert.Throws<DataException>(() => file.StateDict("weights")).Message);
    }

    [Fact]
    public void NamesOfWrappersAreLeftOut() => Assert.Equal("0.weight", TorchGolden.Load("zip:wrapped").StateDict().Keys.First());

    [Fact]
    public void OfSeveralStatesOneMustBeNamed()
    {
        var file = TorchGolden.Load("zip:two");
        Assert.Equal("m.pt: holds several states: actor, critic; say which one is meant", Assert.Throws<DataException>(() => file.StateDict()).Message);
        Assert.Equal(["w"], file.StateDict("critic").Keys);
    }

    [Fact]
    public void ALoneTensor()
    {
        var file = TorchGolden.Load("zip:tensor");
        Assert.Equal([1f, 2, 3, 4], ((Tensor)file.Root!).ToArray<float>());
        Assert.Equal(["tensor"], file.StateDict().Keys);
    }

    [Theory]
    [InlineData("zip:module", "holds an object of torch.nn.modules.linear.Linear; only tensors and plain containers are read: in Python, save model.state_dict() alone")]
    [InlineData("legacy:module", "holds an object of torch.nn.modules.linear.Linear; only tensors and plain containers are read: in Python, save model.state_dict() alone")]
    [InlineData("zip:namespace", "holds an object of argparse.Namespace; only tensors and plain containers are read: in Python, save model.state_dict() alone")]
    [InlineData("zip:quantised", "holds a quantised tensor (torch._utils._rebuild_qtensor), which is not read: call dequantize() on it in Python first")]
    [InlineData("zip:sparse", "holds a tensor that is not dense (torch._utils._rebuild_sparse_tensor), which is not read: call to_dense() on it in Python first")]
    [InlineData("zip:attack", "holds an object of __builtin__.eval; only tensors and plain containers are read: in Python, save model.state_dict() alone")]
    [InlineData("script", "is a TorchScript program, which holds code: in Python, save model.state_dict() instead")]
    [InlineData("pickle:attack", "is no PyTorch file")]
    public void WhatIsNoPlainDataIsRefusedByName(string file, string message) =>
        Assert.Equal("m.pt: " + message, Assert.Throws<FormatException>(() => TorchGolden.Load(file)).Message);

    [Fact]
    public void FilesThatAreNotThere() => Assert.Equal("nowhere.pt: there is no such file", Assert.Throws<DataException>(() => TorchFile.Load("nowhere.pt")).Message);
}
