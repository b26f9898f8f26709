namespace Hebb;

/// <summary>
/// Functions to functions: gradients, directional derivatives, batches, less memory. They take each other's results, in any order. The function is one of
/// tensors; what else it uses is taken as it is, and an outer transform sees it too.
/// </summary>
public static partial class Transform;
