namespace Hebb.Onnx;

/// <summary>Comparisons, and logic of their results.</summary>
internal static class ComparisonOperators
{
    public static void Register(OperatorTable table)
    {
        table.Add("Equal", 1, Equal);
        table.Add("Greater", 1, c => c[0] > Broadcasting.Second(c));
        table.Add("GreaterOrEqual", 12, c => c[0] >= c[1]);
        table.Add("Less", 1, c => c[0] < Broadcasting.Second(c));
        table.Add("LessOrEqual", 12, c => c[0] <= c[1]);
        table.Add("And", 1, c => c[0].LogicalAnd(Broadcasting.Second(c)));
        table.Add("Or", 1, c => c[0].LogicalOr(Broadcasting.Second(c)));
        table.Add("Xor", 1, c => c[0].LogicalXor(Broadcasting.Second(c)));
        table.Add("Not", 1, c => c[0].LogicalNot());
    }

    private static Tensor Equal(NodeCall c)
    {
        if (c.Value(0) is not OnnxStrings a)
            return SmallTypes.Widen(c[0]).Equal(SmallTypes.Widen(Broadcasting.Second(c)));
        var b = c.Strings(1);
        // Equal strings get equal numbers.
        var numbers = new Dictionary<string, long>();
        return Number(a).Equal(Number(b));

        Tensor Number(OnnxStrings s) => Tensor.From(Array.ConvertAll(s.Values, v => numbers.TryGetValue(v, out long n) ? n : numbers[v] = numbers.Count), s.Shape);
    }
}
