using Hebb.Cpu;
using Hebb.Ops;
using Hebb.Transforms;

namespace Hebb;

/// <summary>Indices drawn by weight from the last axis. Inputs: key [2], weights [N] or [M, N].</summary>
internal sealed class MultinomialOp : Primitive
{
    private int _count;
    private bool _replacement;

    public MultinomialOp(int count, bool replacement)
    {
        _count = count;
        _replacement = replacement;
    }

    public MultinomialOp()
    {
    }

    public override string Name => "random_multinomial";

    public override string DisplayName => "Multinomial";

    public override Saved Saves => Saved.None;

    public override void Describe(AttributeVisitor v)
    {
        v.Int("count", ref _count);
        v.Bool("replacement", ref _replacement);
    }

    public override void Infer(ReadOnlySpan<TensorSpec> inputs, Span<TensorSpec> outputs)
    {
        if (RandomKey.Check(DisplayName, inputs[0]).Rank != 0)
            throw new ShapeException($"Multinomial: the key is {inputs[0].Shape}, not [2]");
        var weights = inputs[1];
        if (weights.Shape.Rank is not (1 or 2) || weights.Shape[^1] == 0)
            throw new ShapeException($"Multinomial: weights are {weights.Shape}, not [N] or [M, N]");
        if (!weights.DType.IsFloat)
            throw new DTypeException($"Multinomial: weights are {weights.DType.Name}, not floats");
        if (_count < 1 || (!_replacement && _count > weights.Shape[^1]))
            throw new ShapeException($"Multinomial: {_count} draws {(_replacement ? "with" : "without")} replacement out of {weights.Shape[^1]}");
        outputs[0] = new TensorSpec(weights.Shape.With(weights.Shape.Rank - 1, _count), DType.Int64, weights.Device);
    }

    public override unsafe void Run(CpuContext c, ReadOnlySpan<Tensor> inputs, ReadOnlySpan<Tensor> outputs)
    {
        var key = RandomKey.Read(inputs[0]);
        var weights = Copying.To(inputs[1], DType.Float64);
        int n = weights.Shape[^1];
        long rows = weights.Count / n;
        long* to = outputs[0].Data<long>();
        double* scratch = c.Scratch<double>(0, Math.Max(n, _count));
        for (long row = 0; row < rows; row++)
        {
            double* w = weights.Data<double>() + row * n;
            Check(w, n, row);
            if (_replacement)
                Draw(Philox.FoldIn(key, (ulong)row), w, n, scratch, to + row * _count);
            else
                Race(Philox.FoldIn(key, (ulong)row), w, n, scratch, to + row * _count);
        }
        GC.KeepAlive(weights);
    }

    private unsafe void Check(double* w, int n, long row)
    {
        double sum = 0;
        int positive = 0;
        for (int i = 0; i < n; i++)
        {
            if (!(w[i] >= 0 && double.IsFinite(w[i])))
                throw new DataException($"Multinomial: weight {i} of row {row} is {w[i]}, not a finite number from 0 on");
            sum += w[i];
            positive += w[i] > 0 ? 1 : 0;
        }
        if (!(sum > 0 && double.IsFinite(sum)))
            throw new DataException($"Multinomial: the weights of row {row} add up to {sum}");
        if (!_replacement && positive < _count)
            throw new DataException($"Multinomial: {_count} draws without replacement, but only {positive} weights of row {row} are not 0");
    }

    /// <summary>Uniform numbers looked up in the running sums.</summary>
    private unsafe void Draw(PhiloxKey key, double* w, int n, double* sums, long* to)
    {
        double sum = 0;
        int last = 0;
        for (int i = 0; i < n; i++)
        {
            sums[i] = sum += w[i];
            if (w[i] > 0)
                last = i;
        }
        Span<double> u = stackalloc double[1];
        for (int k = 0; k < _count; k++)
        {
            Philox.Uniform(key, (ulong)k, u);
            double at = u[0] * sum;
            int low = 0, high = last;
            while (low < high)
            {
                int middle = (low + high) / 2;
                if (sums[middle] > at)
                    high = middle;
                else
                    low = middle + 1;
            }
            to[k] = low;
        }
    }

    /// <summary>Waiting times, exponential with the weights as rates: the first to arrive are draws without replacement, in order.</summary>
    private unsafe void Race(PhiloxKey key, double* w, int n, double* times, long* to)
    {
        Philox.Uniform(key, 0, times, n);
        for (int i = 0; i < n; i++)
            times[i] = w[i] > 0 ? -Math.Log(1 - times[i]) / w[i] : double.PositiveInfinity;
        int[] order = new int[n];
        for (int i = 0; i < n; i++)
            order[i] = i;
        new Span<double>(times, n).Sort(order.AsSpan());
        for (int k = 0; k < _count; k++)
            to[k] = order[k];
    }
}

public sealed partial class Tensor
{
    /// <summary>Indices (Int64) into the last axis, drawn with probabilities in proportion to weights.</summary>
    /// <param name="weights">Floats from 0 on, [N] or [M, N]; they need not add up to 1.</param>
    /// <param name="count">How many indices for each row.</param>
    /// <param name="replacement">An index can be drawn again.</param>
    /// <param name="rng">The stream that the key is taken from; by default <see cref="Rng.Default"/>.</param>
    /// <param name="key">A key of one's own, in place of a stream: the same key gives the same draws. See <see cref="RandomKey"/>.</param>
    /// <exception cref="ShapeException">The weights' shape does not fit; or more draws without replacement than there are weights.</exception>
    /// <exception cref="DataException">A weight is negative or not finite, all are 0, or fewer are not 0 than are to be drawn without replacement.</exception>
    public static Tensor Multinomial(Tensor weights, int count, bool replacement = false, Rng? rng = null, Tensor? key = null) =>
        Engine.Apply(new MultinomialOp(count, replacement), RandomPrimitive.Key(rng, key), weights);
}
