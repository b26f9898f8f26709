using Hebb.Data;

namespace Hebb;

/// <summary>Finds the sample behind a loss function's complaint about a class number.</summary>
internal static class BadTarget
{
    public static string? Find(Tensor output, Batch batch)
    {
        var targets = batch.Targets;
        if (output.Rank < 2 || !targets.DType.IsInteger || targets.Rank == 0 || batch.Indices.Count != targets.Shape[0])
            return null;
        int classes = output.Shape[1];
        long[] numbers = targets.To(DType.Int64).ToArray<long>();
        int bad = Array.FindIndex(numbers, n => n >= classes);
        if (bad < 0)
            bad = Array.FindIndex(numbers, n => n < 0);
        if (bad < 0)
            return null;
        int row = bad / (numbers.Length / targets.Shape[0]);
        return $"sample {batch.Indices[row]}: its target {numbers[bad]} is none of the {classes} classes that the model scores (0 to {classes - 1})";
    }
}
