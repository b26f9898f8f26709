namespace Hebb.Data;

/// <summary>Sounds (WAV) with a folder for each class, as pictures in an <see cref="ImageFolder"/>; decoded as they are read.</summary>
public sealed class AudioFolder : IDataset<AudioSample>
{
    private readonly FolderFiles _files;

    private AudioFolder(FolderFiles files) => _files = files;

    /// <summary>Lists the sounds of a folder; decodes none.</summary>
    /// <exception cref="DataException">There is no such folder, it has no class folders, or one of them has no sounds.</exception>
    public static AudioFolder Open(string root) => new(FolderFiles.Find(root, [".wav"], "sounds"));

    /// <summary>The classes: names of the folders.</summary>
    public IReadOnlyList<string> Classes => _files.Classes;

    /// <summary>The files and their classes.</summary>
    public IReadOnlyList<(string Path, int Label)> Files => _files.Files;

    /// <inheritdoc/>
    public int Count => _files.Files.Count;

    /// <inheritdoc/>
    public AudioSample this[int index] => new(Wav.Read(_files.Files[index].Path), _files.Files[index].Label);

    /// <inheritdoc/>
    public DatasetInfo Info => new() { Name = Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(_files.Root))), Labels = Classes };

    /// <summary>Inputs Float32 [1, <paramref name="frames"/>], the mean of all channels, at one rate, cut or filled up with silence; targets Int64 [].</summary>
    /// <param name="sampleRate">Samples a second; sounds of other rates are resampled (<see cref="Audio.Resample"/>).</param>
    /// <param name="frames">Length of an input.</param>
    /// <exception cref="DataException">A number is less than 1.</exception>
    public IDataset<Sample> ToSamples(int sampleRate, int frames)
    {
        if (sampleRate < 1 || frames < 1) throw new DataException($"{_files.Root}: inputs of {frames} frames at {sampleRate} Hz: both must be at least 1");
        return this.Map(sample =>
        {
            var input = Tensor.Zeros([1, frames]);
            float[] mono = sample.Audio.ToMono().Resample(sampleRate).Samples;
            mono.AsSpan(0, Math.Min(frames, mono.Length)).CopyTo(input.AsSpan<float>());
            return new Sample(input, Tensor.From([(long)sample.Label], []));
        });
    }
}
