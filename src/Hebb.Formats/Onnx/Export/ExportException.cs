using Hebb.Compile;

namespace Hebb.Onnx.Export;

/// <summary>A model that can't be written as ONNX, and why.</summary>
internal sealed class ExportException(string message, Exception? inner = null) : HebbException(Prefix + message, inner)
{
    private const string Prefix = "ONNX export: ";

    /// <summary>Whether the message names the op.</summary>
    public bool IsNamed { get; private init; }

    /// <summary>What went wrong, with the op, its module and the line that called it.</summary>
    public static ExportException Of(GraphNode node, HebbException e)
    {
        string what = e.Message.StartsWith(Prefix, StringComparison.Ordinal) ? e.Message[Prefix.Length..] : e.Message;
        string op = node.Primitive.DisplayName == node.Primitive.Name ? node.Primitive.Name : $"{node.Primitive.DisplayName} ({node.Primitive.Name})";
        return new ExportException($"{op}{(node.Path is null ? "" : $" at {node.Path}")}{(node.Line is null ? "" : $", called at {node.Line}")}: {what}", e) { IsNamed = true };
    }
}
