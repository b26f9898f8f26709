using Hebb.Data;

namespace Hebb.Cli.Fitting;

/// <summary>Trains the candidates one after the other and says which is best. Made anew from the same data and seed it gives the same bits.</summary>
internal static class FitTraining
{
    private const int ValidationBatch = 512;

    /// <summary>All candidates after training, in their order.</summary>
    /// <param name="data">What they learn from.</param>
    /// <param name="seed">What all randomness follows from.</param>
    /// <param name="folder">Where metrics go; null for nowhere.</param>
    /// <param name="output">Where progress is shown.</param>
    /// <param name="cancellation">Ends training.</param>
    public static IReadOnlyList<TrainedCandidate> Run(FitData data, long seed, RunFolder? folder, Output output, CancellationToken cancellation)
    {
        var trained = new List<TrainedCandidate>();
        foreach (var candidate in data.Candidates)
        {
            output.Line($"training: {candidate.Name}");
            // Each begins at the same place, whatever those before it drew.
            Rng.SetSeed((ulong)seed);
            bool last = trained.Count == data.Candidates.Count - 1;
            trained.Add(Train(data, candidate, seed, last ? folder : null, output, cancellation));
        }
        return trained;
    }

    /// <summary>The one with the least validation loss, which is measured alike for all; of equal ones the simplest.</summary>
    public static TrainedCandidate Best(IReadOnlyList<TrainedCandidate> trained) => trained.MinBy(t => t.ValidationLoss)!;

    private static TrainedCandidate Train(FitData data, FitCandidate candidate, long seed, RunFolder? folder, Output output, CancellationToken cancellation)
    {
        var model = candidate.Build();
        var trainer = new Trainer(model, new AdamW(lr: candidate.LearningRate, weightDecay: candidate.WeightDecay), candidate.Loss, new TrainerOptions
        {
            Schedule = candidate.Schedule,
            ClipNorm = 1,
            Metrics = candidate.Metric is { } metric ? [metric] : [],
            Callbacks = [new EarlyStopping("val_loss", candidate.Patience)],
            Run = folder,
            Progress = false,
        });
        IReadOnlyList<EpochResult> history = [];
        TrainingDisplay.Show(output, progress => history = trainer.Fit(
            data.Train.Batches(candidate.BatchSize, shuffle: true, seed, transform: candidate.Augment), candidate.Epochs, data.Validation.Batches(ValidationBatch), progress, cancellation));
        model.Eval();
        return new TrainedCandidate(candidate, model, history, history.Min(e => e["val_loss"]));
    }
}
