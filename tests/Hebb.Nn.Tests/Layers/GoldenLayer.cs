namespace Hebb.Nn.Tests;

/// <summary>A layer against what a script stored of it: names of its state, output, gradients, and its output after two steps of descent.</summary>
internal static class GoldenLayer
{
    public const double Tolerance = 2e-5;

    public static Tensor[] Inputs(Dictionary<string, Tensor> golden) => [.. golden.Keys.Where(k => k.Length > 1 && k[0] == 'x' && char.IsDigit(k[1])).Order().Select(k => golden[k])];

    public static Dictionary<string, Tensor> Under(Dictionary<string, Tensor> golden, string prefix) =>
        golden.Where(t => t.Key.StartsWith(prefix)).ToDictionary(t => t.Key[prefix.Length..], t => t.Value);

    /// <summary>Sums every element with a weight of its own, as the scripts do.</summary>
    public static Tensor Weigh(Tensor y) => (y * Tensor.Linspace(0.5, 1.5, (int)y.Count, y.DType).Reshape(y.Shape)).Sum();

    public static void Verify(string name, Dictionary<string, Tensor> golden, Module layer, Func<Tensor[], Tensor> call)
    {
        Assert.True(layer.LoadStateDict(Under(golden, "before.")).IsComplete);
        var inputs = Inputs(golden);
        Tensor[] leaves = [.. inputs.Select(x => x.DType.IsFloat ? x.Clone().RequireGrad() : x)];
        var y = call(leaves);
        Check.Close(golden["y"], y.Detach(), Tolerance, $"{name}, output");
        foreach (var (path, buffer) in layer.NamedBuffers())
            Check.Close(golden[$"after.{path}"], buffer, Tolerance, $"{name}, {path} after a call");
        Weigh(y).Backward();
        for (int i = 0; i < leaves.Length; i++)
        {
            if (golden.TryGetValue($"gx{i}", out var gradient))
                Check.Close(gradient, leaves[i].Grad!, Tolerance, $"{name}, gradient of input {i}");
        }
        foreach (var (path, parameter) in layer.NamedParameters())
            Check.Close(golden[$"grad.{path}"], parameter.Grad!, Tolerance, $"{name}, gradient of {path}");
        TwoSteps(name, golden, layer, () => call(inputs));
    }

    public static void TwoSteps(string name, Dictionary<string, Tensor> golden, Module layer, Func<Tensor> call) => TwoSteps(name, golden, layer, () => [call()]);

    /// <summary>Two steps of descent in train mode, from the first state on; what is stored is the first output.</summary>
    public static void TwoSteps(string name, Dictionary<string, Tensor> golden, Module layer, Func<Tensor[]> call)
    {
        if (!golden.TryGetValue("trained", out var trained))
            return;
        layer.LoadStateDict(Under(golden, "before."));
        layer.Train();
        var descent = new SGD(0.01);
        descent.Bind(layer);
        for (int step = 0; step < 2; step++)
        {
            layer.ZeroGrad();
            call().Select(Weigh).Aggregate((a, b) => a + b).Backward();
            descent.Step();
        }
        Check.Close(trained, call()[0].Detach(), Tolerance, $"{name} after two steps");
    }
}
