using System.Globalization;
using System.Text;

namespace Hebb;

/// <summary>Writes tensors in PyTorch's layout: aligned, one style for all elements, the middle of large ones left out, and always the element type.</summary>
internal static class TensorPrinter
{
    private const string Start = "tensor(";

    public static string Print(Tensor x, PrintOptions options)
    {
        if (!x.HasStorage)
            return $"{Start}{x.Spec}, inside {x.Tracer!.Interpreter.Name})";
        bool cut = x.Count > options.Threshold;
        var text = new StringBuilder(Start);
        if (x.Count == 0)
        {
            text.Append("[]");
        }
        else
        {
            var shown = ShownElements.Read(x, cut ? Math.Max(options.EdgeItems, 1) : int.MaxValue);
            string[] cells = shown.Format(Math.Clamp(options.Precision, 0, 17));
            int at = 0;
            Write(text, shown, 0, cells, ref at, Start.Length, options.LineWidth);
        }
        if (x.Count == 0 || cut)
            text.Append(", shape=").Append(x.Shape);
        text.Append(", ").Append(x.DType.Name);
        if (x.RequiresGrad)
            text.Append(x.IsLeaf ? ", requiresGrad" : $", from {x.Node!.Primitive!.DisplayName}");
        return text.Append(')').ToString();
    }

    private static void Write(StringBuilder text, ShownElements shown, int axis, string[] cells, ref int at, int indent, int lineWidth)
    {
        int rank = shown.Shape.Rank;
        if (axis == rank)
        {
            text.Append(cells[at++]);
            return;
        }
        int count = shown.Counts[axis], gap = count < shown.Shape[axis] ? count / 2 : -1, column = 0;
        bool last = axis == rank - 1;
        // The dots take a place in the line like an element.
        int perLine = last ? Math.Max(1, (lineWidth - indent) / (cells[0].Length + 2)) : 0;
        text.Append('[');
        for (int i = 0; i < count; i++)
        {
            if (i == gap)
                Item(last ? " ..." : "...");
            Item(null);
            Write(text, shown, axis + 1, cells, ref at, indent + 1, lineWidth);
        }
        text.Append(']');

        void Item(string? dots)
        {
            if (column > 0)
            {
                text.Append(',');
                if (last && column % perLine != 0)
                    text.Append(' ');
                else
                    text.Append('\n', last ? 1 : rank - axis - 1).Append(' ', indent + 1);
            }
            column++;
            text.Append(dots);
        }
    }
}
