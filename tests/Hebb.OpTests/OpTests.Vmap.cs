using Hebb.Transforms;

namespace Hebb.OpTests;

public partial class OpTests
{
    [Theory, MemberData(nameof(Names))]
    public void Batched(string name)
    {
        var row = OpTable.Case(name);
        if (!row.Vmap)
            return;
        var first = row.Inputs();
        if (first.Length == 0)
            return;
        bool looped = Examples(row, first, [.. first.Select(_ => (int?)0)], row.Run, name);
        if (first.Length > 1)
            looped |= Examples(row, first, [.. first.Select((_, i) => i == 0 ? 0 : (int?)null)], row.Run, name);
        Assert.True(looped == row.LoopsInVmap is not null, looped ? $"{name} loops under Vmap: give it a batching rule, or the row a reason" : $"{name} does not loop under Vmap; its row says that it does");
    }

    [Theory, MemberData(nameof(Names))]
    public void GradientsOfExamples(string name)
    {
        var row = OpTable.Case(name);
        if (!row.Vmap || !row.Gradient)
            return;
        var first = row.Inputs();
        var weights = Weights(row, first);
        bool looped = Examples(row, first, [.. first.Select(_ => (int?)0)], xs => [.. Gradients(row, xs, weights, out _).OfType<Tensor>()], $"gradients of {name}");
        Assert.True(!looped || row.LoopsInVmap is not null, $"the gradient of {name} loops under Vmap: give its ops batching rules, or the row a reason");
    }

    [Theory, MemberData(nameof(Names))]
    public void NoExamples(string name)
    {
        var row = OpTable.Case(name);
        if (!row.Vmap)
            return;
        var first = row.Inputs();
        if (first.Length == 0 || Array.Exists(first, x => x.Rank == Shape.MaxRank))
            return;
        var empty = Array.ConvertAll(first, x => Tensor.Zeros(x.Shape.Insert(0, 0), x.DType));
        Tensor[] expected = row.Run(first), outputs = Transform.VmapMany(row.Run)(empty);
        for (int i = 0; i < outputs.Length; i++)
            Assert.Equal(new TensorSpec(expected[i].Shape.Insert(0, 0), expected[i].DType), outputs[i].Spec);
        if (!row.Gradient)
            return;
        var weights = Weights(row, first);
        var gradients = Transform.VmapMany(xs => [.. Gradients(row, xs, weights, out _).OfType<Tensor>()])(empty);
        int[] moving = Moving(first);
        for (int i = 0; i < moving.Length; i++)
            Assert.Equal(empty[moving[i]].Spec, gradients[i].Spec);
    }

    /// <summary>Compares a function over a batch of three examples with the function of each; says whether a loop had to serve as a batching rule.</summary>
    private static bool Examples(OpCase row, Tensor[] first, int?[] axes, Func<Tensor[], Tensor[]> f, string what)
    {
        // Three examples that differ in the real inputs; the others keep their values, so that they stay valid.
        var examples = Enumerable.Range(0, 3).Select(b => first.Select((x, i) => axes[i] is null || x.DType != DType.Float64 ? x : x * (1 + 0.05 * b)).ToArray()).ToArray();
        var stacked = first.Select((x, i) => axes[i] is null ? x : Tensor.Stack(examples.Select(e => e[i]).ToArray())).ToArray();
        long loops = EngineThread.Current.Loops;
        var outputs = Transform.VmapMany(f, axes)(stacked);
        bool looped = EngineThread.Current.Loops > loops;
        for (int b = 0; b < 3; b++)
        {
            var expected = f(examples[b]);
            for (int o = 0; o < outputs.Length; o++)
                Check.Close(expected[o], outputs[o].Select(0, b), Math.Max(1e-10, row.Tolerance), $"{what} under Vmap, example {b}, output {o}");
        }
        return looped;
    }
}
