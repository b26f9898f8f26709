#:project ../src/Hebb.Data/Hebb.Data.csproj
// Tokenizers: training, encoding, places in the text, streaming, saving.    dotnet run examples/06-tokenizers.cs
using Hebb.Data;

string[] texts =
[
    .. Enumerable.Range(1, 50).Select(i => $"The tokenizer reads text number {i} and cuts the text into tokens."),
    "Größe, naïve café, 日本語 and 😀 are bytes to it, so nothing is unknown.",
];

// Byte-level BPE of one's own; Tokenizer.Load reads those that models come with.
var tokenizer = Tokenizer.TrainBpe(texts, new TokenizerTraining { VocabularySize = 340, SpecialTokens = ["<|end|>"] });
Console.WriteLine($"{tokenizer.VocabularySize} tokens, the last is \"{tokenizer.Token(tokenizer.VocabularySize - 1)}\"");

string text = "The tokenizer cuts a café 😀<|end|>";
TokenEncoding encoding = tokenizer.Encode(text);
Console.WriteLine($"{text.Length} chars are {encoding.Count} tokens");
for (int i = 0; i < 6; i++) Console.WriteLine($"  {encoding.Ids[i],4}  \"{text[encoding.Offsets[i]]}\"");

// Special tokens in text that others wrote stay text.
int[] plain = tokenizer.EncodeIds("<|end|>", parseSpecialTokens: false);
Console.WriteLine($"<|end|> is {tokenizer.EncodeIds("<|end|>").Length} token, or {plain.Length} as plain text");

// Ids one by one: a character appears when its last byte does.
var stream = tokenizer.Stream();
Console.WriteLine(string.Join('|', tokenizer.EncodeIds("é 😀!").Select(stream.Append)) + stream.End());

// Saved as tokenizer.json, which Hugging Face's libraries read too.
var loaded = Tokenizer.FromJson(tokenizer.ToJson());
Console.WriteLine($"the same after saving: {loaded.EncodeIds(text).SequenceEqual(encoding.Ids)}");

// Many texts as tensors, on all threads.
TokenBatch batch = loaded.EncodeTensors(["The text.", "The tokenizer reads the text."]);
Console.WriteLine($"a batch is {batch.Ids.Shape}, with {batch.AttentionMask.Sum().Item():F0} tokens that are no padding");
