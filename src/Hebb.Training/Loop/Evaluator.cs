using System.Diagnostics;
using Hebb.Data;

namespace Hebb;

/// <summary>One pass over data in eval mode, without gradients.</summary>
internal static class Evaluator
{
    public static Evaluation Run(Module model, LossFunction loss, DataLoader<Batch> data, IReadOnlyList<Metric>? metrics, Action<int>? onBatch, CancellationToken cancel)
    {
        TrainerOptions.CheckNames("Evaluate", metrics);
        long start = Stopwatch.GetTimestamp();
        var means = new RunningMeans(metrics);
        using var modes = ModuleModes.Eval(model);
        using var noGrad = GradMode.NoGrad();
        using var suspended = TensorScope.Suspend();
        int done = 0;
        foreach (var batch in data)
        {
            cancel.ThrowIfCancellationRequested();
            Add(means, model, loss, batch);
            onBatch?.Invoke(++done);
        }
        return new Evaluation(means.Loss, means.Metrics ?? [], means.Samples, Stopwatch.GetElapsedTime(start).TotalSeconds);
    }

    private static void Add(RunningMeans means, Module model, LossFunction loss, Batch batch)
    {
        using var scope = TensorScope.Open();
        var output = model.Call(batch.Inputs);
        means.Add(StepRunner.Value(StepRunner.Loss(loss, output, batch)), batch, output);
    }
}
