namespace Hebb.Ops;

/// <summary>Names an elementwise op. Its <see cref="Tensor"/> method and its row in the registry are generated from this.</summary>
[AttributeUsage(AttributeTargets.Struct)]
public sealed class OpAttribute(string name) : Attribute
{
    /// <summary>Lower case with underscores, unique.</summary>
    public string Name { get; } = name;

    /// <summary>The ONNX operator of the same meaning.</summary>
    public string? Onnx { get; init; }

    /// <summary>The C# operator to generate beside the method, such as <c>+</c>.</summary>
    public string? Operator { get; init; }

    /// <summary>False where the method is written by hand, as for ops with attributes.</summary>
    public bool Facade { get; init; } = true;
}

/// <summary>Names the primitive that drives an interface of elementwise ops.</summary>
[AttributeUsage(AttributeTargets.Interface)]
public sealed class ElementwiseDriverAttribute(Type driver) : Attribute
{
    /// <summary>An open generic primitive, such as <c>typeof(Unary&lt;&gt;)</c>.</summary>
    public Type Driver { get; } = driver;
}
