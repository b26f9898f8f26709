namespace Hebb;

/// <summary>
/// Writes event files for TensorBoard with the tags of Keras's callback of that name: <c>train</c> and <c>validation</c> below the folder hold <c>epoch_loss</c>, <c>epoch_accuracy</c> … over passes,
/// <c>train</c> also <c>epoch_learning_rate</c>, and over steps <c>batch_loss</c>, <c>batch_learning_rate</c> and <c>batch_gradient_norm</c>.
/// <code>new TensorBoard("logs/first", histogramFreq: 1, updateFreq: 10)</code>
/// </summary>
public sealed class TensorBoard : Callback
{
    private readonly string _logDir;
    private readonly int _histogramFreq, _updateFreq;
    private readonly bool _writeStepsPerSecond, _writeSummary;
    private SummaryWriter? _train, _validation;

    /// <param name="logDir">The folder.</param>
    /// <param name="histogramFreq">Passes between histograms of all weights; 0 for none.</param>
    /// <param name="updateFreq">Steps between points of the curves over steps; 0 for none (Keras's "epoch").</param>
    /// <param name="writeStepsPerSecond">Whether the speed of passes is written, as <c>epoch_steps_per_second</c>.</param>
    /// <param name="writeSummary">Whether the table of <see cref="Module.Summary(Shape, DType)"/> is written as text, once.</param>
    /// <exception cref="HebbException">A number is negative.</exception>
    public TensorBoard(string logDir = "logs", int histogramFreq = 0, int updateFreq = 0, bool writeStepsPerSecond = false, bool writeSummary = true)
    {
        if (histogramFreq < 0 || updateFreq < 0)
            throw new HebbException($"TensorBoard: histogramFreq {histogramFreq} and updateFreq {updateFreq} can't be negative");
        (_logDir, _histogramFreq, _updateFreq, _writeStepsPerSecond, _writeSummary) = (logDir, histogramFreq, updateFreq, writeStepsPerSecond, writeSummary);
    }

    /// <exception cref="HebbException">The folder can't be written to; so from all methods.</exception>
    public override void OnTrainBegin(TrainingContext context)
    {
        Close();
        _train = new SummaryWriter(System.IO.Path.Combine(_logDir, "train"));
        if (context.Step > 0)
            _train.Resume(context.Step);
    }

    public override void OnStepEnd(TrainingContext context, in StepResult step)
    {
        if (_updateFreq == 0 || step.Step % _updateFreq != 0)
            return;
        _train!.AddScalar("batch_loss", step.Loss, step.Step);
        _train.AddScalar("batch_learning_rate", step.LearningRate, step.Step);
        if (step.GradientNorm is { } norm)
            _train.AddScalar("batch_gradient_norm", norm, step.Step);
        _train.Flush();
    }

    public override void OnEpochEnd(TrainingContext context, EpochResult epoch)
    {
        // Keras counts from 0.
        long at = epoch.Epoch - 1;
        foreach (var (name, value) in epoch.Values)
        {
            bool validation = name.StartsWith("val_", StringComparison.Ordinal);
            Writer(validation, context).AddScalar("epoch_" + (validation ? name[4..] : name), value, at);
        }
        _train!.AddScalar("epoch_learning_rate", epoch.LearningRate, at);
        if (_writeStepsPerSecond)
        {
            long before = epoch.Epoch > 1 ? context.History[epoch.Epoch - 2].Step : 0;
            _train.AddScalar("epoch_steps_per_second", (epoch.Step - before) / Math.Max(epoch.Seconds, 1e-9), at);
        }
        if (_histogramFreq > 0 && at % _histogramFreq == 0)
        {
            foreach (var (name, parameter) in context.Model.NamedParameters())
                _train.AddHistogram(name.Replace('.', '/') + "/histogram", parameter, at);
        }
        if (_writeSummary && at == 0 && context.Model.InputSpecs is not null)
            _train.AddText("model", Indented(context.Model), at);
        _train.Flush();
        _validation?.Flush();
    }

    public override void OnTrainEnd(TrainingContext context) => Close();

    private static string Indented(Module model)
    {
        try
        {
            // Four spaces make a block of code of it.
            return "    " + model.Summary().ToString().Replace("\n", "\n    ", StringComparison.Ordinal);
        }
        catch (HebbException e)
        {
            return e.Message;
        }
    }

    private SummaryWriter Writer(bool validation, TrainingContext context)
    {
        if (!validation)
            return _train!;
        if (_validation is null)
        {
            _validation = new SummaryWriter(System.IO.Path.Combine(_logDir, "validation"));
            if (context.History.Count > 1)
                _validation.Resume(context.History.Count - 2);
        }
        return _validation;
    }

    private void Close()
    {
        _train?.Dispose();
        _validation?.Dispose();
        (_train, _validation) = (null, null);
    }
}
