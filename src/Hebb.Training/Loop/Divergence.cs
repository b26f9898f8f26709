using System.Globalization;
using Hebb.Data;
using Hebb.Transforms;

namespace Hebb;

/// <summary>Which step something happened in.</summary>
internal readonly record struct StepPlace(SchedulePoint At, double LearningRate)
{
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"step {At.Step + 1} (epoch {At.Epoch + 1}, learning rate {LearningRate:0.######})");
}

/// <summary>Finds out, once numbers are no longer finite, where that began: in the data, in the weights, or in which op.</summary>
internal static class Divergence
{
    private const string Advice = "try a lower learning rate, or clip gradients (ClipNorm)";

    public static TrainingException OfLoss(Trainer trainer, Batch batch, in StepPlace where, double value, Action restoreRandomness)
    {
        string what = $"the loss is {Name(value)} at {where}";
        if (InData(batch) is { } data)
            return new($"{what}: {data}");
        if (InWeights(trainer.Model) is { } weights)
            return new($"{what}: {weights}; {Advice}, which also finds such a step before it changes weights");
        restoreRandomness();
        string? op = FirstOp(() => trainer.Forward(batch.Inputs, batch.Targets));
        return new($"{what}: {Advice}{(op is null ? "" : "; " + op)}");
    }

    public static TrainingException OfGradients(Trainer trainer, IReadOnlyList<Batch> batches, in StepPlace where, double norm)
    {
        string? op = null;
        foreach (var batch in batches)
        {
            op ??= FirstOp(() =>
            {
                trainer.Forward(batch.Inputs, batch.Targets).Loss.Backward();
                trainer.Model.ZeroGrad();
            });
        }
        return new($"the norm of the gradients is {Name(norm)} at {where}: try a lower learning rate{(op is null ? "" : "; " + op)}");
    }

    private static string? FirstOp(Action run)
    {
        using var detect = Anomaly.Detect();
        try
        {
            run();
            return null;
        }
        catch (AnomalyException e)
        {
            return e.Message;
        }
    }

    private static string? InData(Batch batch)
    {
        foreach (var (name, tensor) in new[] { ("inputs", batch.Inputs), ("targets", batch.Targets) })
        {
            if (!tensor.DType.IsFloat || FirstNonFinite(tensor) is not { } at)
                continue;
            int row = (int)(at / (tensor.Count / tensor.Shape[0]));
            string sample = row < batch.Indices.Count ? $"sample {batch.Indices[row]}" : $"row {row} of the batch";
            return $"the {name} of {sample} hold a value that is not finite";
        }
        return null;
    }

    private static string? InWeights(Module model)
    {
        // Buffers are no evidence: the step itself may have updated running statistics.
        foreach (var (name, parameter) in model.NamedParameters())
        {
            if (FirstNonFinite(parameter.Value) is not null)
                return $"{name} is no longer finite since an earlier step";
        }
        return null;
    }

    private static long? FirstNonFinite(Tensor tensor)
    {
        using var noGrad = GradMode.NoGrad();
        double[] values = tensor.Detach().To(DType.Float64).ToArray<double>();
        int at = Array.FindIndex(values, v => !double.IsFinite(v));
        return at < 0 ? null : at;
    }

    private static string Name(double value) => double.IsNaN(value) ? "NaN" : value > 0 ? "infinite" : "minus infinity";
}
