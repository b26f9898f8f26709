namespace Hebb.Tfjs;

/// <summary>Activations by the names of Keras and TensorFlow.</summary>
internal static class TfjsActivations
{
    /// <exception cref="FormatException">None is called so.</exception>
    public static Func<Tensor, Tensor> Named(string name, string at) => name.Replace("_", "", StringComparison.Ordinal).ToLowerInvariant() switch
    {
        "linear" => x => x,
        "relu" => x => x.Relu(),
        "relu6" => x => x.Relu6(),
        "sigmoid" => x => x.Sigmoid(),
        "hardsigmoid" => x => (0.2 * x + 0.5).Clamp(0.0, 1.0),
        "tanh" => x => x.Tanh(),
        "softmax" => x => x.Softmax(-1),
        "elu" => x => x.Elu(),
        "selu" => x => x.Selu(),
        "softplus" => x => x.Softplus(),
        "softsign" => x => x / (1 + x.Abs()),
        "swish" or "silu" => x => x.Silu(),
        "mish" => x => x.Mish(),
        "exponential" => x => x.Exp(),
        _ => throw new FormatException($"{at}: the activation '{name}' is not read"),
    };
}
