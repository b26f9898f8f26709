namespace Hebb;

/// <summary>
/// Writes a line of JSON for every so many steps, <c>{"kind":"step","step":20,"epoch":1,"loss":…,"learning_rate":…}</c>, and one for each pass, of <c>"kind":"epoch"</c>. Each line is
/// there at once, for whoever follows the file. A resumed run goes on below the lines from before its checkpoint.
/// </summary>
/// <param name="path">The file.</param>
/// <param name="everySteps">Steps between lines; 0 for passes only.</param>
public sealed class JsonLinesLogger(string path, int everySteps = 1) : Callback
{
    private MetricsLog? _log;

    /// <exception cref="HebbException">The file can't be written.</exception>
    public override void OnTrainBegin(TrainingContext context)
    {
        _log?.Dispose();
        _log = new MetricsLog(path, context.Step, context.History.Count);
    }

    public override void OnStepEnd(TrainingContext context, in StepResult step)
    {
        if (everySteps > 0 && step.Step % everySteps == 0)
            _log!.Append(step);
    }

    public override void OnEpochEnd(TrainingContext context, EpochResult epoch) => _log!.Append(epoch);

    public override void OnTrainEnd(TrainingContext context)
    {
        _log?.Dispose();
        _log = null;
    }
}
