using Hebb.Data;

namespace Hebb;

/// <summary>
/// The memory that the compiled training step of a <see cref="Trainer"/> will hold, known without running it.
/// <code>var plan = StepPlan.Of(trainer, batch);
/// Console.WriteLine(plan.Bytes);</code>
/// </summary>
/// <param name="ParameterBytes">Parameters.</param>
/// <param name="BufferBytes">Buffers.</param>
/// <param name="StateBytes">What the optimizer remembers.</param>
/// <param name="BatchBytes">Inputs and targets.</param>
/// <param name="Step">What the step needs beside these; null where it can't be compiled.</param>
/// <param name="Reason">Why it can't be compiled; null if it can.</param>
public sealed record StepPlan(long ParameterBytes, long BufferBytes, long StateBytes, long BatchBytes, PlanSummary? Step, string? Reason)
{
    /// <summary>The sums of gradients, where several batches make up a step, or the optimizer computes the loss several times; otherwise 0, for gradients are part of the step.</summary>
    public long GradientBytes { get; init; }

    /// <summary>The planned peak: all of it together.</summary>
    public long Bytes => ParameterBytes + BufferBytes + StateBytes + BatchBytes + GradientBytes + (Step?.ArenaBytes ?? 0);

    /// <summary>Plans the step on a batch like this one. Nothing changes and no kernel runs.</summary>
    /// <param name="trainer">One that took a step on some batch before, a small one for instance: from then on parameters and the optimizer's state are there.</param>
    /// <param name="batch">Shapes and types count, values don't.</param>
    public static StepPlan Of(Trainer trainer, Batch batch)
    {
        using var modes = ModuleModes.Train(trainer.Model);
        using var grad = GradMode.Enable();
        using var scope = TensorScope.Suspend();
        string? reason = null;
        using var checkpointed = CheckpointedModules.Set(trainer.Model, trainer.Options.GradientCheckpointing);
        var parameters = new StepParameters(trainer.Model, []);
        CompiledFunction step;
        long sumBytes = 0;
        if (trainer.Options.AccumulationSteps > 1 || trainer.Optimizer.NeedsClosure)
        {
            var sums = new GradientSums(parameters.Model);
            sums.Begin();
            (step, sumBytes) = (new CompiledAccumulation(trainer, parameters, sums, givesOutput: true).Function, sums.Bytes);
        }
        else
        {
            step = new CompiledStep(trainer, parameters, givesOutput: true).Function;
        }
        var summary = step.Summary(batch.Inputs, batch.Targets);
        if (summary is null)
            reason = step.FallbackReason ?? "the trainer has taken no step yet";
        return new StepPlan(trainer.Model.Parameters().Sum(p => Size(p.Value)), trainer.Model.NamedBuffers().Sum(b => Size(b.Buffer)),
            trainer.Optimizer.State().Values.Sum(Size), Size(batch.Inputs) + Size(batch.Targets), summary, reason)
        { GradientBytes = sumBytes };
    }

    private static long Size(Tensor x) => x.DType.BytesFor(x.Count);
}
