namespace Hebb.Data;

/// <summary>A picture and what it shows.</summary>
/// <param name="Image">The picture.</param>
/// <param name="Caption">What it shows, in words.</param>
public sealed record CaptionedImage(Image Image, string Caption);

public static partial class Catalog
{
    private static readonly CatalogEntry s_emoji = new()
    {
        Name = "emoji-captions",
        Task = "image-text pairs",
        Contents = "1,911 emoji, 64x64 with alpha, and their names",
        Licence = "MIT",
        Source = "C. Henderson, https://github.com/iamcal/emoji-data",
        Files = [new("emoji-captions.tar.gz", 11_722_825, "2cd44abaa9f6ae0018fedef17e26843b6961f270f17a577d8998c242ca499070", []) { Roots = ["64/", "emoji.json"] }],
    };

    /// <summary>Emoji and their names in small letters, in the order of the source. There is no published split.</summary>
    /// <param name="store">Where to look; by default as the environment says.</param>
    /// <exception cref="DataException">The file is missing; the message says how to get it.</exception>
    /// <exception cref="FormatException">The file is damaged.</exception>
    public static IDataset<CaptionedImage> EmojiCaptions(DataStore? store = null)
    {
        var pictures = new Dictionary<string, byte[]>();
        (byte[] Bytes, string Source)? list = null;
        foreach (var (name, member) in (store ?? DataStore.FromEnvironment()).Members(s_emoji, "emoji-captions.tar.gz"))
        {
            if (name == "emoji.json") list = (DataArchive.ReadAll(member), member.Source);
            else pictures[name["64/".Length..]] = DataArchive.ReadAll(member);
        }
        if (list is not var (bytes, source)) throw new DataException("emoji-captions: lacks emoji.json");
        var captions = ReadJson(bytes, source, root => root.EnumerateArray().Select(emoji => (File: emoji.GetProperty("image").GetString()!, Name: emoji.GetProperty("name").GetString()!)).ToList());
        foreach (var (file, _) in captions)
            if (!pictures.ContainsKey(file)) throw new DataException($"emoji-captions: lacks the picture {CsvTable.Shorten(file)}");
        return new ListDataset<(string File, string Name)>(captions, new DatasetInfo { Name = "emoji-captions" })
            .Map(c => new CaptionedImage(Png.Decode(pictures[c.File], $"emoji-captions: {c.File}"), c.Name.ToLowerInvariant()));
    }
}
