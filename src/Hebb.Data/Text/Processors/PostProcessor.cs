using System.Text.Json;

namespace Hebb.Data;

/// <summary>One element of a template: a special token, or a text.</summary>
/// <param name="Sequence">0 for the text, 1 for the second of a pair, -1 for a special token.</param>
/// <param name="Type">The type id given to it.</param>
/// <param name="Ids">The ids of the special token.</param>
/// <param name="Name">Its name in the file.</param>
internal sealed record TemplatePart(int Sequence, int Type, IReadOnlyList<int> Ids, string Name);

/// <summary>What is done with the tokens of a text: special tokens around them, offsets without the spaces.</summary>
internal sealed class PostProcessor
{
    private readonly Action<Utf8JsonWriter> _write;

    public PostProcessor(Action<Utf8JsonWriter> write) => _write = write;

    /// <summary>What surrounds one text, or null where nothing does.</summary>
    public IReadOnlyList<TemplatePart>? Single { get; init; }

    /// <summary>What surrounds two.</summary>
    public IReadOnlyList<TemplatePart>? Pair { get; init; }

    /// <summary>Leave the white space at the ends of a token out of its offsets.</summary>
    public bool TrimOffsets { get; init; }

    /// <summary>Whether a text may start with a space that is not its own: the first token keeps its place.</summary>
    public bool PrefixSpace { get; init; }

    /// <summary>The plain way to put tokens together.</summary>
    public static IReadOnlyList<TemplatePart> Plain(bool pair) => pair ? s_plainPair : s_plainSingle;

    private static readonly TemplatePart[] s_plainSingle = [new(0, 0, [], "A")], s_plainPair = [new(0, 0, [], "A"), new(1, 1, [], "B")];

    public IReadOnlyList<TemplatePart> Template(bool pair) => (pair ? Pair : Single) ?? Plain(pair);

    public void Write(Utf8JsonWriter json) => _write(json);

    /// <summary>A template, as in TemplateProcessing.</summary>
    public static PostProcessor FromTemplate(IReadOnlyList<TemplatePart> single, IReadOnlyList<TemplatePart> pair, Func<int, string> token) => new(json =>
    {
        json.WriteStartObject();
        json.WriteString("type", "TemplateProcessing");
        WriteParts(json, "single", single);
        WriteParts(json, "pair", pair);
        json.WriteStartObject("special_tokens");
        foreach (var part in single.Concat(pair).Where(p => p.Sequence < 0).DistinctBy(p => p.Name))
        {
            json.WriteStartObject(part.Name);
            json.WriteString("id", part.Name);
            json.WriteStartArray("ids");
            foreach (int id in part.Ids) json.WriteNumberValue(id);
            json.WriteEndArray();
            json.WriteStartArray("tokens");
            foreach (int id in part.Ids) json.WriteStringValue(token(id));
            json.WriteEndArray();
            json.WriteEndObject();
        }
        json.WriteEndObject();
        json.WriteEndObject();
    })
    {
        Single = single,
        Pair = pair,
    };

    private static void WriteParts(Utf8JsonWriter json, string name, IReadOnlyList<TemplatePart> parts)
    {
        json.WriteStartArray(name);
        foreach (var part in parts)
        {
            json.WriteStartObject();
            json.WriteStartObject(part.Sequence < 0 ? "SpecialToken" : "Sequence");
            json.WriteString("id", part.Sequence < 0 ? part.Name : part.Sequence == 0 ? "A" : "B");
            json.WriteNumber("type_id", part.Type);
            json.WriteEndObject();
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }
}
