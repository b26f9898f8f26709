namespace Hebb.Onnx;

/// <summary>Sums, products, quotients, remainders and powers.</summary>
internal static class ArithmeticOperators
{
    public static void Register(OperatorTable table)
    {
        table.Add("Add", 1, c => c[0] + Broadcasting.Second(c));
        table.Add("Sub", 1, c => c[0] - Broadcasting.Second(c));
        table.Add("Mul", 1, c => c[0] * Broadcasting.Second(c));
        table.Add("Div", 1, c => Divide(c[0], Broadcasting.Second(c)));
        table.Add("Mod", 10, Modulo);
        table.Add("Pow", 1, Power);
    }

    /// <summary>The quotient; of integers that rounded towards zero.</summary>
    public static Tensor Divide(Tensor a, Tensor b)
    {
        if (a.DType.IsFloat || a.DType.IsComplex)
            return a / b;
        // What is left over has the sign of a, so without it the quotient is whole.
        return a.DType.IsSigned ? (a - a.Fmod(b)).FloorDivide(b) : a.FloorDivide(b);
    }

    private static Tensor Modulo(NodeCall c) => c.Flag("fmod") ? c[0].Fmod(c[1]) : c[0] % c[1];

    // The result is of the type of the base, whatever the exponent's.
    private static Tensor Power(NodeCall c)
    {
        var (x, y) = (c[0], Broadcasting.Second(c));
        if (x.DType == y.DType)
            return x.Pow(y);
        if (x.DType.IsFloat || !y.DType.IsFloat)
            return x.Pow(y.To(x.DType));
        return x.To(y.DType.IsHalf ? DType.Float32 : y.DType).Pow(y.DType.IsHalf ? y.To(DType.Float32) : y).To(x.DType);
    }
}
