using System.Text;

namespace Hebb.Diagnostics;

/// <summary>Columns as wide as their longest cell; those of numbers are set flush right. Long cells of text are cut.</summary>
internal sealed class TextTable(params string[] columns)
{
    private const int MaxWidth = 60;

    private readonly List<string[]> _rows = [];

    public void Add(params string[] cells) => _rows.Add(Array.ConvertAll(cells, c => c.Length <= MaxWidth ? c : c[..(MaxWidth - 1)] + "…"));

    public override string ToString()
    {
        var widths = new int[columns.Length];
        var right = new bool[columns.Length];
        for (int c = 0; c < widths.Length; c++)
        {
            widths[c] = Math.Max(columns[c].Length, _rows.Count == 0 ? 0 : _rows.Max(r => r[c].Length));
            right[c] = _rows.Count > 0 && _rows.All(r => r[c].Length == 0 || char.IsAsciiDigit(r[c][0]) || r[c][0] == '-');
        }
        var text = new StringBuilder();
        foreach (string[] row in _rows.Prepend(columns))
        {
            int start = text.Length;
            for (int c = 0; c < row.Length; c++)
            {
                if (c > 0)
                    text.Append("  ");
                text.Append(right[c] ? row[c].PadLeft(widths[c]) : row[c].PadRight(widths[c]));
            }
            while (text.Length > start && text[^1] == ' ')
                text.Length--;
            text.Append('\n');
        }
        return text.ToString();
    }
}
