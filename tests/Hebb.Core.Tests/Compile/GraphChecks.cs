using Hebb.Compile;

namespace Hebb.Core.Tests.Compile;

/// <summary>Runs a graph and what a pass made of it on the same inputs.</summary>
internal static class GraphChecks
{
    /// <summary>Both give the same bits, for inputs of two kinds of layout, twice in one arena.</summary>
    public static void SameBits(Graph expected, Graph actual, string what = "")
    {
        CpuPlan one = new(expected), other = new(actual);
        for (int seed = 0; seed < 2; seed++)
        {
            var inputs = Inputs(expected, seed);
            Same(Run(one, inputs), Run(other, inputs), $"{what} {seed}\n{expected}\n{actual}");
        }
    }

    /// <summary>Random inputs; whole numbers where the type is whole.</summary>
    public static Tensor[] Inputs(Graph graph, int seed)
    {
        var rng = new Rng((ulong)seed);
        return [.. graph.Inputs.Select(i => Random(i.Spec, rng))];
    }

    public static Tensor[] Run(CpuPlan plan, Tensor[] inputs)
    {
        var outputs = Array.ConvertAll(plan.OutputSpecs, s => Tensor.Zeros(s.Shape, s.DType));
        plan.Run(inputs, outputs);
        return outputs;
    }

    public static void Same(Tensor[] expected, Tensor[] actual, string what)
    {
        Assert.Equal(expected.Length, actual.Length);
        for (int i = 0; i < expected.Length; i++)
            Assert.True(TensorBits.Equal(expected[i], actual[i]), $"output {i} differs: {what}");
    }

    private static Tensor Random(TensorSpec spec, Rng rng)
    {
        var normal = Tensor.RandN(spec.Shape, rng: rng);
        if (spec.DType == DType.Bool)
            return normal > 0.0;
        return spec.DType.IsFloat ? normal.To(spec.DType) : (normal.Abs() * 7.0).To(spec.DType);
    }
}
