namespace Hebb;

/// <summary>Parameters that an optimizer treats differently: own factors on its learning rate and weight decay.</summary>
/// <param name="Includes">Says by path and parameter which belong to the group. Of several groups that include a parameter the first counts.</param>
public sealed record ParameterGroup(Func<string, Parameter, bool> Includes)
{
    /// <summary>Multiplies the learning rate.</summary>
    public double LearningRateFactor { get; init; } = 1;

    /// <summary>Multiplies the weight decay.</summary>
    public double WeightDecayFactor { get; init; } = 1;

    /// <summary>No weight decay for parameters of fewer than two axes: biases, and the weights of norms.</summary>
    public static ParameterGroup NoDecay { get; } = new((_, parameter) => parameter.Shape.Rank < 2) { WeightDecayFactor = 0 };
}
