namespace Hebb;

/// <summary>
/// The base of every error that Hebb raises on purpose. The message is one line that a user can act on:
/// what was asked, what was found, where.
/// </summary>
public class HebbException(string message, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>The module that was running, as <c>model.head, Linear</c>; the innermost one names itself.</summary>
    internal string? At { get; set; }

    /// <summary>The transform in whose nature it lies, if one's.</summary>
    internal Transforms.Interpreter? By { get; init; }

    /// <inheritdoc/>
    public override string Message => At is null ? base.Message : $"{base.Message} (at {At})";
}

/// <summary>Shapes that do not fit an operation, a layer or a loaded weight.</summary>
public sealed class ShapeException(string message, Exception? inner = null) : HebbException(message, inner);

/// <summary>An element type that an operation cannot take or give.</summary>
public sealed class DTypeException(string message, Exception? inner = null) : HebbException(message, inner);

/// <summary>A device that is missing, cannot do what was asked, or differs between inputs.</summary>
public sealed class DeviceException(string message, Exception? inner = null) : HebbException(message, inner);

/// <summary>
/// A file or byte sequence that is not what its format requires. Named after <see cref="System.FormatException"/>
/// and separate from it, so that one handler for <see cref="HebbException"/> covers every bad input.
/// </summary>
public sealed class FormatException(string message, Exception? inner = null) : HebbException(message, inner);

/// <summary>Data that are missing, empty, or outside what the task allows (a label out of range).</summary>
public sealed class DataException(string message, Exception? inner = null) : HebbException(message, inner);

/// <summary>A gradient that cannot be computed: nothing recorded, a saved tensor changed since, NaN found on request.</summary>
public sealed class GradientException(string message, Exception? inner = null) : HebbException(message, inner);

/// <summary>A number that had to be finite is not.</summary>
public sealed class NotFiniteException(string what, double value) : HebbException($"{what} is {(double.IsNaN(value) ? "NaN" : value > 0 ? "infinite" : "minus infinity")}")
{
    /// <summary>Which number.</summary>
    public string What { get; } = what;

    /// <summary>NaN or an infinity.</summary>
    public double Value { get; } = value;
}

/// <summary>A checkpoint or saved model that is incomplete, from another model, or from a newer version.</summary>
public sealed class CheckpointException(string message, Exception? inner = null) : HebbException(message, inner);
