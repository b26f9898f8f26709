namespace Hebb.Data;

public static partial class Catalog
{
    private static readonly (string Name, string File)[] s_anomalySets =
    [
        ("annthyroid", "2_annthyroid.npz"), ("mammography", "23_mammography.npz"), ("pendigits", "28_pendigits.npz"),
        ("satimage-2", "31_satimage-2.npz"), ("shuttle", "32_shuttle.npz"), ("skin", "33_skin.npz"),
    ];

    private static readonly CatalogEntry s_anomaly = new()
    {
        Name = "anomaly",
        Task = "anomaly detection",
        Contents = "six sets: annthyroid 7,200x6, mammography 11,183x6, pendigits 6,870x16, satimage-2 5,803x36, shuttle 49,097x9, skin 245,057x3",
        Licence = "BSD-2",
        Source = "ADBench, S. Han and others, 2022, https://github.com/Minqi824/ADBench",
        Files =
        [
            Anomalies("2_annthyroid.npz", 66_547, "e738f7c58a8740d2c4aac4c71ff49ce5e1d1aa16f44178135fc9c09df05fad1b"),
            Anomalies("23_mammography.npz", 166_764, "a0308ac9712d78321073b1c2dc98dc37665c0f35c1cc33019416fe8f8d7de7ea"),
            Anomalies("28_pendigits.npz", 653_509, "c4936b89dcdad59d303020e492f763a0f54170080d787c77497609acbb9c2d79"),
            Anomalies("31_satimage-2.npz", 181_405, "1b056e357f801b8b20c3f380a30224a3c4088d7ed764ec5a24828dc9b1918d6f"),
            Anomalies("32_shuttle.npz", 332_929, "26900b0f6be45d9ddb7a402c9b2f956ceda42d23a8ca4cf4406b8bc1352823d1"),
            Anomalies("33_skin.npz", 618_680, "d02aa01ffc1b6bf2b8b1ac250c90e8a8eacd0cefc962940ed5cc4bf5deac9c95"),
        ],
    };

    private static CatalogFile Anomalies(string name, long bytes, string sha256) =>
        new(name, bytes, sha256, ["https://raw.githubusercontent.com/Minqi824/ADBench/main/adbench/datasets/Classical/" + name]) { Bundle = "anomaly.tar.gz" };

    /// <summary>The names that <see cref="Anomaly"/> takes.</summary>
    public static IReadOnlyList<string> AnomalySets { get; } = [.. s_anomalySets.Select(s => s.Name)];

    /// <summary>A set for the detection of anomalies: inputs Float32 [n, features], not scaled; targets Int64 [n], 1 for an anomaly.</summary>
    /// <param name="name">One of <see cref="AnomalySets"/>.</param>
    /// <param name="store">Where to look; by default as the environment says.</param>
    /// <exception cref="DataException">There is no such set, or its file is missing.</exception>
    /// <exception cref="FormatException">The file is damaged.</exception>
    public static TensorDataset Anomaly(string name, DataStore? store = null)
    {
        string file = s_anomalySets.FirstOrDefault(s => s.Name == name).File
            ?? throw new DataException($"anomaly: there is no set \"{CsvTable.Shorten(name)}\" (there are {string.Join(", ", AnomalySets)})");
        var (bytes, source) = (store ?? DataStore.FromEnvironment()).Read(s_anomaly, file);
        using var arrays = Npz.Open(new MemoryStream(bytes, writable: false), source);
        Tensor inputs = arrays["X"], targets = arrays["y"];
        if (inputs.Rank != 2 || targets.Rank != 1) throw new FormatException($"{source}: has inputs {inputs.Shape} and targets {targets.Shape}, not a table and a list");
        return new TensorDataset(inputs.To(DType.Float32), targets.To(DType.Int64), new DatasetInfo { Name = name, Labels = ["normal", "anomaly"] });
    }
}
