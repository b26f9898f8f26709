namespace Hebb.Data;

/// <summary>A picture, its class, and where it lies.</summary>
/// <param name="Image">The picture.</param>
/// <param name="Label">Index of the class.</param>
/// <param name="Path">The file.</param>
public sealed record LabelledImage(Image Image, int Label, string Path);

/// <summary>
/// Pictures (<see cref="Image.Extensions"/>) with a folder for each class: <c>root/cat/1.jpg</c>, <c>root/dog/a/2.png</c>. Classes and files are in the ordinal order of their paths;
/// pictures are decoded as they are read, so that the folder may be larger than memory.
/// </summary>
/// <example><code>
/// var pictures = ImageFolder.Open("photos");
/// var (train, test) = pictures.ToSamples(new ImagePreprocessing(3, 64, 64)).Split(0.8, seed: 1);
/// foreach (var batch in train.Batches(32, shuffle: true, workers: 2)) …</code></example>
public sealed class ImageFolder : IDataset<LabelledImage>
{
    private readonly FolderFiles _files;

    private ImageFolder(FolderFiles files) => _files = files;

    /// <summary>Lists the pictures of a folder; decodes none.</summary>
    /// <exception cref="DataException">There is no such folder, it has no class folders, or one of them has no pictures.</exception>
    public static ImageFolder Open(string root) => new(FolderFiles.Find(root, Image.Extensions, "pictures"));

    /// <summary>The classes: names of the folders.</summary>
    public IReadOnlyList<string> Classes => _files.Classes;

    /// <summary>The files and their classes.</summary>
    public IReadOnlyList<(string Path, int Label)> Files => _files.Files;

    /// <inheritdoc/>
    public int Count => _files.Files.Count;

    /// <inheritdoc/>
    public LabelledImage this[int index] => new(Image.Read(_files.Files[index].Path), _files.Files[index].Label, _files.Files[index].Path);

    /// <inheritdoc/>
    public DatasetInfo Info => new() { Name = Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(_files.Root))), Labels = Classes };

    /// <summary>Inputs Float32 [channels, height, width] and targets Int64 [], made as samples are read. The preprocessing is saved with a model that is trained on them.</summary>
    public IDataset<Sample> ToSamples(ImagePreprocessing preprocessing) => new Preprocessed(this, preprocessing);

    private sealed class Preprocessed(ImageFolder folder, ImagePreprocessing preprocessing) : IDataset<Sample>
    {
        public int Count => folder.Count;

        public Sample this[int index]
        {
            get
            {
                var (image, label, _) = folder[index];
                return new Sample(preprocessing.Apply(image), Tensor.From([(long)label], []));
            }
        }

        public DatasetInfo Info => folder.Info with { Preprocessing = preprocessing };
    }
}
