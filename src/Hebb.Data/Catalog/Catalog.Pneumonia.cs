namespace Hebb.Data;

public static partial class Catalog
{
    private static readonly CatalogEntry s_pneumonia = new()
    {
        Name = "pneumoniamnist",
        Task = "medical image classification",
        Contents = "X-ray pictures of children's chests, 28x28 gray: 3,882 train, 524 validation, 624 test; normal or pneumonia",
        Licence = "CC BY 4.0",
        Source = "MedMNIST, J. Yang and others, 2023, https://medmnist.com; an edition with fewer pictures to train with",
        Files = [new("pneumoniamnist.npz", 3_549_652, "a554d2332488d3ddc075125e66a1af77ec379fd2bafc09108ab95a37e2bd9c26", []) { Bundle = "pneumoniamnist.tar.gz" }],
    };

    /// <summary>X-ray pictures of chests: inputs Float32 [n, 1, 28, 28] in 0 to 1, targets Int64 [n], 1 for pneumonia; 3,882, 524 and 624.</summary>
    /// <param name="store">Where to look; by default as the environment says.</param>
    /// <exception cref="DataException">The file is missing; the message says how to get it.</exception>
    /// <exception cref="FormatException">The file is damaged.</exception>
    public static (TensorDataset Train, TensorDataset Validation, TensorDataset Test) PneumoniaMnist(DataStore? store = null)
    {
        var (bytes, source) = (store ?? DataStore.FromEnvironment()).Read(s_pneumonia, "pneumoniamnist.npz");
        using var arrays = Npz.Open(new MemoryStream(bytes, writable: false), source);
        return (Part("train"), Part("val"), Part("test"));

        TensorDataset Part(string part)
        {
            Tensor images = arrays[part + "_images"], labels = arrays[part + "_labels"];
            int count = images.Shape[0];
            if (images.DType != DType.UInt8 || images.Shape != Shape.Create([count, 28, 28]) || labels.Count != count)
                throw new FormatException($"{source}: has {part} images {images.DType.Name} {images.Shape} and labels {labels.Shape}, not uint8 [n, 28, 28] and [n]");
            var inputs = images.To(DType.Float32).Reshape(count, 1, 28, 28) / 255f;
            var info = new DatasetInfo { Name = "pneumoniamnist", Labels = ["normal", "pneumonia"], Preprocessing = new ImagePreprocessing(1, 28, 28) };
            return new TensorDataset(inputs, labels.To(DType.Int64).Reshape(count), info);
        }
    }
}
