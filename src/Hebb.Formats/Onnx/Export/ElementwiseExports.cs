namespace Hebb.Onnx.Export;

/// <summary>Arithmetic, comparison, logic, bits, rounding, trigonometry and exponentials, element by element.</summary>
internal static class ElementwiseExports
{
    public static void Add(ExportTable table)
    {
        foreach (var (name, op) in ((string, string)[])
            [
                ("abs", "Abs"), ("acos", "Acos"), ("acosh", "Acosh"), ("asin", "Asin"), ("asinh", "Asinh"), ("atan", "Atan"), ("atanh", "Atanh"), ("ceil", "Ceil"), ("cos", "Cos"), ("cosh", "Cosh"),
                ("erf", "Erf"), ("exp", "Exp"), ("floor", "Floor"), ("log", "Log"), ("neg", "Neg"), ("reciprocal", "Reciprocal"), ("round", "Round"), ("sign", "Sign"), ("sin", "Sin"),
                ("sinh", "Sinh"), ("sqrt", "Sqrt"), ("tan", "Tan"), ("tanh", "Tanh"), ("sigmoid", "Sigmoid"),
            ])
        {
            table.Add(name, n => n.Set(Rounds(op) && !n.DType.IsFloat ? n.In(0, n.DType) : n.Op(op, n.In(0, n.DType))));
        }
        foreach (var (name, op, truth) in ((string, string, string)[])
            [
                ("add", "Add", "Or"), ("sub", "Sub", "Xor"), ("mul", "Mul", "And"), ("div", "Div", ""), ("maximum", "Max", "Or"), ("minimum", "Min", "And"), ("clamp_min", "Max", "Or"), ("clamp_max", "Min", "And"),
                ("bitwise_and", "BitwiseAnd", "And"), ("bitwise_or", "BitwiseOr", "Or"), ("bitwise_xor", "BitwiseXor", "Xor"),
            ])
        {
            table.Add(name, n => n.Set(n.Op(n.DType == DType.Bool ? truth : op, n.Operands(n.DType))));
        }
        table.Add("pow", n => n.Set(n.Op("Pow", n.Operands(n.DType))));
        Comparisons(table);
        Numbers(table);
        Remainders(table);
        Functions(table);
        table.Add("cast", n => n.Set(n.In(0, n.DType)));
        foreach (string name in (string[])["alias", "contiguous", "require_finite"])
            table.Add(name, n => n.Set(n.In(0)));
    }

    private static bool Rounds(string op) => op is "Ceil" or "Floor" or "Round";

    private static void Comparisons(ExportTable table)
    {
        foreach (var (name, op) in ((string, string)[])[("equal", "Equal"), ("greater", "Greater"), ("greater_equal", "GreaterOrEqual"), ("less", "Less"), ("less_equal", "LessOrEqual")])
            table.Add(name, n => n.Set(n.Op(op, n.Operands(Common(n, op)))));
        table.Add("not_equal", n => n.Set(n.Op("Not", n.Op("Equal", n.Operands(Common(n, "Equal"))))));
        foreach (var (name, op) in ((string, string)[])[("logical_and", "And"), ("logical_or", "Or"), ("logical_xor", "Xor")])
            table.Add(name, n => n.Set(n.Op(op, n.Operands(DType.Bool))));
        table.Add("logical_not", n => n.Set(n.Op("Not", n.In(0, DType.Bool))));
        table.Add("isnan", n => n.Set(n.Op("IsNaN", Float(n))));
        table.Add("isinf", n => n.Set(n.Op("IsInf", Float(n))));
        table.Add("isposinf", n => n.Set(n.Op("IsInf", [Float(n)], ("detect_negative", 0))));
        table.Add("isneginf", n => n.Set(n.Op("IsInf", [Float(n)], ("detect_positive", 0))));
        table.Add("isfinite", n => n.Set(n.Op("Not", n.Op("Or", n.Op("IsNaN", Float(n)), n.Op("IsInf", Float(n))))));
        table.Add("signbit", n =>
        {
            // 1 / -0 is below 0.
            string x = Float(n);
            var dtype = n.Spec(0).DType.IsFloat ? n.Spec(0).DType : DType.Float32;
            string zero = n.Model.Number(0, dtype);
            n.Set(n.Op("Or", n.Op("Less", x, zero), n.Op("Less", n.Op("Reciprocal", x), zero)));
        });
        table.Add("where", n => n.Set(n.Op("Where", n.In(0), n.In(1, n.DType), n.In(2, n.DType))));
    }

    // ONNX orders no truth values.
    private static DType Common(NodeExport n, string op)
    {
        var common = DTypes.Promote(n.Spec(0), n.Spec(1));
        return common == DType.Bool && op != "Equal" ? DType.Int32 : common;
    }

    private static string Float(NodeExport n) => n.In(0, n.Spec(0).DType.IsFloat ? n.Spec(0).DType : DType.Float32);

    private static void Numbers(ExportTable table)
    {
        table.Add("bitwise_not", n => n.Set(n.Op(n.DType == DType.Bool ? "Not" : "BitwiseNot", n.In(0))));
        table.Add("shift_left", n => n.Set(Shift(n, "LEFT")));
        table.Add("shift_right", n => n.Set(Shift(n, "RIGHT")));
        table.Add("square", n =>
        {
            string x = n.In(0, n.DType);
            n.Set(n.Op("Mul", x, x));
        });
        table.Add("rsqrt", n => n.Set(n.Op("Reciprocal", n.Op("Sqrt", n.In(0, n.DType)))));
        table.Add("pow_scalar", n => n.Set(n.Op("Pow", n.In(0, n.DType), n.Number(n.Float("exponent")))));
        table.Add("clamp", n => n.Set(n.Op("Clip", n.In(0, n.DType), Bound(n, "min"), Bound(n, "max"))));
        table.Add("trunc", n =>
        {
            string x = n.In(0, n.DType);
            n.Set(n.DType.IsFloat ? n.Op("Mul", n.Op("Sign", x), n.Op("Floor", n.Op("Abs", x))) : x);
        });
        table.Add("frac", n =>
        {
            string x = n.In(0, n.DType);
            n.Set(n.Op("Sub", x, n.Op("Mul", n.Op("Sign", x), n.Op("Floor", n.Op("Abs", x)))));
        });
        table.Add("round_decimals", n =>
        {
            int decimals = n.Int("decimals");
            string x = n.In(0, n.DType), scale = n.Number(Math.Pow(10, Math.Abs(decimals)));
            var (first, last) = decimals < 0 ? ("Div", "Mul") : ("Mul", "Div");
            n.Set(n.Op(last, n.Op("Round", n.Op(first, x, scale)), scale));
        });
        table.Add("copysign", n =>
        {
            string[] x = n.Operands(n.DType);
            string zero = n.Number(0), negative = n.Op("Or", n.Op("Less", x[1], zero), n.Op("Less", n.Op("Reciprocal", x[1]), zero)), size = n.Op("Abs", x[0]);
            n.Set(n.Op("Where", negative, n.Op("Neg", size), size));
        });
        table.Add("fmax", n => n.Set(IgnoringNaN(n, "Max")));
        table.Add("fmin", n => n.Set(IgnoringNaN(n, "Min")));
        table.Add("heaviside", n =>
        {
            string[] x = n.Operands(n.DType);
            string zero = n.Number(0);
            n.Set(n.Op("Where", n.Op("Equal", x[0], zero), x[1], n.Cast(n.Op("Greater", x[0], zero), DType.Bool, n.DType)));
        });
        table.Add("hypot", n =>
        {
            string[] x = n.Operands(n.DType);
            n.Set(n.Op("Sqrt", n.Op("Add", n.Op("Mul", x[0], x[0]), n.Op("Mul", x[1], x[1]))));
        });
        table.Add("lerp", n =>
        {
            string start = n.In(0, n.DType), end = n.In(1, n.DType);
            n.Set(n.Op("Add", start, n.Op("Mul", n.In(2, n.DType), n.Op("Sub", end, start))));
        });
        table.Add("nan_to_num", n =>
        {
            string x = n.In(0, n.DType);
            string y = n.Op("Where", n.Op("IsInf", [x], ("detect_negative", 0)), n.Number(n.Float("posinf")), x);
            y = n.Op("Where", n.Op("IsInf", [x], ("detect_positive", 0)), n.Number(n.Float("neginf")), y);
            n.Set(n.Op("Where", n.Op("IsNaN", x), n.Number(n.Float("nan")), y));
        });
        table.Add("gate", n =>
        {
            // The first operand where the second is between two numbers, or outside; else 0.
            string[] x = n.Operands(n.DType);
            string low = n.Number(n.Float("low")), high = n.Number(n.Float("high"));
            bool open = n.Text("kind") == "Open";
            string inside = n.Op("And", n.Op(open ? "Greater" : "GreaterOrEqual", x[1], low), n.Op(open ? "Less" : "LessOrEqual", x[1], high));
            n.Set(n.Text("kind") == "Outside" ? n.Op("Where", inside, n.Number(0), x[0]) : n.Op("Where", inside, x[0], n.Number(0)));
        });
    }

    private static string Bound(NodeExport n, string name) => double.IsInfinity(n.Float(name)) ? "" : n.Number(n.Float(name));

    // ONNX shifts unsigned numbers. Of a negative one the bits of its complement move, so that its sign comes in from the left.
    private static string Shift(NodeExport n, string direction)
    {
        string[] x = n.Operands(n.DType);
        if (!n.DType.IsSigned)
            return n.Op("BitShift", x, ("direction", direction));
        var unsigned = n.DType switch { DType.Int8 => DType.UInt8, DType.Int16 => DType.UInt16, DType.Int32 => DType.UInt32, _ => DType.UInt64 };
        string Moved(string value) => n.Cast(n.Op("BitShift", [n.Cast(value, n.DType, unsigned), n.Cast(x[1], n.DType, unsigned)], ("direction", direction)), unsigned, n.DType);
        if (direction == "LEFT")
            return Moved(x[0]);
        string negative = n.Op("Less", x[0], n.Number(0)), y = Moved(n.Op("Where", negative, n.Op("BitwiseNot", x[0]), x[0]));
        return n.Op("Where", negative, n.Op("BitwiseNot", y), y);
    }

    private static string IgnoringNaN(NodeExport n, string op)
    {
        string[] x = n.Operands(n.DType);
        if (!n.DType.IsFloat)
            return n.Op(op, x);
        return n.Op("Where", n.Op("IsNaN", x[0]), x[1], n.Op("Where", n.Op("IsNaN", x[1]), x[0], n.Op(op, x)));
    }

    private static void Remainders(ExportTable table)
    {
        table.Add("fmod", n => n.Set(n.Op("Mod", n.Operands(n.DType), ("fmod", 1))));
        table.Add("remainder", n =>
        {
            string[] x = n.Operands(n.DType);
            n.Set(n.DType.IsFloat ? Remainder(n, x[0], x[1]) : n.Op("Mod", x));
        });
        table.Add("floor_divide", n =>
        {
            string[] x = n.Operands(n.DType);
            if (!n.DType.IsFloat)
                n.Set(n.Op("Div", n.Op("Sub", x[0], n.Op("Mod", x)), x[1]));
            else
                n.Set(n.Op("Where", n.Op("Equal", x[1], n.Number(0)), n.Op("Div", x), n.Op("Round", n.Op("Div", n.Op("Sub", x[0], Remainder(n, x[0], x[1])), x[1]))));
        });
    }

    // With the sign of the divisor.
    private static string Remainder(NodeExport n, string a, string b)
    {
        string rest = n.Op("Mod", [a, b], ("fmod", 1)), zero = n.Number(0);
        string other = n.Op("Xor", n.Op("Less", rest, zero), n.Op("Less", b, zero));
        return n.Op("Where", n.Op("And", other, n.Op("Not", n.Op("Equal", rest, zero))), n.Op("Add", rest, b), rest);
    }

    private static void Functions(ExportTable table)
    {
        table.Add("erfc", n => n.Set(n.Op("Sub", n.Number(1), n.Op("Erf", n.In(0, n.DType)))));
        table.Add("exp2", n => n.Set(n.Op("Pow", n.Number(2), n.In(0, n.DType))));
        // tanh(x / 2) (exp(x) + 1) keeps the digits that exp(x) - 1 loses near 0.
        table.Add("expm1", n => n.Set(Expm1(n, n.In(0, n.DType))));
        table.Add("log10", n => n.Set(n.Op("Mul", n.Op("Log", n.In(0, n.DType)), n.Number(1 / Math.Log(10)))));
        table.Add("log2", n => n.Set(n.Op("Mul", n.Op("Log", n.In(0, n.DType)), n.Number(1 / Math.Log(2)))));
        table.Add("log1p", n => n.Set(Log1p(n, n.In(0, n.DType))));
        table.Add("logit", n =>
        {
            string x = n.In(0, n.DType);
            n.Set(n.Op("Log", n.Op("Div", x, n.Op("Sub", n.Number(1), x))));
        });
        table.Add("logaddexp", n =>
        {
            string[] x = n.Operands(n.DType);
            string far = n.Op("Abs", n.Op("Sub", x));
            string sum = n.Op("Add", n.Op("Max", x), Log1p(n, n.Op("Exp", n.Op("Neg", far))));
            // Two infinities of one sign have no difference.
            n.Set(n.Op("Where", n.Op("Equal", x), n.Op("Add", x[0], n.Number(Math.Log(2))), sum));
        });
        table.Add("xlogy", n =>
        {
            string[] x = n.Operands(n.DType);
            n.Set(n.Op("Where", n.Op("And", n.Op("Equal", x[0], n.Number(0)), n.Op("Not", n.Op("IsNaN", x[1]))), n.Number(0), n.Op("Mul", x[0], n.Op("Log", x[1]))));
        });
        table.Add("atan2", n =>
        {
            string[] x = n.Operands(n.DType);
            string zero = n.Number(0), y = x[0], angle = n.Op("Atan", n.Op("Div", y, x[1])), below = n.Op("Less", y, zero);
            string left = n.Op("Add", angle, n.Op("Where", below, n.Number(-Math.PI), n.Number(Math.PI)));
            string axis = n.Op("Where", n.Op("Equal", y, zero), zero, n.Op("Where", below, n.Number(-Math.PI / 2), n.Number(Math.PI / 2)));
            n.Set(n.Op("Where", n.Op("Greater", x[1], zero), angle, n.Op("Where", n.Op("Less", x[1], zero), left, axis)));
        });
        table.Add("degrees", n => n.Set(n.Op("Mul", n.In(0, n.DType), n.Number(180 / Math.PI))));
        table.Add("radians", n => n.Set(n.Op("Mul", n.In(0, n.DType), n.Number(Math.PI / 180))));
    }

    public static string Expm1(NodeExport n, string x)
    {
        string exponential = n.Op("Exp", x), near = n.Op("Mul", n.Op("Tanh", n.Op("Mul", x, n.Number(0.5))), n.Op("Add", exponential, n.Number(1)));
        return n.Op("Where", n.Op("Less", n.Op("Abs", x), n.Number(1)), near, n.Op("Sub", exponential, n.Number(1)));
    }

    // Near 0 by 2 atanh(x / (2 + x)), which keeps the digits that 1 + x loses.
    public static string Log1p(NodeExport n, string x)
    {
        string near = n.Op("Mul", n.Number(2), n.Op("Atanh", n.Op("Div", x, n.Op("Add", x, n.Number(2)))));
        return n.Op("Where", n.Op("Less", n.Op("Abs", x), n.Number(0.5)), near, n.Op("Log", n.Op("Add", x, n.Number(1))));
    }
}
