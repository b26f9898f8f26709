using System.Globalization;
using Hebb.Cli.Reporting;
using Hebb.Data;

namespace Hebb.Cli.Fitting;

/// <summary>Trains the candidates one after the other and makes a model of them. Made anew from the same data and seed it gives the same bits, also when it was interrupted.</summary>
internal static class FitTraining
{
    private const int ValidationBatch = 512;
    private static readonly TimeSpan s_betweenCheckpoints = TimeSpan.FromSeconds(15);

    /// <summary>All candidates after training, and the model of them.</summary>
    /// <param name="data">What they learn from.</param>
    /// <param name="seed">What all randomness follows from.</param>
    /// <param name="folder">Where metrics and checkpoints go, and where those are that training goes on from; null for nowhere.</param>
    /// <param name="output">Where progress is shown.</param>
    /// <param name="cancellation">Ends training.</param>
    public static TrainedFit Run(FitData data, long seed, RunFolder? folder, Output output, CancellationToken cancellation)
    {
        var tried = new List<TrainedCandidate>();
        foreach (var candidate in data.Candidates)
        {
            var parts = new List<TrainedPart>();
            for (int part = 0; part < data.Parts.Count; part++)
            {
                output.Line($"training: {candidate.Name}{(data.Parts.Count > 1 ? $", {part + 1} of {data.Parts.Count}" : "")}");
                bool last = tried.Count == data.Candidates.Count - 1 && part == data.Parts.Count - 1;
                string? checkpoints = folder is null ? null : Path.Combine(folder.Checkpoints, string.Create(CultureInfo.InvariantCulture, $"{tried.Count + 1}-{part + 1}"));
                // Each begins at a place of its own, whatever those before it drew.
                Rng.Default.State = new RngState((ulong)seed, (ulong)part << 32);
                parts.Add(Train(data.Parts[part], candidate, seed, last ? folder : null, checkpoints, output, cancellation));
            }
            var answers = Answers(data, parts, cancellation);
            tried.Add(new TrainedCandidate(candidate, parts, answers, FitChoice.Loss(data, answers)));
        }
        return FitChoice.Of(data, tried);
    }

    private static TrainedPart Train(FitPart part, FitCandidate candidate, long seed, RunFolder? folder, string? checkpoints, Output output, CancellationToken cancellation)
    {
        var model = candidate.Build(part.Train);
        var trainer = new Trainer(model, new AdamW(lr: candidate.LearningRate, weightDecay: candidate.WeightDecay), candidate.Loss, new TrainerOptions
        {
            Schedule = candidate.Schedule,
            ClipNorm = 1,
            Metrics = candidate.Metric is { } metric ? [metric] : [],
            Callbacks = [new EarlyStopping("val_loss", candidate.Patience)],
            Run = folder,
            Checkpoints = checkpoints is null ? null : new CheckpointOptions { Folder = checkpoints, EveryEpochs = 0, Every = s_betweenCheckpoints },
            Progress = false,
        });
        if (checkpoints is not null && Directory.Exists(checkpoints)) trainer.Resume();
        IReadOnlyList<EpochResult> history = [];
        TrainingDisplay.Show(output, progress => history = trainer.Fit(
            part.Train.Batches(candidate.BatchSize, shuffle: true, seed, transform: candidate.Augment), candidate.Epochs, part.Validation.Batches(ValidationBatch), progress, cancellation));
        model.Eval();
        return new TrainedPart(model, history);
    }

    /// <summary>What each part's model says to the part's validation rows.</summary>
    private static Tensor Answers(FitData data, IReadOnlyList<TrainedPart> parts, CancellationToken cancellation)
    {
        using var none = GradMode.NoGrad();
        var answers = Tensor.Cat([.. data.Parts.Zip(parts, (rows, part) => ModelAnswers.Of(part.Model, rows.Validation.Inputs, cancellation))], 0);
        return data.IsClassification ? answers.LogSoftmax(-1) : answers;
    }
}
