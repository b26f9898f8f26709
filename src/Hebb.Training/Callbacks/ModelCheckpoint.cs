namespace Hebb;

/// <summary>
/// Writes the weights to a safetensors file after each pass: the last ones, or only those that are the best so far. For going on with training use
/// <see cref="TrainerOptions.Checkpoints"/>, which hold more.
/// <code>ModelCheckpoint.Best("best.safetensors", "val_accuracy")</code>
/// </summary>
public sealed class ModelCheckpoint : Callback
{
    private readonly string _path;
    private readonly string? _monitor;
    private readonly bool _higherIsBetter;
    private double _best = double.NaN;

    private ModelCheckpoint(string path, string? monitor, MonitorMode mode) =>
        (_path, _monitor, _higherIsBetter) = (path, monitor, monitor is not null && Monitoring.HigherIsBetter(monitor, mode));

    /// <summary>Keeps the weights of the pass with the best value of one of <see cref="EpochResult.Values"/>.</summary>
    public static ModelCheckpoint Best(string path, string monitor = "val_loss", MonitorMode mode = MonitorMode.Auto) => new(path, monitor, mode);

    /// <summary>Keeps the weights of the last pass.</summary>
    public static ModelCheckpoint Last(string path) => new(path, null, default);

    /// <summary>Two of them may serve one trainer: they are told apart by what they keep.</summary>
    public override string Name => _monitor is null ? "ModelCheckpoint" : $"ModelCheckpoint({_monitor})";

    public override void OnTrainBegin(TrainingContext context)
    {
        if (context.Step == 0)
            _best = double.NaN;
    }

    /// <exception cref="CheckpointException">The file can't be written.</exception>
    public override void OnEpochEnd(TrainingContext context, EpochResult epoch)
    {
        if (_monitor is not null)
        {
            double value = epoch[_monitor];
            if (!Monitoring.IsBetter(value, _best, _higherIsBetter))
                return;
            _best = value;
        }
        try
        {
            context.Model.SaveWeights(_path);
        }
        catch (Exception e) when (FileErrors.IsRefusal(e))
        {
            throw new CheckpointException($"the weights of epoch {epoch.Epoch} can't be written to {_path}: {FileErrors.FirstLine(e)}", e);
        }
    }

    public override IReadOnlyDictionary<string, Tensor> State() => new Dictionary<string, Tensor> { ["best"] = MetricState.Of(_best) };

    public override void LoadState(IReadOnlyDictionary<string, Tensor> state) => _best = state.Double(Name, "best");
}
