using Hebb.Cli.Recipes;
using Hebb.Data;

namespace Hebb.Cli.Runs;

/// <summary>Data, model and trainer of a run. Made anew from the same start they are the same to the bit.</summary>
internal sealed class TrainingJob
{
    private const int ValidationBatch = 250, SplitSeed = 1;
    private static readonly TimeSpan s_betweenCheckpoints = TimeSpan.FromSeconds(30);

    private readonly RunStart _start;

    /// <param name="start">What determines the run.</param>
    /// <param name="store">Where its data are.</param>
    /// <param name="folder">Where metrics and checkpoints go; null for nowhere.</param>
    /// <param name="options">Changes how the trainer works.</param>
    public TrainingJob(RunStart start, DataStore store, RunFolder? folder, Func<TrainerOptions, TrainerOptions>? options = null)
    {
        _start = start;
        var (recipe, settings, seed) = start;
        (var rows, Test) = recipe.Load(store);
        IDataset<Sample> train = settings.Whole("samples") is > 0 and var samples ? rows.Take(samples) : rows;
        (Validation, Train) = train.Split(settings["validation"], SplitSeed);

        Rng.SetSeed((ulong)seed);
        Model = recipe.Build(settings, rows);
        var basis = new TrainerOptions
        {
            Schedule = recipe.Schedule(settings),
            Metrics = recipe.Metrics,
            Run = folder,
            Checkpoints = folder is null ? null : new CheckpointOptions { Every = s_betweenCheckpoints },
            Progress = false,
        };
        Trainer = new Trainer(Model, recipe.Optimizer(settings), recipe.Loss(settings), options?.Invoke(basis) ?? basis);
    }

    public IDataset<Sample> Train { get; }

    /// <summary>Training rows that the curves of the report are measured on; may be empty.</summary>
    public IDataset<Sample> Validation { get; }

    public TensorDataset Test { get; }

    public Module Model { get; }

    public Trainer Trainer { get; }

    /// <summary>The batches to train on.</summary>
    /// <param name="whole">Leaves out a last batch that is not full, where there are full ones.</param>
    public DataLoader<Batch> Batches(bool whole = false)
    {
        var settings = _start.Settings;
        int size = settings.Whole("batch");
        return Train.Batches(size, shuffle: true, _start.Seed, dropLast: whole && Train.Count >= size, transform: _start.Recipe.Augment(settings));
    }

    /// <summary>Trains, from where the trainer was told to resume if it was, and puts the model into eval mode.</summary>
    public History Fit(IProgress<TrainingProgress> progress, CancellationToken cancellation)
    {
        var settings = _start.Settings;
        var validation = Validation.Count > 0 ? Validation.Batches(ValidationBatch) : null;
        var history = Trainer.Fit(Batches(), settings.Whole("epochs"), validation, progress, cancellation);
        Model.Eval();
        return history;
    }
}
