namespace Hebb;

/// <summary>
/// Attention of several heads (Vaswani et al., 2017), each over its part of the features: queries, keys and values go through linear layers, every query gathers the values whose keys fit it,
/// and the heads' results go through a last linear layer. PyTorch's state loads unchanged. Projections start as Xavier's uniform, their biases at 0.
/// <para>Inputs are [steps, examples, features], [examples, steps, features] if batch first, or [steps, features] for one example. <c>Call(x)</c> attends to x itself, <c>Call(x, memory)</c> to
/// another sequence, <c>Call(query, key, value)</c> takes all three.</para>
/// <code>var attention = new MultiHeadAttention(512, 8, batchFirst: true, numKvHeads: 2) { Rotary = new RotaryEmbedding(64) };
/// var y = attention.Call(x, AttentionMask.Causal);</code>
/// </summary>
public sealed partial class MultiHeadAttention : Module
{
    private readonly Rng? _rng;
    private readonly bool _addZeroAttention;

    /// <param name="embedDim">The number of features of queries and results, a multiple of <paramref name="numHeads"/>.</param>
    /// <param name="numHeads">How many heads.</param>
    /// <param name="dropout">The probability, in train mode, of a weight to be dropped.</param>
    /// <param name="bias">Whether the linear layers add biases.</param>
    /// <param name="addBiasKv">Whether there is one more key and value, learned.</param>
    /// <param name="addZeroAttention">Whether there is one more key and value, of zeros.</param>
    /// <param name="keyDim">The number of features of keys; by default <paramref name="embedDim"/>.</param>
    /// <param name="valueDim">The number of features of values; by default <paramref name="embedDim"/>.</param>
    /// <param name="batchFirst">[examples, steps, features] in place of [steps, examples, features].</param>
    /// <param name="numKvHeads">Fewer heads of keys and values, each serving several of the queries (grouped-query attention, Ainslie et al., 2023; 1 for multi-query attention, Shazeer, 2019).</param>
    /// <param name="rng">Where first values and dropout come from; by default <see cref="Rng.Default"/>.</param>
    /// <exception cref="ShapeException">Features don't fall into heads, or heads into groups.</exception>
    public MultiHeadAttention(
        int embedDim, int numHeads, double dropout = 0, bool bias = true, bool addBiasKv = false, bool addZeroAttention = false, int? keyDim = null, int? valueDim = null, bool batchFirst = false,
        int? numKvHeads = null, Rng? rng = null)
    {
        int groups = numKvHeads ?? numHeads;
        if (numHeads < 1 || embedDim < 1 || embedDim % numHeads != 0)
            throw new ShapeException($"MultiHeadAttention: {embedDim} features don't fall into {numHeads} equal heads");
        if (groups < 1 || numHeads % groups != 0)
            throw new ShapeException($"MultiHeadAttention: {numHeads} heads don't fall into {groups} equal groups");
        if (!(dropout is >= 0 and <= 1))
            throw new HebbException($"MultiHeadAttention: probability {dropout} is not between 0 and 1");
        (EmbedDim, NumHeads, NumKvHeads, KeyDim, ValueDim, Dropout, BatchFirst) = (embedDim, numHeads, groups, keyDim ?? embedDim, valueDim ?? embedDim, dropout, batchFirst);
        (_addZeroAttention, _rng) = (addZeroAttention, rng);
        int narrow = groups * HeadDim;
        var initial = new InitialValues(rng);
        if (KeyDim == embedDim && ValueDim == embedDim)
        {
            InProjWeight = InitialValues.Make(() => initial.Xavier(0, embedDim + 2 * narrow, embedDim));
        }
        else
        {
            QProjWeight = InitialValues.Make(() => initial.Xavier(0, embedDim, embedDim));
            KProjWeight = InitialValues.Make(() => initial.Xavier(1, narrow, KeyDim));
            VProjWeight = InitialValues.Make(() => initial.Xavier(2, narrow, ValueDim));
        }
        if (bias)
            InProjBias = InitialValues.Zeros([embedDim + 2 * narrow]);
        if (addBiasKv)
        {
            BiasK = InitialValues.Make(() => initial.Normal(3, [1, 1, narrow], Math.Sqrt(1.0 / narrow)));
            BiasV = InitialValues.Make(() => initial.Normal(4, [1, 1, narrow], Math.Sqrt(1.0 / narrow)));
        }
        OutProj = new Linear(embedDim, embedDim, bias, rng);
        if (OutProj.Bias is { } b)
            InitialValues.Clear(b);
    }

    /// <summary>The number of features of queries and results.</summary>
    public int EmbedDim { get; }

    /// <summary>How many heads.</summary>
    public int NumHeads { get; }

    /// <summary>How many heads of keys and values.</summary>
    public int NumKvHeads { get; }

    /// <summary>The number of features of a head.</summary>
    public int HeadDim => EmbedDim / NumHeads;

    /// <summary>The number of features of keys.</summary>
    public int KeyDim { get; }

    /// <summary>The number of features of values.</summary>
    public int ValueDim { get; }

    /// <summary>The probability, in train mode, of a weight to be dropped.</summary>
    public double Dropout { get; }

    /// <summary>Whether inputs and results are [examples, steps, features] and not [steps, examples, features].</summary>
    public bool BatchFirst { get; }

    /// <summary>The weights of queries, keys and values, one after the other: [(heads + 2 key heads) * head features, features]. Null where keys or values have another number of features.</summary>
    public Parameter? InProjWeight { get; }

    /// <summary>The weights of queries, where keys or values have another number of features.</summary>
    public Parameter? QProjWeight { get; }

    /// <summary>The weights of keys, likewise.</summary>
    public Parameter? KProjWeight { get; }

    /// <summary>The weights of values, likewise.</summary>
    public Parameter? VProjWeight { get; }

    /// <summary>The biases of queries, keys and values, one after the other; null without.</summary>
    public Parameter? InProjBias { get; }

    /// <summary>The key of one more place, [1, 1, key heads * head features]; null without.</summary>
    public Parameter? BiasK { get; }

    /// <summary>The value of one more place, likewise.</summary>
    public Parameter? BiasV { get; }

    /// <summary>The last linear layer.</summary>
    public Linear OutProj { get; }

    /// <summary>Turns queries and keys by their positions; null for none.</summary>
    public RotaryEmbedding? Rotary { get; init; }

    /// <summary>What is added to scores for positions, such as <see cref="AlibiBias"/>; null for nothing.</summary>
    public AttentionBias? PositionBias { get; init; }

    /// <summary>Attends from <paramref name="x"/> to itself.</summary>
    /// <param name="x">[steps, examples, features], [examples, steps, features] if batch first, or [steps, features].</param>
    /// <param name="mask">Which keys are seen; null for all.</param>
    /// <param name="cache">Former steps, which are seen too; the new ones are put there.</param>
    /// <exception cref="ShapeException">The shapes don't fit.</exception>
    public Tensor Call(Tensor x, AttentionMask? mask, KeyValueCache? cache = null) => Enter([x], v => Run(v[0], v[0], v[0], mask, cache, weigh: false).Output);

    /// <summary>Attends from queries to keys and their values.</summary>
    /// <param name="query">[queries, examples, features], [examples, queries, features] if batch first, or [queries, features].</param>
    /// <param name="key">Likewise, with keys in place of queries.</param>
    /// <param name="value">Of the steps of the keys.</param>
    /// <param name="mask">Which keys are seen; null for all.</param>
    /// <param name="cache">Former steps, which are seen too; the new ones are put there.</param>
    /// <exception cref="ShapeException">The shapes don't fit.</exception>
    public Tensor Call(Tensor query, Tensor key, Tensor value, AttentionMask? mask, KeyValueCache? cache = null) => Enter([query, key, value], v => Run(v[0], v[1], v[2], mask, cache, weigh: false).Output);

    /// <summary>Attends, and tells how much each query took from each key. Takes memory for all pairs, which <see cref="Call(Tensor, Tensor, Tensor, AttentionMask, KeyValueCache)"/> does not.</summary>
    /// <param name="query">[queries, examples, features], [examples, queries, features] if batch first, or [queries, features].</param>
    /// <param name="key">Likewise, with keys in place of queries.</param>
    /// <param name="value">Of the steps of the keys.</param>
    /// <param name="mask">Which keys are seen; null for all.</param>
    /// <param name="average">Whether weights are the mean of all heads': [examples, queries, keys], else [examples, heads, queries, keys]; without examples for one.</param>
    /// <exception cref="ShapeException">The shapes don't fit.</exception>
    public (Tensor Output, Tensor Weights) CallWithWeights(Tensor query, Tensor key, Tensor value, AttentionMask? mask = null, bool average = true) => Enter(() =>
    {
        var (y, weights) = Run(query, key, value, mask, null, weigh: true);
        var w = average ? weights!.Mean(1) : weights!;
        return (y, query.Rank == 2 ? w.Squeeze(0) : w);
    });

    protected override Tensor Forward(Tensor x) => Run(x, x, x, null, null, weigh: false).Output;

    protected override Tensor Forward(ReadOnlySpan<Tensor> inputs) => inputs.Length switch
    {
        1 => Forward(inputs[0]),
        2 => Run(inputs[0], inputs[1], inputs[1], null, null, weigh: false).Output,
        3 => Run(inputs[0], inputs[1], inputs[2], null, null, weigh: false).Output,
        _ => throw new HebbException($"MultiHeadAttention takes one tensor, two with a memory, or three with queries, keys and values, not {inputs.Length}"),
    };

    public override string ToString() =>
        $"MultiHeadAttention({EmbedDim}, {NumHeads}{(NumKvHeads == NumHeads ? "" : $", numKvHeads: {NumKvHeads}")}{(Dropout > 0 ? $", dropout: {Dropout}" : "")}{(BatchFirst ? ", batchFirst: true" : "")})";
}
