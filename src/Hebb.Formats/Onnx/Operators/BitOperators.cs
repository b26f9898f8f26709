namespace Hebb.Onnx;

/// <summary>Bits of integers.</summary>
internal static class BitOperators
{
    public static void Register(OperatorTable table)
    {
        table.Add("BitShift", 11, Shift);
        table.Add("BitwiseAnd", 18, c => c[0] & c[1]);
        table.Add("BitwiseOr", 18, c => c[0] | c[1]);
        table.Add("BitwiseXor", 18, c => c[0] ^ c[1]);
        table.Add("BitwiseNot", 18, c => c[0].BitwiseNot());
    }

    private static Tensor Shift(NodeCall c) => c.Text("direction") switch
    {
        "LEFT" => c[0].ShiftLeft(c[1]),
        "RIGHT" => c[0].ShiftRight(c[1]),
        var other => throw new FormatException($"there is no direction '{other}'"),
    };
}
