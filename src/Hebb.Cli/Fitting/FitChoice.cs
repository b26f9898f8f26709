namespace Hebb.Cli.Fitting;

/// <summary>
/// How much each trained candidate counts: greedily, with replacement, whichever lowers the validation loss of the mean most is taken next (Caruana et al., "Ensemble selection from
/// libraries of models", ICML 2004). Few picks over few candidates: hardly anything is learned of the validation rows by heart.
/// </summary>
internal static class FitChoice
{
    private const int Picks = 10;

    /// <summary>What a mean of several must save of the best one's loss to be worth their time and memory.</summary>
    private const double WorthMixing = 0.002;

    /// <summary>The model of the candidates that were trained.</summary>
    public static TrainedFit Of(FitData data, IReadOnlyList<TrainedCandidate> tried)
    {
        double[] weights = Weights([.. tried.Select(t => t.Answers)], answers => Loss(data, answers), data.IsClassification);
        var members = tried.Zip(weights).Where(t => t.Second > 0)
            .SelectMany(t => t.First.Parts.Select(p => (p.Model, Weight: t.Second / t.First.Parts.Count))).ToArray();
        Module model = members is [var one] ? one.Model : new Mixture(members.Select(m => m.Model), members.Select(m => m.Weight), data.IsClassification);
        model.Eval();
        var chosen = tried.Zip(weights).Where(t => t.Second > 0).ToArray();
        using var none = GradMode.NoGrad();
        var answers = Mixture.Of([.. chosen.Select(t => t.First.Answers)], [.. chosen.Select(t => t.Second)], data.IsClassification);
        return new TrainedFit(tried, weights, model, answers, Loss(data, answers));
    }

    /// <summary>The loss of answers to <see cref="FitData.Validation"/>, a mean over the rows.</summary>
    public static double Loss(FitData data, Tensor answers)
    {
        using var none = GradMode.NoGrad();
        return (data.IsClassification ? Losses.CrossEntropy : (LossFunction)Losses.MeanSquaredError)(answers, data.Validation.Targets).Item();
    }

    /// <param name="answers">Of each candidate, [n, outputs].</param>
    /// <param name="loss">Of a mean of them.</param>
    /// <param name="classes">Whether they are logarithms of probabilities.</param>
    internal static double[] Weights(IReadOnlyList<Tensor> answers, Func<Tensor, double> loss, bool classes)
    {
        using var none = GradMode.NoGrad();
        double[] alone = [.. answers.Select(loss)];
        // Of equal ones the simplest, which comes first.
        int best = Enumerable.Range(0, answers.Count).MinBy(i => double.IsNaN(alone[i]) ? double.PositiveInfinity : alone[i]);
        var counts = new int[answers.Count];
        counts[best] = 1;
        int[] lowest = [.. counts];
        double lowestLoss = alone[best];
        for (int pick = 1; pick < Picks; pick++)
        {
            double[] with = [.. Enumerable.Range(0, answers.Count).Select(i => Mixed(i))];
            int next = Enumerable.Range(0, answers.Count).MinBy(i => double.IsNaN(with[i]) ? double.PositiveInfinity : with[i]);
            counts[next]++;
            if (with[next] < lowestLoss) (lowestLoss, lowest) = (with[next], [.. counts]);
        }
        if (!(lowestLoss < alone[best] * (1 - WorthMixing)))
        {
            lowest = new int[answers.Count];
            lowest[best] = 1;
        }
        double sum = lowest.Sum();
        return [.. lowest.Select(c => c / sum)];

        double Mixed(int more)
        {
            using var scope = TensorScope.Open();
            int[] taken = [.. counts];
            taken[more]++;
            int[] used = [.. Enumerable.Range(0, taken.Length).Where(i => taken[i] > 0)];
            return loss(Mixture.Of([.. used.Select(i => answers[i])], [.. used.Select(i => (double)taken[i] / taken.Sum())], classes));
        }
    }
}
