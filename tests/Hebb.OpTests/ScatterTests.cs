namespace Hebb.OpTests;

/// <summary>Scatter reductions and embeddings against PyTorch, gradients included.</summary>
public class ScatterTests
{
    public static IEnumerable<TheoryDataRow<string>> Cases => Golden.Names("scatter").Where(n => n != "embedding").Select(n => new TheoryDataRow<string>(n));

    [Theory, MemberData(nameof(Cases))]
    public void Reductions(string name) => Golden.Verify("scatter", name, x =>
    {
        string[] words = name.Split(' ');
        var reduction = words[0] switch { "sum" => ScatterReduction.Sum, "prod" => ScatterReduction.Product, "mean" => ScatterReduction.Mean, "amax" => ScatterReduction.Max, _ => ScatterReduction.Min };
        bool self = words[1] == "True";
        Tensor a = x[0].RequireGrad(), b = x[2].RequireGrad();
        var y = a.ScatterReduce(0, x[1], b, reduction, self);
        y.Backward(x[3]);
        return words[0].StartsWith("am") && !self ? [y] : [y, a.Grad!, b.Grad!];
    });

    [Fact]
    public void PaddingRowGetsNoGradient() => Golden.Verify("scatter", "embedding", x =>
    {
        var table = x[0].RequireGrad();
        var y = table.Embedding(x[1], paddingIndex: 2);
        y.Backward(x[2]);
        return [y, table.Grad!];
    });

    [Fact]
    public void PaddingRowUnderVmap()
    {
        // One table for each example, numbers of its own.
        var tables = Tensor.Arange(12).To(DType.Float64).Reshape(2, 3, 2);
        var rows = Tensor.From<long>([2, 1, 1, 0], [2, 2]);
        var gradient = Hebb.Transform.Vmap(xs => Hebb.Transform.Grad(t => t.Embedding(xs[1], paddingIndex: 1).Sum())(xs[0]))([tables, rows]);
        Assert.Equal([0, 0, 0, 0, 1, 1, 1, 1, 0, 0, 0, 0], gradient.ToArray<double>());
    }

    [Fact]
    public void ComplexValuesGatherTheirGradients()
    {
        var x = Tensor.From<System.Numerics.Complex>([new(1, 2), new(3, 4)], [2, 1]).RequireGrad();
        var y = x.Gather(0, Tensor.From<long>([1, 1, 0], [3, 1]));
        y.Backward(Tensor.From<System.Numerics.Complex>([new(1, 1), new(0, 2), new(5, 0)], [3, 1]));
        Assert.Equal([new(5, 0), new(1, 3)], x.Grad!.ToArray<System.Numerics.Complex>());
        var z = x.Detach().RequireGrad();
        z[new[] { 1, 1 }].Backward(Tensor.From<System.Numerics.Complex>([new(1, 1), new(0, 2)], [2, 1]));
        Assert.Equal([new(0, 0), new(1, 3)], z.Grad!.ToArray<System.Numerics.Complex>());
    }
}
