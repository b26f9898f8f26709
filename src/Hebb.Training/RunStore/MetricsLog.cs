using System.Text;
using System.Text.Json;

namespace Hebb;

/// <summary>
/// <c>metrics.jsonl</c>: a line of JSON for steps now and then, <c>{"kind":"step","step":20,"epoch":1,"loss":…,"learning_rate":…}</c>, and one for each pass, of
/// <c>"kind":"epoch"</c>. After an interruption it is cut to where the checkpoint stood.
/// </summary>
internal sealed class MetricsLog : IDisposable
{
    private readonly string _path;
    private readonly FileStream _file;

    /// <exception cref="HebbException">The file can't be written.</exception>
    public MetricsLog(string path, long step, int epochs)
    {
        _path = path;
        try
        {
            if (File.Exists(path))
                AtomicFile.WriteText(path, string.Concat(File.ReadLines(path).TakeWhile(l => Stands(l, step, epochs)).Select(l => l + "\n")));
            _file = new FileStream(path, FileMode.Append, FileAccess.Write, FileShare.Read);
        }
        catch (Exception e) when (FileErrors.IsRefusal(e))
        {
            throw Unwritable(e);
        }
    }

    /// <summary>What a log tells; lines that an interruption cut short are left out.</summary>
    public static (IReadOnlyList<EpochResult> Epochs, IReadOnlyList<StepResult> Steps) Read(string path)
    {
        List<EpochResult> epochs = [];
        List<StepResult> steps = [];
        foreach (string line in File.Exists(path) ? File.ReadLines(path) : [])
        {
            if (!Stands(line, long.MaxValue, int.MaxValue))
                continue;
            using var json = JsonDocument.Parse(line);
            var root = json.RootElement;
            double Number(string name) => root.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number ? value.GetDouble() : double.NaN;
            if (root.GetProperty("kind").ValueEquals("step"))
            {
                double norm = Number("gradient_norm");
                steps.Add(new StepResult((long)Number("step"), (int)Number("epoch"), Number("loss"), Number("learning_rate"), double.IsNaN(norm) ? null : norm, 0));
                continue;
            }
            var values = new OrderedDictionary<string, double>();
            foreach (var member in root.EnumerateObject())
            {
                if (member.Name is not ("kind" or "epoch" or "step" or "learning_rate" or "seconds"))
                    values[member.Name] = Number(member.Name);
            }
            epochs.Add(new EpochResult { Epoch = (int)Number("epoch"), Step = (long)Number("step"), LearningRate = Number("learning_rate"), Seconds = Number("seconds"), Values = values });
        }
        return (epochs, steps);
    }

    public void Append(in StepResult step)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("kind", "step");
            json.WriteNumber("step", step.Step);
            json.WriteNumber("epoch", step.Epoch);
            json.WriteNumber("loss", step.Loss);
            json.WriteNumber("learning_rate", step.LearningRate);
            if (step.GradientNorm is { } norm)
                json.WriteNumber("gradient_norm", norm);
            json.WriteEndObject();
        }
        Write(buffer);
    }

    public void Append(EpochResult epoch)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("kind", "epoch");
            json.WriteNumber("epoch", epoch.Epoch);
            json.WriteNumber("step", epoch.Step);
            json.WriteNumber("learning_rate", epoch.LearningRate);
            json.WriteNumber("seconds", Math.Round(epoch.Seconds, 3));
            foreach (var (name, value) in epoch.Values)
            {
                if (double.IsFinite(value))
                    json.WriteNumber(name, value);
                else
                    json.WriteNull(name);
            }
            json.WriteEndObject();
        }
        Write(buffer);
    }

    public void Dispose() => _file.Dispose();

    /// <summary>Whether a line was written before the checkpoint. One that an interruption cut short was not.</summary>
    private static bool Stands(string line, long step, int epochs)
    {
        try
        {
            using var json = JsonDocument.Parse(line);
            var root = json.RootElement;
            return root.GetProperty("kind").ValueEquals("epoch") ? root.GetProperty("epoch").GetInt32() <= epochs : root.GetProperty("step").GetInt64() <= step;
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or System.FormatException)
        {
            return false;
        }
    }

    private void Write(MemoryStream line)
    {
        line.WriteByte((byte)'\n');
        try
        {
            // One write a line: a killed process leaves whole lines, or one that is cut short, last.
            _file.Write(line.GetBuffer().AsSpan(0, (int)line.Length));
            _file.Flush();
        }
        catch (Exception e) when (FileErrors.IsRefusal(e))
        {
            throw Unwritable(e);
        }
    }

    private HebbException Unwritable(Exception e) => new($"{_path}: can't be written: {FileErrors.FirstLine(e)}", e);
}
