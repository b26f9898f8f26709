using System.Globalization;
using System.Text;

namespace Hebb;

/// <summary>A line on the console's error stream that is written over while a pass goes on, and stays when it ends.</summary>
internal sealed class ConsoleProgress(TextWriter writer, Func<int> width) : IProgress<TrainingProgress>
{
    private const int BarWidth = 20;

    /// <summary>The console where a user looks on, or where asked; otherwise nothing.</summary>
    public static ConsoleProgress? Choose(bool? asked) =>
        asked ?? !Console.IsErrorRedirected ? new ConsoleProgress(Console.Error, ConsoleWidth) : null;

    public void Report(TrainingProgress value)
    {
        if (value.Finished is { } finished)
        {
            string line = finished.ToString().Replace($"epoch {finished.Epoch}:", $"epoch {finished.Epoch}/{value.Epochs}:", StringComparison.Ordinal);
            writer.WriteLine("\r" + line.PadRight(width() - 1));
            return;
        }
        int filled = value.Total == 0 ? 0 : BarWidth * value.Done / value.Total;
        var text = new StringBuilder($"epoch {value.Epoch}/{value.Epochs} [{new string('#', filled)}{new string('.', BarWidth - filled)}] ");
        text.Append(value.Validating ? $"validating {value.Done}/{value.Total}" : $"{value.Done}/{value.Total}");
        foreach (var (name, number) in value.Values)
            text.Append($"  {name} {MetricText.Number(number)}");
        text.Append(CultureInfo.InvariantCulture, $"  {value.SamplesPerSecond:#,0} samples/s");
        int room = width() - 1;
        writer.Write("\r" + (text.Length > room ? text.ToString(0, room) : text.ToString().PadRight(room)));
    }

    private static int ConsoleWidth()
    {
        try
        {
            return Math.Max(Console.WindowWidth, 40);
        }
        catch (IOException)
        {
            return 120;
        }
    }
}
