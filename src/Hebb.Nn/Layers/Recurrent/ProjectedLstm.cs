namespace Hebb;

/// <summary>One layer of a long short-term memory whose hidden state is projected at each step (Sak et al., 2014), as a scan: the fused op has none.</summary>
internal static class ProjectedLstm
{
    public static (Tensor Output, Tensor Hidden, Tensor Cell) Run(
        Tensor x, Tensor weightIh, Tensor weightHh, Tensor? biasIh, Tensor? biasHh, Tensor projection, Tensor? hidden, Tensor? cell, bool reverse, Tensor? lengths)
    {
        int steps = x.Shape[0], examples = x.Shape[1];
        if (steps == 0)
            throw new ShapeException($"LSTM: input {x.Shape} has no steps");
        if (lengths is not null && (lengths.Rank != 1 || lengths.Shape[0] != examples))
            throw new ShapeException($"LSTM: lengths {lengths.Shape} are not [{examples}]");
        var given = x.Linear(weightIh, biasIh is null ? null : biasIh + biasHh!);
        hidden ??= Tensor.Zeros([examples, projection.Shape[0]], given.DType);
        cell ??= Tensor.Zeros([examples, projection.Shape[1]], given.DType);
        var (last, outputs) = Control.Scan(Step, [hidden, cell], lengths is null ? [given] : [given, Tensor.Arange(steps)], reverse: reverse);
        return (outputs[0], last[0], last[1]);

        (Tensor[] State, Tensor[] Outputs) Step(Tensor[] state, Tensor[] slices)
        {
            var (h, c) = (state[0], state[1]);
            var gates = (slices[0] + h.Linear(weightHh)).Chunk(4, -1);
            var nextCell = gates[1].Sigmoid() * c + gates[0].Sigmoid() * gates[2].Tanh();
            var next = (gates[3].Sigmoid() * nextCell.Tanh()).Linear(projection);
            if (lengths is null)
                return ([next, nextCell], [next]);
            var there = lengths.Greater(slices[1]).Unsqueeze(1);
            return ([Tensor.Where(there, next, h), Tensor.Where(there, nextCell, c)], [Tensor.Where(there, next, 0.0)]);
        }
    }
}
