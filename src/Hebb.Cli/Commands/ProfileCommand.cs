using System.CommandLine;
using Hebb.Cli.Recipes;
using Hebb.Cli.Runs;
using Hebb.Diagnostics;
using Hebb.Memory;

namespace Hebb.Cli.Commands;

/// <summary><c>hebb profile RECIPE</c>: where the time of training steps goes, as a table and as a trace for the browser.</summary>
internal static class ProfileCommand
{
    /// <summary>Steps before the profile: one op by op, one that is traced, one that meets warm caches.</summary>
    private const int WarmUp = 3;

    public static Command Create()
    {
        var recipe = new Argument<string>("RECIPE") { Description = "A recipe of `hebb recipes`" };
        var steps = CommandOptions.Whole("--steps", "Training steps to profile; 10 unless given", "N", 1, 100_000);
        var output = CommandOptions.Text("--output", "Where the trace goes; profile-RECIPE.json unless given. Opens in chrome://tracing and ui.perfetto.dev", "FILE");
        var eager = new Option<bool>("--eager") { Description = "Train op by op instead of compiled" };
        var choices = new TrainingChoices();
        var command = new Command("profile", "Show where the time of training steps goes: a table, and a trace for the browser") { recipe, steps, output, eager, choices.Seed, choices.Set };
        command.SetAction(session =>
        {
            var start = choices.Read(session, RecipeBook.Find(session.Value(recipe)));
            return Run(session, start, (int)(session.Value(steps) ?? 10), session.Value(output) ?? $"profile-{start.Recipe.Name}.json", session.Value(eager));
        });
        return command;
    }

    private static int Run(Session session, RunStart start, int steps, string file, bool eager)
    {
        if (Path.GetDirectoryName(Path.GetFullPath(file)) is { } folder && !Directory.Exists(folder)) throw new UsageException($"profile: --output {file}: there is no folder {folder}");
        var peak = MachinePeak.Measure();
        var profiling = new Profiling(steps, eager, session);
        var job = new TrainingJob(start, session.Data, folder: null, options => options with { Callbacks = [profiling], Compile = !eager });
        // Plans tell the lines of their ops; they are noted when the step is traced, before the profile begins.
        DebugSettings.Lines = !eager;
        var loader = job.Batches(whole: true);
        job.Trainer.Fit(loader, epochs: int.MaxValue / 2, cancellationToken: session.Cancellation);
        using var profile = profiling.Profile ?? throw new HebbException("profile: training ended before the profile began");
        profile.Peak = peak;
        profile.WriteTrace(file);
        var plan = eager ? null : StepPlan.Of(job.Trainer, loader.First());
        // What was there before the compiled steps is counted by its elements, in both figures.
        long? taken = plan?.Step is null ? null : plan.Bytes - plan.Step.ArenaBytes + profiling.TakenBytes;

        session.Output.Line($"{start.Recipe.Name}: {Texts.Plural(steps, "training step")} of {Texts.Plural(start.Settings.Whole("batch"), "sample")}, {(eager ? "op by op" : "compiled")}, "
            + $"{profile.Elapsed.TotalMilliseconds / steps:0.000} ms a step");
        session.Output.Line();
        session.Output.Line(profile.Table().TrimEnd('\n'));
        if (taken is { } bytes)
            session.Output.Line($"memory: {Units.Bytes(bytes)} at the peak of a step, {Units.Bytes(plan!.Bytes)} planned, beside the data");
        session.Output.Line($"trace: {Paths.Shown(file)} (open it in chrome://tracing or ui.perfetto.dev)");
        session.Output.Json(json =>
        {
            json.WriteString("recipe", start.Recipe.Name);
            json.WriteNumber("steps", steps);
            json.WriteBoolean("compiled", !eager);
            json.WriteNumber("ms_per_step", Math.Round(profile.Elapsed.TotalMilliseconds / steps, 4));
            if (taken is { } bytes)
            {
                json.WriteNumber("peak", bytes);
                json.WriteNumber("planned_peak", plan!.Bytes);
            }
            json.WriteString("trace", Paths.Shown(file));
            json.WriteStartArray("ops");
            foreach (var op in profile.Ops())
            {
                json.WriteStartObject();
                json.WriteString("op", op.Op);
                json.WriteString("module", op.Path);
                json.WriteNumber("calls", op.Calls);
                json.WriteNumber("ms", Math.Round(op.Time.TotalMilliseconds, 4));
                json.WriteNumber("bytes", op.Bytes);
                json.WriteNumber("flops", op.Flops);
                json.WriteEndObject();
            }
            json.WriteEndArray();
        });
        return ExitCodes.Success;
    }

    /// <summary>Takes the profile in the midst of training, a region a step.</summary>
    private sealed class Profiling(int steps, bool lines, Session session) : Callback
    {
        private IDisposable? _region;
        private long _steps, _held;

        /// <summary>Memory that the first compiled step took beside what was there when it began, its batch included, at its peak.</summary>
        public long TakenBytes { get; private set; }

        public Profiler? Profile { get; private set; }

        public override void OnStepBegin(TrainingContext context)
        {
            if (++_steps != 2)
                return;
            // The second step is the first that is compiled. What was dead before goes back first, so that only what the step takes comes on top.
            GC.Collect();
            GC.WaitForPendingFinalizers();
            Allocator.Trim();
            Allocator.ResetPeak();
            _held = Allocator.BytesInUse;
        }

        public override void OnStepEnd(TrainingContext context, in StepResult step)
        {
            session.Cancellation.ThrowIfCancellationRequested();
            _region?.Dispose();
            long done = step.Step - WarmUp;
            if (_steps == 2)
                TakenBytes = Allocator.PeakBytes - _held;
            if (done == 0)
            {
                DebugSettings.Lines = false;
                Profile = Profiler.Start(lines);
            }
            if (done == steps)
            {
                Profile!.Dispose();
                context.Stop("profiled");
            }
            else if (done >= 0)
            {
                _region = Profile!.Region($"step {done + 1}");
            }
        }
    }
}
