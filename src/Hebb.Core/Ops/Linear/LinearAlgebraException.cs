namespace Hebb;

/// <summary>
/// A matrix that an operation of linear algebra can't take for its values: singular, not positive definite, holding NaN or infinity.
/// </summary>
public sealed class LinearAlgebraException(string message, Exception? inner = null) : HebbException(message, inner);
