namespace Hebb.Data;

public static partial class Catalog
{
    private static CatalogEntry MnistEntry => new()
    {
        Name = "mnist",
        Task = "image classification",
        Contents = "handwritten digits: 60,000 train and 10,000 test images, 28x28 gray, 10 classes",
        Licence = "CC BY-SA 3.0",
        Source = "The MNIST database, Y. LeCun, C. Cortes and C. Burges, http://yann.lecun.com/exdb/mnist/",
        Files =
        [
            Mnist("train-images-idx3-ubyte.gz", 47_040_016, "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db"),
            Mnist("train-labels-idx1-ubyte.gz", 60_008, "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5"),
            Mnist("t10k-images-idx3-ubyte.gz", 7_840_016, "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7"),
            Mnist("t10k-labels-idx1-ubyte.gz", 10_008, "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2"),
        ],
    };

    private static CatalogFile Mnist(string name, long bytes, string sha256) => new(name, bytes, sha256,
        ["https://ossci-datasets.s3.amazonaws.com/mnist/" + name, "https://storage.googleapis.com/cvdf-datasets/mnist/" + name]);

    /// <summary>
    /// The MNIST handwritten digits: inputs Float32 [n, 1, 28, 28] in 0 to 1, targets Int64 [n]; 60,000 for training, 10,000 for test.
    /// Read from <c>$HEBB_DATA/mnist</c> or the user's cache; never downloaded here.
    /// </summary>
    /// <param name="store">Where to look; by default as the environment says.</param>
    /// <exception cref="DataException">A file is missing (the message says how to get it), or the files do not fit together.</exception>
    /// <exception cref="FormatException">A file is damaged.</exception>
    public static (TensorDataset Train, TensorDataset Test) Mnist(DataStore? store = null)
    {
        store ??= DataStore.FromEnvironment();
        var entry = Find("mnist");
        return (Part("train"), Part("t10k"));

        TensorDataset Part(string name)
        {
            string imagePath = store.Require(entry, name + "-images-idx3-ubyte.gz"), labelPath = store.Require(entry, name + "-labels-idx1-ubyte.gz");
            var (images, labels) = ReadIdxPair(imagePath, labelPath);
            int count = images.Dimensions[0], height = images.Dimensions[1], width = images.Dimensions[2];
            if (height != 28 || width != 28) throw new FormatException($"{imagePath}: has pictures of {width}x{height}, MNIST has 28x28");
            var inputs = Tensor.Empty([count, 1, height, width]);
            var values = inputs.AsSpan<float>();
            var bytes = images.AsSpan<byte>();
            for (int i = 0; i < bytes.Length; i++) values[i] = bytes[i] / 255f;
            return new TensorDataset(inputs, Tensor.From(labels), DigitInfo("mnist", 28));
        }
    }

    /// <summary>Images [n, side, side] as bytes, and labels of 0 to 9, from a pair of IDX files.</summary>
    internal static (IdxArray Images, long[] Labels) ReadIdxPair(string imagePath, string labelPath)
    {
        var images = Idx.Read(imagePath);
        if (images.Type != IdxType.UInt8 || images.Dimensions.Count != 3)
            throw new FormatException($"{imagePath}: holds {Describe(images)}, not images (UInt8 with 3 dimensions)");
        var labels = Idx.Read(labelPath);
        if (labels.Type != IdxType.UInt8 || labels.Dimensions.Count != 1)
            throw new FormatException($"{labelPath}: holds {Describe(labels)}, not labels (UInt8 with 1 dimension)");
        if (labels.Dimensions[0] != images.Dimensions[0])
            throw new DataException($"{labelPath}: has {labels.Dimensions[0]} labels for {images.Dimensions[0]} images");
        var bytes = labels.AsSpan<byte>();
        int wrong = bytes.IndexOfAnyExceptInRange((byte)0, (byte)9);
        if (wrong >= 0) throw new DataException($"{labelPath}: label {wrong} is {bytes[wrong]}, outside 0 to 9");
        return (images, Array.ConvertAll(bytes.ToArray(), b => (long)b));
    }

    private static string Describe(IdxArray array) => $"{array.Type} [{string.Join(", ", array.Dimensions)}]";
}
