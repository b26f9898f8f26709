namespace Hebb.Benchmarks;

/// <summary>Two recurrent layers of 256 over 64 steps of 32 examples, forward and all gradients.</summary>
internal sealed class RnnSuite : Suite
{
    public override string Name => "rnn";

    public override string About => "LSTM and GRU of 2 x 256, batch 32, 64 steps, with gradients";

    public override IReadOnlyList<BenchCase> Cases { get; } =
    [
        Case("LSTM 2x256 batch 32 T 64", "lstm", 4),
        Case("GRU 2x256 batch 32 T 64", "gru", 3) with { Extra = true },
    ];

    private static BenchCase Case(string name, string kind, int gates) =>
        new(name, new Problem($"{kind} inputs=256 hidden=256 layers=2 batch=32 t=64"), ["torch"], p => Prepare(p, gates)) { Tolerance = 1e-3, Seconds = BenchCase.StepSeconds };

    private static HebbSide Prepare(Problem p, int gates)
    {
        int hidden = p["hidden"], layers = p["layers"];
        var weights = new SortedDictionary<string, Tensor>(StringComparer.Ordinal);
        for (int layer = 0; layer < layers; layer++)
        {
            int inputs = layer == 0 ? p["inputs"] : hidden;
            foreach (var (part, shape) in ((string, Shape)[])[("weight_ih", [gates * hidden, inputs]), ("weight_hh", [gates * hidden, hidden]), ("bias_ih", [gates * hidden]), ("bias_hh", [gates * hidden])])
                weights[$"{part}_l{layer}"] = Initial.Values($"{part}_l{layer}", shape);
        }
        var x = Inputs.Tensor([p["t"], p["batch"], p["inputs"]], 1);
        Tensor Forward()
        {
            var y = x;
            for (int layer = 0; layer < layers; layer++)
            {
                Tensor Of(string part) => weights[$"{part}_l{layer}"];
                y = gates == 4
                    ? Tensor.Lstm(y, Of("weight_ih"), Of("weight_hh"), Of("bias_ih"), Of("bias_hh")).Output
                    : Tensor.Gru(y, Of("weight_ih"), Of("weight_hh"), Of("bias_ih"), Of("bias_hh")).Output;
            }
            return y;
        }
        return HebbSide.WithGradients(Forward, [x, .. weights.Values], Inputs.Tensor([p["t"], p["batch"], hidden], 2));
    }
}
