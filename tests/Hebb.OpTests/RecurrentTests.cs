using Hebb.Cpu;
using Hebb.Transforms;

namespace Hebb.OpTests;

/// <summary>Recurrent layers at sizes that fill and overhang the kernels' tiles: against their decompositions in double, bits at any thread count, layouts.</summary>
public class RecurrentTests
{
    public static IEnumerable<TheoryDataRow<string, int, int, int>> Sizes =>
        from kind in new[] { "lstm", "gru", "gru_reset_first", "rnn", "rnn_relu" }
        from size in new[] { (1, 1, 1), (3, 1, 33), (2, 17, 3), (3, 35, 64), (2, 5, 100), (2, 70, 31), (1, 3, 256) }
        select new TheoryDataRow<string, int, int, int>(kind, size.Item1, size.Item2, size.Item3);

    private static readonly Rng Random = new(8);

    private static (Primitive Op, Tensor[] Inputs) Make(string kind, int steps, int examples, int hidden, bool reverse, bool lengths, DType dtype)
    {
        int gates = kind switch { "lstm" => 4, "gru" or "gru_reset_first" => 3, _ => 1 };
        double bound = 1 / Math.Sqrt(hidden);
        Tensor Normal(params int[] shape) => Tensor.RandN(shape, dtype, Random);
        List<Tensor> inputs =
        [
            Normal(steps, examples, gates * hidden),
            Tensor.Uniform(-bound, bound, [gates * hidden, hidden], dtype, Random),
            Normal(gates == 3 ? 4 * hidden : gates * hidden),
            Normal(examples, hidden),
        ];
        if (kind == "lstm")
            inputs.Add(Normal(examples, hidden));
        if (lengths)
            inputs.Add(Tensor.From(Enumerable.Range(0, examples).Select(i => (long)(i * 7 % (steps + 1))).ToArray()));
        Primitive op = kind switch { "lstm" => new LstmOp(reverse), "gru" or "gru_reset_first" => new GruOp(reverse, kind != "gru"), _ => new RnnOp(reverse, kind == "rnn_relu") };
        return (op, inputs.ToArray());
    }

    /// <summary>All outputs, and the gradients of all float inputs when every element of every output counts differently.</summary>
    private static Tensor[] WithGradients(Tensor[] inputs, Func<Tensor[], Tensor[]> f)
    {
        var leaves = Array.ConvertAll(inputs, x => x.DType.IsFloat ? x.Detach().RequireGrad() : x);
        var outputs = f(leaves);
        Tensor? sum = null;
        foreach (var y in outputs)
        {
            var term = (y * Tensor.Linspace(-1, 1.5, (int)y.Count, y.DType).Reshape(y.Shape)).Sum();
            sum = sum is null ? term : sum + term;
        }
        sum!.Backward();
        return [.. outputs, .. leaves.Where(x => x.DType.IsFloat).Select(x => x.Grad!)];
    }

    [Theory, MemberData(nameof(Sizes)), Trait("Isa", "slice")]
    public void EqualsItsDecomposition(string kind, int steps, int examples, int hidden)
    {
        foreach (bool reverse in new[] { false, true })
        {
            foreach (bool lengths in new[] { false, true })
            {
                var (op, inputs) = Make(kind, steps, examples, hidden, reverse, lengths, DType.Float64);
                Tensor[] fused = WithGradients(inputs, xs => Engine.ApplyAll(op, xs)), parts = WithGradients(inputs, xs => op.Decompose(xs));
                var single = WithGradients(Array.ConvertAll(inputs, x => x.DType.IsFloat ? x.To(DType.Float32) : x), xs => Engine.ApplyAll(op, xs));
                for (int i = 0; i < fused.Length; i++)
                {
                    Check.Close(parts[i], fused[i], 1e-11, $"{kind} in float64, reverse {reverse}, lengths {lengths}, result {i}");
                    Check.Close(parts[i], single[i], 2e-4, $"{kind} in float32, reverse {reverse}, lengths {lengths}, result {i}");
                }
            }
        }
    }

    [Theory, Trait("Isa", "slice")]
    [InlineData("lstm")]
    [InlineData("gru")]
    [InlineData("gru_reset_first")]
    [InlineData("rnn")]
    public void ThreadsDoNotChangeTheBits(string kind)
    {
        var (op, inputs) = Make(kind, 5, 37, 70, reverse: false, lengths: true, DType.Float32);
        Tensor[] Run() => WithGradients(inputs, xs => Engine.ApplyAll(op, xs));
        Tensor[] one;
        using (ParallelFor.Limit(1))
            one = Run();
        foreach (int threads in new[] { 2, 3, 8 })
        {
            using var limit = ParallelFor.Limit(threads);
            var several = Run();
            for (int i = 0; i < one.Length; i++)
                Check.Same(one[i], several[i], $"{kind} on {threads} threads, result {i}");
        }
    }

    [Theory]
    [InlineData("lstm")]
    [InlineData("gru")]
    [InlineData("gru_reset_first")]
    [InlineData("rnn")]
    public void TakesSequencesThatAreViews(string kind)
    {
        var (op, inputs) = Make(kind, 4, 3, 5, reverse: true, lengths: false, DType.Float64);
        var expected = Engine.ApplyAll(op, inputs);
        foreach (var view in new[] { inputs[0].Transpose(0, 1).Contiguous().Transpose(0, 1), inputs[0].Transpose(0, 2).Contiguous().Transpose(0, 2), Tensor.Cat([inputs[0], inputs[0]], 2).Narrow(2, 0, inputs[0].Shape[2]) })
        {
            Assert.False(view.IsContiguous);
            var outputs = Engine.ApplyAll(op, [view, .. inputs[1..]]);
            for (int i = 0; i < outputs.Length; i++)
                Check.Same(expected[i], outputs[i], $"{kind}, output {i}");
        }
    }

    [Fact]
    public void ExamplesPastTheirEndKeepTheirStateAndSendNoGradient()
    {
        var x = Tensor.RandN([4, 2, 3], DType.Float64, Random).RequireGrad();
        Tensor Weight(params int[] shape) => Tensor.RandN(shape, DType.Float64, Random);
        Tensor wi = Weight(20, 3), wh = Weight(20, 5), h0 = Weight(2, 5), c0 = Weight(2, 5);
        var (y, h, c) = Tensor.Lstm(x, wi, wh, hidden: h0, cell: c0, lengths: Tensor.From([2, 0]));
        Check.Same(y.Select(0, 1).Select(0, 0).Detach(), h.Select(0, 0).Detach(), "the state after the last step");
        Check.Same(h0.Select(0, 1), h.Select(0, 1).Detach(), "the hidden state of an example without steps");
        Check.Same(c0.Select(0, 1), c.Select(0, 1).Detach(), "its cell state");
        Assert.All(y.Narrow(0, 2, 2).Detach().Contiguous().ToArray<double>(), v => Assert.Equal(0, v));
        y.Sum().Backward();
        Assert.All(x.Grad!.Narrow(0, 2, 2).Contiguous().ToArray<double>(), v => Assert.Equal(0, v));
        Assert.All(x.Grad!.Select(1, 1).Contiguous().ToArray<double>(), v => Assert.Equal(0, v));
        Assert.All(x.Grad!.Select(0, 0).Select(0, 0).ToArray<double>(), v => Assert.NotEqual(0, v));
    }
}
