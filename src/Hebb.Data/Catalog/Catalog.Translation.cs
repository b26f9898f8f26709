namespace Hebb.Data;

public static partial class Catalog
{
    private static readonly CatalogEntry s_multi30k = new()
    {
        Name = "multi30k",
        Task = "translation",
        Contents = "descriptions of pictures in English, German, French and Czech: 29,000 train, 1,014 validation, and up to four test sets",
        Licence = "research use",
        Source = "D. Elliott and others, 2016, https://github.com/multi30k/dataset",
        Files =
        [
            Multi30kFile("train.en.gz", 1_801_238, "460a15fbd157e34a7a9957ee388c1ca247fe47af3ef25fb50442af6c274e0fc6"),
            Multi30kFile("train.de.gz", 2_110_398, "2c2b73fd2b548fbcde3a875e0a78d6ee94d498bfdee6bd3eae3945779e9ddf72"),
            Multi30kFile("train.fr.gz", 2_111_303, "5925a3c18f1587b6b54b87743106e6e8ab93618edb6f65d19eac0621f853a10d"),
            Multi30kFile("train.cs.gz", 1_755_283, "2be68b38c8d586ff4f54eb13cc6e1baaaa053695b3f070d3038303a47f2268da"),
            Multi30kFile("val.en.gz", 63_297, "1f2a23d992769b5b3d209b0a10dd0b77c08cceb1f20dfb97ed0aafa49d107227"),
            Multi30kFile("val.de.gz", 75_981, "660e09eb7e1da2f856ea13ee5ad3cf6d36b3d5b0b733c857e94c5747a3dfc660"),
            Multi30kFile("val.fr.gz", 73_924, "5304e444d842e962b2dda4d816b70b22a1765b15401642b7ca37a67477e708dc"),
            Multi30kFile("val.cs.gz", 60_213, "d53827e469b0a1ca8d57e9e26b2b64c4bc4b33f5479c7b03ae87ae5c882c3e33"),
            Multi30kFile("test_2016_flickr.en.gz", 62_076, "399a4382932c1aadd3ceb9bef1008d388a64c76d4ae4e9d4728c6f4301cac182"),
            Multi30kFile("test_2016_flickr.de.gz", 70_649, "4be6b5b3236b79c25475c6bb829800a7ce559e9ba7a1f6c2394fe4d40be46d16"),
            Multi30kFile("test_2016_flickr.fr.gz", 72_261, "cb3160d69b002bb638e66cc7612fcd56cb0af82eadc9c142dedc438afb885ef6"),
            Multi30kFile("test_2016_flickr.cs.gz", 62_364, "45adb85f688de8407fddcbe1b36dca15d12aab868149b337e2576f2d6d2ff8d8"),
            Multi30kFile("test_2017_flickr.en.gz", 55_242, "ce1450ddc5ab0834502579d77a170849952e15a2938b34cc503bdc25ebb4fb98"),
            Multi30kFile("test_2017_flickr.de.gz", 64_059, "c3078bc3b36808bf9d20eb2347ed6137016179ef59ec0d2b9b8ecc3fb2880081"),
            Multi30kFile("test_2017_flickr.fr.gz", 65_691, "6f3764e31dac41e9455e612958bcfd4e877c5e15cd66df2c2b2be6d9bd83e5b6"),
            Multi30kFile("test_2017_mscoco.en.gz", 24_949, "43051fdfa86fd5395182e718a94ca67b1b227b9f7c79596ff0f6b813216981d2"),
            Multi30kFile("test_2017_mscoco.de.gz", 29_906, "58277df3c75f92f7145a11b910b553d1cf82c439249d4dc237c899609eafac22"),
            Multi30kFile("test_2017_mscoco.fr.gz", 29_982, "39cde3f43f32b0a6bf29ce4917a46329ff32e53070c2fac87506695a740ae0a0"),
            Multi30kFile("test_2018_flickr.en.gz", 70_603, "4e585c2dd525911a6ea7730e9d0b516239af3f1b1ffae6a2130223cfb639f25e"),
            Multi30kFile("test_2018_flickr.de.gz", 80_893, "39fcc8b3331d76fb42d648d019c6898b0d5e58baac87bc2a0bb93f44ec8db207"),
            Multi30kFile("test_2018_flickr.fr.gz", 84_076, "234b4a887da0da4801a3e2c6f21336231ff7dd46daeb80cfa1b551c8bbb78239"),
            Multi30kFile("test_2018_flickr.cs.gz", 69_775, "1db59fe6980c9b3f9bade65122a985e71150214837d76f4768a5a8384c0b2dc7"),
        ],
    };

    private static CatalogFile Multi30kFile(string name, long bytes, string sha256) =>
        new(name, bytes, sha256, ["https://raw.githubusercontent.com/multi30k/dataset/master/data/task1/raw/" + name]) { Bundle = "multi30k.tar.gz" };

    /// <summary>Descriptions of pictures in two languages: 29,000 pairs to train with, 1,014 to validate, and a test set.</summary>
    /// <param name="source">The language that is translated: en, de, fr or cs.</param>
    /// <param name="target">The language that it is translated to.</param>
    /// <param name="test">2016_flickr (all languages; 1,000), 2017_flickr (en, de, fr; 1,000), 2017_mscoco (en, de, fr; 461), 2018_flickr (all; 1,071).</param>
    /// <param name="store">Where to look; by default as the environment says.</param>
    /// <exception cref="DataException">There is no such language or test set, or the file is missing.</exception>
    /// <exception cref="FormatException">The file is damaged.</exception>
    public static (ListDataset<TranslationPair> Train, ListDataset<TranslationPair> Validation, ListDataset<TranslationPair> Test) Multi30k(
        string source = "en", string target = "de", string test = "2016_flickr", DataStore? store = null)
    {
        store ??= DataStore.FromEnvironment();
        return (Part("train"), Part("val"), Part("test_" + test));

        ListDataset<TranslationPair> Part(string part)
        {
            var (from, to) = (Lines($"{part}.{source}.gz"), Lines($"{part}.{target}.gz"));
            if (from.Count != to.Count) throw new DataException($"multi30k: {part} has {from.Count} lines in {source}, {to.Count} in {target}");
            return new ListDataset<TranslationPair>([.. from.Zip(to, (a, b) => new TranslationPair(a, b))], new DatasetInfo { Name = "multi30k" });
        }

        List<string> Lines(string file)
        {
            if (s_multi30k.Files.All(f => f.Name != file))
                throw new DataException($"multi30k: there is no {CsvTable.Shorten(file)} (languages are en, de, fr, cs; test sets 2016_flickr, 2017_flickr, 2017_mscoco, 2018_flickr)");
            var (bytes, name) = store.Read(s_multi30k, file);
            return [.. TextFile.DecodeLines(bytes, name)];
        }
    }
}
