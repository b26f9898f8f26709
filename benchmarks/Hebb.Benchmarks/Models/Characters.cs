namespace Hebb.Benchmarks;

/// <summary>Predicts the next character: an embedding, one LSTM over time, a linear layer.</summary>
internal sealed partial class Characters(int vocabulary, int width, int hidden) : Module
{
    public Embedding Embedding { get; } = new(vocabulary, width);

    public LSTM Lstm { get; } = new(width, hidden);

    public Linear Head { get; } = new(hidden, vocabulary);

    /// <summary>[T, N] to [T N, vocabulary].</summary>
    protected override Tensor Forward(Tensor x) => Head.Call(Lstm.Call(Embedding.Call(x))).Flatten(0, 1);
}
