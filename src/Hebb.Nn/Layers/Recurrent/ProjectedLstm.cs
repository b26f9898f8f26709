namespace Hebb;

/// <summary>One layer of a long short-term memory whose hidden state is projected at each step (Sak et al., 2014), in plain ops: the fused op has none.</summary>
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
        var given = x.Linear(weightIh, biasIh is null ? null : biasIh + biasHh!).Unbind(0);
        var h = hidden ?? Tensor.Zeros([examples, projection.Shape[0]], x.DType);
        var c = cell ?? Tensor.Zeros([examples, projection.Shape[1]], x.DType);
        var outputs = new Tensor[steps];
        for (int i = 0; i < steps; i++)
        {
            int t = reverse ? steps - 1 - i : i;
            var gates = (given[t] + h.Linear(weightHh)).Chunk(4, -1);
            var nextCell = gates[1].Sigmoid() * c + gates[0].Sigmoid() * gates[2].Tanh();
            var next = (gates[3].Sigmoid() * nextCell.Tanh()).Linear(projection);
            if (lengths is null)
            {
                (outputs[t], h, c) = (next, next, nextCell);
                continue;
            }
            var there = lengths.Greater((long)t).Unsqueeze(1);
            outputs[t] = Tensor.Where(there, next, 0.0);
            (h, c) = (Tensor.Where(there, next, h), Tensor.Where(there, nextCell, c));
        }
        return (Tensor.Stack(outputs), h, c);
    }
}
