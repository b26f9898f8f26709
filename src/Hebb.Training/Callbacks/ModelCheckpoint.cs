using System.Globalization;
using System.Text.RegularExpressions;

namespace Hebb;

/// <summary>
/// Writes the weights to a safetensors file after passes or steps: each time, or only when they are the best so far. For going on with training use
/// <see cref="TrainerOptions.Checkpoints"/>, which hold more. Options are Keras's.
/// <code>ModelCheckpoint.Best("best.safetensors", "val_accuracy")
/// new ModelCheckpoint("weights-{epoch:02d}-{val_loss:.2f}.safetensors")</code>
/// </summary>
public sealed partial class ModelCheckpoint : Callback
{
    private readonly string _path, _monitor;
    private readonly bool _bestOnly, _higherIsBetter;
    private readonly int _saveFreq;
    private readonly double _threshold;
    private double _best;

    /// <param name="path">
    /// The file. In braces: <c>{epoch}</c>, <c>{step}</c> or one of <see cref="EpochResult.Values"/>, with a format of Python's, as in Keras (<c>{epoch:02d}</c>, <c>{val_loss:.2f}</c>),
    /// or of .NET's (<c>{epoch:00}</c>).
    /// </param>
    /// <param name="monitor">What is the best, one of <see cref="EpochResult.Values"/>; only looked at where only the best is written.</param>
    /// <param name="saveBestOnly">Whether only the best so far is written.</param>
    /// <param name="mode">Which way is better.</param>
    /// <param name="saveFreq">Writes after every so many steps instead of after every pass; not together with <paramref name="saveBestOnly"/>.</param>
    /// <param name="initialValueThreshold">Only what is better than this is the best.</param>
    /// <exception cref="HebbException">Options contradict each other.</exception>
    public ModelCheckpoint(string path, string monitor = "val_loss", bool saveBestOnly = false, MonitorMode mode = MonitorMode.Auto, int saveFreq = 0, double? initialValueThreshold = null)
    {
        if (saveFreq < 0 || (saveFreq > 0 && saveBestOnly))
            throw new HebbException(saveFreq < 0 ? $"ModelCheckpoint: saveFreq {saveFreq} is negative" : "ModelCheckpoint: saveBestOnly looks at passes, saveFreq at steps: choose one");
        (_path, _monitor, _bestOnly, _saveFreq) = (path, monitor, saveBestOnly, saveFreq);
        _higherIsBetter = saveBestOnly && Monitoring.HigherIsBetter(monitor, mode);
        _best = _threshold = initialValueThreshold ?? double.NaN;
    }

    /// <summary>Keeps the weights of the pass with the best value of one of <see cref="EpochResult.Values"/>.</summary>
    public static ModelCheckpoint Best(string path, string monitor = "val_loss", MonitorMode mode = MonitorMode.Auto) => new(path, monitor, saveBestOnly: true, mode);

    /// <summary>Keeps the weights of the last pass.</summary>
    public static ModelCheckpoint Last(string path) => new(path);

    /// <summary>Several may serve one trainer: they are told apart by what they keep.</summary>
    public override string Name => _bestOnly ? $"ModelCheckpoint({_monitor})" : _saveFreq > 0 ? $"ModelCheckpoint(every {_saveFreq} steps)" : "ModelCheckpoint";

    public override void OnTrainBegin(TrainingContext context)
    {
        if (context.Step == 0)
            _best = _threshold;
    }

    /// <exception cref="CheckpointException">The file can't be written.</exception>
    public override void OnStepEnd(TrainingContext context, in StepResult step)
    {
        if (_saveFreq > 0 && step.Step % _saveFreq == 0)
            Write(context, new Dictionary<string, double> { ["loss"] = step.Loss });
    }

    /// <exception cref="CheckpointException">The file can't be written.</exception>
    public override void OnEpochEnd(TrainingContext context, EpochResult epoch)
    {
        if (_saveFreq > 0)
            return;
        if (_bestOnly)
        {
            double value = epoch[_monitor];
            if (!Monitoring.IsBetter(value, _best, _higherIsBetter))
                return;
            _best = value;
        }
        Write(context, epoch.Values);
    }

    public override IReadOnlyDictionary<string, Tensor> State() => new Dictionary<string, Tensor> { ["best"] = MetricState.Of(_best) };

    public override void LoadState(IReadOnlyDictionary<string, Tensor> state) => _best = state.Double(Name, "best");

    private void Write(TrainingContext context, IReadOnlyDictionary<string, double> values)
    {
        string path = PlaceholderPattern().Replace(_path, match => Format(match, context, values));
        try
        {
            if (Path.GetDirectoryName(path) is { Length: > 0 } folder)
                Directory.CreateDirectory(folder);
            context.Model.SaveWeights(path);
        }
        catch (Exception e) when (FileErrors.IsRefusal(e))
        {
            throw new CheckpointException($"the weights of epoch {context.Epoch} can't be written to {path}: {FileErrors.FirstLine(e)}", e);
        }
    }

    private static string Format(Match match, TrainingContext context, IReadOnlyDictionary<string, double> values)
    {
        string name = match.Groups["name"].Value, format = match.Groups["format"].Value;
        double value = name == "epoch" ? context.Epoch : name == "step" ? context.Step : values.TryGetValue(name, out double found) ? found
            : throw new HebbException($"ModelCheckpoint: there is no '{name}' for the file's name; there are epoch, step, {string.Join(", ", values.Keys)}");
        if (format.EndsWith('d') && int.TryParse(format.AsSpan()[..^1], NumberStyles.None, CultureInfo.InvariantCulture, out int digits))
            format = new string('0', Math.Clamp(digits, 1, 20));
        else if (format is ['.', .. var places, 'f'] && int.TryParse(places, NumberStyles.None, CultureInfo.InvariantCulture, out int decimals))
            format = "F" + decimals;
        return value.ToString(format, CultureInfo.InvariantCulture);
    }

    [GeneratedRegex(@"\{(?<name>\w+)(:(?<format>[^}]*))?\}")]
    private static partial Regex PlaceholderPattern();
}
