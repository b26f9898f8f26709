namespace Hebb.Core.Tests.Modules;

public class ModuleTests
{
    [Fact]
    public void NamesFollowTheMembersAndSharedOnesCountOnce()
    {
        var net = new Net();
        Assert.Equal(
            ["in_layers.0.weight", "in_layers.0.bias", "in_layers.1.weight", "in_layers.1.bias", "head.weight", "head.bias"],
            net.NamedParameters().Select(p => p.Name));
        Assert.Equal(["", "in_layers.0", "in_layers.1", "head"], net.NamedModules().Select(m => m.Name));
        Assert.Equal(6 + 3 + 9 + 3 + 3 + 1, net.ParameterCount);
        Assert.Contains("head.call_count", net.StateDict().Keys);
        Assert.DoesNotContain(net.StateDict().Keys, key => key.Contains("scratch"));
    }

    [Fact]
    public void TrainAndEvalReachAllInside()
    {
        var net = new Net();
        Assert.All(net.NamedModules(), m => Assert.True(m.Module.Training));
        Assert.Same(net, net.Eval());
        Assert.All(net.NamedModules(), m => Assert.False(m.Module.Training));
        net.Train();
        Assert.True(net.Head.Training);
    }

    [Fact]
    public void ErrorsNameTheInnermostModule()
    {
        var error = Assert.Throws<ShapeException>(() => new Net().Call(Tensor.Zeros([4, 5])));
        Assert.Equal("MatMul: [4, 5] x [2, 3]: inner dimensions 5 and 2 differ (at model.in_layers.0, Affine)", error.Message);
        Assert.Null(Hebb.Modules.ModulePath.Current);
    }

    [Fact]
    public void ParametersStandForTensorsAndGatherGradients()
    {
        var layer = new Affine(2, 1);
        layer.Call(Tensor.From([1f, 2f]).Reshape(1, 2)).Sum().Backward();
        Assert.Equal([1f, 2f], layer.Weight.Grad!.ToArray<float>());
        Assert.Equal([1f], layer.Bias.Grad!.ToArray<float>());
        layer.ZeroGrad();
        Assert.Null(layer.Weight.Grad);
    }

    [Fact]
    public void FrozenParametersGetNoGradient()
    {
        var net = new Net();
        net.InLayers[0].RequireGrad(false);
        net.Call(Tensor.Ones([1, 2])).Sum().Backward();
        Assert.Null(net.InLayers[0].Weight.Grad);
        Assert.NotNull(net.Head.Weight.Grad);
    }

    [Fact]
    public void AConversionKeepsTheParameter()
    {
        var net = new Net();
        var weight = net.Head.Weight;
        net.To(DType.Float64);
        Assert.Same(weight, net.Head.Weight);
        Assert.Equal(DType.Float64, weight.DType);
        Assert.True(weight.RequiresGrad);
        Assert.Equal(DType.Int64, net.Head.CallCount.DType);
        Assert.Equal(DType.Float64, net.Call(Tensor.Ones([1, 2], DType.Float64)).DType);
        Assert.Throws<DTypeException>(() => net.To(DType.Int32));
    }

    [Fact]
    public void HooksSeeAndReplaceWhatPasses()
    {
        var layer = new Affine(2, 1);
        var seen = new List<string>();
        using var pre = layer.RegisterForwardPreHook((_, inputs) => { seen.Add($"in {inputs[0].Shape}"); return [inputs[0] * 2]; });
        var post = layer.RegisterForwardHook((_, _, output) => { seen.Add($"out {output.Item()}"); return output + 1; });
        using var back = layer.RegisterBackwardHook((_, gradient) => { seen.Add($"back {gradient.Item()}"); return gradient * 10; });
        var y = layer.Call(Tensor.Ones([1, 2]));
        Assert.Equal(3, y.Item());
        y.Sum().Backward();
        Assert.Equal(["in [1, 2]", "out 2", "back 1"], seen);
        // The hook was on the output before the forward hook's + 1 … both see a gradient of 1; the layer gets ten times that.
        Assert.Equal([20f, 20f], layer.Weight.Grad!.ToArray<float>());
        post.Dispose();
        Assert.Equal(2, layer.Call(Tensor.Ones([1, 2])).Item());
    }

    [Fact]
    public void AModuleThatTakesOneTensorRefusesTwo() =>
        Assert.StartsWith("Affine takes one tensor, not 2", Assert.Throws<HebbException>(() => new Affine(1, 1).Call(Tensor.Ones([1]), Tensor.Ones([1]))).Message);
}
