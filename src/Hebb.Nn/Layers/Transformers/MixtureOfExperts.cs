namespace Hebb;

/// <summary>
/// Several experts, of which a learned gate chooses the best few for each token (Shazeer et al., 2017); their results are weighted by the gate. Tokens are all axes but the last.
/// <para>Without a capacity every expert sees every token and the gate's zeros fall out: exact, and of cost of all experts. With one, each expert takes at most
/// capacity factor * tokens * topK / experts tokens, the first ones first, and tokens beyond it pass by with 0 (Lepikhin et al., 2020; Fedus et al., 2021).</para>
/// <para>The gate learns to use all experts only if the balancing loss joins the training loss: <see cref="CallWithLoss"/> gives it, and within <see cref="AuxiliaryLosses.Open"/> every call
/// adds its own.</para>
/// </summary>
public sealed partial class MixtureOfExperts : Module
{
    private readonly bool _normalize;

    /// <param name="dimensions">The number of features that the gate reads.</param>
    /// <param name="expert">Makes an expert, such as <c>() => GatedMlp.SwiGLU(512, 1408)</c>; called once for each.</param>
    /// <param name="numExperts">How many experts.</param>
    /// <param name="topK">How many a token goes to.</param>
    /// <param name="capacityFactor">How many tokens an expert takes, in units of an even share; null for all that come.</param>
    /// <param name="normalize">Whether the weights of the chosen experts are brought to sum 1, as in Mixtral; else they are the gate's probabilities, as in Switch.</param>
    /// <param name="rng">Where first values of the gate come from; by default <see cref="Rng.Default"/>.</param>
    /// <exception cref="ShapeException">A token can't go to so many experts.</exception>
    /// <exception cref="HebbException">The capacity is not above 0.</exception>
    public MixtureOfExperts(int dimensions, Func<Module> expert, int numExperts, int topK = 2, double? capacityFactor = null, bool normalize = true, Rng? rng = null)
    {
        if (topK < 1 || topK > numExperts)
            throw new ShapeException($"MixtureOfExperts: a token can't go to {topK} of {numExperts} experts");
        if (capacityFactor <= 0)
            throw new HebbException($"MixtureOfExperts: capacity factor {capacityFactor} is not above 0");
        (TopK, CapacityFactor, _normalize) = (topK, capacityFactor, normalize);
        Gate = new Linear(dimensions, numExperts, bias: false, rng);
        Experts = [.. Enumerable.Range(0, numExperts).Select(_ => expert())];
    }

    /// <summary>The scores of the experts.</summary>
    public Linear Gate { get; }

    public IReadOnlyList<Module> Experts { get; }

    /// <summary>How many experts a token goes to.</summary>
    public int TopK { get; }

    /// <summary>How many tokens an expert takes, in units of an even share; null for all that come.</summary>
    public double? CapacityFactor { get; }

    /// <summary>The result, and how unevenly the experts are used.</summary>
    /// <param name="x">[..., features].</param>
    /// <returns>The result, [..., features of an expert]; and experts * sum over experts of the part of choices that fell on it times its mean probability, 1 where all are even (Fedus et al., 2021).</returns>
    public (Tensor Output, Tensor Loss) CallWithLoss(Tensor x) => Enter(() => Run(x));

    protected override Tensor Forward(Tensor x)
    {
        var (y, loss) = Run(x);
        AuxiliaryLosses.Add(loss);
        return y;
    }

    private (Tensor Output, Tensor Loss) Run(Tensor x)
    {
        if (x.Rank == 0)
            throw new ShapeException("MixtureOfExperts: [] has no axis of features");
        var tokens = x.Reshape(Shape.Create([(int)x.Shape[..^1].Count, x.Shape[^1]]));
        var probabilities = Gate.Call(tokens).Softmax(-1);
        var (weights, chosen) = probabilities.TopK(TopK, -1);
        if (_normalize)
            weights /= weights.Sum(-1, keepDim: true);
        // [tokens, choices, experts]
        var places = chosen.OneHot(Experts.Count);
        var marks = places.To(probabilities.DType);
        var y = CapacityFactor is { } factor ? Dispatched(tokens, weights, places, factor) : Everywhere(tokens, (marks * weights.Unsqueeze(-1)).Sum(1));
        var loss = (marks.Mean([0, 1]) * probabilities.Mean(0)).Sum() * Experts.Count;
        return (y.Reshape(x.Shape[..^1].Concat([y.Shape[^1]])), loss);
    }

    private Tensor Everywhere(Tensor tokens, Tensor weights)
    {
        Tensor? sum = null;
        for (int e = 0; e < Experts.Count; e++)
        {
            var part = Experts[e].Call(tokens) * weights.Narrow(1, e, 1);
            sum = sum is null ? part : sum + part;
        }
        return sum!;
    }

    /// <summary>Each expert gets its tokens in slots; what finds none is not worked out.</summary>
    private Tensor Dispatched(Tensor tokens, Tensor weights, Tensor marks, double factor)
    {
        int count = tokens.Shape[0], slots = Math.Clamp((int)Math.Ceiling(factor * count * TopK / Experts.Count), 1, Math.Max(1, count));
        // First choices of all tokens come before second ones.
        var queue = marks.Transpose(0, 1).Reshape(TopK * count, Experts.Count);
        var place = (queue.CumSum(0) - queue).Reshape(TopK, count, Experts.Count).Transpose(0, 1);
        // [tokens, choices, experts, slots]: 1 where a token's choice got a slot.
        var slot = place.Unsqueeze(-1).Equal(Tensor.Arange(slots)).LogicalAnd(marks.Greater(0L).Unsqueeze(-1)).To(tokens.DType);
        var combine = (slot * weights.Unsqueeze(-1).Unsqueeze(-1)).Sum(1);
        var dispatch = slot.Sum(1).Reshape(count, Experts.Count * slots);
        var inputs = dispatch.MT.MatMul(tokens);
        var outputs = Tensor.Cat([.. Experts.Select((e, i) => e.Call(inputs.Narrow(0, i * slots, slots)))], 0);
        return combine.Reshape(count, Experts.Count * slots).MatMul(outputs);
    }

    public override string ToString() => $"MixtureOfExperts({Experts.Count}, topK: {TopK}{(CapacityFactor is { } f ? $", capacityFactor: {f}" : "")})";
}
