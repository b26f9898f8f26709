using System.Globalization;
using System.Text;

namespace Hebb.Package;

/// <summary>The page about a model that people read: Markdown, made from what is known. The manifest holds the same for programs.</summary>
internal static class ModelCard
{
    public static string Write(ModelInfo info, ModelSchema schema, long parameters)
    {
        var text = new StringBuilder();
        text.Append($"# {(info.Name.Length > 0 ? info.Name : "A model")}\n\n");
        if (info.Description.Length > 0)
            text.Append(info.Description.ReplaceLineEndings("\n")).Append("\n\n");
        Row("Task", info.Task);
        Row("Data", info.Data);
        Row("Licence", info.Licence);
        Row("Parameters", parameters.ToString("N0", CultureInfo.InvariantCulture));
        foreach (var input in schema.Inputs)
            Row("Takes", $"`{input}`");
        foreach (var output in schema.Outputs)
            Row("Gives", $"`{output}`");
        if (info.Labels is { } labels)
            Row("Classes", string.Join(", ", labels.Take(20)) + (labels.Count > 20 ? string.Create(CultureInfo.InvariantCulture, $" and {labels.Count - 20} more") : ""));
        foreach (var (name, value) in info.Metrics)
            Row(name, value.ToString("R", CultureInfo.InvariantCulture));
        return text.ToString();

        void Row(string name, string value)
        {
            if (value.Length > 0)
                text.Append($"- {name}: {value.ReplaceLineEndings(" ")}\n");
        }
    }
}
