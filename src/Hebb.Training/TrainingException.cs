namespace Hebb;

/// <summary>A run that can't go on: its loss or gradients are no longer finite.</summary>
public sealed class TrainingException(string message, Exception? inner = null) : HebbException(message, inner);
