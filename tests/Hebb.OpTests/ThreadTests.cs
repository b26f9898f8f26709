using Hebb.Cpu;

namespace Hebb.OpTests;

/// <summary>Ops give the same bits on one thread and on three, forward and backward, on inputs large enough to be cut.</summary>
public class ThreadTests
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
        ["cumprod"] = x => (x[0] * 0.1 + 1.0).CumProd(1),
        ["elementwise"] = x => (x[0].Exp() * x[1] + x[0].Gelu() / (x[2].Square() + 1.0)).Tanh(),
        ["sum"] = x => x[0].Sum() + x[0].Sum(0).Square().Sum() + x[0].Reshape(40, 10, 300).Sum([0, 2]).Square().Sum(),
        ["copies"] = x => Tensor.Cat([x[0].MT.Contiguous().Flip(0), x[0].MT.Roll(7, 1)], 1).Square(),
        ["matmul"] = x => x[0].MatMul(x[0].MT),
        ["matmul_batch"] = x => x[0].Reshape(40, 100, 30).MatMul(x[0].Reshape(40, 30, 100)),
        ["matmul_vector"] = x => x[0].MatMul(x[1]),
        ["einsum"] = x => Tensor.Einsum("bij,bkj,j->bik", x[0].Reshape(8, 50, 300), x[0].Reshape(8, 50, 300), x[1]),
        ["sort"] = x => x[0].Sort(0).Values.Square(),
        ["top_k"] = x => x[0].TopK(50, 1).Values.Square(),
        ["embedding"] = x => x[0].Embedding(x[3]).Square(),
        ["scatter_add"] = x => x[1].Unsqueeze(1).ScatterAdd(0, x[3].Unsqueeze(1), x[0].Narrow(1, 0, 1)).Square(),
        ["index_add"] = x => x[0].IndexAdd(0, x[3], x[0]).Square(),
        ["masked"] = x => x[0].MaskedFill(x[0] > 1.0, -1).MaskedSelect(x[0] > 0.0).Square(),
        ["fft"] = x => x[0].Rfft().Abs(),
        ["stft"] = x => x[0].Reshape(4, -1).Stft(256).Abs(),
        ["interpolate"] = x => x[0].Reshape(2, 2, 300, 100).Interpolate([211, 157], InterpolationMode.Cubic).Square(),
        ["pad"] = x => x[0].Reshape(4, 300, 100).Pad([9, 20], PadMode.Reflect).Square(),
        ["unfold"] = x => x[0].Reshape(2, 2, 300, 100).Unfold2d((3, 3)).Square(),
        ["conv"] = x => x[0].Reshape(2, 6, 100, 100).Conv2d(x[0].Reshape(-1).Narrow(0, 0, 10 * 6 * 9).Reshape(10, 6, 3, 3)),
        ["pool"] = x => x[0].Reshape(2, 6, 100, 100).MaxPool2d(2).Square(),
        ["dropout"] = x => x[0].Dropout(0.3, key: Tensor.From([3u, 4u])),
        ["attention"] = x => Tensor.ScaledDotProductAttention(x[0].Reshape(1, 5, 400, 60), x[0].Reshape(1, 5, 400, 60), x[0].Reshape(1, 5, 400, 60), causal: true),
        ["solve"] = x => (x[0].Narrow(0, 0, 300) + Tensor.Eye(300) * 40.0).Solve(x[1].Unsqueeze(1)),
        ["cholesky"] = x => (x[0].MT.MatMul(x[0]) + Tensor.Eye(300)).Cholesky(),
        ["eigh"] = x => x[0].Narrow(0, 0, 90).Narrow(1, 0, 90).Eigvalsh(),
        ["svd"] = x => x[0].Narrow(0, 0, 90).Narrow(1, 0, 60).Svdvals(),
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
