namespace Hebb;

/// <summary>Probabilities of the classes for each sample that counts, whichever way model and data write them.</summary>
internal readonly struct ScoredSamples
{
    // 2^-52, the spacing of doubles at 1.
    private const double Smallest = 2.220446049250313e-16;

    /// <summary>Row by row; of single scores that of class 1 alone.</summary>
    public double[] Probabilities { get; private init; }

    /// <summary>The natural logarithms of the probabilities of the true classes.</summary>
    public double[] LogLikelihoods { get; private init; }

    public long[] Targets { get; private init; }

    /// <summary>1 where there are single scores.</summary>
    public int Columns { get; private init; }

    public ReadOnlySpan<double> Row(int i) => Probabilities.AsSpan(i * Columns, Columns);

    /// <summary>Scores [n, C, …] with classes [n, …], or single scores with targets 0 and 1.</summary>
    /// <exception cref="ShapeException">Output and target do not fit.</exception>
    /// <exception cref="DataException">A target is no class, or a probability is not from 0 to 1.</exception>
    public static ScoredSamples Of(string metric, Tensor output, Tensor target, bool fromProbabilities, long ignoreIndex)
    {
        bool byClass = ClassPairs.IsByClass(output, target);
        int classes = byClass ? output.Shape[1] : 1;
        double[] scores = byClass ? output.To(DType.Float64).MoveAxis(1, -1).ToArray<double>() : ClassPairs.BinaryScores(metric, output, target);
        long[] targets = byClass ? ClassPairs.Numbers(metric, target, classes, ignoreIndex) : ClassPairs.BinaryTargets(metric, target, ignoreIndex);
        var probabilities = new List<double>(scores.Length);
        var (logs, kept) = (new List<double>(targets.Length), new List<long>(targets.Length));
        for (int i = 0; i < targets.Length; i++)
        {
            if (targets[i] == ClassPairs.Ignored)
                continue;
            var row = scores.AsSpan(i * classes, classes);
            logs.Add(fromProbabilities ? Given(metric, row, targets[i], i) : byClass ? Softmax(row, (int)targets[i]) : Sigmoid(row, targets[i]));
            probabilities.AddRange(row);
            kept.Add(targets[i]);
        }
        return new() { Probabilities = [.. probabilities], LogLikelihoods = [.. logs], Targets = [.. kept], Columns = classes };
    }

    private static double Given(string metric, ReadOnlySpan<double> row, long target, int position)
    {
        foreach (double p in row)
        {
            if (!(p is >= 0 and <= 1))
                throw new DataException($"{metric}: {p} at position {position} is no probability; logits need fromProbabilities: false");
        }
        double own = row.Length > 1 ? row[(int)target] : target == 1 ? row[0] : 1 - row[0];
        // As scikit-learn does: a certain answer that is wrong costs much, not infinitely much.
        return Math.Log(Math.Clamp(own, Smallest, 1));
    }

    private static double Softmax(Span<double> row, int target)
    {
        double top = double.NegativeInfinity, sum = 0, own = row[target];
        foreach (double score in row)
            top = Math.Max(top, score);
        foreach (double score in row)
            sum += Math.Exp(score - top);
        for (int c = 0; c < row.Length; c++)
            row[c] = Math.Exp(row[c] - top) / sum;
        return own - top - Math.Log(sum);
    }

    private static double Sigmoid(Span<double> row, long target)
    {
        double score = row[0], toward = target == 1 ? score : -score;
        row[0] = 1 / (1 + Math.Exp(-score));
        return Math.Min(toward, 0) - double.LogP1(Math.Exp(-Math.Abs(toward)));
    }
}
