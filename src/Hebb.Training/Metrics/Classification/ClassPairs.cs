namespace Hebb;

/// <summary>Predicted and true classes of a batch, whichever way model and data write them.</summary>
internal readonly struct ClassPairs
{
    private ClassPairs(long[] predicted, long[] actual, int classes) => (Predicted, Actual, Classes) = (predicted, actual, classes);

    /// <summary>The class of the highest score, or 1 where a single score is above the threshold.</summary>
    public long[] Predicted { get; }

    /// <summary>The true classes; <see cref="Ignored"/> where a target does not count.</summary>
    public long[] Actual { get; }

    public int Classes { get; }

    /// <summary>Stands for targets that do not count.</summary>
    public const long Ignored = -1;

    /// <summary>
    /// Scores [n, C, …] with class numbers [n, …] or with probabilities of the classes [n, C, …]; or one score of class 1 each, [n, …] or [n, 1], with targets 0 and 1 of any type.
    /// </summary>
    /// <exception cref="ShapeException">Output and target do not fit.</exception>
    /// <exception cref="DataException">A target is none of the classes.</exception>
    public static ClassPairs Of(string metric, Tensor output, Tensor target, double threshold, long ignoreIndex)
    {
        if (IsByClass(output, target))
        {
            int classes = output.Shape[1];
            long[] predicted = output.ArgMax(1).ToArray<long>();
            return new(predicted, Numbers(metric, target, classes, ignoreIndex), classes);
        }
        if (output.Shape == target.Shape && output.Rank >= 2 && output.Shape[1] > 1 && target.DType.IsFloat)
            return new(output.ArgMax(1).ToArray<long>(), target.ArgMax(1).ToArray<long>(), output.Shape[1]);
        var scores = BinaryScores(metric, output, target);
        var above = new long[scores.Length];
        for (int i = 0; i < scores.Length; i++)
            above[i] = scores[i] > threshold ? 1 : 0;
        return new(above, BinaryTargets(metric, target, ignoreIndex), 2);
    }

    /// <summary>Whether these are scores of several classes and class numbers.</summary>
    public static bool IsByClass(Tensor output, Tensor target) =>
        output.Rank >= 2 && output.Shape[1] > 1 && output.Shape.Remove(1) == target.Shape && !target.DType.IsFloat;

    /// <summary>One score a target.</summary>
    public static double[] BinaryScores(string metric, Tensor output, Tensor target)
    {
        if (output.Shape != target.Shape && !(output.Count == target.Count && output.Rank > 0 && target.Rank > 0 && output.Shape[0] == target.Shape[0]))
            throw new ShapeException($"{metric}: output {output.Shape} and target {target.DType.Name}{target.Shape} do not fit: scores [n, C] go with class numbers [n], single scores with targets of their shape");
        return output.To(DType.Float64).ToArray<double>();
    }

    /// <summary>Targets of 0 and 1, of any type.</summary>
    public static long[] BinaryTargets(string metric, Tensor target, long ignoreIndex)
    {
        double[] values = target.To(DType.Float64).ToArray<double>();
        var classes = new long[values.Length];
        for (int i = 0; i < values.Length; i++)
        {
            classes[i] = values[i] == ignoreIndex ? Ignored : values[i] is 0 or 1 ? (long)values[i]
                : throw new DataException($"{metric}: target {MetricText.Number(values[i])} at position {i} is neither 0 nor 1");
        }
        return classes;
    }

    /// <summary>Class numbers of any integer type.</summary>
    public static long[] Numbers(string metric, Tensor target, int classes, long ignoreIndex)
    {
        long[] numbers = target.To(DType.Int64).ToArray<long>();
        for (int i = 0; i < numbers.Length; i++)
        {
            if (numbers[i] == ignoreIndex)
                numbers[i] = Ignored;
            else if ((ulong)numbers[i] >= (ulong)classes)
                throw new DataException($"{metric}: target {numbers[i]} at position {i} is none of the {classes} classes (0 to {classes - 1})");
        }
        return numbers;
    }

    /// <summary>Decisions on labels that do not exclude each other: scores [n, L] and targets of 0 and 1 of that shape.</summary>
    /// <returns>The labels a sample has, with predicted and true 0s and 1s, row by row.</returns>
    /// <exception cref="ShapeException">Output and target differ in shape, or have one axis.</exception>
    /// <exception cref="DataException">A target is neither 0 nor 1.</exception>
    public static (int Labels, double[] Scores, long[] Actual) OfLabels(string metric, Tensor output, Tensor target, long ignoreIndex)
    {
        if (output.Shape != target.Shape || output.Rank != 2)
            throw new ShapeException($"{metric}: output {output.Shape} and target {target.Shape} are not both [n, labels]");
        return (output.Shape[1], output.To(DType.Float64).ToArray<double>(), BinaryTargets(metric, target, ignoreIndex));
    }
}
