namespace Hebb.Onnx;

/// <summary>Functions of one number each.</summary>
internal static class UnaryOperators
{
    public static void Register(OperatorTable table)
    {
        table.Add("Abs", 1, c => c[0].DType.IsSigned ? c[0].Abs() : c[0]);
        table.Add("Acos", 7, c => c[0].Acos());
        table.Add("Acosh", 9, c => c[0].Acosh());
        table.Add("Asin", 7, c => c[0].Asin());
        table.Add("Asinh", 9, c => c[0].Asinh());
        table.Add("Atan", 7, c => c[0].Atan());
        table.Add("Atanh", 9, c => c[0].Atanh());
        table.Add("Ceil", 1, c => c[0].Ceil());
        table.Add("Cos", 7, c => c[0].Cos());
        table.Add("Cosh", 9, c => c[0].Cosh());
        table.Add("Erf", 9, c => c[0].DType.IsFloat ? c[0].Erf() : c[0].To(DType.Float64).Erf().To(c[0].DType));
        table.Add("Exp", 1, c => c[0].Exp());
        table.Add("Floor", 1, c => c[0].Floor());
        table.Add("IsInf", 10, IsInf);
        table.Add("IsNaN", 9, c => SmallTypes.Widen(c[0]).IsNaN());
        table.Add("Log", 1, c => c[0].Log());
        table.Add("Neg", 1, c => -c[0]);
        table.Add("Reciprocal", 1, c => c[0].Reciprocal());
        table.Add("Round", 11, c => c[0].Round());
        table.Add("Sign", 9, c => c[0].Sign());
        table.Add("Sin", 7, c => c[0].Sin());
        table.Add("Sinh", 9, c => c[0].Sinh());
        table.Add("Sqrt", 1, c => c[0].Sqrt());
        table.Add("Tan", 7, c => c[0].Tan());
        table.Add("Tanh", 1, c => c[0].Tanh());
    }

    private static Tensor IsInf(NodeCall c)
    {
        var x = SmallTypes.Widen(c[0]);
        bool negative = c.Flag("detect_negative", true), positive = c.Flag("detect_positive", true);
        return negative && positive ? x.IsInf() : positive ? x.IsPosInf() : negative ? x.IsNegInf() : Tensor.Zeros(x.Shape, DType.Bool);
    }
}
