using System.Text.Json;

namespace Hebb.Data;

public static partial class Catalog
{
    private static readonly CatalogEntry s_jsbChorales = new()
    {
        Name = "jsb-chorales",
        Task = "music",
        Contents = "229 train, 76 validation and 77 test chorales of J. S. Bach: the notes that sound in each sixteenth, or each quarter",
        Licence = "none stated",
        Source = "N. Boulanger-Lewandowski and others, 2012; https://github.com/czhuang/JSB-Chorales-dataset",
        Files =
        [
            new("jsb-chorales-16th.json", 1_741_172, "8730aca7b64e7d29493733d1cf19fad4a5b351d8f1845e57dac27728104fd39f", [Chorales + "jsb-chorales-16th.json"]) { Bundle = "jsb-chorales.tar.gz" },
            new("jsb-chorales-quarter.json", 407_200, "2db9329f1881a1d3f49703ec556bf1d6f84b4f6c1d702c156536e93cf31e1c91", [Chorales + "jsb-chorales-quarter.json"]) { Bundle = "jsb-chorales.tar.gz" },
        ],
    };

    private const string Chorales = "https://raw.githubusercontent.com/czhuang/JSB-Chorales-dataset/master/";

    private static readonly CatalogEntry s_sketch = new()
    {
        Name = "sketch",
        Task = "drawing",
        Contents = "strokes of a pen: aaron_sheep 7,400 train, 300 validation, 300 test; omniglot 30,000, 1,000, 1,000",
        Licence = "none stated",
        Source = "D. Ha, https://github.com/hardmaru/sketch-rnn-datasets",
        Files =
        [
            new("aaron_sheep.npz", 2_287_653, "65f8e51e43587661798ac137a204c9e049e0d11dcd50cba372ae3ca32de8b54c", [Sketches + "aaron_sheep/aaron_sheep.npz"]) { Bundle = "sketch.tar.gz" },
            new("omniglot.npz", 2_280_239, "bd5277621a8c577919491dfa729a59a8b5c216cff9e4fda9cef532db29f120c7", [Sketches + "omniglot/omniglot.npz"]) { Bundle = "sketch.tar.gz" },
        ],
    };

    private const string Sketches = "https://raw.githubusercontent.com/hardmaru/sketch-rnn-datasets/master/";

    /// <summary>Chorales as steps, each the MIDI numbers of the notes that sound in it: 229, 76 and 77.</summary>
    /// <param name="sixteenths">Whether a step is a sixteenth (four voices each, <c>jsb-chorales-16th</c>) or a quarter.</param>
    /// <param name="store">Where to look; by default as the environment says.</param>
    /// <exception cref="DataException">The file is missing; the message says how to get it.</exception>
    /// <exception cref="FormatException">The file is damaged.</exception>
    public static (ListDataset<int[][]> Train, ListDataset<int[][]> Validation, ListDataset<int[][]> Test) JsbChorales(bool sixteenths = true, DataStore? store = null)
    {
        var (bytes, source) = (store ?? DataStore.FromEnvironment()).Read(s_jsbChorales, sixteenths ? "jsb-chorales-16th.json" : "jsb-chorales-quarter.json");
        return ReadJson(bytes, source, root => (Part(root, "train"), Part(root, "valid"), Part(root, "test")));

        ListDataset<int[][]> Part(JsonElement root, string name) => new(
            [.. root.GetProperty(name).EnumerateArray().Select(chorale => chorale.EnumerateArray().Select(step => step.EnumerateArray().Select(Note).ToArray()).ToArray())],
            new DatasetInfo { Name = "jsb-chorales" });

        // The file writes some of them as 67.0.
        int Note(JsonElement note) => note.TryGetDouble(out double number) && number is >= 0 and < 128 && double.IsInteger(number) ? (int)number
            : throw new FormatException($"{source}: has the note {note}, outside 0 to 127");
    }

    /// <summary>Drawings as strokes: Int16 [points, 3] each, the step right, the step down, and 1 where the pen is lifted afterwards.</summary>
    /// <param name="name"><c>aaron_sheep</c> or <c>omniglot</c>.</param>
    /// <param name="store">Where to look; by default as the environment says.</param>
    /// <inheritdoc cref="JsbChorales"/>
    public static (ListDataset<Tensor> Train, ListDataset<Tensor> Validation, ListDataset<Tensor> Test) Sketch(string name = "aaron_sheep", DataStore? store = null)
    {
        if (name is not ("aaron_sheep" or "omniglot")) throw new DataException($"sketch: there is no set \"{CsvTable.Shorten(name)}\" (there are aaron_sheep and omniglot)");
        var (bytes, source) = (store ?? DataStore.FromEnvironment()).Read(s_sketch, name + ".npz");
        using var arrays = Npz.Open(new MemoryStream(bytes, writable: false), source);
        return (Part("train"), Part("valid"), Part("test"));

        ListDataset<Tensor> Part(string part) => new(arrays.Arrays(part), new DatasetInfo { Name = name });
    }
}
