using System.Globalization;
using System.Text;
using Hebb.Cli.Reporting;
using Hebb.Data;

namespace Hebb.Cli.Fitting;

/// <summary>Answers for the rows of a table, as a table: the columns of the file, then what the model says.</summary>
internal sealed class TablePredictions
{
    private const int MostProbabilities = 50;

    private readonly Table _table;

    private TablePredictions(Table table, IReadOnlyList<string> columns, IReadOnlyList<string[]> answers, IReadOnlyList<BadRow> bad) => (_table, Columns, Answers, Bad) = (table, columns, answers, bad);

    /// <summary>The columns that are added.</summary>
    public IReadOnlyList<string> Columns { get; }

    /// <summary>Their values, row by row.</summary>
    public IReadOnlyList<string[]> Answers { get; }

    /// <summary>Rows that have no answer, or one to values that are missing.</summary>
    public IReadOnlyList<BadRow> Bad { get; }

    public long Line(int row) => _table.Line(row);

    /// <exception cref="HebbException">The table lacks columns, or they hold something else than in training.</exception>
    public static TablePredictions Of(LoadedModel model, TablePreprocessing prepared, Table table, CancellationToken cancellation)
    {
        var inputs = prepared.Inputs(table, out var cells);
        float[] outputs = ModelAnswers.Outputs(model, inputs, cancellation);
        string name = $"predicted_{prepared.Target}";
        BadRow[] bad = [.. table.BadRows.Where(b => b.Dropped), .. cells];
        if (prepared.Labels is not { } labels)
            return new TablePredictions(table, [name], [.. outputs.Select(o => (string[])[prepared.Unscale(o).ToString("G7", CultureInfo.InvariantCulture)])], bad);
        bool each = labels.Count <= MostProbabilities;
        var answers = new string[table.Count][];
        for (int row = 0; row < answers.Length; row++)
        {
            double[] p = Probabilities(outputs.AsSpan(row * labels.Count, labels.Count));
            int best = Array.IndexOf(p, p.Max());
            answers[row] = [labels[best], Share(p[best]), .. each ? p.Select(Share) : []];
        }
        return new TablePredictions(table, [name, "probability", .. each ? labels.Select(l => $"probability_{l}") : []], answers, bad);
    }

    public string ToCsv()
    {
        var text = new StringBuilder();
        Line([.. _table.Columns.Select(c => c.Name), .. Columns]);
        for (int row = 0; row < _table.Count; row++) Line([.. _table.Columns.Select(c => c.Text(row) ?? ""), .. Answers[row]]);
        return text.ToString();

        void Line(IEnumerable<string> fields) => text.AppendJoin(',', fields.Select(Field)).Append('\n');
    }

    // Quoted where RFC 4180 asks for it.
    private static string Field(string text) => text.AsSpan().ContainsAny(',', '"', '\n') || text.Contains('\r') ? $"\"{text.Replace("\"", "\"\"")}\"" : text;

    private static string Share(double p) => p.ToString("0.######", CultureInfo.InvariantCulture);

    private static double[] Probabilities(ReadOnlySpan<float> logits)
    {
        var p = new double[logits.Length];
        double most = double.NegativeInfinity, sum = 0;
        foreach (float logit in logits) most = Math.Max(most, logit);
        for (int i = 0; i < p.Length; i++) sum += p[i] = Math.Exp(logits[i] - most);
        for (int i = 0; i < p.Length; i++) p[i] /= sum;
        return p;
    }
}
