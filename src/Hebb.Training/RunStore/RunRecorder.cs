using System.Diagnostics;
using Hebb.Cpu;

namespace Hebb;

/// <summary>Writes a run's course into its folder.</summary>
internal sealed class RunRecorder : IDisposable
{
    private const int StepInterval = 10;
    private static readonly TimeSpan EnergyInterval = TimeSpan.FromSeconds(10);

    private readonly RunFolder _run;
    private readonly Module _model;
    private readonly FitState _state;
    private readonly EnergyMeter _energy = new();
    private readonly double? _energyBefore;
    private readonly MetricsLog _log;
    private long _sampled = Stopwatch.GetTimestamp();

    public RunRecorder(RunFolder run, Module model, FitState state, bool resumed)
    {
        (_run, _model, _state) = (run, model, state);
        _energyBefore = run.Manifest.EnergyJoules;
        _log = new MetricsLog(run.MetricsFile, state.Step, state.History.Count);
        run.Update(m => m with
        {
            Status = RunStatus.Running,
            // Of the process that does the work: seeds are often set after the folder is made.
            Seed = resumed ? m.Seed : Rng.Default.State.Seed,
            Threads = ParallelFor.Threads,
            Isa = Isa.Name,
            Resumed = resumed ? [.. m.Resumed, DateTimeOffset.UtcNow] : m.Resumed,
            Ended = null,
            Error = null,
        });
    }

    public void Step(in StepResult step)
    {
        if (step.Step % StepInterval == 0 || step.Step == 1)
            _log.Append(step);
        if (Stopwatch.GetElapsedTime(_sampled) < EnergyInterval)
            return;
        _energy.Sample();
        _sampled = Stopwatch.GetTimestamp();
    }

    public void Epoch(EpochResult epoch) => _log.Append(epoch);

    public void Complete()
    {
        // Without a single step there may be no weights yet.
        string? hash = _state.Step > 0 ? StateHash.Of(_model) : null;
        Account(hash);
        _run.Complete(_state.History is [.., var last] ? last.Values : new Dictionary<string, double>());
    }

    public void Interrupt()
    {
        Account(null);
        _run.Interrupt();
    }

    /// <summary>Notes an error. What kept a checkpoint from being written may keep this from it too: the first error counts.</summary>
    public void TryFail(Exception error)
    {
        try
        {
            Account(null);
            _run.Fail(FileErrors.FirstLine(error));
        }
        catch (HebbException)
        {
            // As said above.
        }
    }

    public void Dispose() => _log.Dispose();

    private void Account(string? weights) => _run.Update(m => m with
    {
        WeightsSha256 = weights,
        Seconds = Math.Round(_state.History.Sum(e => e.Seconds) + (_state.Finished ? 0 : _state.Seconds), 3),
        EnergyJoules = _energy.Joules is { } used ? used + (_energyBefore ?? 0) : _energyBefore,
    });
}
