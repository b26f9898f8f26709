using System.Numerics;
using Hebb.Cpu;
using Hebb.Transforms;

namespace Hebb.Ops;

/// <summary>
/// What the forward and backward passes of recurrent layers share: one layer, one direction, a whole sequence. Time is the first axis and examples the second of whatever has three
/// axes; examples are the first axis of states [N, H] and of lengths [N].
/// </summary>
internal abstract class RecurrentPrimitive(bool reverse) : Primitive
{
    private bool _reverse = reverse;

    protected bool Reverse => _reverse;

    /// <summary>How many inputs there are beside the lengths.</summary>
    protected abstract int Required { get; }

    /// <summary>Which inputs belong to all examples together: weights and biases.</summary>
    protected abstract bool IsShared(int input);

    public override bool HasDecomposition => true;

    public override BatchRule Batching => BatchRule.Own;

    public override void Describe(AttributeVisitor v) => v.Bool("reverse", ref _reverse);

    public override void CheckAttributes(ReadOnlySpan<TensorSpec> inputs)
    {
        if (inputs.Length < Required || inputs.Length > Required + 1)
            throw new FormatException($"{Name}: {inputs.Length} inputs where {Required} are needed, and perhaps lengths");
    }

    public override void Run(CpuContext c, ReadOnlySpan<Tensor> inputs, ReadOnlySpan<Tensor> outputs)
    {
        if (inputs[0].DType == DType.Float64)
            Run<double>(inputs, outputs);
        else
            Run<float>(inputs, outputs);
    }

    protected abstract void Run<T>(ReadOnlySpan<Tensor> inputs, ReadOnlySpan<Tensor> outputs) where T : unmanaged, IFloatingPointIeee754<T>;

    /// <summary>Checks one input.</summary>
    /// <exception cref="ShapeException">It is not of that shape.</exception>
    /// <exception cref="DTypeException">It is not of the type of the others.</exception>
    protected void Expect(string what, in TensorSpec x, in Shape shape, DType dtype)
    {
        if (x.Shape != shape)
            throw new ShapeException($"{DisplayName}: {what} {x.Shape} must be {shape}");
        if (x.DType != dtype)
            throw new DTypeException($"{DisplayName}: {what} {x.DType.Name} and inputs {dtype.Name} must be of one float type");
    }

    /// <summary>Checks a sequence [T, N, count H] and its lengths.</summary>
    /// <exception cref="ShapeException">It has no steps, other axes, or lengths do not fit.</exception>
    /// <exception cref="DTypeException">It is not of floats, or lengths are not of Int64.</exception>
    protected void CheckSequence(in TensorSpec x, ReadOnlySpan<TensorSpec> rest)
    {
        if (x.Shape.Rank != 3 || x.Shape[0] == 0)
            throw new ShapeException($"{DisplayName}: inputs {x.Shape} must be [steps, examples, features] with at least one step");
        if (!x.DType.IsFloat)
            throw new DTypeException($"{DisplayName}: {x.DType.Name} is not supported; it takes floats");
        if (rest.IsEmpty)
            return;
        if (rest[0].Shape != [x.Shape[1]])
            throw new ShapeException($"{DisplayName}: lengths {rest[0].Shape} must be [{x.Shape[1]}], one for each example");
        if (rest[0].DType != DType.Int64)
            throw new DTypeException($"{DisplayName}: lengths {rest[0].DType.Name} must be int64");
    }

    /// <summary>Sizes, direction and lengths of a sequence [T, N, count H].</summary>
    /// <exception cref="DataException">A length is out of range.</exception>
    protected unsafe RecurrentProblem<T> Problem<T>(Tensor sequence, int hidden, Tensor? lengths) where T : unmanaged, IFloatingPointIeee754<T>
    {
        var problem = new RecurrentProblem<T> { Steps = sequence.Shape[0], Batch = sequence.Shape[1], Hidden = hidden, Reverse = _reverse };
        if (lengths is null)
            return problem;
        problem.Lengths = lengths.Data<long>();
        for (long i = 0; i < problem.Batch; i++)
        {
            if (problem.Lengths[i] < 0 || problem.Lengths[i] > problem.Steps)
                throw new DataException($"{DisplayName}: length {problem.Lengths[i]} of example {i} is not from 0 to {problem.Steps}");
        }
        return problem;
    }

    /// <summary>Inputs of which the first, a sequence, may have gaps between its rows, and all others are contiguous.</summary>
    protected static Tensor[] Rows(ReadOnlySpan<Tensor> inputs)
    {
        var ready = inputs.ToArray();
        for (int i = 0; i < ready.Length; i++)
        {
            if (i > 0 || ready[i].Stride(2) != 1)
                ready[i] = Copying.Contiguous(ready[i]);
        }
        return ready;
    }

    protected Tensor? Lengths(ReadOnlySpan<Tensor> inputs) => inputs.Length > Required ? inputs[Required] : null;

    /// <summary>The steps in the order in which they run, each with the one before it, -1 at the start.</summary>
    protected IEnumerable<(int Step, int Before)> Order(int steps)
    {
        for (int s = 0; s < steps; s++)
            yield return _reverse ? (steps - 1 - s, s == 0 ? -1 : steps - s) : (s, s - 1);
    }

    /// <summary>The steps in the order in which gradients flow.</summary>
    protected IEnumerable<(int Step, int Before)> BackwardOrder(int steps) => Enumerable.Reverse(Order(steps));

    /// <summary>[N, 1]: which examples take part in a step; null for all.</summary>
    protected static Tensor? Live(Tensor? lengths, int step) => lengths?.Greater((long)step).Unsqueeze(1);

    protected static Tensor Where(Tensor? live, Tensor a, Tensor b) => live is null ? a : Tensor.Where(live, a, b);

    protected static Tensor OrZero(Tensor? live, Tensor a) => live is null ? a : Tensor.Where(live, a, 0.0);

    /// <summary>The hidden states [T, N, H] that the steps began with.</summary>
    protected Tensor Before(Tensor output, Tensor first, Tensor? lengths)
    {
        int steps = output.Shape[0];
        var start = first.Unsqueeze(0);
        if (steps == 1)
            return start;
        var before = _reverse ? Tensor.Cat([output.Slice(0, 1), start]) : Tensor.Cat([start, output.Slice(0, 0, steps - 1)]);
        if (!_reverse || lengths is null)
            return before;
        // An example that is shorter begins at its own last step.
        var begun = lengths.Greater(Tensor.Arange(1, steps + 1).Unsqueeze(1)).Unsqueeze(2);
        return Tensor.Where(begun, before, start);
    }

    /// <summary>The gradient of recurrent weights: that of what they gave, [T, N, rows], by the hidden states that they were given.</summary>
    protected Tensor WeightGrad(Tensor product, Tensor output, Tensor first, Tensor? lengths)
    {
        int steps = output.Shape[0], rows = product.Shape[2], hidden = first.Shape[1];
        if (lengths is not null)
            return Flat(product).MT.MatMul(Flat(Before(output, first, lengths)));
        var (edge, from) = _reverse ? (steps - 1, 0) : (0, 1);
        var start = product.Select(0, edge).MT.MatMul(first);
        if (steps == 1)
            return start;
        return start + Flat(product.Narrow(0, from, steps - 1)).MT.MatMul(Flat(output.Narrow(0, 1 - from, steps - 1)));
    }

    /// <summary>Steps and examples in one axis.</summary>
    protected static Tensor Flat(Tensor x) => x.Reshape(x.Shape[0] * x.Shape[1], x.Shape[2]);

    public override Tensor[] Batch(BatchContext c)
    {
        for (int i = 0; i < c.Values.Length; i++)
        {
            if (c.IsBatched(i) && IsShared(i))
                return c.Decomposed(this);
        }
        // Examples of the batch become examples of the sequence.
        var inputs = new Tensor[c.Values.Length];
        for (int i = 0; i < inputs.Length; i++)
        {
            var x = c.Expanded(i);
            inputs[i] = IsShared(i) ? c.Values[i]
                : x.Rank == 4 ? x.Permute(1, 0, 2, 3).Reshape(x.Shape[1], x.Shape[0] * x.Shape[2], x.Shape[3])
                : x.Flatten(0, 1);
        }
        var outputs = Engine.ApplyAll(this, inputs);
        for (int i = 0; i < outputs.Length; i++)
        {
            var shape = c.OutputSpecs[i].Shape;
            outputs[i] = shape.Rank == 3
                ? outputs[i].Reshape(shape[0], c.Size, shape[1], shape[2]).Permute(1, 0, 2, 3)
                : outputs[i].Reshape(shape.Insert(0, c.Size));
        }
        return outputs;
    }
}
