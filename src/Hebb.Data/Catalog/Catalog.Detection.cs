using System.Globalization;
using System.Xml;
using System.Xml.Linq;

namespace Hebb.Data;

/// <summary>A thing in a picture.</summary>
/// <param name="Label">Index of its class in the dataset's labels.</param>
/// <param name="Left">The box around it, in pixels.</param>
/// <param name="Top">Its upper edge.</param>
/// <param name="Right">Its right edge, which is still part of it.</param>
/// <param name="Bottom">Its lower edge, which is still part of it.</param>
public readonly record struct LabelledBox(int Label, float Left, float Top, float Right, float Bottom);

/// <summary>A picture and the things in it.</summary>
/// <param name="Name">The picture's name in its set.</param>
/// <param name="Image">The picture.</param>
/// <param name="Boxes">The things in it.</param>
public sealed record DetectionSample(string Name, Image Image, IReadOnlyList<LabelledBox> Boxes);

public static partial class Catalog
{
    private static readonly string[] s_cells = ["RBC", "WBC", "Platelets"];

    private static readonly CatalogEntry s_bccd = new()
    {
        Name = "bccd",
        Task = "detection",
        Contents = "364 pictures of blood, 640x480: 205 train, 87 validation, 72 test; 4,888 red cells, white cells and platelets in boxes",
        Licence = "MIT",
        Source = "S. Cheng, C. Nanaware, https://github.com/Shenggan/BCCD_Dataset",
        Files =
        [
            new("bccd.tar.gz", 8_800_938, "3b1db28db9d7a990d024a116ac2a0b2f31cd4580658607f226c33030df352911", ["https://github.com/Shenggan/BCCD_Dataset/archive/refs/heads/master.tar.gz"])
            {
                Roots = ["BCCD/Annotations/", "BCCD/JPEGImages/", "BCCD/ImageSets/Main/"],
            },
        ],
    };

    /// <summary>
    /// Blood under the microscope with its cells in boxes (classes RBC, WBC, Platelets), in the published parts of 205, 87 and 72 pictures. The pictures stay
    /// compressed in memory, and are decoded as they are read.
    /// </summary>
    /// <param name="store">Where to look; by default as the environment says.</param>
    /// <exception cref="DataException">The file is missing; the message says how to get it.</exception>
    /// <exception cref="FormatException">The file is damaged.</exception>
    public static (IDataset<DetectionSample> Train, IDataset<DetectionSample> Validation, IDataset<DetectionSample> Test) Bccd(DataStore? store = null)
    {
        var pictures = new Dictionary<string, byte[]>();
        var boxes = new Dictionary<string, LabelledBox[]>();
        var parts = new Dictionary<string, string[]>();
        foreach (var (name, member) in (store ?? DataStore.FromEnvironment()).Members(s_bccd, "bccd.tar.gz"))
        {
            string stem = Path.GetFileNameWithoutExtension(name);
            if (name.EndsWith(".jpg", StringComparison.Ordinal)) pictures[stem] = DataArchive.ReadAll(member);
            else if (name.EndsWith(".xml", StringComparison.Ordinal)) boxes[stem] = ReadVoc(DataArchive.ReadAll(member), s_cells, member.Source);
            else if (name.EndsWith(".txt", StringComparison.Ordinal)) parts[stem] = [.. TextFile.DecodeLines(DataArchive.ReadAll(member), member.Source).Select(l => l.Trim()).Where(l => l.Length > 0)];
        }
        return (Part("train"), Part("val"), Part("test"));

        IDataset<DetectionSample> Part(string part)
        {
            string[] names = parts.GetValueOrDefault(part) ?? throw new DataException($"bccd: lacks ImageSets/Main/{part}.txt");
            string? missing = names.FirstOrDefault(n => !pictures.ContainsKey(n) || !boxes.ContainsKey(n));
            if (missing is not null) throw new DataException($"bccd: lacks the picture or the boxes of {CsvTable.Shorten(missing)}");
            return new ListDataset<string>(names, new DatasetInfo { Name = "bccd", Labels = s_cells })
                .Map(name => new DetectionSample(name, Jpeg.Decode(pictures[name], $"bccd: {name}.jpg"), boxes[name]));
        }
    }

    /// <summary>The boxes of an annotation file of the Pascal VOC challenges.</summary>
    internal static LabelledBox[] ReadVoc(byte[] bytes, string[] labels, string source)
    {
        try
        {
            // Entities and references to other files have no place in annotations.
            using var reader = XmlReader.Create(new MemoryStream(bytes, writable: false), new XmlReaderSettings { DtdProcessing = DtdProcessing.Prohibit, XmlResolver = null });
            return [.. XDocument.Load(reader).Descendants("object").Select(thing =>
            {
                string name = (string?)thing.Element("name") ?? "";
                int label = Array.IndexOf(labels, name);
                if (label < 0) throw new FormatException($"{source}: has a \"{CsvTable.Shorten(name)}\", which is none of {string.Join(", ", labels)}");
                return new LabelledBox(label, Number(thing, "xmin"), Number(thing, "ymin"), Number(thing, "xmax"), Number(thing, "ymax"));
            })];
        }
        catch (XmlException e)
        {
            throw new FormatException($"{source}: is no XML: {DataFile.FirstLine(e.Message)}", e);
        }

        float Number(XElement thing, string name) =>
            float.TryParse((string?)thing.Element("bndbox")?.Element(name), NumberStyles.Float, CultureInfo.InvariantCulture, out float value) ? value
                : throw new FormatException($"{source}: has a box without {name}");
    }
}
