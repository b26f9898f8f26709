namespace Hebb;

/// <summary>A tensor in a file.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Shape">Its sizes.</param>
/// <param name="Type">How its elements are stored: the name of an element type such as <c>float32</c>, or of a block such as <c>Q4_0</c>.</param>
/// <param name="Bytes">How many bytes it takes in the file.</param>
public sealed record WeightEntry(string Name, Shape Shape, string Type, long Bytes)
{
    internal WeightEntry(string name, in Shape shape, DType dtype) : this(name, shape, dtype.Name, dtype.BytesFor(shape.Count))
    {
    }
}
