namespace Hebb.Cli.Fitting;

/// <summary>A candidate after training on one part of the rows.</summary>
/// <param name="Model">With the weights of its best pass, in eval mode.</param>
/// <param name="History">Its passes.</param>
internal sealed record TrainedPart(Module Model, IReadOnlyList<EpochResult> History)
{
    /// <summary>The pass whose weights the model has.</summary>
    public EpochResult Best => History.MinBy(e => e["val_loss"])!;
}

/// <summary>A candidate after training, on each of the parts.</summary>
/// <param name="Candidate">What was trained.</param>
/// <param name="Parts">A model for each part.</param>
/// <param name="Answers">
/// What they say to <see cref="FitData.Validation"/>, [n, outputs], each row answered by the model that did not learn from it: of classes logarithms of probabilities, of a number
/// the number in its scale.
/// </param>
/// <param name="ValidationLoss">The loss of these answers.</param>
internal sealed record TrainedCandidate(FitCandidate Candidate, IReadOnlyList<TrainedPart> Parts, Tensor Answers, double ValidationLoss)
{
    /// <summary>Passes, all parts together.</summary>
    public int Epochs => Parts.Sum(p => p.History.Count);

    public double Seconds => Parts.Sum(p => p.History.Sum(e => e.Seconds));
}

/// <summary>What a fit ends with: all that was tried, and how much each counts in the model.</summary>
/// <param name="Tried">In their order.</param>
/// <param name="Weights">Of each, 0 where it is no part of the model; they add up to 1.</param>
/// <param name="Model">The model, in eval mode.</param>
/// <param name="Answers">What it says to <see cref="FitData.Validation"/>, as <see cref="TrainedCandidate.Answers"/>.</param>
/// <param name="ValidationLoss">The loss of these answers.</param>
internal sealed record TrainedFit(IReadOnlyList<TrainedCandidate> Tried, IReadOnlyList<double> Weights, Module Model, Tensor Answers, double ValidationLoss)
{
    public double Seconds => Tried.Sum(t => t.Seconds);

    /// <summary>The candidates that make up the model, those that count most first.</summary>
    public IReadOnlyList<(TrainedCandidate Candidate, double Weight)> Chosen => [.. Tried.Zip(Weights).Where(t => t.Second > 0).OrderByDescending(t => t.Second)];

    /// <summary>Such as <c>linear model</c>, or <c>70 % neural network and 30 % linear model</c>.</summary>
    public string Name => Chosen is [var one] ? one.Candidate.Candidate.Name : string.Join(" and ", Chosen.Select(c => $"{Share(c.Weight)} {c.Candidate.Candidate.Name}"));

    /// <summary>The model in one line.</summary>
    public string Description => Chosen is [var one] ? one.Candidate.Candidate.Description : string.Join("; ", Chosen.Select(c => $"{Share(c.Weight)} {c.Candidate.Candidate.Description}"));

    /// <summary>A weight for people.</summary>
    public static string Share(double weight) => FormattableString.Invariant($"{100 * weight:0} %");
}
