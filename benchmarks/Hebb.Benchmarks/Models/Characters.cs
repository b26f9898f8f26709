namespace Hebb.Benchmarks;

/// <summary>Predicts the next character: an embedding, one LSTM over time, a linear layer.</summary>
internal sealed partial class Characters(int vocabulary, int width, int hidden) : Module
{
    public Embedding Embedding { get; } = new(vocabulary, width);

    public LstmWeights Lstm { get; } = new(width, hidden);

    public Linear Head { get; } = new(hidden, vocabulary);

    /// <summary>[T, N] to [T N, vocabulary].</summary>
    protected override Tensor Forward(Tensor x) => Head.Call(Lstm.Call(Embedding.Call(x))).Flatten(0, 1);
}

/// <summary>One LSTM layer in PyTorch's names.</summary>
internal sealed partial class LstmWeights(int inputs, int hidden) : Module
{
    public Parameter WeightIhL0 { get; } = new(Tensor.Zeros([4 * hidden, inputs]));

    public Parameter WeightHhL0 { get; } = new(Tensor.Zeros([4 * hidden, hidden]));

    public Parameter BiasIhL0 { get; } = new(Tensor.Zeros([4 * hidden]));

    public Parameter BiasHhL0 { get; } = new(Tensor.Zeros([4 * hidden]));

    protected override Tensor Forward(Tensor x) => Tensor.Lstm(x, WeightIhL0, WeightHhL0, BiasIhL0, BiasHhL0).Output;
}
