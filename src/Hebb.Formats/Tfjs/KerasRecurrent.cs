using Hebb.Files;

namespace Hebb.Tfjs;

/// <summary>Keras's recurrent layers, step by step: they allow any activation, which the fused ops do not.</summary>
internal static class KerasRecurrent
{
    /// <summary>A layer from the first step to the last and its twin from the last to the first, and how they are joined.</summary>
    /// <param name="config">Holds the layer.</param>
    /// <param name="weight">Finds weights by <c>forward_</c> or <c>backward_</c>, the layer's name and theirs.</param>
    public static Func<Tensor, Tensor> Both(Json config, Func<string, Func<Tensor>?> weight)
    {
        var layer = config["layer"];
        var inner = layer["config"];
        string kind = layer["class_name"].Text(), name = inner["name"].Text(), merge = config.Has("merge_mode") ? KerasLayers.Text(config, "merge_mode", "") : "concat";
        if (kind is not ("SimpleRNN" or "LSTM" or "GRU"))
            throw new FormatException($"{layer.At}: a layer of the class {kind} in both directions is not read");
        Func<Tensor, Tensor, Tensor> join = merge switch
        {
            "concat" => (a, b) => Tensor.Cat([a, b], -1),
            "sum" => (a, b) => a + b,
            "mul" => (a, b) => a * b,
            "ave" => (a, b) => (a + b) * 0.5,
            "" => throw new FormatException($"{config.At}: gives both directions by themselves, where layers of one output are read"),
            _ => throw new FormatException($"{config.At}.merge_mode: '{merge}' is not read"),
        };
        bool all = KerasLayers.Flag(inner, "return_sequences", false), backwards = KerasLayers.Flag(inner, "go_backwards", false);
        // Names of files that the layer itself wrote carry its direction already.
        string bare = name.StartsWith("forward_", StringComparison.Ordinal) ? name["forward_".Length..] : name;
        var (forward, backward) = (Way("forward", backwards), Way("backward", !backwards));
        return x =>
        {
            var behind = backward(x);
            // In the order of the steps, not in that of their computation.
            return join(forward(x), all ? behind.Flip(1) : behind);
        };

        Func<Tensor, Tensor> Way(string way, bool reversed)
        {
            Func<Tensor> Weight(string part) => weight($"{way}_{bare}/{part}") ?? throw new FormatException($"{config.At}: the weight {way}_{bare}/{part} is missing");
            return Make(kind, inner, Weight("kernel"), Weight("recurrent_kernel"), KerasLayers.Flag(inner, "use_bias", true) ? Weight("bias") : null, reversed);
        }
    }

    /// <summary>The layer of [N, steps, in] to [N, units], or to [N, steps, units].</summary>
    public static Func<Tensor, Tensor> Make(string kind, Json config, Func<Tensor> kernel, Func<Tensor> recurrent, Func<Tensor>? bias) =>
        Make(kind, config, kernel, recurrent, bias, KerasLayers.Flag(config, "go_backwards", false));

    private static Func<Tensor, Tensor> Make(string kind, Json config, Func<Tensor> kernel, Func<Tensor> recurrent, Func<Tensor>? bias, bool backwards)
    {
        var activation = TfjsActivations.Named(KerasLayers.Text(config, "activation", "tanh"), config.At);
        var gate = TfjsActivations.Named(KerasLayers.Text(config, "recurrent_activation", "hard_sigmoid"), config.At);
        bool all = KerasLayers.Flag(config, "return_sequences", false), resetAfter = KerasLayers.Flag(config, "reset_after", false);
        if (KerasLayers.Flag(config, "return_state", false))
            throw new FormatException($"{config.At}: layers that give their states are not read");
        return x =>
        {
            if (x.Rank != 3)
                throw new ShapeException($"input {x.Shape} is not [N, steps, features]");
            var (u, b) = (recurrent(), bias?.Invoke());
            int units = u.Shape[0], steps = x.Shape[1];
            var inputBias = resetAfter && b is not null ? b.Select(0, 0) : b;
            var stepBias = resetAfter && b is not null ? b.Select(0, 1) : null;
            var projected = x.MatMul(kernel());
            if (inputBias is not null)
                projected += inputBias;
            Tensor h = Tensor.Zeros([x.Shape[0], units], x.DType), c = h;
            var outputs = new List<Tensor>();
            for (int i = 0; i < steps; i++)
            {
                var step = projected.Select(1, backwards ? steps - 1 - i : i);
                (h, c) = kind switch
                {
                    "SimpleRNN" => (activation(step + h.MatMul(u)), c),
                    "LSTM" => Lstm(step + h.MatMul(u), c, units),
                    _ => (Gru(step, h, u, stepBias, units), c),
                };
                outputs.Add(h);
            }
            return all ? Tensor.Stack([.. outputs], 1) : h;
        };

        // Gates in the order of Keras: input, forget, cell, output.
        (Tensor, Tensor) Lstm(Tensor z, Tensor c, int units)
        {
            Tensor Part(int i) => z.Narrow(1, i * units, units);
            c = gate(Part(1)) * c + gate(Part(0)) * activation(Part(2));
            return (gate(Part(3)) * activation(c), c);
        }

        // Update, reset, candidate.
        Tensor Gru(Tensor z, Tensor h, Tensor u, Tensor? stepBias, int units)
        {
            Tensor Part(Tensor t, int i) => t.Narrow(1, i * units, units);
            Tensor update, candidate;
            if (resetAfter)
            {
                var inner = h.MatMul(u);
                if (stepBias is not null)
                    inner += stepBias;
                update = gate(Part(z, 0) + Part(inner, 0));
                candidate = activation(Part(z, 2) + gate(Part(z, 1) + Part(inner, 1)) * Part(inner, 2));
            }
            else
            {
                var gates = h.MatMul(u.Narrow(1, 0, 2 * units));
                update = gate(Part(z, 0) + Part(gates, 0));
                var reset = gate(Part(z, 1) + Part(gates, 1));
                candidate = activation(Part(z, 2) + (reset * h).MatMul(Part(u, 2)));
            }
            return update * h + (1 - update) * candidate;
        }
    }
}
