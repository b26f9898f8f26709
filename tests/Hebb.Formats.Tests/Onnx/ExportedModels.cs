namespace Hebb.Formats.Tests.Onnx;

/// <summary>A model with the function of it that is written, and the axes whose sizes are left open.</summary>
internal sealed record ExportedModel(Module Model, Func<Tensor[], Tensor[]> Function, DynamicAxis[] Axes, Func<int, int, int, Tensor[]> Inputs);

/// <summary>Models of several inputs and outputs, and of sequences: what the batch alone does not tell.</summary>
internal static class ExportedModels
{
    private static readonly DynamicAxis s_batch = new("batch", 0, 0), s_time = new("time", 0, 1);

    /// <summary>Batch, steps, former steps.</summary>
    public static readonly (int Batch, int Time, int Past)[] Sizes = [(1, 3, 2), (2, 7, 5), (3, 12, 1)];

    public static readonly Dictionary<string, Func<ExportedModel>> All = new()
    {
        ["lstm"] = () =>
        {
            var lstm = new LSTM(6, 5, numLayers: 2, batchFirst: true, bidirectional: true, rng: new Rng(1));
            return new(lstm, xs =>
            {
                var (y, h, c) = lstm.CallWithState(xs[0], lengths: xs[1]);
                return [y, h, c];
            }, [s_batch, s_time, new("batch", 1, 0)], (n, t, _) => [Random(n, t, 6), Tensor.From([.. Enumerable.Range(0, n).Select(i => (long)Math.Max(1, t - i))])]);
        },
        ["lstm with states"] = () =>
        {
            var lstm = new LSTM(6, 5, rng: new Rng(2));
            return new(lstm, xs =>
            {
                var (y, h, c) = lstm.CallWithState(xs[0], xs[1], xs[2]);
                return [y, h, c];
            }, [new("time", 0, 0), new("batch", 0, 1), new("batch", 1, 1), new("batch", 2, 1)], (n, t, _) => [Random(t, n, 6), Random(1, n, 5), Random(1, n, 5)]);
        },
        ["gru"] = () =>
        {
            var gru = new GRU(6, 5, numLayers: 2, batchFirst: true, bidirectional: true, rng: new Rng(3));
            return new(gru, xs =>
            {
                var (y, h) = gru.CallWithState(xs[0]);
                return [y, h];
            }, [s_batch, s_time], (n, t, _) => [Random(n, t, 6)]);
        },
        ["rnn"] = () =>
        {
            var rnn = new RNN(6, 5, batchFirst: true, rng: new Rng(4));
            return new(rnn, xs => [rnn.Call(xs[0])], [s_batch, s_time], (n, t, _) => [Random(n, t, 6)]);
        },
        ["transformer encoder"] = () =>
        {
            var encoder = new TransformerEncoder(() => new TransformerEncoderLayer(16, 4, 32, batchFirst: true, rng: new Rng(5)), 2, new LayerNorm(16));
            return new(encoder, xs => [encoder.Call(xs[0], new AttentionMask { Keys = xs[1] })], [s_batch, s_time, new("batch", 1, 0), new("time", 1, 1)],
                (n, t, _) => [Random(n, t, 16), Tensor.Arange(t).Less((long)Math.Max(1, t - 1)).Unsqueeze(0).Expand([n, t]).Contiguous()]);
        },
        ["decoder with keys and values"] = () =>
        {
            var attention = new MultiHeadAttention(16, 4, numKvHeads: 2, batchFirst: true, rng: new Rng(6)) { Rotary = new RotaryEmbedding(4) };
            var block = new TransformerBlock(attention, new Sequential(new Linear(16, 32), new SiLU(), new Linear(32, 16)), new RMSNorm(16), new RMSNorm(16));
            return new(block, xs =>
            {
                var cache = new KeyValueCache(xs[1], xs[2]);
                var y = block.Call(xs[0], AttentionMask.Causal, cache);
                return [y, cache.Keys!, cache.Values!];
            }, [s_batch, s_time, new("batch", 1, 0), new("past", 1, 2), new("batch", 2, 0), new("past", 2, 2)], (n, t, p) => [Random(n, t, 16), Random(n, 2, p, 4), Random(n, 2, p, 4)]);
        },
        ["positions"] = () =>
        {
            var positions = new Sequential(new PositionEmbedding(64, 6), new SinusoidalEncoding());
            return new(positions, xs => [positions.Call(xs[0])], [s_batch, s_time], (n, t, _) => [Random(n, t, 6)]);
        },
        ["pictures of any size"] = () =>
        {
            var net = new Sequential(new Conv2d(2, 4, 3, padding: 1, rng: new Rng(7)), new GroupNorm(2, 4), new Mish(), new AdaptiveAvgPool2d(1), new Flatten());
            return new(net, xs => [net.Call(xs[0])], [s_batch, new("height", 0, 2), new("width", 0, 3)], (n, t, p) => [Random(n, 2, t + 2, p + 4)]);
        },
        ["loops"] = () => new(new Sequential(), xs =>
        {
            // Doubled until large, then by the sign of the sum, then running sums.
            var large = Control.While(s => s.Abs().Sum().Less(100), s => s * 2.0, xs[0]);
            var chosen = Control.Cond(large.Sum().Greater(0), x => x + 1.0, x => x - 1.0, large);
            var (last, sums) = Control.Scan((c, x) => (c + x, c * x), Tensor.Zeros([xs[0].Shape[1]]), chosen);
            return [chosen, last, sums];
        }, [s_batch, s_time], (n, t, _) => [Random(n, t)]),
    };

    private static Tensor Random(params int[] shape) => Tensor.RandN(shape, rng: new Rng((ulong)shape[0]));
}
