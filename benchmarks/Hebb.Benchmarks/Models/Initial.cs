namespace Hebb.Benchmarks;

/// <summary>First weights that both sides make alike (torch_peer.py has the twin): matrices from a hash of the parameter's name, weights of norms 1, biases 0.</summary>
internal static class Initial
{
    public static void Fill(Module model)
    {
        using var none = GradMode.NoGrad();
        foreach (var (name, parameter) in model.NamedParameters()) parameter.Assign(Values(name, parameter.Shape));
    }

    public static Tensor Values(string name, Shape shape)
    {
        if (shape.Rank < 2) return name.EndsWith("weight", StringComparison.Ordinal) ? Tensor.Ones(shape) : Tensor.Zeros(shape);
        // FNV-1a.
        uint seed = 2166136261;
        foreach (char letter in name) seed = unchecked((seed ^ letter) * 16777619);
        return Inputs.Tensor(shape, seed & 0xFFFF, (float)(1 / Math.Sqrt(shape[1..].Count)));
    }
}
