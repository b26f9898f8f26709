using System.Numerics;
using Hebb.Cpu;

namespace Hebb.Ops;

/// <summary>
/// What the two passes of attention share: attributes, optional inputs, scores in simpler ops. Optional inputs come last: a mask [1 or B, 1 or H, 1 or L, 1 or S], Bool or
/// float; which blocks are seen, Bool [1 or B, 1 or H, blocks of queries, blocks of keys]; and a key for dropout.
/// </summary>
internal abstract class AttentionBase(AttentionOptions options) : Primitive
{
    private double _scale = options.Scale, _drop = options.Drop;
    private bool _causal = options.Causal, _masked = options.Masked;
    private long _past = options.Past, _window = options.Window, _block = options.Block;

    protected AttentionOptions Options => new(_scale, _drop, _causal, _past, _masked, _window, _block);

    protected double Scale => _scale;

    protected double Drop => _drop;

    protected bool Masked => _masked;

    public override bool HasDecomposition => true;

    public override bool AcceptsStrided => true;

    public override Saved Saves => Saved.Inputs;

    public override BatchRule Batching => BatchRule.Own;

    public override void Describe(AttributeVisitor v)
    {
        v.Float("scale", ref _scale);
        v.Float("drop", ref _drop);
        v.Bool("causal", ref _causal);
        v.Long("past", ref _past);
        v.Bool("masked", ref _masked);
        v.Long("window", ref _window, missing: 0);
        v.Long("block", ref _block, missing: 0);
    }

    /// <exception cref="ShapeException">Shapes of queries, keys, values and mask don't fit.</exception>
    /// <exception cref="DTypeException">Their types don't fit.</exception>
    protected void Check(in TensorSpec query, in TensorSpec key, in TensorSpec value, ReadOnlySpan<TensorSpec> rest)
    {
        var (q, k, v) = (query.Shape, key.Shape, value.Shape);
        if (q[0] != k[0] || q[3] != k[3] || k[1] == 0 || q[1] % k[1] != 0 || k[..3] != v[..3])
            throw new ShapeException($"Attention: queries {q}, keys {k} and values {v} do not fit: batches, widths of queries and keys, and lengths of keys and values must agree, heads of keys divide those of queries");
        if (!query.DType.IsFloat || key.DType != query.DType || value.DType != query.DType)
            throw new DTypeException($"Attention: queries {query.DType.Name}, keys {key.DType.Name} and values {value.DType.Name} must be of one float type");
        if (_masked && (rest[0].Shape.Rank != 4 || !rest[0].Shape.ExpandsTo([q[0], q[1], q[2], k[2]])))
            throw new ShapeException($"Attention: mask {rest[0].Shape} does not broadcast to [{q[0]}, {q[1]}, {q[2]}, {k[2]}]");
        if (_block > 0)
        {
            var (seen, rows, columns) = (rest[_masked ? 1 : 0], Blocks(q[2]), Blocks(k[2]));
            if (seen.DType != DType.Bool)
                throw new DTypeException($"Attention: the mask of blocks is {seen.DType.Name}; it must be bool");
            if (seen.Shape.Rank != 4 || seen.Shape[2] != rows || seen.Shape[3] != columns || !seen.Shape.ExpandsTo([q[0], q[1], rows, columns]))
                throw new ShapeException($"Attention: mask of blocks {seen.Shape} does not broadcast to [{q[0]}, {q[1]}, {rows}, {columns}], one for each {_block} queries and {_block} keys");
        }
    }

    public override void CheckAttributes(ReadOnlySpan<TensorSpec> inputs)
    {
        if (!(_drop is >= 0 and <= 1) || _past is < 0 or > int.MaxValue || _window is < 0 or > int.MaxValue || _block is < 0 or > int.MaxValue)
            throw new FormatException($"{Name}: drop {_drop}, past {_past}, window {_window} or block {_block} is out of range");
        int rest = (_masked ? 1 : 0) + (_block > 0 ? 1 : 0) + (_drop > 0 ? 1 : 0);
        if (inputs.Length < 3 + rest)
            throw new FormatException($"{Name}: {inputs.Length} inputs lack a mask or a key");
        var last = inputs[^1];
        if (_drop > 0 && (last.DType != DType.UInt32 || last.Shape != [2]))
            throw new FormatException($"{Name}: {last} is no key");
        if (_masked && inputs[^rest].DType != DType.Bool && inputs[^rest].DType != inputs[0].DType)
            throw new FormatException($"{Name}: {inputs[^rest]} is no mask for {inputs[0].DType.Name}");
    }

    private int Blocks(int count) => (int)((count + _block - 1) / _block);

    /// <summary>How many pairs of a query [B, H, L, E] and a key [B, H', S, E] there are.</summary>
    protected static long Pairs(in TensorSpec q, in TensorSpec k) => (long)q.Shape[0] * q.Shape[1] * q.Shape[2] * k.Shape[2];

    /// <summary>The problem for kernels.</summary>
    protected AttentionProblem<T> Problem<T>(Tensor query, Tensor key, Tensor value, ReadOnlySpan<Tensor> rest, out Tensor? dropKey) where T : unmanaged, IFloatingPointIeee754<T>
    {
        var problem = new AttentionProblem<T>(query, key, value, _scale);
        problem.SetReach(_causal, _past, _window);
        if (_masked)
            problem.SetMask(rest[0]);
        if (_block > 0)
            problem.SetBlocks(rest[_masked ? 1 : 0], _block);
        dropKey = _drop > 0 ? Copying.Contiguous(rest[^1]) : null;
        if (dropKey is not null)
            problem.SetDropout(dropKey, _drop);
        return problem;
    }

    /// <summary>Scaled and masked scores in simpler ops: [B, H, L, S]. Keys and values come with a head for each of the queries'.</summary>
    protected Tensor Scores(Tensor query, Tensor key, ReadOnlySpan<Tensor> rest)
    {
        var scores = query.MatMul(key.MT) * _scale;
        if (_masked)
            scores = rest[0].DType == DType.Bool ? Tensor.Where(rest[0], scores, double.NegativeInfinity) : scores + rest[0];
        if (Reach(query.Shape[2], key.Shape[2]) is { } reach)
            scores = Tensor.Where(reach, scores, double.NegativeInfinity);
        if (_block > 0)
            scores = Tensor.Where(Spread(rest[_masked ? 1 : 0], query.Shape[2], key.Shape[2]), scores, double.NegativeInfinity);
        return scores;
    }

    /// <summary>Which keys the place of a query lets it see, [L, S]; null for all.</summary>
    private Tensor? Reach(int queries, int keys)
    {
        if (!_causal && _window == 0)
            return null;
        // Past the last key all diagonals are the same.
        int Diagonal(long d) => (int)Math.Clamp(d, -(long)queries - keys, (long)queries + keys);
        var seen = Tensor.Ones([queries, keys], DType.Bool);
        if (_causal || _window > 0)
            seen = seen.Tril(Diagonal(_causal ? _past : _past + _window - 1));
        return _window > 0 ? seen.Triu(Diagonal(_past - _window + 1)) : seen;
    }

    /// <summary>What is said of blocks, said of their queries and keys.</summary>
    private Tensor Spread(Tensor blocks, int queries, int keys)
    {
        var s = blocks.Shape;
        int block = (int)Math.Min(_block, Math.Max(queries, keys));
        return blocks.Unsqueeze(3).Unsqueeze(5).Expand([s[0], s[1], s[2], block, s[3], block]).Reshape(Hebb.Shape.Create([s[0], s[1], s[2] * block, s[3] * block])).Narrow(2, 0, queries).Narrow(3, 0, keys);
    }

    /// <summary>exp(scores - logarithms of their sums): 0 where there is nothing to sum.</summary>
    protected static Tensor Weights(Tensor scores, Tensor logSum) => (scores - Tensor.Where(logSum.IsNegInf(), 0.0, logSum).Unsqueeze(3)).Exp();

    /// <summary>Weights with some dropped, the others multiplied.</summary>
    protected Tensor Dropped(Tensor weights, ReadOnlySpan<Tensor> rest) => _drop > 0
        ? Tensor.Where(Tensor.Rand(weights.Shape, DType.Float32, key: rest[^1]).GreaterEqual(_drop), weights * (_drop < 1 ? 1 / (1 - _drop) : 0), 0.0)
        : weights;

    /// <summary>Heads of keys or values repeated, so that each head of queries has its own.</summary>
    protected static Tensor Repeat(Tensor x, int heads)
    {
        int groups = x.Shape[1];
        if (groups == heads)
            return x;
        return x.Unsqueeze(2).Expand([x.Shape[0], groups, heads / groups, x.Shape[2], x.Shape[3]]).Reshape(Hebb.Shape.Create([x.Shape[0], heads, x.Shape[2], x.Shape[3]]));
    }

    /// <summary>The adjoint of <see cref="Repeat"/>.</summary>
    protected static Tensor Gather(Tensor x, int groups) =>
        x.Shape[1] == groups ? x : x.Reshape(Hebb.Shape.Create([x.Shape[0], groups, x.Shape[1] / groups, x.Shape[2], x.Shape[3]])).Sum(2);

    /// <summary>Inputs with the examples of a batch folded into axis 0.</summary>
    protected Tensor[] Folded(BatchContext c)
    {
        var inputs = new Tensor[c.Values.Length];
        for (int i = 0; i < inputs.Length; i++)
        {
            var spec = c.Specs[i].Shape;
            var x = c.Expanded(i);
            // A mask shared by the examples of one element is not by those of several.
            if (spec[0] != c.Specs[0].Shape[0])
                x = x.Expand(x.Shape.With(1, c.Specs[0].Shape[0]));
            inputs[i] = x.Flatten(0, 1);
        }
        return inputs;
    }
}
