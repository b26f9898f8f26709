using System.Numerics.Tensors;

namespace Hebb.Data;

/// <summary>
/// What <see cref="Mixup"/> and <see cref="CutMix"/> share: each sample is joined with another of its batch, and targets become shares of classes, [batch, classes] Float32, for a cross-entropy
/// with probabilities. How much, and with which, is drawn for each sample; the others are those of its batch, so other batches give other pictures (threads and workers do not).
/// </summary>
public abstract class MixTransform : BatchTransform
{
    private readonly int _classes;
    private readonly double _alpha, _probability;

    private protected MixTransform(int classes, double alpha, double probability)
    {
        string name = GetType().Name;
        if (classes < 1) throw new DataException($"{name}: {classes} classes: must be at least 1");
        if (!(double.IsFinite(alpha) && alpha > 0)) throw new DataException($"{name}: an alpha of {alpha}: must be positive");
        (_classes, _alpha, _probability) = (classes, alpha, Checks.Probability(probability, name));
    }

    public sealed override Batch Apply(Batch batch, in BatchContext context, int stream)
    {
        string name = GetType().Name;
        var inputs = batch.Inputs.Contiguous();
        if (inputs.DType != DType.Float32) throw new DTypeException($"{name}: the inputs are {inputs.DType.Name}, not float32; put ToFloat before it");
        if (inputs.Rank < 2) throw new ShapeException($"{name}: {inputs.Shape} is not [batch, …]");
        var targets = Shares(batch.Targets, inputs.Shape[0], name);
        int count = inputs.Shape[0], size = count == 0 ? 0 : (int)(inputs.Count / count);
        Tensor mixed = Tensor.Empty(inputs.Shape), shares = Tensor.Empty(targets.Shape);
        for (int row = 0; row < count; row++)
        {
            var random = context.Random(row, stream);
            bool mixes = random.NextSingle() < _probability;
            int other = random.Next(count);
            float own = mixes ? (float)random.NextBeta(_alpha) : 1;
            Span<float> a = inputs.AsSpan<float>().Slice(row * size, size), b = inputs.AsSpan<float>().Slice(other * size, size);
            own = Join(ref random, a, b, mixed.AsSpan<float>().Slice(row * size, size), inputs.Shape, own);
            Blend(targets.AsSpan<float>().Slice(row * _classes, _classes), targets.AsSpan<float>().Slice(other * _classes, _classes), shares.AsSpan<float>().Slice(row * _classes, _classes), own);
        }
        GC.KeepAlive(inputs);
        GC.KeepAlive(targets);
        return batch with { Inputs = mixed, Targets = shares };
    }

    /// <summary>Writes a sample.</summary>
    /// <param name="random">The sample's.</param>
    /// <param name="own">The sample.</param>
    /// <param name="other">That which it is joined with.</param>
    /// <param name="to">The result.</param>
    /// <param name="shape">Of the batch.</param>
    /// <param name="share">How much of its own it keeps.</param>
    /// <returns>How much it kept.</returns>
    private protected abstract float Join(ref SampleRandom random, ReadOnlySpan<float> own, ReadOnlySpan<float> other, Span<float> to, Shape shape, float share);

    private protected static void Blend(ReadOnlySpan<float> own, ReadOnlySpan<float> other, Span<float> to, float share)
    {
        if (share == 1)
        {
            own.CopyTo(to);
            return;
        }
        for (int i = 0; i < to.Length; i++)
            to[i] = own[i] * share + other[i] * (1 - share);
    }

    /// <summary>Class numbers as shares of 1; shares as they are, so that mixtures may follow each other.</summary>
    private Tensor Shares(Tensor targets, int count, string name)
    {
        if (targets.DType.IsFloat && targets.Shape == Shape.Create([count, _classes]))
            return targets.To(DType.Float32).Contiguous();
        if (targets.DType.IsFloat || targets.Shape != Shape.Create([count]))
            throw new ShapeException($"{name}: targets {targets.DType.Name}{targets.Shape} are neither class numbers [{count}] nor shares [{count}, {_classes}]");
        var shares = Tensor.Zeros([count, _classes]);
        long[] numbers = targets.To(DType.Int64).ToArray<long>();
        for (int i = 0; i < count; i++)
        {
            if ((ulong)numbers[i] >= (ulong)_classes) throw new DataException($"{name}: target {numbers[i]} is none of the {_classes} classes");
            shares.AsSpan<float>()[i * _classes + (int)numbers[i]] = 1;
        }
        return shares;
    }
}

/// <summary>Each sample becomes a weighted mean of itself and another, and its target likewise (Zhang et al. 2018, arXiv:1710.09412). The weight is Beta(alpha, alpha).</summary>
/// <param name="classes">How many there are.</param>
/// <param name="alpha">Small values keep samples nearly pure; 1 is uniform.</param>
/// <param name="probability">Of a sample being mixed at all.</param>
/// <exception cref="DataException">A number is out of range.</exception>
public sealed class Mixup(int classes, double alpha = 0.2, double probability = 1) : MixTransform(classes, alpha, probability)
{
    private protected override float Join(ref SampleRandom random, ReadOnlySpan<float> own, ReadOnlySpan<float> other, Span<float> to, Shape shape, float share)
    {
        if (share == 1)
        {
            own.CopyTo(to);
            return 1;
        }
        TensorPrimitives.Multiply(other, 1 - share, to);
        TensorPrimitives.MultiplyAdd(own, share, to, to);
        return share;
    }
}

/// <summary>
/// A rectangle of each picture comes from another, and its target by the share of its area (Yun et al. 2019, arXiv:1905.04899). What is kept is Beta(alpha, alpha) of the area, but for what the
/// border cuts off.
/// </summary>
/// <param name="classes">How many there are.</param>
/// <param name="alpha">1 is uniform.</param>
/// <param name="probability">Of a picture being mixed at all.</param>
/// <exception cref="DataException">A number is out of range.</exception>
public sealed class CutMix(int classes, double alpha = 1, double probability = 1) : MixTransform(classes, alpha, probability)
{
    private protected override float Join(ref SampleRandom random, ReadOnlySpan<float> own, ReadOnlySpan<float> other, Span<float> to, Shape shape, float share)
    {
        if (shape.Rank != 4) throw new ShapeException($"CutMix: {shape} is not [batch, channels, height, width]");
        own.CopyTo(to);
        int height = shape[2], width = shape[3], y = random.Next(height), x = random.Next(width);
        if (share == 1) return 1;
        double side = Math.Sqrt(1 - share);
        int halfHeight = (int)(height * side) / 2, halfWidth = (int)(width * side) / 2;
        int top = Math.Max(0, y - halfHeight), bottom = Math.Min(height, y + halfHeight), left = Math.Max(0, x - halfWidth), right = Math.Min(width, x + halfWidth);
        for (int c = 0; c < shape[1]; c++)
            for (int row = top; row < bottom; row++)
                other.Slice((c * height + row) * width + left, right - left).CopyTo(to[((c * height + row) * width + left)..]);
        return 1 - (float)((double)(bottom - top) * (right - left) / ((double)height * width));
    }
}
