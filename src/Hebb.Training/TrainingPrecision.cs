namespace Hebb;

/// <summary>In which types a <see cref="Trainer"/> computes.</summary>
public enum TrainingPrecision
{
    /// <summary>Float32 throughout, or whatever the model's parameters are.</summary>
    Float32,

    /// <summary>
    /// Activations and the inputs of large products in BFloat16, losses, sums and weights in Float32 (<see cref="Autocast"/>). On a CPU it saves memory and costs time.
    /// </summary>
    MixedBFloat16,
}
