using System.Globalization;
using Spectre.Console;

namespace Hebb.Cli;

/// <summary>Shows training while it goes on: on a terminal a bar over lines for finished epochs, elsewhere the lines alone.</summary>
internal sealed class TrainingDisplay : IProgress<TrainingProgress>
{
    private static readonly TimeSpan s_betweenLines = TimeSpan.FromSeconds(1), s_betweenSigns = TimeSpan.FromSeconds(30);

    private readonly Output _output;
    private readonly ProgressTask? _bar;
    private TimeSpan? _lineAt;
    private TimeSpan _signAt;

    private TrainingDisplay(Output output, ProgressTask? bar) => (_output, _bar) = (output, bar);

    /// <summary>Does work that reports its progress.</summary>
    public static void Show(Output output, Action<IProgress<TrainingProgress>> work)
    {
        if (!output.IsTerminal)
        {
            work(new TrainingDisplay(output, null));
            return;
        }
        AnsiConsole.Progress()
            .AutoClear(true)
            .Columns(new TaskDescriptionColumn { Alignment = Justify.Left }, new ProgressBarColumn(), new PercentageColumn(), new RemainingTimeColumn())
            .Start(context => work(new TrainingDisplay(output, context.AddTask("starting", maxValue: 1))));
    }

    public void Report(TrainingProgress value)
    {
        if (_bar is not null)
        {
            _bar.Description = Markup.Escape(Describe(value));
            _bar.Value = value.TotalSteps > 0 ? (double)value.Step / value.TotalSteps : 1;
        }
        if (value.Finished is not { } epoch)
        {
            // Where there is no bar, long epochs give a sign of life.
            if (_bar is not null || value.Elapsed - _signAt < s_betweenSigns) return;
            _signAt = value.Elapsed;
            _output.Line($"{Describe(value)}  {(value.Validating ? "validating" : $"{100L * value.Done / Math.Max(1, value.Total)} % of the epoch")}");
            return;
        }
        _signAt = value.Elapsed;
        // Epochs of a fraction of a second would flood the screen: then only some have a line, the last one always.
        if (epoch.Epoch < value.Epochs && _lineAt is { } last && value.Elapsed - last < s_betweenLines) return;
        _lineAt = value.Elapsed;
        string line = Line(epoch, value.Epochs);
        if (_bar is null) _output.Line(line);
        else AnsiConsole.WriteLine(line);
    }

    private static string Describe(TrainingProgress at)
    {
        string text = $"epoch {at.Epoch}/{at.Epochs}";
        if (at.Values.TryGetValue("loss", out double loss) && double.IsFinite(loss)) text += $"  loss {Texts.Number(loss)}";
        return text;
    }

    private static string Line(EpochResult epoch, int epochs)
    {
        int width = epochs.ToString(CultureInfo.InvariantCulture).Length;
        var parts = new List<string> { $"epoch {epoch.Epoch.ToString(CultureInfo.InvariantCulture).PadLeft(width)}/{epochs}" };
        foreach (var (name, value) in epoch.Values)
        {
            string shown = name.EndsWith("accuracy", StringComparison.Ordinal) ? Texts.Percent(value) : Texts.Number(value);
            parts.Add(name == "val_loss" ? $"validation: loss {shown}" : $"{(name.StartsWith("val_", StringComparison.Ordinal) ? name[4..] : name)} {shown}");
        }
        parts.Add(Texts.Seconds(epoch.Seconds));
        return string.Join("  ", parts);
    }
}
