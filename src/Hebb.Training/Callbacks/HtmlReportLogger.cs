using Hebb.Training.Reports;

namespace Hebb;

/// <summary>
/// Writes a page with the curves of the run after every pass, so that it can be looked at while training goes on: see <see cref="TrainingReport"/>. At most some thousand steps are
/// kept; of longer runs every so many. It survives an interruption.
/// </summary>
/// <param name="path">The file.</param>
/// <param name="title">The heading; by default the model's class.</param>
public sealed class HtmlReportLogger(string path, string? title = null) : Callback
{
    private const int MaxSteps = 4096, Columns = 6;

    private readonly List<StepResult> _steps = [];
    private long _stride = 1;

    public override void OnTrainBegin(TrainingContext context)
    {
        if (context.Step > 0)
            return;
        _steps.Clear();
        _stride = 1;
    }

    public override void OnStepEnd(TrainingContext context, in StepResult step)
    {
        if (step.Step % _stride != 0)
            return;
        _steps.Add(step);
        if (_steps.Count < MaxSteps)
            return;
        _stride *= 2;
        _steps.RemoveAll(s => s.Step % _stride != 0);
    }

    /// <exception cref="DataException">The file can't be written.</exception>
    public override void OnEpochEnd(TrainingContext context, EpochResult epoch) =>
        TrainingReport.Create(title ?? context.Model.GetType().Name, context.History, _steps, $"epoch {epoch.Epoch} of {context.Epochs}").Write(path);

    public override IReadOnlyDictionary<string, Tensor> State()
    {
        double[] numbers = [.. _steps.SelectMany(s => (double[])[s.Step, s.Epoch, s.Loss, s.LearningRate, s.GradientNorm ?? double.NaN, s.Samples])];
        return new Dictionary<string, Tensor> { ["stride"] = MetricState.Of(_stride), ["steps"] = Tensor.From(numbers) };
    }

    public override void LoadState(IReadOnlyDictionary<string, Tensor> state)
    {
        _stride = state.Long(Name, "stride");
        double[] numbers = state.Array<double>(Name, "steps");
        _steps.Clear();
        foreach (double[] s in numbers.Chunk(Columns))
            _steps.Add(new StepResult((long)s[0], (int)s[1], s[2], s[3], double.IsNaN(s[4]) ? null : s[4], (int)s[5]));
    }
}
