namespace Hebb.Nn.Tests;

/// <summary>Every layer against PyTorch 1.13.1: names of its state, output, gradients, running statistics, eval mode.</summary>
public class LayerGoldenTests
{
    public static IEnumerable<TheoryDataRow<string>> Cases => Golden.Names("layers");

    internal static Dictionary<string, Tensor> Under(Dictionary<string, Tensor> golden, string prefix) =>
        golden.Where(t => t.Key.StartsWith(prefix)).ToDictionary(t => t.Key[prefix.Length..], t => t.Value);

    [Theory, MemberData(nameof(Cases))]
    public void AsPyTorch(string name)
    {
        const double Tolerance = 2e-5;
        var golden = Golden.Load("layers", name);
        var layer = LayerCases.Make(name);
        Assert.True(layer.LoadStateDict(Under(golden, "before.")).IsComplete);
        Tensor[] inputs = [.. golden.Keys.Where(k => k[0] == 'x').Order().Select(k => golden[k])];
        Tensor[] leaves = [.. inputs.Select(x => x.DType.IsFloat ? x.Clone().RequireGrad() : x)];
        var y = layer.Call(leaves);
        Check.Close(golden["y"], y.Detach(), Tolerance, $"{name}, output");
        y.Backward(Tensor.Linspace(0.5, 1.5, (int)y.Count).Reshape(y.Shape));
        for (int i = 0; i < leaves.Length; i++)
        {
            if (golden.TryGetValue($"gx{i}", out var gradient))
                Check.Close(gradient, leaves[i].Grad!, Tolerance, $"{name}, gradient of input {i}");
        }
        foreach (var (path, parameter) in layer.NamedParameters())
            Check.Close(golden[$"grad.{path}"], parameter.Grad!, Tolerance, $"{name}, gradient of {path}");

        var after = Under(golden, "after.");
        if (after.Count > 0)
        {
            layer.Call([.. inputs.Select(x => x * 2.0 + 1.0)]);
            foreach (var (path, value) in layer.StateDict())
                Check.Close(after[path], value, Tolerance, $"{name}, {path} after two batches");
        }
        if (golden.TryGetValue("eval", out var eval))
            Check.Close(eval, layer.Eval().Call(inputs).Detach(), Tolerance, $"{name} in eval mode");
        GoldenLayer.TwoSteps(name, golden, layer, () => layer.Call(inputs));
    }

    [Fact]
    public void StateNamesOfANetWithEveryLayer()
    {
        string[] names = [.. Cases.Select(c => c.Data)];
        var net = new Sequential([.. names.Select(LayerCases.Make)]);
        var expected = names.SelectMany((name, i) => Under(Golden.Load("layers", name), "before.").Keys.Select(k => $"{i}.{k}"));
        Assert.Equal(expected.Order(StringComparer.Ordinal), net.StateDict().Keys.Order(StringComparer.Ordinal));
    }
}
