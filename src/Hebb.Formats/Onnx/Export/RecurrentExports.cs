using Hebb.Compile;

namespace Hebb.Onnx.Export;

/// <summary>
/// Recurrent layers as ONNX's. Gates stand there in another order, so weights are written in another form. What the engine projects before the layer goes into it again where that is a product with
/// weights; otherwise the layer's own projection moves gates to their places and does nothing more.
/// </summary>
internal static class RecurrentExports
{
    public static void Add(ExportTable table)
    {
        // i f g o to i o f g; r z n to z r n.
        table.Add("lstm", n => Write(n, "LSTM", [0, 3, 1, 2], states: 2), c => c.UsesFrom(3) || !Constant(c, 1, 2));
        table.Add("gru", n => Write(n, "GRU", [1, 0, 2], states: 1), c => c.UsesFrom(2) || !Constant(c, 1, 2));
        table.Add("rnn", n => Write(n, "RNN", [0], states: 1), c => !Constant(c, 1, 2));
    }

    // Weights that are computed from inputs have no place in the operator.
    private static bool Constant(ExportCase c, params ReadOnlySpan<int> inputs)
    {
        foreach (int input in inputs)
        {
            if (!FollowsFromWeights(c.Node.Inputs[input]))
                return false;
        }
        return true;
    }

    private static bool FollowsFromWeights(GraphValue value) => value switch
    {
        GraphSource => false,
        GraphLeaf => true,
        GraphResult result => result.Node.Inputs.All(FollowsFromWeights),
        _ => false,
    };

    private static void Write(NodeExport n, string op, int[] order, int states)
    {
        int gates = order.Length, hidden = n.Spec(1).Shape[1], required = 3 + states;
        string stem = n.Stem.Length == 0 ? op.ToLowerInvariant() : n.Stem;
        string x, weight;
        if (Projection(n) is { } found)
        {
            (x, weight) = (n.Graph.Name(found.Input), n.Model.Weight($"{NameOf(found.Weight) ?? $"{stem}.weight"}.gates", Gates(n.Graph.Value(found.Weight).MT, order).Unsqueeze(0)));
        }
        else
        {
            x = n.In(0);
            weight = n.Model.Constant(Gates(Tensor.Eye(gates * hidden, dtype: n.DType), order).Unsqueeze(0));
        }
        string recurrent = n.Model.Weight($"{NameOf(n.Node.Inputs[1]) ?? $"{stem}.recurrent"}.gates", Gates(n.Graph.Value(n.Node.Inputs[1]), order).Unsqueeze(0));
        string bias = n.Model.Weight($"{stem}.bias.gates", Bias(n.Graph.Value(n.Node.Inputs[2]), op, order, hidden).Unsqueeze(0));
        string[] first = [.. Enumerable.Range(3, states).Select(i => n.Op("Unsqueeze", n.In(i), n.Longs(0)))];
        string lengths = n.Count > required ? n.In(required, DType.Int32) : "";
        var attributes = new List<(string, object)> { ("hidden_size", hidden), ("direction", n.Flag("reverse") ? "reverse" : "forward") };
        if (op == "GRU")
            attributes.Add(("linear_before_reset", 1));
        if (op == "RNN" && n.Flag("relu"))
            attributes.Add(("activations", new[] { "Relu" }));
        string[] y = n.Ops(op, 1 + states, [x, weight, recurrent, bias, lengths, .. first], [.. attributes]);
        n.Set(n.Op("Squeeze", y[0], n.Longs(1)));
        for (int i = 1; i <= states; i++)
            n.Set(n.Op("Squeeze", y[i], n.Longs(0)), i);
    }

    // Rows of gates in another order.
    private static Tensor Gates(Tensor rows, int[] order)
    {
        var parts = rows.Chunk(order.Length);
        return Tensor.Cat(Array.ConvertAll(order, g => parts[g])).Contiguous();
    }

    // Biases of inputs, then of states. A GRU's last one belongs to the states alone, where the reset gate multiplies it.
    private static Tensor Bias(Tensor bias, string op, int[] order, int hidden)
    {
        if (op != "GRU")
            return Tensor.Cat([Gates(bias, order), Tensor.ZerosLike(bias)]);
        return Tensor.Cat([Gates(bias.Narrow(0, 0, 3 * hidden), order), Tensor.Zeros([2 * hidden], bias.DType), bias.Narrow(0, 3 * hidden, hidden)]);
    }

    /// <summary>The input and the turned weight of a product that nothing else reads.</summary>
    private static (GraphValue Input, GraphValue Weight)? Projection(NodeExport n)
    {
        if (NodeExport.From(n.Node.Inputs[0], "matmul") is not { } product || n.Graph.Readers(product.Outputs[0]) > 1)
            return null;
        return n.Graph.IsStatic(product.Inputs[1]) && product.Inputs[1].Spec.Shape.Rank == 2 && product.Inputs[0].Spec.Shape.Rank == 3 ? (product.Inputs[0], product.Inputs[1]) : null;
    }

    // The parameter that a value is, perhaps turned.
    private static string? NameOf(GraphValue value) => value switch
    {
        GraphParameter parameter => parameter.Name,
        GraphResult { Node: { Primitive.Name: "permute" or "alias" or "contiguous" } node } => NameOf(node.Inputs[0]),
        _ => null,
    };
}
