using System.Globalization;
using System.Numerics;
using System.Text;
using Hebb.Ops;

namespace Hebb;

/// <summary>Writes tensors as people read them: aligned, a few digits, the middle of large ones left out.</summary>
internal static class TensorPrinter
{
    private const int Threshold = 1000, Edge = 3, Digits = 4, LineWidth = 100;

    public static string Print(Tensor x)
    {
        if (!x.HasStorage)
            return $"tensor({x.Spec}, inside {x.Tracer!.Interpreter.Name})";
        var text = new StringBuilder("tensor(");
        if (x.Count == 0)
        {
            text.Append("[]");
        }
        else
        {
            bool summarise = x.Count > Threshold;
            var cells = Cells(x, summarise);
            int width = cells.Max(c => c.Length);
            int at = 0;
            Write(text, x.Shape, 0, summarise, cells, ref at, x.Rank == 0 ? 0 : width, 7);
        }
        if (x.Count == 0 || x.Count > Threshold)
            text.Append(", shape=").Append(x.Shape);
        text.Append(", ").Append(x.DType.Name);
        if (x.RequiresGrad)
            text.Append(x.IsLeaf ? ", requiresGrad" : $", from {x.Node!.Primitive!.DisplayName}");
        return text.Append(')').ToString();
    }

    private static void Write(StringBuilder text, in Shape shape, int axis, bool summarise, string[] cells, ref int at, int width, int indent)
    {
        if (axis == shape.Rank)
        {
            text.Append(cells[at++].PadLeft(width));
            return;
        }
        int size = shape[axis];
        bool last = axis == shape.Rank - 1;
        bool cut = summarise && size > 2 * Edge;
        int perLine = Math.Max(1, (LineWidth - indent) / (width + 2));
        text.Append('[');
        int shown = cut ? 2 * Edge : size;
        for (int i = 0, column = 0; i < shown; i++)
        {
            if (i > 0)
            {
                text.Append(',');
                if (last && column < perLine)
                    text.Append(' ');
                else
                    Break(text, indent + 1, last ? 1 : shape.Rank - axis - 1, ref column);
            }
            if (cut && i == Edge)
            {
                text.Append("...,");
                if (last)
                    text.Append(' ');
                else
                    Break(text, indent + 1, shape.Rank - axis - 1, ref column);
            }
            Write(text, shape, axis + 1, summarise, cells, ref at, width, indent + 1);
            column++;
        }
        text.Append(']');

        static void Break(StringBuilder text, int indent, int lines, ref int column)
        {
            text.Append('\n', lines).Append(' ', indent);
            column = 0;
        }
    }

    /// <summary>The elements to be shown, in order, as text of one style.</summary>
    private static string[] Cells(Tensor x, bool summarise)
    {
        var shown = x.Detach();
        for (int axis = 0; summarise && axis < x.Rank; axis++)
        {
            if (x.Shape[axis] > 2 * Edge)
                shown = Tensor.Cat([shown.Narrow(axis, 0, Edge), shown.Narrow(axis, -Edge, Edge)], axis);
        }
        if (x.DType.IsComplex)
            return Array.ConvertAll(shown.To(DType.Complex128).ToArray<Complex>(), z => $"{Plain(z.Real)}{(z.Imaginary < 0 || double.IsNegative(z.Imaginary) ? "-" : "+")}{Plain(Math.Abs(z.Imaginary))}i");
        if (x.DType == DType.Bool)
            return Array.ConvertAll(shown.ToArray<bool>(), b => b ? "true" : "false");
        if (x.DType == DType.UInt64)
            return Array.ConvertAll(shown.ToArray<ulong>(), v => v.ToString(CultureInfo.InvariantCulture));
        if (!x.DType.IsFloat && x.DType.IsInteger)
            return Array.ConvertAll(shown.To(DType.Int64).ToArray<long>(), v => v.ToString(CultureInfo.InvariantCulture));
        return Floats(Copying.To(shown, DType.Float64).ToArray<double>());
    }

    private static string[] Floats(double[] values)
    {
        var finite = values.Where(double.IsFinite).ToArray();
        double largest = finite.Length == 0 ? 0 : finite.Max(Math.Abs);
        double smallest = finite.Where(v => v != 0).Select(Math.Abs).DefaultIfEmpty(1).Min();
        string format = finite.All(v => v == Math.Floor(v)) && largest < 1e8 ? "0."
            : largest >= 1e8 || smallest < 1e-4 && largest < 1 || largest / smallest > 1e5 ? "0.0000e+00"
            : "0." + new string('0', Digits);
        return Array.ConvertAll(values, v =>
            double.IsNaN(v) ? "nan"
            : double.IsInfinity(v) ? v > 0 ? "inf" : "-inf"
            : format == "0." ? v.ToString("0", CultureInfo.InvariantCulture) + "."
            : v.ToString(format, CultureInfo.InvariantCulture));
    }

    private static string Plain(double v) => v.ToString("0.0000", CultureInfo.InvariantCulture);
}
