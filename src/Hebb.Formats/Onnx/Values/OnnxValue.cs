using System.Diagnostics.CodeAnalysis;

namespace Hebb;

/// <summary>A value of an ONNX graph: a tensor, strings, a sequence, an optional, or a map.</summary>
public abstract class OnnxValue
{
    private protected OnnxValue()
    {
    }

    /// <summary>What kind of value it is, with its type and shape, as errors name it.</summary>
    public abstract string Describe();

    /// <summary>The tensor that it is.</summary>
    /// <exception cref="FormatException">It is no tensor.</exception>
    public Tensor AsTensor() => this is OnnxTensor { Tensor: var tensor } ? tensor : throw new FormatException($"a tensor is needed here, not {Describe()}");

    [return: NotNullIfNotNull(nameof(tensor))]
    public static implicit operator OnnxValue?(Tensor? tensor) => tensor is null ? null : new OnnxTensor(tensor);

    public override string ToString() => Describe();
}

/// <summary>A tensor of numbers.</summary>
/// <param name="tensor">The tensor.</param>
public sealed class OnnxTensor(Tensor tensor) : OnnxValue
{
    /// <summary>The tensor.</summary>
    public Tensor Tensor { get; } = tensor;

    /// <summary>Whether it follows from shapes and constants alone; noted while ops are written down.</summary>
    internal bool IsSize { get; init; }

    /// <inheritdoc/>
    public override string Describe() => $"{Tensor.DType.Name}{Tensor.Shape}";
}

/// <summary>A tensor of texts, row by row.</summary>
public sealed class OnnxStrings : OnnxValue
{
    /// <param name="values">The texts, row by row.</param>
    /// <param name="shape">By default one axis.</param>
    /// <exception cref="ShapeException">The numbers of elements differ.</exception>
    public OnnxStrings(string[] values, Shape? shape = null)
    {
        Values = values;
        Shape = shape ?? [values.Length];
        if (Shape.Count != values.Length)
            throw new ShapeException($"{values.Length} strings do not fill {Shape}");
    }

    /// <summary>The texts, row by row.</summary>
    public string[] Values { get; }

    /// <summary>The sizes along each axis.</summary>
    public Shape Shape { get; }

    /// <inheritdoc/>
    public override string Describe() => $"string{Shape}";

    /// <summary>The texts at some places, in a shape: what ops that only move elements do to strings, they first do to the places.</summary>
    /// <param name="places">Int64, indices of elements.</param>
    public OnnxStrings At(Tensor places) => new(Array.ConvertAll(places.ToArray<long>(), i => Values[i]), places.Shape);

    /// <summary>The index of each element, in the strings' shape.</summary>
    public Tensor Places() => Tensor.Arange(Values.Length).Reshape(Shape);
}

/// <summary>A list of values of one type.</summary>
/// <param name="items">The values.</param>
public sealed class OnnxSequence(IReadOnlyList<OnnxValue> items) : OnnxValue
{
    /// <summary>The values.</summary>
    public IReadOnlyList<OnnxValue> Items { get; } = items;

    /// <inheritdoc/>
    public override string Describe() => $"a sequence of {Items.Count}{(Items.Count == 0 ? "" : $" ({Items[0].Describe()}{(Items.Count > 1 ? ", …" : "")})")}";
}

/// <summary>A value that may be missing.</summary>
/// <param name="value">The value, or null.</param>
public sealed class OnnxOptional(OnnxValue? value) : OnnxValue
{
    /// <summary>The value, or null where it is missing.</summary>
    public OnnxValue? Value { get; } = value;

    /// <inheritdoc/>
    public override string Describe() => Value is null ? "an empty optional" : $"an optional of {Value.Describe()}";
}

/// <summary>Values by key: integers, or strings.</summary>
/// <param name="keys">Int64 tensor or strings, of one axis.</param>
/// <param name="values">One for each key.</param>
public sealed class OnnxMap(OnnxValue keys, IReadOnlyList<OnnxValue> values) : OnnxValue
{
    /// <summary>The keys.</summary>
    public OnnxValue Keys { get; } = keys;

    /// <summary>The values, in the order of the keys.</summary>
    public IReadOnlyList<OnnxValue> Values { get; } = values;

    /// <inheritdoc/>
    public override string Describe() => $"a map of {Values.Count}";
}
