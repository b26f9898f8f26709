using System.Text;

namespace Hebb;

public static partial class Init
{
    /// <summary>
    /// Gives all parameters of a model first values: weights (two axes and more) by one rule, biases by another, the rest (the weights of norms) as they are. Each parameter draws from a
    /// stream of its own, so values depend on its path alone.
    /// <code>Init.Apply(model, (w, rng) => Init.XavierUniform(w, rng: rng));</code>
    /// </summary>
    /// <param name="module">The model. Its sizes must be known.</param>
    /// <param name="weights">Writes to a weight.</param>
    /// <param name="biases">Writes to a parameter called bias; by default 0.</param>
    /// <param name="rng">Where the streams come from; by default <see cref="Rng.Default"/>.</param>
    /// <exception cref="HebbException">A lazy parameter has no values yet.</exception>
    public static void Apply(Module module, Func<Tensor, Rng, Tensor> weights, Func<Tensor, Rng, Tensor>? biases = null, Rng? rng = null) => Apply(module, (name, parameter, stream) =>
    {
        if (parameter.Shape.Rank >= 2)
            weights(parameter.Value, stream);
        else if (name[(name.LastIndexOf('.') + 1)..].StartsWith("bias", StringComparison.Ordinal))
            (biases ?? ((b, _) => Zeros(b)))(parameter.Value, stream);
    }, rng);

    /// <summary>Calls a rule for each parameter of a model, with its path and a random stream of its own.</summary>
    /// <param name="module">The model.</param>
    /// <param name="rule">Writes to the parameter, or leaves it.</param>
    /// <param name="rng">Where the streams come from; by default <see cref="Rng.Default"/>.</param>
    public static void Apply(Module module, Action<string, Parameter, Rng> rule, Rng? rng = null)
    {
        var key = (rng ?? Rng.Default).NextKey().ToArray<uint>();
        var streams = new Rng(key[0] | ((ulong)key[1] << 32));
        using var noGrad = GradMode.NoGrad();
        foreach (var (name, parameter) in module.NamedParameters())
            rule(name, parameter, streams.Fork(Hash(name)));
    }

    // FNV-1a: the same on every machine.
    private static ulong Hash(string name)
    {
        ulong hash = 14695981039346656037;
        foreach (byte b in Encoding.UTF8.GetBytes(name))
            hash = (hash ^ b) * 1099511628211;
        return hash;
    }
}
