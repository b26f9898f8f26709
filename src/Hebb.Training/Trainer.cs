using Hebb.Cpu;
using Hebb.Data;
using Microsoft.Extensions.Logging;

namespace Hebb;

/// <summary>
/// Trains a model on batches and measures it. Same seeds, same weights, bit for bit: at any number of threads and loader workers, and across interruptions.
/// <code>var trainer = new Trainer(model, new AdamW(lr: 2e-3), Losses.CrossEntropy);
/// trainer.Fit(train.Batches(64, shuffle: true), epochs: 20, validate: test.Batches(256));
/// Console.WriteLine(trainer.Evaluate(test.Batches(256)));</code>
/// Not for use by several threads at once.
/// </summary>
public sealed class Trainer
{
    private const int StackBytes = 16 << 20;

    private Checkpoint? _from;

    /// <param name="model">What to train; layers may still have to infer their sizes.</param>
    /// <param name="optimizer">Bound to the model's parameters at the first step.</param>
    /// <param name="loss">What to minimise, a mean over the batch. <see cref="SAM"/> and <see cref="LBFGS"/> compute it several times a step, of the same samples with the same random numbers.</param>
    /// <param name="options">Everything else.</param>
    /// <exception cref="HebbException">An option is out of range.</exception>
    public Trainer(Module model, Optimizer optimizer, LossFunction loss, TrainerOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(optimizer);
        ArgumentNullException.ThrowIfNull(loss);
        (Model, Optimizer, Loss, Options) = (model, optimizer, loss, options ?? new TrainerOptions());
        Options.Check();
        if (optimizer is LBFGS && Options.ClipNorm is not null)
            throw new HebbException("Trainer: LBFGS compares losses along gradients, which must therefore be those of the loss: leave out ClipNorm");
    }

    public Module Model { get; }

    public Optimizer Optimizer { get; }

    public LossFunction Loss { get; }

    public TrainerOptions Options { get; }

    internal CheckpointStore? CheckpointStore =>
        (Options.Checkpoints?.Folder ?? Options.Run?.Checkpoints) is { } folder ? new CheckpointStore(folder, (Options.Checkpoints ?? new()).Keep) : null;

    internal ILogger Log => Options.Logger ?? TrainingLog.Console.Instance;

    /// <summary>
    /// Trains for a number of passes over the data, in train mode (parts that are in eval mode inside a model in train mode stay so), validating after each.
    /// </summary>
    /// <param name="train">Batches to learn from; every pass has an order of its own if they are shuffled.</param>
    /// <param name="epochs">Passes.</param>
    /// <param name="validate">Batches to measure on after each pass.</param>
    /// <param name="progress">Is told how far training is, at most ten times a second and after each pass.</param>
    /// <param name="cancellationToken">Ends training between two steps.</param>
    /// <returns>What each pass brought.</returns>
    /// <exception cref="TrainingException">The loss is no longer finite; the message says where that began.</exception>
    /// <exception cref="DataException">A target is outside the classes, or a sample can't be read.</exception>
    /// <exception cref="ShapeException">Data and model do not fit.</exception>
    /// <exception cref="CheckpointException">A checkpoint can't be written, or the one to go on from is of another model, data or setting.</exception>
    /// <exception cref="OperationCanceledException">Training was cancelled; a checkpoint was written before, where they are.</exception>
    public History Fit(DataLoader<Batch> train, int epochs, DataLoader<Batch>? validate = null, IProgress<TrainingProgress>? progress = null, CancellationToken cancellationToken = default) =>
        new FitLoop(this, train, epochs, validate, progress, cancellationToken).Run(Interlocked.Exchange(ref _from, null));

    /// <summary>
    /// Makes the next <see cref="Fit"/> go on from the newest checkpoint of its folder, as if training had never stopped: to the same weights, bit for bit, if model, options and data
    /// are those of before. A checkpoint that is damaged is passed over for an older one, with a warning.
    /// </summary>
    /// <returns>The checkpoint; null where there is none, so that training begins anew.</returns>
    /// <exception cref="CheckpointException">No folder was given, or all checkpoints are damaged.</exception>
    public Checkpoint? Resume()
    {
        var store = CheckpointStore ?? throw new CheckpointException("Resume: the trainer has no folder for checkpoints; set TrainerOptions.Checkpoints.Folder or Run");
        using var suspended = TensorScope.Suspend();
        if (store.Newest(message => TrainingLog.Warning(Log, message)) is not { } newest)
            return null;
        TrainingLog.Resumed(Log, newest.Path, newest.Checkpoint.Epoch, newest.Checkpoint.Step);
        return Resume(newest.Checkpoint);
    }

    /// <summary>Makes the next <see cref="Fit"/> go on from a checkpoint.</summary>
    public Checkpoint Resume(Checkpoint checkpoint) => _from = checkpoint;

    /// <summary><see cref="Fit"/> on a thread of its own, which uses as many threads as the caller may.</summary>
    /// <inheritdoc cref="Fit"/>
    public async Task<History> FitAsync(DataLoader<Batch> train, int epochs, DataLoader<Batch>? validate = null, IProgress<TrainingProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        var done = new TaskCompletionSource<History>(TaskCreationOptions.RunContinuationsAsynchronously);
        int threads = ParallelFor.Threads;
        // Gradient mode, scopes and interpreters belong to a thread, so training must not hop between those of the pool.
        var thread = new Thread(Run, StackBytes) { IsBackground = true, Name = "hebb-trainer" };
        thread.Start();
        return await done.Task.ConfigureAwait(false);

        void Run()
        {
            using var limit = ParallelFor.Limit(threads);
            try
            {
                done.SetResult(Fit(train, epochs, validate, progress, cancellationToken));
            }
            catch (Exception e)
            {
                done.SetException(e);
            }
        }
    }

    /// <summary>
    /// Takes steps whose learning rate grows exponentially and tells how the loss goes with it, to choose a rate from. Everything is then as before: weights, buffers, the optimizer's
    /// state and rate, random streams, the position of the data. Only layers that infer their sizes have parameters afterwards. The schedule is left aside.
    /// <code>var sweep = trainer.FindLearningRate(train.Batches(64, shuffle: true));
    /// Console.WriteLine(sweep.Suggestion);</code>
    /// </summary>
    /// <param name="train">Batches to learn from; passed over again where they are fewer than the steps.</param>
    /// <param name="start">The rate of the first step.</param>
    /// <param name="end">The rate of the last.</param>
    /// <param name="steps">Steps, at least 3.</param>
    /// <param name="smoothing">How much of the running mean of the loss a step keeps, from 0 to below 1.</param>
    /// <param name="stopFactor">The sweep ends early when the smoothed loss is more than so many times its lowest.</param>
    /// <param name="cancellationToken">Ends it between two steps.</param>
    /// <exception cref="HebbException">A number is out of range.</exception>
    /// <exception cref="DataException">There are no batches.</exception>
    /// <exception cref="TrainingException">The loss is not finite at the very first step.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public LearningRateSweep FindLearningRate(
        DataLoader<Batch> train, double start = 1e-7, double end = 10, int steps = 100, double smoothing = 0.9, double stopFactor = 4, CancellationToken cancellationToken = default) =>
        LearningRateFinder.Run(this, train, start, end, steps, smoothing, stopFactor, cancellationToken);

    /// <summary>Measures the model in eval mode, without gradients; each module is then put back into the mode it was in.</summary>
    /// <param name="data">Batches.</param>
    /// <param name="metrics">What to measure beside the loss; by default the trainer's metrics, or accuracy where targets are class numbers.</param>
    /// <param name="cancellationToken">Ends it between two batches.</param>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public Evaluation Evaluate(DataLoader<Batch> data, IReadOnlyList<Metric>? metrics = null, CancellationToken cancellationToken = default) =>
        Evaluator.Run(Model, Loss, data, metrics ?? Options.Metrics, null, cancellationToken);

    /// <summary>What the model gives for inputs, and the loss, a single number.</summary>
    internal (Tensor Output, Tensor Loss) Forward(Tensor inputs, Tensor targets)
    {
        using var autocast = Cast();
        var output = Model.Call(inputs);
        return (Measured(output), StepRunner.Scalar(Loss(output, targets)));
    }

    /// <summary>The same, with errors that name samples of the dataset.</summary>
    internal (Tensor Output, Tensor Loss) Forward(Batch batch)
    {
        using var autocast = Cast();
        var output = Model.Call(batch.Inputs);
        return (Measured(output), StepRunner.Scalar(StepRunner.Loss(Loss, output, batch)));
    }

    private Autocast Cast() => Options.Precision == TrainingPrecision.MixedBFloat16 ? Autocast.Open() : default;

    /// <summary>An output as metrics take it.</summary>
    private static Tensor Measured(Tensor output) => output.DType == DType.BFloat16 ? output.To(DType.Float32) : output;

    internal Evaluation Evaluate(DataLoader<Batch> data, Action<int> onBatch, CancellationToken cancel) =>
        Evaluator.Run(Model, Loss, data, Options.Metrics, onBatch, cancel);
}
