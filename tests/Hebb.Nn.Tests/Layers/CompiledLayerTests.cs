namespace Hebb.Nn.Tests;

/// <summary>Every layer compiled, in eval mode, and its gradients of parameters compiled: the numbers of the plain call, and nothing runs op by op.</summary>
public class CompiledLayerTests
{
    public static IEnumerable<TheoryDataRow<string>> Layers => Golden.Names("layers");

    public static IEnumerable<TheoryDataRow<string>> Attention => AttentionTests.Cases;

    public static IEnumerable<TheoryDataRow<string>> More => MoreLayerTests.Cases;

    public static IEnumerable<TheoryDataRow<string>> Recurrent => Golden.Names("recurrent");

    [Theory, MemberData(nameof(Layers))]
    public void OfLayers(string name)
    {
        var golden = Golden.Load("layers", name);
        var layer = LayerCases.Make(name);
        Compare(name, golden, layer, xs => layer.Call(xs));
    }

    [Theory, MemberData(nameof(Attention))]
    public void OfAttention(string name)
    {
        var golden = Golden.Load("attention", name);
        var layer = AttentionCases.Make(name);
        Compare(name, golden, layer, xs => AttentionCases.Run(name, layer, xs, golden));
    }

    [Theory, MemberData(nameof(More))]
    public void OfMoreLayers(string name)
    {
        var golden = Golden.Load("more_layers", name);
        var layer = MoreLayerCases.Make(name);
        Compare(name, golden, layer, xs => MoreLayerCases.Run(layer, xs, golden));
    }

    [Theory, MemberData(nameof(Recurrent))]
    public void OfRecurrentLayers(string name)
    {
        var golden = Golden.Load("recurrent", name);
        var layer = RecurrentTests.Make(name);
        golden["x0"] = golden["x"];
        Compare(name, golden, layer, xs => RecurrentTests.Run(layer, xs[0], [], golden.GetValueOrDefault("lengths"))[0]);
    }

    internal static void Compare(string name, Dictionary<string, Tensor> golden, Module layer, Func<Tensor[], Tensor> call)
    {
        layer.LoadStateDict(GoldenLayer.Under(golden, "before."));
        layer.Eval();
        var inputs = GoldenLayer.Inputs(golden);
        using (GradMode.NoGrad())
        {
            var compiled = Transform.Compile(xs => [call(xs)], layer, strict: true);
            Check.Close(call(inputs), compiled.Call(inputs)[0], 1e-6, $"{name}, compiled");
        }
        if (layer.Parameters().Count == 0)
            return;
        var gradients = Transform.Grad(layer, xs => GoldenLayer.Weigh(call(xs)));
        var compiledGradients = Transform.Compile(gradients, layer, strict: true);
        var (expected, found) = (gradients(inputs), compiledGradients.Call(inputs));
        for (int i = 0; i < expected.Length; i++)
            Check.Close(expected[i], found[i], 1e-6, $"{name}, gradient {i}, compiled");
    }
}
