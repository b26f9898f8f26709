namespace Hebb.Data;

/// <summary>
/// A change to each picture of a batch on its own: Float32 (from 0 to 1) or UInt8 [batch, channels, height, width]. What is random is drawn for each sample from (seed, epoch,
/// sample), so that neither batches nor threads change a bit.
/// </summary>
public abstract class ImageTransform : BatchTransform
{
    private protected ImageTransform()
    {
    }

    private protected virtual string Name => GetType().Name;

    public sealed override Batch Apply(Batch batch, in BatchContext context, int stream)
    {
        var images = ImageBatch.Check(batch.Inputs, Name);
        var keys = context.Keys(stream);
        var (height, width) = ResultSize(images.Shape[1], images.Shape[2], images.Shape[3]);
        return batch with
        {
            Inputs = ImageBatch.Map(images, Name, height, width, (int row, in Picture picture) =>
            {
                var random = keys[row];
                Apply(ref random, picture);
            }),
        };
    }

    /// <summary>The size of the results; also the place to refuse pictures.</summary>
    private protected virtual (int Height, int Width) ResultSize(int channels, int height, int width) => (height, width);

    /// <summary>Writes all of <see cref="Picture.To"/>.</summary>
    private protected abstract void Apply(ref SampleRandom random, in Picture picture);
}

/// <summary>A change that a picture undergoes with some probability.</summary>
public abstract class RandomImageTransform : ImageTransform
{
    private readonly double _probability;

    private protected RandomImageTransform(double probability) => _probability = Checks.Probability(probability, GetType().Name);

    private protected sealed override void Apply(ref SampleRandom random, in Picture picture)
    {
        if (random.NextSingle() < _probability)
            Change(ref random, picture);
        else
            picture.Copy();
    }

    /// <summary>Writes all of <see cref="Picture.To"/>.</summary>
    private protected abstract void Change(ref SampleRandom random, in Picture picture);
}
