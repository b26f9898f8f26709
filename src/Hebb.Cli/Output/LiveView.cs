using System.Globalization;
using System.Text;

namespace Hebb.Cli;

/// <summary>What the terminal shows while training goes on, as lines of text: where the run stands, how fast it is, and the course of each figure.</summary>
/// <param name="unicode">Whether the terminal has block characters.</param>
internal sealed class LiveView(bool unicode)
{
    private const int BarWidth = 24, MaxFigures = 10, MaxPoints = 512, LeastCurve = 8;
    private const string Blocks = "▁▂▃▄▅▆▇█", Plain = "_.-=^";

    private readonly OrderedDictionary<string, List<double>> _courses = [];
    private readonly OrderedDictionary<string, double> _latest = [];
    private readonly List<double> _losses = [];
    private TrainingProgress? _at;
    private double _speed;

    /// <summary>Takes in how far training is.</summary>
    public void Add(TrainingProgress progress)
    {
        _at = progress;
        // Between passes there is none: the last one stays.
        if (progress.SamplesPerSecond > 0)
            _speed = progress.SamplesPerSecond;
        if (progress.Finished is { } epoch)
        {
            foreach (var (name, value) in epoch.Values)
            {
                if (!_courses.TryGetValue(name, out var course))
                    _courses.Add(name, course = []);
                Append(course, value);
                _latest[name] = value;
            }
        }
        else if (!progress.Validating && progress.Values.TryGetValue("loss", out double loss))
        {
            Append(_losses, loss);
        }
    }

    /// <summary>The lines, none longer than the width.</summary>
    public IReadOnlyList<string> Lines(int width)
    {
        if (_at is not { } at)
            return ["starting"];
        int digits = at.Epochs.ToString(CultureInfo.InvariantCulture).Length;
        string done = at.Finished is not null ? "done" : at.Validating ? $"validating {at.Done}/{at.Total}" : $"{at.Done}/{at.Total}";
        double share = at.Finished is not null ? 1 : at.Total == 0 ? 0 : (double)at.Done / at.Total, whole = at.TotalSteps == 0 ? 1 : (double)at.Step / at.TotalSteps;
        var lines = new List<string>
        {
            $"epoch {at.Epoch.ToString(CultureInfo.InvariantCulture).PadLeft(digits)}/{at.Epochs}  {Bar(share)}  {done}  {Texts.Count((long)_speed)} samples/s  learning rate {at.LearningRate.ToString(at.LearningRate is > 0 and < 1e-4 ? "0.##e-0" : "0.#####", CultureInfo.InvariantCulture)}",
            $"{"run".PadRight(7 + 2 * digits)}  {Bar(whole)}  {(100 * whole).ToString("0", CultureInfo.InvariantCulture)} %  {Texts.Seconds(at.Elapsed.TotalSeconds)}{Left(at, whole)}",
        };
        var now = new OrderedDictionary<string, double>(_latest);
        foreach (var (name, value) in at.Values)
            now[name] = value;
        int nameWidth = now.Count == 0 ? 0 : now.Keys.Max(n => n.Length);
        foreach (var (name, value) in now.Take(MaxFigures))
        {
            string text = $"{name.PadRight(nameWidth)}  {Shown(name, value),9}";
            // The loss is known between the ends of passes too: its course is that of the whole run.
            var course = name == "loss" && _losses.Count > 1 ? _losses : _courses.GetValueOrDefault(name) ?? [];
            int room = width - text.Length - 2;
            lines.Add(course.Count > 1 && room >= LeastCurve ? $"{text}  {Curve(course, room)}" : text);
        }
        return [.. lines.Select(l => l.Length <= width ? l : l[..width])];
    }

    /// <summary>Values as a row of blocks, lowest to highest; at most so many of them, each the mean of some where there are more.</summary>
    public string Curve(IReadOnlyList<double> values, int width)
    {
        double[] points = [.. values.Where(double.IsFinite)];
        if (points.Length == 0)
            return "";
        int count = Math.Min(width, points.Length);
        var means = new double[count];
        for (int i = 0; i < count; i++)
            means[i] = points.AsSpan((int)((long)i * points.Length / count)..(int)((i + 1L) * points.Length / count)).ToArray().Average();
        double low = means.Min(), high = means.Max();
        string marks = unicode ? Blocks : Plain;
        return string.Concat(means.Select(m => marks[high > low ? Math.Min(marks.Length - 1, (int)((m - low) / (high - low) * marks.Length)) : 0]));
    }

    private string Bar(double share)
    {
        int filled = (int)Math.Round(BarWidth * Math.Clamp(share, 0, 1));
        return new StringBuilder().Append(unicode ? '█' : '#', filled).Append(unicode ? '░' : '.', BarWidth - filled).ToString();
    }

    private static string Left(TrainingProgress at, double whole)
    {
        // The first steps are slow: what they tell of the rest is worth nothing.
        if (whole is < 0.01 or >= 1 || at.Elapsed.TotalSeconds < 1)
            return "";
        return $", {Texts.Seconds(at.Elapsed.TotalSeconds * (1 - whole) / whole)} left";
    }

    private static string Shown(string name, double value) => !double.IsFinite(value) ? "not defined" : name.EndsWith("accuracy", StringComparison.Ordinal) ? Texts.Percent(value) : Texts.Number(value);

    private static void Append(List<double> course, double value)
    {
        course.Add(value);
        if (course.Count < MaxPoints)
            return;
        for (int i = 0; i < course.Count / 2; i++)
            course[i] = (course[2 * i] + course[2 * i + 1]) / 2;
        course.RemoveRange(course.Count / 2, course.Count - course.Count / 2);
    }
}
