namespace Hebb.Data;

public static partial class Catalog
{
    private static readonly CatalogEntry s_tinyShakespeare = new()
    {
        Name = "tinyshakespeare",
        Task = "language model",
        Contents = "1,115,394 characters of Shakespeare's plays",
        Licence = "public domain",
        Source = "A. Karpathy, 2015, https://github.com/karpathy/char-rnn",
        Files = [new("tinyshakespeare.txt.gz", 1_115_394, "86c4e6aa9db7c042ec79f339dcb96d42b0075e16b8fc2e86bf0ca57e2dc565ed", ["https://raw.githubusercontent.com/karpathy/char-rnn/master/data/tinyshakespeare/input.txt"])],
    };

    private static readonly CatalogEntry s_names = new()
    {
        Name = "names",
        Task = "language model",
        Contents = "32,033 first names",
        Licence = "MIT",
        Source = "A. Karpathy, https://github.com/karpathy/makemore",
        Files = [new("names.txt.gz", 228_145, "0a30b5557f192f32ab962680889aac5f6fda0f4cecf40a6d0b5694f58ea8cc4d", ["https://raw.githubusercontent.com/karpathy/makemore/master/names.txt"])],
    };

    private static readonly CatalogEntry s_wikitext2 = new()
    {
        Name = "wikitext2",
        Task = "language model",
        Contents = "the validation and test parts: 217,646 and 245,569 words of articles of Wikipedia",
        Licence = "CC BY-SA",
        Source = "S. Merity and others, 2016, arXiv:1609.07843; the files of https://github.com/pytorch/examples",
        Files =
        [
            new("valid.txt", 1_121_681, "f0737ed31fc1329026e95cb8b98e19c2a182c39c240ab909dc31abf2f8af58e8", [Wikitext + "valid.txt"]) { Bundle = "wikitext2.tar.gz" },
            new("test.txt", 1_256_449, "d790b833ef8cf03a90db7bf1271b7520b83c45ce07ba3c1a9699df81e239eca0", [Wikitext + "test.txt"]) { Bundle = "wikitext2.tar.gz" },
        ],
    };

    private const string Wikitext = "https://raw.githubusercontent.com/pytorch/examples/main/word_language_model/data/wikitext-2/";

    /// <summary>Forty thousand lines of Shakespeare's plays: 1,115,394 characters.</summary>
    /// <param name="store">Where to look; by default as the environment says.</param>
    /// <exception cref="DataException">The file is missing; the message says how to get it.</exception>
    /// <exception cref="FormatException">The file is damaged.</exception>
    public static string TinyShakespeare(DataStore? store = null) => ReadText(s_tinyShakespeare, "tinyshakespeare.txt.gz", store);

    /// <summary>32,033 first names in small letters, the most frequent first.</summary>
    /// <inheritdoc cref="TinyShakespeare"/>
    public static IReadOnlyList<string> Names(DataStore? store = null)
    {
        var (bytes, source) = (store ?? DataStore.FromEnvironment()).Read(s_names, "names.txt.gz");
        return [.. TextFile.DecodeLines(bytes, source).Where(line => line.Length > 0)];
    }

    /// <summary>Articles of Wikipedia, a paragraph a line, cut into words by spaces, rare ones as <c>&lt;unk&gt;</c>: the validation and the test part.</summary>
    /// <inheritdoc cref="TinyShakespeare"/>
    public static (string Validation, string Test) Wikitext2(DataStore? store = null) =>
        (ReadText(s_wikitext2, "valid.txt", store), ReadText(s_wikitext2, "test.txt", store));

    private static string ReadText(CatalogEntry entry, string file, DataStore? store)
    {
        var (bytes, source) = (store ?? DataStore.FromEnvironment()).Read(entry, file);
        return TextFile.Decode(bytes, source);
    }
}
