using System.Globalization;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace Hebb.Cli;

/// <summary>Shows training while it goes on: on a terminal a live view under lines for finished epochs, elsewhere the lines alone.</summary>
internal sealed class TrainingDisplay : IProgress<TrainingProgress>
{
    private static readonly TimeSpan s_betweenLines = TimeSpan.FromSeconds(1), s_betweenSigns = TimeSpan.FromSeconds(30);

    private readonly Output _output;
    private readonly LiveDisplayContext? _live;
    private readonly LiveView _view;
    private TimeSpan? _lineAt;
    private TimeSpan _signAt;

    private TrainingDisplay(Output output, LiveDisplayContext? live) => (_output, _live, _view) = (output, live, new LiveView(AnsiConsole.Profile.Capabilities.Unicode));

    /// <summary>Does work that reports its progress.</summary>
    public static void Show(Output output, Action<IProgress<TrainingProgress>> work)
    {
        if (!output.IsTerminal || !AnsiConsole.Profile.Capabilities.Ansi)
        {
            work(new TrainingDisplay(output, null));
            return;
        }
        AnsiConsole.Live(new Text("starting")).AutoClear(true).Overflow(VerticalOverflow.Crop).Cropping(VerticalOverflowCropping.Bottom)
            .Start(context => work(new TrainingDisplay(output, context)));
    }

    public void Report(TrainingProgress value)
    {
        _view.Add(value);
        if (value.Finished is { } epoch)
            Report(value, epoch);
        else if (_live is null && value.Elapsed - _signAt >= s_betweenSigns)
        {
            // Where there is no view, long epochs give a sign of life.
            _signAt = value.Elapsed;
            _output.Line($"{Describe(value)}  {(value.Validating ? "validating" : $"{100L * value.Done / Math.Max(1, value.Total)} % of the epoch")}");
        }
        // The width is asked for each time: windows change.
        _live?.UpdateTarget(new Rows(_view.Lines(Math.Max(20, AnsiConsole.Profile.Width - 1)).Select(line => (IRenderable)new Text(line))));
    }

    private void Report(TrainingProgress value, EpochResult epoch)
    {
        _signAt = value.Elapsed;
        // Epochs of a fraction of a second would flood the screen: then only some have a line, the last one always.
        if (epoch.Epoch < value.Epochs && _lineAt is { } last && value.Elapsed - last < s_betweenLines) return;
        _lineAt = value.Elapsed;
        string line = Line(epoch, value.Epochs);
        if (_live is null) _output.Line(line);
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
