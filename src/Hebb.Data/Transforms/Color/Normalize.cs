using System.Numerics.Tensors;

namespace Hebb.Data;

/// <summary>(x - mean) / deviation, by channel: after all changes of colour, which expect values from 0 to 1. Float32 only.</summary>
public sealed class Normalize : ImageTransform
{
    private readonly float[] _mean, _deviation;

    /// <param name="mean">One a channel, or one for all.</param>
    /// <param name="deviation">One a channel, or one for all.</param>
    /// <exception cref="DataException">Their numbers differ, or a deviation is not positive.</exception>
    public Normalize(IReadOnlyList<double> mean, IReadOnlyList<double> deviation)
    {
        if (mean.Count == 0 || mean.Count != deviation.Count) throw new DataException($"Normalize: {mean.Count} means and {deviation.Count} deviations");
        if (!mean.All(double.IsFinite) || !deviation.All(d => double.IsFinite(d) && d > 0)) throw new DataException("Normalize: means must be finite, deviations finite and positive");
        (_mean, _deviation) = ([.. mean.Select(m => (float)m)], [.. deviation.Select(d => (float)d)]);
    }

    /// <summary>The means and deviations of ImageNet's training pictures.</summary>
    public static Normalize ImageNet { get; } = new([0.485, 0.456, 0.406], [0.229, 0.224, 0.225]);

    private protected override (int Height, int Width) ResultSize(int channels, int height, int width) => _mean.Length == 1 || _mean.Length == channels ? (height, width)
        : throw new ShapeException($"Normalize: {_mean.Length} means for pictures of {channels} channels");

    private protected override void Apply(ref SampleRandom random, in Picture picture)
    {
        if (picture.IsBytes) throw new DTypeException("Normalize: the inputs are uint8; put ToFloat before it");
        for (int c = 0; c < picture.Channels; c++)
        {
            int own = _mean.Length == 1 ? 0 : c;
            TensorPrimitives.Subtract(picture.Source(c), _mean[own], picture.Result(c));
            TensorPrimitives.Divide(picture.Result(c), _deviation[own], picture.Result(c));
        }
    }
}

/// <summary>UInt8 pictures as Float32 from 0 to 1: x / 255. Floats stay as they are.</summary>
public sealed class ToFloat : BatchTransform
{
    public override Batch Apply(Batch batch, in BatchContext context, int stream)
    {
        if (batch.Inputs.DType != DType.UInt8) return batch;
        var images = batch.Inputs.Contiguous();
        var result = Tensor.Empty(images.Shape);
        Bytes.ToFloats(images.AsSpan<byte>(), result.AsSpan<float>());
        TensorPrimitives.Divide(result.AsSpan<float>(), 255f, result.AsSpan<float>());
        GC.KeepAlive(images);
        return batch with { Inputs = result };
    }
}
