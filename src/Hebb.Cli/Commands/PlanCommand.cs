using System.CommandLine;
using Hebb.Cli.Recipes;
using Hebb.Cli.Runs;
using Hebb.Data;
using Hebb.Diagnostics;

namespace Hebb.Cli.Commands;

/// <summary><c>hebb plan RECIPE</c>: the memory that training will take at its peak, before it runs.</summary>
internal static class PlanCommand
{
    private const int Shown = 10;

    public static Command Create()
    {
        var recipe = new Argument<string>("RECIPE") { Description = "A recipe of `hebb recipes`" };
        var choices = new TrainingChoices();
        var command = new Command("plan", "Tell the memory that training a recipe will take at its peak, before it runs") { recipe, choices.Set };
        command.SetAction(session => Run(session, choices.Read(session, RecipeBook.Find(session.Value(recipe)))));
        return command;
    }

    private static int Run(Session session, RunStart start)
    {
        var job = new TrainingJob(start, session.Data, folder: null);
        // A step on two samples: from then on the optimizer has its state, and layers that infer their sizes have parameters.
        job.Trainer.Fit(job.Train.Take(2).Batches(2, transform: start.Recipe.Augment(start.Settings)), epochs: 1, cancellationToken: session.Cancellation);
        DebugSettings.Lines = true;
        var plan = StepPlan.Of(job.Trainer, job.Batches().First());
        long available = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes;

        session.Output.Line($"{start.Recipe.Name}: the planned peak of a training step on {Texts.Plural(start.Settings.Whole("batch"), "sample")}");
        session.Output.Line();
        if (plan.Step is { } step) Print(session.Output, plan, step);
        else session.Output.Line($"the step runs op by op, so that its peak is not known: {plan.Reason}");
        bool fits = plan.Bytes <= available;
        session.Output.Line($"{(fits ? "fits" : "does not fit")}: {Units.Bytes(plan.Bytes)} of {Units.Bytes(available)} that this process may use, beside the data");
        session.Output.Json(json =>
        {
            json.WriteString("recipe", start.Recipe.Name);
            json.WriteNumber("parameters", plan.ParameterBytes);
            json.WriteNumber("buffers", plan.BufferBytes);
            json.WriteNumber("optimizer", plan.StateBytes);
            json.WriteNumber("batch", plan.BatchBytes);
            json.WriteNumber("arena", plan.Step?.ArenaBytes ?? 0);
            json.WriteNumber("peak", plan.Bytes);
            json.WriteNumber("available", available);
            json.WriteBoolean("fits", fits);
            json.WriteBoolean("compiled", plan.Step is not null);
        });
        return fits ? ExitCodes.Success : ExitCodes.Failure;
    }

    private static void Print(Output output, StepPlan plan, PlanSummary step)
    {
        output.Table(["MEMORY", "BYTES"],
        [
            ["parameters", Units.Bytes(plan.ParameterBytes)],
            ["buffers", Units.Bytes(plan.BufferBytes)],
            ["state of the optimizer", Units.Bytes(plan.StateBytes)],
            ["batch", Units.Bytes(plan.BatchBytes)],
            ["arena: activations and gradients", Units.Bytes(step.ArenaBytes)],
            ["together", Units.Bytes(plan.Bytes)],
        ]);
        output.Line();
        output.Line($"the largest of {step.AtPeak.Count} values in the arena at its peak:");
        output.Table(["BYTES", "SHAPE", "OP", "FROM"],
            [.. step.AtPeak.Take(Shown).Select(v => (string[])[Units.Bytes(v.Bytes), v.Spec.ToString(), v.Op, string.Join(" at ", new[] { v.Path, v.Line }.OfType<string>())])]);
        output.Line();
        output.Line($"a step: {Texts.Plural(step.Ops, "op")} in {Texts.Plural(step.Kernels, "kernel")} and {Texts.Plural(step.Copies, "copy", "copies")}, "
            + $"{Units.Short(step.Flops)}FLOP, {Units.Bytes(step.BytesMoved)} read and written");
    }
}
