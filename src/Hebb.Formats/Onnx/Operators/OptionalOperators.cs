namespace Hebb.Onnx;

/// <summary>Values that may be missing.</summary>
internal static class OptionalOperators
{
    public static void Register(OperatorTable table)
    {
        table.AddAll("Optional", 15, c => [new OnnxOptional(c.Value(0))]);
        table.AddAll("OptionalGetElement", 15, c => [c.Required(0) is OnnxOptional optional ? optional.Value ?? throw new FormatException("the optional is empty") : c.Required(0)]);
        table.Add("OptionalHasElement", 15, c => Tensor.From([c.Value(0) switch { null or OnnxOptional { Value: null } => false, _ => true }], Shape.Create([])));
    }
}
