namespace Hebb;

/// <summary>What samples are ranked by where each class stands against the rest.</summary>
internal static class OneAgainstRest
{
    /// <summary>
    /// Of scores [n, C]: probabilities themselves, or of logits the logarithm of the odds of a class, which ranks as its probability does and does not saturate. Of two classes one
    /// number a sample, for class 1.
    /// </summary>
    public static double[] Scores(double[] scores, int classes, bool fromProbabilities)
    {
        int n = scores.Length / classes;
        if (classes == 2)
        {
            var margins = new double[n];
            for (int i = 0; i < n; i++)
                margins[i] = fromProbabilities ? scores[2 * i + 1] : scores[2 * i + 1] - scores[2 * i];
            return margins;
        }
        if (fromProbabilities)
            return scores;
        var odds = new double[scores.Length];
        var others = new double[classes - 1];
        for (int i = 0; i < n; i++)
        {
            var row = scores.AsSpan(i * classes, classes);
            for (int c = 0; c < classes; c++)
            {
                for (int other = 0, at = 0; other < classes; other++)
                {
                    if (other != c)
                        others[at++] = row[other] - row[c];
                }
                // In order, so that rows that differ only in the order of the rest tie exactly.
                Array.Sort(others);
                double top = others[^1], sum = 0;
                foreach (double other in others)
                    sum += Math.Exp(other - top);
                odds[i * classes + c] = -(top + Math.Log(sum));
            }
        }
        return odds;
    }
}
