namespace Hebb;

/// <summary>What becomes of the losses of single elements.</summary>
public enum Reduction
{
    /// <summary>Their mean; a mean weighted by class where classes have weights.</summary>
    Mean,

    /// <summary>Their sum.</summary>
    Sum,

    /// <summary>They stay as they are.</summary>
    None,

    /// <summary>Their sum, divided by the size of the first axis.</summary>
    BatchMean,
}

internal static class Reducing
{
    public static Tensor Apply(this Reduction reduction, Tensor losses) => reduction switch
    {
        Reduction.Mean => losses.Mean(),
        Reduction.Sum => losses.Sum(),
        Reduction.BatchMean => losses.Sum() * (1.0 / (losses.Rank == 0 ? 1 : losses.Shape[0])),
        _ => losses,
    };

    /// <summary>The mean is weighted: losses already hold their weights.</summary>
    public static Tensor Apply(this Reduction reduction, Tensor losses, Tensor weights) => reduction == Reduction.Mean ? losses.Sum() / weights.Sum() : reduction.Apply(losses);
}
