using System.Text.Encodings.Web;
using System.Text.Json;

namespace Hebb.Data;

public sealed partial class Tokenizer
{
    private const long MaxFileBytes = 1L << 30;

    /// <summary>
    /// Reads a tokenizer, whatever its kind: a <c>tokenizer.json</c>, a SentencePiece <c>.model</c>, tiktoken ranks, GPT-2's merges, a
    /// WordPiece vocabulary, or a folder that has one of them. Files may be gzip-compressed.
    /// </summary>
    /// <exception cref="DataException">There is no such file, or it does not say enough by itself.</exception>
    /// <exception cref="FormatException">It is none of these, or damaged.</exception>
    public static Tokenizer Load(string path)
    {
        if (Directory.Exists(path)) return LoadFolder(path);
        byte[] bytes = ReadFile(path);
        var start = bytes.AsSpan(0, Math.Min(bytes.Length, 4096)).TrimStart(" \t\r\n"u8);
        if (start.StartsWith("{"u8)) return LooksLikeTiktoken(bytes) ? new(TiktokenFile.Read(bytes, path, null)) : new(TokenizerJson.Read(bytes, path));
        if (start.StartsWith("#version"u8)) return new(VocabularyFiles.Gpt2(bytes, path, null, ""));
        // A piece: field 1 with a length, then its text: field 1 again.
        if (bytes is [0x0A, _, 0x0A, ..]) return new(SentencePieceFile.Read(bytes, path));
        if (path.EndsWith(".model", StringComparison.Ordinal)) return new(SentencePieceFile.Read(bytes, path));
        if (TiktokenScheme.Named(path) is { } scheme || path.Contains(".tiktoken", StringComparison.Ordinal)) return new(TiktokenFile.Read(bytes, path, TiktokenScheme.Named(path)));
        return new(VocabularyFiles.Bert(bytes, path, lowercase: true));
    }

    /// <summary>Reads the text of a <c>tokenizer.json</c>.</summary>
    /// <exception cref="FormatException">It is not that.</exception>
    public static Tokenizer FromJson(byte[] json, string source = "tokenizer.json") => new(TokenizerJson.Read(json, source));

    /// <summary>Reads GPT-2's files.</summary>
    /// <param name="mergesPath"><c>vocab.bpe</c> or <c>merges.txt</c>.</param>
    /// <param name="vocabularyPath"><c>encoder.json</c> or <c>vocab.json</c>; without it ids are the merges' order, as GPT-2's are.</param>
    /// <exception cref="FormatException">They are not that.</exception>
    public static Tokenizer FromGpt2(string mergesPath, string? vocabularyPath = null) =>
        new(VocabularyFiles.Gpt2(ReadFile(mergesPath), mergesPath, vocabularyPath is null ? null : ReadFile(vocabularyPath), vocabularyPath ?? ""));

    /// <summary>Reads a SentencePiece model: BPE or Unigram.</summary>
    /// <exception cref="FormatException">It is not that.</exception>
    public static Tokenizer FromSentencePiece(string path) => new(SentencePieceFile.Read(ReadFile(path), path));

    /// <summary>Reads the vocabulary of a llama2.c model, such as <c>tokenizer.bin</c>.</summary>
    /// <exception cref="FormatException">It is not that.</exception>
    public static Tokenizer FromLlama2c(string path) => new(Llama2cVocabulary.Read(ReadFile(path), path));

    /// <summary>A tokenizer of the pieces of a Llama, as GGUF files hold them.</summary>
    /// <param name="tokens">The pieces by id, with U+2581 for spaces.</param>
    /// <param name="scores">A score for each; higher ones merge first.</param>
    /// <param name="types">For each what it is: 1 ordinary, 2 unknown, 3 control, 4 of users, 6 a byte.</param>
    /// <param name="source">What errors call it.</param>
    /// <exception cref="FormatException">The lists differ in length, or a type or score is none.</exception>
    public static Tokenizer FromPieces(IReadOnlyList<string> tokens, IReadOnlyList<float> scores, IReadOnlyList<int> types, string source = "vocabulary")
    {
        if (tokens.Count != scores.Count || tokens.Count != types.Count || tokens.Count == 0)
            throw new FormatException($"{source}: has {tokens.Count} tokens, {scores.Count} scores and {types.Count} types");
        return new(SentencePieceFile.FromPieces([.. tokens.Select((t, i) => (t, (double)scores[i]))], types, source));
    }

    /// <summary>Reads tiktoken ranks.</summary>
    /// <param name="path">A <c>.tiktoken</c> file, or the JSON file of the JavaScript package.</param>
    /// <param name="scheme">How text is cut; needed where neither the file nor its name tells.</param>
    /// <exception cref="FormatException">It is not that.</exception>
    public static Tokenizer FromTiktoken(string path, TiktokenScheme? scheme = null) =>
        new(TiktokenFile.Read(ReadFile(path), path, scheme ?? TiktokenScheme.Named(path)));

    /// <summary>Reads a WordPiece vocabulary as BERT has it: a token a line, or a JSON list.</summary>
    /// <param name="path">The file.</param>
    /// <param name="lowercase">Whether the vocabulary is uncased: small letters, no accents.</param>
    /// <exception cref="FormatException">It is not that.</exception>
    public static Tokenizer FromWordPiece(string path, bool lowercase = true) => new(VocabularyFiles.Bert(ReadFile(path), path, lowercase));

    /// <summary>Writes a <c>tokenizer.json</c>, which Hugging Face's libraries read too.</summary>
    /// <exception cref="DataException">It cannot be written.</exception>
    public void Save(string path) => DataFile.WriteAllBytes(path, ToJson());

    /// <summary>The text of a <c>tokenizer.json</c>, in UTF-8.</summary>
    public byte[] ToJson()
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            TokenizerJson.Write(json, Parts);
        }
        return buffer.ToArray();
    }

    private static Tokenizer LoadFolder(string folder)
    {
        string? Find(params ReadOnlySpan<string> names)
        {
            foreach (string name in names)
                foreach (string ending in (string[])["", ".gz"])
                    if (File.Exists(Path.Combine(folder, name + ending))) return Path.Combine(folder, name + ending);
            return null;
        }

        if (Find("tokenizer.json", "tokenizer.model", "spiece.model", "sentencepiece.bpe.model") is { } whole) return Load(whole);
        if (Find("merges.txt", "vocab.bpe") is { } merges) return FromGpt2(merges, Find("vocab.json", "encoder.json"));
        if (Find("vocab.txt") is { } vocabulary) return FromWordPiece(vocabulary);
        throw new DataException($"{folder}: has no tokenizer (tokenizer.json, tokenizer.model, merges.txt, vocab.bpe, vocab.txt)");
    }

    private static bool LooksLikeTiktoken(byte[] bytes) => bytes.AsSpan(0, Math.Min(bytes.Length, 1 << 16)).IndexOf("\"bpe_ranks\""u8) >= 0;

    private static byte[] ReadFile(string path)
    {
        var (stream, _) = DataFile.OpenUnpacked(path);
        using (stream)
        {
            try
            {
                using var buffer = new MemoryStream();
                var block = new byte[1 << 16];
                for (int got; (got = stream.Read(block)) > 0;)
                {
                    buffer.Write(block, 0, got);
                    if (buffer.Length > MaxFileBytes) throw new FormatException($"{path}: is no tokenizer: it is larger than {MaxFileBytes >> 20} MiB");
                }
                return buffer.ToArray();
            }
            catch (Exception e) when (e is InvalidDataException or IOException)
            {
                throw new FormatException($"{path}: is damaged: {DataFile.FirstLine(e.Message)}", e);
            }
        }
    }
}
