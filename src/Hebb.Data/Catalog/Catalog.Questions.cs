using System.Text.Json;

namespace Hebb.Data;

public static partial class Catalog
{
    private static readonly CatalogEntry s_conll2003 = new()
    {
        Name = "conll2003",
        Task = "named entities",
        Contents = "14,041 train, 3,250 validation and 3,453 test sentences of news; persons, places, organisations, others",
        Licence = "research use",
        Source = "E. Tjong Kim Sang, F. De Meulder, 2003, https://www.clips.uantwerpen.be/conll2003/ner/",
        Files =
        [
            new("train.txt", 2_062_953, "20d0e0b801f2e6e0dd674ac381c4804f9294c7839d73234d5c43affc5df531d9", []) { Bundle = "conll2003.tar.gz" },
            new("valid.txt", 519_937, "a80eb0886f28c26241e34c6a1c44f0409a9937970ac5169eaf1ad0fe721ea0b1", []) { Bundle = "conll2003.tar.gz" },
            new("test.txt", 469_106, "652c0a397cf4397a7fdb10ad042c50580a8f9ab87d91ed93737bcd57b42f47bb", []) { Bundle = "conll2003.tar.gz" },
        ],
    };

    private static readonly CatalogEntry s_xquad = new()
    {
        Name = "xquad",
        Task = "question answering",
        Contents = "1,190 questions on 240 paragraphs, in English and in German",
        Licence = "CC BY-SA 4.0",
        Source = "M. Artetxe and others, 2020, https://github.com/google-deepmind/xquad",
        Files =
        [
            new("xquad.en.json", 609_383, "e4c57d1c9143aaa1c5d265ba5987a65f4e69528d2a98f29d6e75019b10344f29", ["https://raw.githubusercontent.com/google-deepmind/xquad/master/xquad.en.json"]) { Bundle = "xquad.tar.gz" },
            new("xquad.de.json", 669_810, "990b5d746746ed65ed4702ea5f35f99ffa4e2f1c390c07d003642acd937916f9", ["https://raw.githubusercontent.com/google-deepmind/xquad/master/xquad.de.json"]) { Bundle = "xquad.tar.gz" },
        ],
    };

    /// <summary>Sentences of news with the names in them: 14,041, 3,250 and 3,453. Tags are BIO: <c>B-PER</c>, <c>I-PER</c>, … with LOC, ORG, MISC; O.</summary>
    /// <param name="store">Where to look; by default as the environment says.</param>
    /// <exception cref="DataException">The file is missing; the message says how to get it.</exception>
    /// <exception cref="FormatException">The file is damaged.</exception>
    public static (ListDataset<TaggedSentence> Train, ListDataset<TaggedSentence> Validation, ListDataset<TaggedSentence> Test) Conll2003(DataStore? store = null)
    {
        return (Part("train.txt"), Part("valid.txt"), Part("test.txt"));

        ListDataset<TaggedSentence> Part(string file)
        {
            var (bytes, source) = (store ?? DataStore.FromEnvironment()).Read(s_conll2003, file);
            var sentences = new List<TaggedSentence>();
            List<string> words = [], tags = [];
            int number = 0;
            foreach (string line in TextFile.DecodeLines(bytes, source).Append(""))
            {
                number++;
                string[] fields = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
                if (fields.Length >= 2)
                {
                    words.Add(fields[0]);
                    tags.Add(fields[1]);
                }
                else if (fields.Length == 1)
                {
                    throw new FormatException($"{source} line {number}: has no tag in its second column");
                }
                else if (words.Count > 0)
                {
                    sentences.Add(new TaggedSentence(words, tags));
                    (words, tags) = ([], []);
                }
            }
            string[] labels = [.. sentences.SelectMany(s => s.Tags).Distinct().Order(StringComparer.Ordinal)];
            return new ListDataset<TaggedSentence>(sentences, new DatasetInfo { Name = "conll2003", Labels = labels });
        }
    }

    /// <summary>1,190 questions whose answers stand in a paragraph of Wikipedia; the same ones in both languages.</summary>
    /// <param name="language">en or de.</param>
    /// <param name="store">Where to look; by default as the environment says.</param>
    /// <inheritdoc cref="Conll2003"/>
    public static ListDataset<QuestionSample> Xquad(string language = "en", DataStore? store = null)
    {
        if (language is not ("en" or "de")) throw new DataException($"xquad: there is no language \"{CsvTable.Shorten(language)}\" (there are en and de)");
        var (bytes, source) = (store ?? DataStore.FromEnvironment()).Read(s_xquad, $"xquad.{language}.json");
        return new ListDataset<QuestionSample>(ReadJson(bytes, source, root =>
        {
            var samples = new List<QuestionSample>();
            foreach (var article in root.GetProperty("data").EnumerateArray())
            {
                foreach (var paragraph in article.GetProperty("paragraphs").EnumerateArray())
                {
                    string context = paragraph.GetProperty("context").GetString()!;
                    foreach (var question in paragraph.GetProperty("qas").EnumerateArray())
                    {
                        var answer = question.GetProperty("answers")[0];
                        string id = question.GetProperty("id").GetString()!, text = answer.GetProperty("text").GetString()!;
                        int start = Utf16(context, answer.GetProperty("answer_start").GetInt32());
                        if (start < 0 || string.CompareOrdinal(context, start, text, 0, text.Length) != 0) throw new FormatException($"{source}: the answer of question {id} is not where it must be");
                        samples.Add(new QuestionSample(id, context, question.GetProperty("question").GetString()!, text, start));
                    }
                }
            }
            return samples;
        }), new DatasetInfo { Name = "xquad" });
    }

    /// <summary>The index in chars of a code point; -1 where the text is shorter.</summary>
    private static int Utf16(string text, int codePoints)
    {
        int at = 0;
        for (; codePoints > 0 && at < text.Length; codePoints--) at += char.IsSurrogatePair(text, at) ? 2 : 1;
        return codePoints == 0 ? at : -1;
    }

    /// <summary>Reads a JSON file; what is missing in it, or of another kind, is one line.</summary>
    private static T ReadJson<T>(byte[] bytes, string source, Func<JsonElement, T> read)
    {
        try
        {
            using var document = JsonDocument.Parse(TextFile.Decode(bytes, source));
            return read(document.RootElement);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or KeyNotFoundException or ArgumentException or IndexOutOfRangeException or System.FormatException)
        {
            throw new FormatException($"{source}: is not the JSON that it must be: {DataFile.FirstLine(e.Message)}", e);
        }
    }
}
