using System.Globalization;

namespace Hebb.Data;

public static partial class Catalog
{
    private static readonly CatalogEntry s_membrane = new()
    {
        Name = "isbi-membrane",
        Task = "segmentation",
        Contents = "30 train pictures of nerve tissue under the electron microscope with their membranes, 30 test pictures without; 512x512",
        Licence = "MIT",
        Source = "ISBI 2012 challenge, A. Cardona and others; the files of https://github.com/zhixuhao/unet",
        Files =
        [
            new("isbi-membrane.tar.gz", 14_492_840, "ebab708ef40909d3e01524c66a527a416affd7d875545663766e61bc4bdde467", ["https://github.com/zhixuhao/unet/archive/refs/heads/master.tar.gz"])
            {
                Roots = ["membrane/train/image/", "membrane/train/label/", "membrane/test/"],
            },
        ],
    };

    /// <summary>
    /// Nerve tissue under the electron microscope: inputs Float32 [30, 1, 512, 512] in 0 to 1; targets Int64 [30, 512, 512], 1 inside a cell, 0 on a membrane. The
    /// test pictures, Float32 [30, 1, 512, 512], have no published targets.
    /// </summary>
    /// <param name="store">Where to look; by default as the environment says.</param>
    /// <exception cref="DataException">The file is missing; the message says how to get it.</exception>
    /// <exception cref="FormatException">The file is damaged.</exception>
    public static (TensorDataset Train, Tensor Test) IsbiMembrane(DataStore? store = null)
    {
        const int side = 512;
        var parts = new Dictionary<string, SortedDictionary<int, Image>>();
        foreach (var (name, member) in (store ?? DataStore.FromEnvironment()).Members(s_membrane, "isbi-membrane.tar.gz"))
        {
            int slash = name.LastIndexOf('/');
            // Beside the test pictures lie somebody's predictions: 0_predict.png.
            if (!name.EndsWith(".png", StringComparison.Ordinal) || !int.TryParse(name.AsSpan(slash + 1, name.Length - slash - 5), NumberStyles.None, CultureInfo.InvariantCulture, out int number))
                continue;
            var image = Png.Decode(DataArchive.ReadAll(member), member.Source).ToGray();
            if (image.Width != side || image.Height != side) throw new FormatException($"{member.Source}: is {image.Width}x{image.Height}, not {side}x{side}");
            if (!parts.TryGetValue(name[..slash], out var part)) parts[name[..slash]] = part = [];
            part[number] = image;
        }
        Image[] train = Part("membrane/train/image"), masks = Part("membrane/train/label"), test = Part("membrane/test");
        if (train.Length != masks.Length) throw new DataException($"isbi-membrane: has {train.Length} pictures to train with and {masks.Length} targets");
        var targets = Tensor.Empty([masks.Length, side, side], DType.Int64);
        var classes = targets.AsSpan<long>();
        for (int i = 0; i < classes.Length; i++) classes[i] = masks[i / (side * side)].Pixels[i % (side * side)] >= 128 ? 1 : 0;
        var info = new DatasetInfo { Name = "isbi-membrane", Labels = ["membrane", "cell"], Preprocessing = new ImagePreprocessing(1, side, side) };
        return (new TensorDataset(Stack(train), targets, info), Stack(test));

        Image[] Part(string folder) => parts.TryGetValue(folder, out var part) ? [.. part.Values] : throw new DataException($"isbi-membrane: lacks {folder}");

        static Tensor Stack(Image[] images)
        {
            var result = Tensor.Empty([images.Length, 1, side, side]);
            var values = result.AsSpan<float>();
            for (int i = 0; i < values.Length; i++) values[i] = images[i / (side * side)].Pixels[i % (side * side)] / 255f;
            return result;
        }
    }
}
