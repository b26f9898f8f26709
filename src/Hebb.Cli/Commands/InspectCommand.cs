using System.CommandLine;
using System.Text.Json;

namespace Hebb.Cli.Commands;

/// <summary><c>hebb inspect FILE</c>: what a file holds, of whatever kind.</summary>
internal static class InspectCommand
{
    private const int LongestValue = 100;

    public static Command Create()
    {
        var file = new Argument<string>("FILE") { Description = "A file of weights or a model, of any kind that Hebb reads" };
        var command = new Command("inspect", "Show what a file holds: tensors, metadata, operators") { file };
        command.SetAction(session => Run(session, FileReport.Of(session.Value(file))));
        return command;
    }

    private static int Run(Session session, FileReport report)
    {
        var output = session.Output;
        output.Line($"{report.Path}: {FileFormats.NameOf(report.Format)}, {Texts.Bytes(report.Bytes)}, {Texts.Plural(report.Tensors.Count, "tensor")} of {Texts.Plural(report.Elements, "element")}");
        foreach (var (key, value) in report.Metadata) output.Line($"{key}: {Short(value)}");
        foreach (var (title, ports) in ((string, IReadOnlyList<FilePort>)[])[("takes", report.Inputs), ("gives", report.Outputs)])
            foreach (var port in ports) output.Line($"{title} {port.Name}: {port.Type}");
        if (report.Operators.Count > 0) output.Line("operators: " + string.Join(", ", report.Operators.Select(o => o.Count == 1 ? o.Name : $"{o.Name} x{o.Count}")));
        if (report.Tensors.Count > 0) output.Table(["TENSOR", "TYPE", "SHAPE", "BYTES"], [.. report.Tensors.Select(t => (string[])[t.Name, t.Type, t.Shape.ToString(), Texts.Count(t.Bytes)])]);
        output.Json(json => Write(json, report));
        return ExitCodes.Success;
    }

    private static string Short(string value)
    {
        value = value.ReplaceLineEndings(" ");
        return value.Length <= LongestValue ? value : $"{value[..LongestValue]}… ({Texts.Count(value.Length)} characters)";
    }

    private static void Write(Utf8JsonWriter json, FileReport report)
    {
        json.WriteString("file", report.Path);
        json.WriteString("format", FileFormats.NameOf(report.Format));
        json.WriteNumber("bytes", report.Bytes);
        json.WriteNumber("elements", report.Elements);
        json.WriteStartObject("metadata");
        foreach (var (key, value) in report.Metadata) json.WriteString(key, value);
        json.WriteEndObject();
        foreach (var (title, ports) in ((string, IReadOnlyList<FilePort>)[])[("inputs", report.Inputs), ("outputs", report.Outputs)])
        {
            json.WriteStartArray(title);
            foreach (var port in ports)
            {
                json.WriteStartObject();
                json.WriteString("name", port.Name);
                json.WriteString("type", port.Type);
                json.WriteEndObject();
            }
            json.WriteEndArray();
        }
        json.WriteStartObject("operators");
        foreach (var (name, count) in report.Operators) json.WriteNumber(name, count);
        json.WriteEndObject();
        json.WriteStartArray("tensors");
        foreach (var tensor in report.Tensors)
        {
            json.WriteStartObject();
            json.WriteString("name", tensor.Name);
            json.WriteString("type", tensor.Type);
            json.WriteStartArray("shape");
            foreach (int size in tensor.Shape) json.WriteNumberValue(size);
            json.WriteEndArray();
            json.WriteNumber("bytes", tensor.Bytes);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }
}
