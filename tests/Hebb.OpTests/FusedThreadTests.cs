using Hebb.Cpu;

namespace Hebb.OpTests;

/// <summary>Fused kernels give the same bits on one thread and on three, forward and backward, on inputs large enough to be cut.</summary>
public class FusedThreadTests
{
    private static readonly Dictionary<string, Func<Tensor[], Tensor>> Functions = new()
    {
        ["softmax_rows"] = x => x[0].Softmax(1),
        ["log_softmax_columns"] = x => x[0].Reshape(4, 30, -1).LogSoftmax(1),
        ["cross_entropy"] = x => Tensor.CrossEntropy(x[0], x[3], labelSmoothing: 0.1),
        ["layer_norm"] = x => x[0].LayerNorm([300], x[1], x[2]),
        ["rms_norm"] = x => x[0].RmsNorm([300], x[1]),
        ["batch_norm_rows"] = x => x[0].BatchNormTraining(x[1], x[2]).Output,
        ["batch_norm_images"] = x => x[0].Reshape(4, 300, -1).BatchNormTraining(x[1], x[2]).Output,
        ["group_norm"] = x => x[0].Reshape(4, 300, -1).GroupNorm(10, x[1], x[2]).Square(),
        ["var"] = x => x[0].Var(0) + x[0].Reshape(300, -1).Var(1),
        ["logsumexp"] = x => x[0].LogSumExp(0),
        ["prod"] = x => x[0].Prod(1),
        ["norm"] = x => x[0].Norm([], 3),
        ["max"] = x => x[0].Max(0).Values,
        ["cumsum"] = x => x[0].CumSum(0),
    };

    public static IEnumerable<TheoryDataRow<string>> Names => Functions.Keys.Select(n => new TheoryDataRow<string>(n));

    [Theory, MemberData(nameof(Names)), Trait("Isa", "slice")]
    public void SameBits(string name)
    {
        var random = new Random(1);
        Tensor Real(params int[] shape) => Tensor.From(Enumerable.Range(0, (int)((Shape)shape).Count).Select(_ => (float)(random.NextDouble() * 4 - 1.5)).ToArray(), shape);
        Tensor[] inputs = [Real(400, 300), Real(300), Real(300), Tensor.From(Enumerable.Range(0, 400).Select(_ => (long)random.Next(300)).ToArray())];
        Tensor[] one, three;
        using (ParallelFor.Limit(1))
            one = Golden.WithGradients(inputs, Functions[name]);
        using (ParallelFor.Limit(3))
            three = Golden.WithGradients(inputs, Functions[name]);
        for (int i = 0; i < one.Length; i++)
            Check.Same(one[i], three[i], $"{name}, {i}");
    }
}
