using System.Globalization;
using System.Text;

namespace Hebb;

/// <summary>Writes a table of the epochs, one row each, whole again after every pass: epoch, step, learning rate, seconds, then <see cref="EpochResult.Values"/>.</summary>
public sealed class CsvLog(string path) : Callback
{
    /// <exception cref="HebbException">The file can't be written.</exception>
    public override void OnEpochEnd(TrainingContext context, EpochResult epoch)
    {
        var names = context.History.SelectMany(e => e.Values.Keys).Distinct().ToArray();
        var text = new StringBuilder("epoch,step,learning_rate,seconds");
        foreach (string name in names)
            text.Append(',').Append(name);
        foreach (var row in context.History)
        {
            text.Append(CultureInfo.InvariantCulture, $"\n{row.Epoch},{row.Step},{row.LearningRate},{row.Seconds:0.###}");
            foreach (string name in names)
                text.Append(',').Append(row.Values.TryGetValue(name, out double value) ? value.ToString(CultureInfo.InvariantCulture) : "");
        }
        try
        {
            AtomicFile.WriteText(path, text.Append('\n').ToString());
        }
        catch (Exception e) when (FileErrors.IsRefusal(e))
        {
            throw new HebbException($"{path}: the log can't be written: {FileErrors.FirstLine(e)}", e);
        }
    }
}
