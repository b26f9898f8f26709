using System.Text.Json;

namespace Hebb.Data;

/// <summary>The post-processors of tokenizer.json.</summary>
internal static class PostProcessorJson
{
    public static PostProcessor Read(JsonField json)
    {
        byte[] raw = Copy(json.Element);
        return Parse(json, writer => writer.WriteRawValue(raw));
    }

    /// <summary>The element's own text: what is written back is what was read.</summary>
    private static byte[] Copy(JsonElement element)
    {
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer, new JsonWriterOptions { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping })) element.WriteTo(writer);
        return buffer.ToArray();
    }

    private static PostProcessor Parse(JsonField json, Action<Utf8JsonWriter> write)
    {
        switch (json.Text("type"))
        {
            case "ByteLevel":
                return new PostProcessor(write) { TrimOffsets = json.Flag("trim_offsets", true), PrefixSpace = json.Flag("add_prefix_space", true) };
            case "TemplateProcessing":
                var specials = json.Require("special_tokens");
                return new PostProcessor(write) { Single = Template(json.Require("single"), specials), Pair = Template(json.Require("pair"), specials) };
            case "BertProcessing":
                var (cls, sep) = (Token(json, "cls"), Token(json, "sep"));
                return new PostProcessor(write) { Single = [cls, Text(0, 0), sep], Pair = [cls, Text(0, 0), sep, Text(1, 1), sep with { Type = 1 }] };
            case "RobertaProcessing":
                (cls, sep) = (Token(json, "cls"), Token(json, "sep"));
                return new PostProcessor(write)
                {
                    Single = [cls, Text(0, 0), sep],
                    Pair = [cls, Text(0, 0), sep, sep, Text(1, 0), sep],
                    TrimOffsets = json.Flag("trim_offsets", true),
                    PrefixSpace = json.Flag("add_prefix_space", true),
                };
            case "Sequence":
                var parts = json.Require("processors").AsArray().Select(p => Parse(p, write)).ToArray();
                var templates = parts.Where(p => p.Single is not null).ToArray();
                if (templates.Length > 1) throw json.Error("more than one template in a sequence is not supported");
                return new PostProcessor(write)
                {
                    Single = templates.FirstOrDefault()?.Single,
                    Pair = templates.FirstOrDefault()?.Pair,
                    TrimOffsets = parts.Any(p => p.TrimOffsets),
                    PrefixSpace = parts.Any(p => p.PrefixSpace),
                };
            case var other:
                throw json.Error($"the post-processor \"{CsvTable.Shorten(other)}\" is not known");
        }
    }

    private static TemplatePart Text(int sequence, int type) => new(sequence, type, [], sequence == 0 ? "A" : "B");

    /// <summary>A property such as "sep": ["[SEP]", 102].</summary>
    private static TemplatePart Token(JsonField json, string name) =>
        json.Require(name).AsArray() is [var text, var id] ? new TemplatePart(-1, 0, [id.AsInteger()], text.AsText()) : throw json.Error($"\"{name}\" is not a token and its id");

    private static TemplatePart[] Template(JsonField json, JsonField specials) => [.. json.AsArray().Select(part =>
    {
        if (part.Find("Sequence") is { } sequence)
            return Text(sequence.Text("id") switch { "A" => 0, "B" => 1, _ => throw sequence.Error("\"id\" is neither A nor B") }, sequence.Integer("type_id"));
        var special = part.Require("SpecialToken");
        string name = special.Text("id");
        var ids = specials.Require(name).Require("ids").AsArray().Select(id => id.AsInteger());
        return new TemplatePart(-1, special.Integer("type_id"), [.. ids], name);
    })];
}
