using System.Globalization;
using System.Text;

namespace Hebb;

/// <summary>
/// Writes a table of the epochs, one row each, whole again after every pass: epoch, step, learning rate, seconds, then <see cref="EpochResult.Values"/>. A resumed run
/// writes the rows from before its interruption too.
/// </summary>
/// <param name="path">The file.</param>
/// <param name="separator">Between columns.</param>
/// <param name="append">Whether rows of an earlier run, under the same columns, stay above; otherwise the file begins anew.</param>
public sealed class CsvLogger(string path, char separator = ',', bool append = false) : Callback
{
    private string _before = "";

    /// <exception cref="HebbException">The file can't be read.</exception>
    public override void OnTrainBegin(TrainingContext context)
    {
        try
        {
            _before = append && context.Step == 0 && File.Exists(path) ? File.ReadAllText(path) : "";
        }
        catch (Exception e) when (FileErrors.IsRefusal(e))
        {
            throw new HebbException($"{path}: the log can't be read: {FileErrors.FirstLine(e)}", e);
        }
    }

    /// <exception cref="HebbException">The file can't be written, or holds rows of other columns.</exception>
    public override void OnEpochEnd(TrainingContext context, EpochResult epoch)
    {
        string[] names = [.. context.History.SelectMany(e => e.Values.Keys).Distinct()];
        string header = string.Join(separator, (string[])["epoch", "step", "learning_rate", "seconds", .. names]);
        if (_before.Length > 0 && !_before.StartsWith(header + "\n", StringComparison.Ordinal))
            throw new HebbException($"{path}: can't append to a table with the columns {_before.AsSpan()[.._before.AsSpan().IndexOf('\n')]}; this run has {header}");
        var text = new StringBuilder(_before.Length > 0 ? _before : header + "\n");
        foreach (var row in context.History)
        {
            string[] cells = [Text(row.Epoch), Text(row.Step), Text(row.LearningRate), Text(Math.Round(row.Seconds, 3)), .. names.Select(n => row.Values.TryGetValue(n, out double value) ? Text(value) : "")];
            text.AppendJoin(separator, cells).Append('\n');
        }
        try
        {
            AtomicFile.WriteText(path, text.ToString());
        }
        catch (Exception e) when (FileErrors.IsRefusal(e))
        {
            throw new HebbException($"{path}: the log can't be written: {FileErrors.FirstLine(e)}", e);
        }
    }

    private static string Text(double value) => value.ToString(CultureInfo.InvariantCulture);
}
