namespace Hebb;

/// <summary>
/// A softmax over very many classes, the rare ones in clusters of narrower layers (Grave et al., 2017): classes are numbered by falling frequency. In state dicts <c>head</c> and
/// <c>tail.0.0</c> and so on, as in PyTorch. Every cluster is worked out for every example, so shapes do not depend on values.
/// </summary>
public sealed partial class AdaptiveLogSoftmaxWithLoss : Module
{
    private readonly int[] _cutoffs;

    /// <param name="inFeatures">The number of features.</param>
    /// <param name="classes">The number of classes.</param>
    /// <param name="cutoffs">Where clusters begin, ascending, between 0 and the number of classes: the classes before the first are in the head.</param>
    /// <param name="divValue">Cluster i works with features / divValue^(i + 1).</param>
    /// <param name="headBias">Whether the head adds a bias.</param>
    /// <param name="rng">Where first values come from; by default <see cref="Rng.Default"/>.</param>
    /// <exception cref="ShapeException">The cutoffs don't ascend between the bounds.</exception>
    public AdaptiveLogSoftmaxWithLoss(int inFeatures, int classes, int[] cutoffs, double divValue = 4, bool headBias = false, Rng? rng = null)
    {
        if (cutoffs.Length == 0 || cutoffs[0] < 1 || cutoffs[^1] >= classes || cutoffs.Zip(cutoffs.Skip(1)).Any(c => c.First >= c.Second))
            throw new ShapeException($"AdaptiveLogSoftmaxWithLoss: cutoffs [{string.Join(", ", cutoffs)}] don't ascend between 0 and {classes} classes");
        _cutoffs = [.. cutoffs, classes];
        Head = new Linear(inFeatures, cutoffs[0] + cutoffs.Length, headBias, rng);
        Tail = [.. Enumerable.Range(0, cutoffs.Length).Select(i => Cluster((int)(inFeatures / Math.Pow(divValue, i + 1)), _cutoffs[i + 1] - _cutoffs[i]))];
        Sequential Cluster(int hidden, int size) => new(new Linear(inFeatures, hidden, false, rng), new Linear(hidden, size, false, rng));
    }

    public Linear Head { get; }

    public IReadOnlyList<Sequential> Tail { get; }

    /// <summary>The log-probability of each example's class, and minus their mean.</summary>
    /// <param name="x">[N, features], or [features].</param>
    /// <param name="target">Class numbers, [N] or a scalar.</param>
    /// <exception cref="ShapeException">The shapes don't fit.</exception>
    public (Tensor Output, Tensor Loss) CallWithLoss(Tensor x, Tensor target) => Enter(() => Run(x, target));

    /// <summary>The log-probabilities of all classes, [N, classes] or [classes].</summary>
    public Tensor LogProbabilities(Tensor x) => Enter(() => All(x));

    /// <summary>The most probable class of each example.</summary>
    public Tensor Predict(Tensor x) => Enter(() => All(x).ArgMax(-1));

    protected override Tensor Forward(Tensor x) => All(x);

    protected override Tensor Forward(ReadOnlySpan<Tensor> inputs) => inputs.Length switch
    {
        1 => All(inputs[0]),
        2 => Run(inputs[0], inputs[1]).Loss,
        _ => throw new HebbException($"AdaptiveLogSoftmaxWithLoss takes examples, or examples and class numbers, not {inputs.Length} tensors"),
    };

    private Tensor All(Tensor x)
    {
        var head = Head.Call(x).LogSoftmax(-1);
        var parts = new List<Tensor> { head.Narrow(-1, 0, _cutoffs[0]) };
        for (int i = 0; i < Tail.Count; i++)
            parts.Add(Tail[i].Call(x).LogSoftmax(-1) + head.Narrow(-1, _cutoffs[0] + i, 1));
        return Tensor.Cat([.. parts], -1);
    }

    private (Tensor Output, Tensor Loss) Run(Tensor x, Tensor target)
    {
        if (x.Rank is not (1 or 2) || target.Shape != x.Shape[..^1])
            throw new ShapeException($"AdaptiveLogSoftmaxWithLoss: input {x.Shape} and target {target.Shape} are not [N, features] and [N], or without N");
        var output = All(x).Gather(-1, target.Unsqueeze(-1)).Squeeze(-1);
        return (output, -output.Mean());
    }

    public override string ToString() => $"AdaptiveLogSoftmaxWithLoss({Head.InFeatures}, {_cutoffs[^1]}, [{string.Join(", ", _cutoffs[..^1])}])";
}
